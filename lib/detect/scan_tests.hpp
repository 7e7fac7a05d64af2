// SPDX-License-Identifier: BSD-3-Clause
// The statistics of a scan verdict: pure arithmetic on how many distinct targets failed and how many did not.
// docs/scan-detection.md derives the constants and says where they come from.
//
// Each test weighs "a scanner, whose contacts succeed with probability theta1" against "an innocent host, whose
// contacts succeed with theta0 or more" by the likelihood ratio of what was seen (Wald 1945; for scans Jung,
// Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis Testing", 2004): each failure
// multiplies it by (1 - theta1) / (1 - theta0), each success by theta1 / theta0. An innocent host ever reaches a
// ratio L with a probability of at most 1/L, so 99,000 > 2^16 stands for P_D = 0.99 and P_F = 1e-5.
#pragma once

#include <algorithm>
#include <cstdint>

namespace flowlock {

// Of distinct targets within a window.
struct ContactCounts {
    std::uint32_t failed = 0;
    std::uint32_t cleared = 0;  // answered, or streams

    std::uint32_t targets() const noexcept { return failed + cleared; }
    friend bool operator==(const ContactCounts&, const ContactCounts&) = default;
};

namespace scan_tests {

constexpr std::int32_t log2_ratio_min = 17;

// theta0 = 0.8, theta1 = 0.2: an ordinary host, as in the paper. Exact: both factors are powers of two.
constexpr std::int64_t log2_against_ordinary(ContactCounts counts) noexcept {
    return 2 * (std::int64_t{counts.failed} - counts.cleared);
}

// In thousandths of a bit, rounded so that the host is favoured.
struct Weights {
    std::int64_t failure;
    std::int64_t success;

    constexpr std::int64_t log2_ratio(ContactCounts counts) const noexcept {
        return failure * counts.failed - success * counts.cleared;
    }
};
// theta0 = 0.25, theta1 = 0.05: a peer-to-peer node, which dials addresses that others have told it, three of four
// of them gone. log2(0.95 / 0.75), log2(0.25 / 0.05).
constexpr Weights against_peer{341, 2322};
// theta0 = 0.2, theta1 = 0.02: whatever dials many services of many hosts, also a peer-to-peer node of whose peers
// four in five are gone. log2(0.98 / 0.8), log2(0.2 / 0.02).
constexpr Weights against_any_client{292, 3322};

// The targets for which the tests are made: fewer, where the configuration asks for fewer, have less to say,
// and what is demanded of them shrinks in proportion; P_F grows accordingly.
constexpr std::uint32_t targets_full = 50;

constexpr bool is_no_ordinary_host(ContactCounts counts) noexcept {
    return log2_against_ordinary(counts) >= log2_ratio_min;
}
constexpr bool passes(Weights weights, ContactCounts counts, std::uint32_t targets_min) noexcept {
    const std::int64_t demanded = 1000 * log2_ratio_min * std::int64_t{std::min(targets_min, targets_full)};
    return weights.log2_ratio(counts) * std::int64_t{targets_full} >= demanded;
}

// How many failures convince beside so many that did not fail: the least for which the test passes, and so many
// targets in all.
constexpr std::uint32_t failures_needed(std::uint32_t cleared, std::uint32_t targets_min) noexcept {
    const std::uint32_t against_ordinary = cleared + (log2_ratio_min + 1) / 2;
    return std::max(against_ordinary, targets_min - std::min(cleared, targets_min));
}
constexpr std::uint32_t failures_needed(Weights weights, std::uint32_t cleared, std::uint32_t targets_min,
                                        std::uint32_t evidence_targets) noexcept {
    std::uint32_t failed = failures_needed(cleared, targets_min);
    while (!passes(weights, {.failed = failed, .cleared = cleared}, evidence_targets)) ++failed;
    return failed;
}

}  // namespace scan_tests

}  // namespace flowlock
