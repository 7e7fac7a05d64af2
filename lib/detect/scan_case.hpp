// SPDX-License-Identifier: BSD-3-Clause
// The rows of one scan while its case is open, and the finding made of them. Owned by the ScanDetector.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "detect/finding.hpp"
#include "flow/flow_store.hpp"

namespace flowlock {

struct ScanCaseLimits {
    std::uint32_t targets_max = 500;  // rows in the finding
    std::uint32_t externals_max = 100;
};

// One distinct target. Its flows are the chain that begins with `flow`.
struct ScanRow {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;
    enum class Outcome : std::uint8_t { answered, refused, unanswered } outcome = Outcome::unanswered;
    bool cut_short = false;
    FlowId flow = no_flow;
};

class ScanCase {
public:
    // Distinct targets a case keeps; more are only counted. 100 bytes each; a full portscan has 65,536.
    static constexpr std::size_t rows_max = 200'000;

    explicit ScanCase(Finding finding) : finding_(std::move(finding)) {}

    // Adds a target, or joins its flows to the row it has. `next_flow` chains the flows of a target.
    void add(const ScanRow& row, std::vector<FlowId>& next_flow);
    // The whole finding; the case is used up.
    Finding finish(const FlowStore& flows, const std::vector<FlowId>& next_flow, ScanCaseLimits limits);

private:
    void add_figures();
    void add_traffic(const FlowStore& flows, const std::vector<FlowId>& next_flow, ScanCaseLimits limits);

    Finding finding_;
    std::map<std::pair<IpAddress, std::uint16_t>, ScanRow> rows_;
    std::uint64_t rows_left_out_ = 0;
};

}  // namespace flowlock
