// SPDX-License-Identifier: BSD-3-Clause
// The rows of one scan while its case is open, and the finding made of them. Owned by a Suspect.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <utility>

#include "detect/contact.hpp"
#include "detect/finding.hpp"

namespace flowlock {

struct ScanCaseLimits {
    std::uint32_t targets_max = 500;  // rows in the finding
    std::uint32_t externals_max = 100;
};

// One distinct target, and what is known of the flows to it: in `ended`, and in its contact while there is one.
struct ScanRow {
    Time time;
    std::uint64_t contact = 0;  // its number; 0: none any more
    bool failed_first = false;  // when it was added
    FlowSum ended{};
};

class ScanCase {
public:
    // Distinct targets a case keeps; more are only counted. 168 bytes each; a full portscan has 65,536.
    static constexpr std::size_t rows_max = 200'000;
    // What the flows of a contact amount to now.
    using SumOf = std::function<FlowSum(std::uint64_t contact)>;

    explicit ScanCase(Finding finding) : finding_(std::move(finding)) {}

    // Adds a target, or joins its contact to the row it has. True: there is a row more. With `rows_are_used_up`
    // over all cases targets are only counted.
    bool add(const ContactTarget& target, Time time, std::uint64_t contact, bool failed,
             bool rows_are_used_up);
    // The contact goes, with this sum.
    void contact_leaves(const ContactTarget& target, std::uint64_t contact, const FlowSum& sum);
    // It was no target after all.
    void remove(const ContactTarget& target, std::uint64_t contact);
    std::size_t rows() const noexcept { return rows_.size(); }
    bool has_left_out_rows() const noexcept { return rows_left_out_ > 0; }
    // Targets that had failed when they were added, and have answered since.
    std::uint64_t answered_late(const SumOf& sum_of) const;
    // As it was opened, without figures.
    const Finding& opened_as() const noexcept { return finding_; }
    // The whole finding, as it stands now. What was answered after the case was opened is answered in the finding,
    // too. Targets first contacted after cut_after_ns that did not answer had not waited long enough.
    Finding figures(const SumOf& sum_of, ScanCaseLimits limits,
                    std::int64_t cut_after_ns = std::numeric_limits<std::int64_t>::max()) const;

private:
    static FlowSum sum_of_row(const ScanRow& row, const SumOf& sum_of);
    void add_rows(const SumOf& sum_of, std::int64_t cut_after_ns, Finding& finding) const;
    void list_targets(const SumOf& sum_of, Finding& finding, ScanCaseLimits limits) const;

    Finding finding_;
    std::map<std::pair<IpAddress, std::uint16_t>, ScanRow> rows_;
    std::uint64_t rows_left_out_ = 0;
};

}  // namespace flowlock
