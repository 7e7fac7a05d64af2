// SPDX-License-Identifier: BSD-3-Clause
// The rows of one scan while its case is open, and the finding made of them. Owned by the ScanDetector.
#pragma once

#include <cstdint>
#include <limits>
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

// Flows that have ended and may be forgotten: what they amount to.
struct EndedFlows {
    Traffic sent;  // by the host itself
    ContactOutcome best = ContactOutcome::unanswered;
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();

    void add(const FlowRecord& flow);
};

// One distinct target. Its flows are the chains that begin with `chains`: one for each time that it was a
// contact; and those that have ended.
struct ScanRow {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;
    std::vector<FlowId> chains{};
    EndedFlows ended{};
};

class ScanCase {
public:
    // Distinct targets a case keeps; more are only counted. 120 bytes each; a full portscan has 65,536.
    static constexpr std::size_t rows_max = 200'000;

    explicit ScanCase(Finding finding) : finding_(std::move(finding)) {}

    // Adds a target, or joins its flows to the row it has. False: the chain is known, or there is no room, as when
    // `rows_are_used_up` over all cases.
    bool add(ScanRow row, bool rows_are_used_up);
    std::size_t rows() const noexcept { return rows_.size(); }
    // Lets go of chains whose flows have all ended, and calls release(first flow) for each. Looks at a part of
    // the rows, so that `turns` calls see all of them.
    template <class HasEnded, class Release>
    void settle(const FlowStore& flows, const std::vector<FlowId>& next_flow, std::uint32_t turns,
                HasEnded&& has_ended, Release&& release);
    // Calls act(first flow) for every chain.
    template <class Act>
    void for_each_chain(Act&& act) const {
        for (const auto& [target, row] : rows_)
            for (const FlowId first : row.chains) act(first);
    }
    // As it was opened, without figures.
    const Finding& opened_as() const noexcept { return finding_; }
    // The whole finding, as it stands now. `next_flow` chains the flows of a contact. What was answered after
    // the case was opened is answered in the finding, too.
    // Targets first contacted after cut_after_ns that did not answer had not waited long enough.
    Finding figures(const FlowStore& flows, const std::vector<FlowId>& next_flow, ScanCaseLimits limits,
                    std::int64_t cut_after_ns = std::numeric_limits<std::int64_t>::max()) const;
    // It was no target after all. False: it has no row of this one chain.
    bool remove(const IpAddress& address, std::uint16_t port, FlowId chain);

private:
    struct Flows {
        const FlowStore& store;
        const std::vector<FlowId>& next;
    };

    static EndedFlows sum_of(const ScanRow& row, const Flows& flows);
    void add_rows(const Flows& flows, std::int64_t cut_after_ns, Finding& finding) const;
    static void sum_up(Finding& finding, ScanCaseLimits limits);

    Finding finding_;
    std::map<std::pair<IpAddress, std::uint16_t>, ScanRow> rows_;
    std::uint64_t rows_left_out_ = 0;
    std::pair<IpAddress, std::uint16_t> settled_until_;
};

template <class HasEnded, class Release>
void ScanCase::settle(const FlowStore& flows, const std::vector<FlowId>& next_flow, std::uint32_t turns,
                      HasEnded&& has_ended, Release&& release) {
    const auto ended = [&](FlowId first) {
        for (FlowId id = first; id != no_flow; id = next_flow[id])
            if (!has_ended(flows[id])) return false;
        return true;
    };
    auto at = rows_.upper_bound(settled_until_);
    for (auto left = rows_.size() / turns + 1; left > 0; --left, ++at) {
        if (at == rows_.end()) at = rows_.begin();
        if (at == rows_.end()) return;
        settled_until_ = at->first;
        std::erase_if(at->second.chains, [&](FlowId first) {
            if (!ended(first)) return false;
            for (FlowId id = first; id != no_flow; id = next_flow[id]) at->second.ended.add(flows[id]);
            release(first);
            return true;
        });
    }
}

}  // namespace flowlock
