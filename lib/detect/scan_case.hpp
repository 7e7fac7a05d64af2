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

// What became of a contact, by what is known of its flows now.
enum class ContactOutcome : std::uint8_t { answered, refused, unanswered };

// Of one flow: answered when the other side sent anything but a TCP reset. Where nothing of the other side is
// seen at all, an acknowledgement of a TCP handshake proves that there was one: the tap sees one direction
// only.
ContactOutcome outcome_of(const FlowRecord& flow);

// One distinct target. Its flows are the chains that begin with `chains`: one for each time that it was a
// contact.
struct ScanRow {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;
    bool cut_short = false;
    std::vector<FlowId> chains;
};

class ScanCase {
public:
    // Distinct targets a case keeps; more are only counted. 120 bytes each; a full portscan has 65,536.
    static constexpr std::size_t rows_max = 200'000;

    explicit ScanCase(Finding finding) : finding_(std::move(finding)) {}

    // Adds a target, or joins its flows to the row it has.
    void add(ScanRow row);
    // As it was opened, without figures.
    const Finding& opened_as() const noexcept { return finding_; }
    // The whole finding, as it stands now. `next_flow` chains the flows of a contact. What was answered after
    // the case was opened is answered in the finding, too.
    Finding figures(const FlowStore& flows, const std::vector<FlowId>& next_flow,
                    ScanCaseLimits limits) const;

private:
    struct Flows {
        const FlowStore& store;
        const std::vector<FlowId>& next;
    };

    template <class Do>
    static void for_each_flow(const ScanRow& row, const Flows& flows, Do&& act);
    void add_figures(const Flows& flows, Finding& finding) const;
    void add_traffic(const Flows& flows, Finding& finding, ScanCaseLimits limits) const;

    Finding finding_;
    std::map<std::pair<IpAddress, std::uint16_t>, ScanRow> rows_;
    std::uint64_t rows_left_out_ = 0;
};

}  // namespace flowlock
