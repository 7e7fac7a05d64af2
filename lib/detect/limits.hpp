// SPDX-License-Identifier: BSD-3-Clause
// Limits: which host sent or received more than a rule allows, over a sliding window of whole epochs.
//
// After each epoch the sum of a rule's metric over the window that ends with that epoch is compared with
// per_second * window. Sums are exact; a window that has only begun to fill counts what it has, so a flood is
// found in the epoch in which it passes the limit, not when the window is over. The case stays open until no
// rule of the same metric has been exceeded for quiet_time; its figures are those of the window with the
// highest sum of the rule that opened it. Rules of one metric share a case: one flood, one report. "Flows"
// are the biflows with at least one packet in the rule's direction within the window; flows without a record
// (UnrecordedDelta) count once in each epoch. Owned by the control
// core.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "detect/finding.hpp"
#include "detect/limit_rule.hpp"
#include "detect/window_history.hpp"

namespace flowlock {

class LimitDetector {
public:
    // A pause this long between two excesses makes two cases.
    static constexpr std::chrono::seconds quiet_time{60};

    // The stores outlive the detector; externals_max as in ReportOptions.
    LimitDetector(const std::vector<LimitRule>& rules, const FlowStore& flows, const HostTable& hosts,
                  const HistorySizes& sizes, std::uint32_t externals_max);

    // Judges the next epoch. Findings of cases that closed are appended to `findings`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& findings);
    // Between two epochs. The history stays, and the new rules' sums are those of what it holds. Cases stay open
    // whose rule is still there, by name and by what it looks at; the others are closed. `judged_anew`: the
    // hosts of flows have changed since the last epoch.
    void change_rules(const std::vector<LimitRule>& rules, std::uint32_t externals_max, bool judged_anew,
                      std::vector<Finding>& findings);
    // Closes the cases of hosts that are not in these networks, before flows are judged by them.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& findings);
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the
    // finding with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) {
        // By name: clang 14 captures no structured binding.
        for (auto& entry : open_)
            act(entry.second.finding, [&] { return figures_now(entry.first.first, entry.second); });
    }
    // No more epochs will come: what is still open is appended.
    void finish(std::vector<Finding>& findings);
    // Gives up the records of epochs that started before this time, so that no log refers to their flows.
    void forget_records_before(std::int64_t start_s);
    // What it remembers: no log refers to a flow that was last seen before records_begin_s(), or to a host that
    // was before begin_s(); cases may refer to a host for longer.
    const WindowHistory& history() const noexcept { return history_; }
    bool has_open_case(HostId host) const noexcept;
    std::chrono::seconds longest_window() const noexcept { return std::chrono::seconds{longest_window_s_}; }
    // Records and slices given up because there were too many, or too many flows. Without records the external addresses of old
    // epochs are not listed, and flow sums are lower bounds; without slices all sums of long windows are.
    std::uint64_t records_forgotten() const noexcept { return records_forgotten_; }

private:
    struct Rule {
        LimitRule rule;
        std::uint64_t sum_max;      // in the metric's own count: packets, bytes * 8, flows
        std::uint32_t expired = 0;  // logs before this number have left the window
        std::size_t column = 0;     // place of its sums among those of its direction
    };
    struct Case {
        std::size_t rule;  // index into rules_
        std::size_t rule_after_change = 0;
        Finding finding;
        std::uint64_t peak = 0;
        std::int64_t peak_s = 0;      // start of the epoch with which the peak window ends
        bool peak_is_new = false;     // its figures have not been taken yet
        std::int64_t exceeded_s = 0;  // start of the last epoch in which a rule was exceeded
    };
    using CaseKey = std::pair<HostPlace, Metric>;

    void set_rules(const std::vector<LimitRule>& rules);
    void add_up_anew();
    void fill_last_seen(Direction direction);
    bool is_of(const FlowTraffic& record, const HostSlice& slice) const noexcept {
        return flows_[record.flow].host == slice.place.host();
    }
    std::uint64_t& sum(const Rule& rule, HostPlace place) noexcept;
    std::uint64_t value(const HostSlice& slice, const Rule& rule) const noexcept;
    static std::uint64_t unrecorded_flows(const HostSlice& slice, const Rule& rule) noexcept;
    std::uint64_t allowed(const Rule& rule) const noexcept;
    bool has_flow_rule(Direction direction) const noexcept;
    void make_room(const MergedEpoch& epoch);
    void expire(std::int64_t now_s);
    void expire_log(Rule& rule, const EpochLog& log, std::uint32_t number);
    std::uint64_t share_of(const Rule& rule, const EpochLog& log, std::uint32_t number,
                           const HostSlice& slice) const;
    void add_newest();
    void add_flows(const EpochLog& log, const HostSlice& slice);
    std::uint64_t flows_last_seen_in(const EpochLog& log, std::uint32_t number, const HostSlice& slice,
                                     const Rule& rule) const;
    void forget_if_over_full();
    void forget_records(std::uint32_t number);
    void drop_if_over_full();
    void judge(const HostSlice& slice, std::int64_t now_s);
    void close_quiet(std::int64_t now_s, std::vector<Finding>& findings);
    void take_peaks(std::int64_t now_s);
    void take_figures(HostPlace place, Case& open);
    Finding figures_now(HostPlace place, Case& open);
    void close(HostPlace place, Case& open, bool still_exceeded, std::vector<Finding>& findings);
    void close_all(bool input_ended, std::vector<Finding>& findings);

    const FlowStore& flows_;
    const HostTable& hosts_;
    std::uint32_t externals_max_;
    std::vector<Rule> rules_;
    std::array<std::size_t, 2> columns_{};            // number of rules per direction
    std::array<std::vector<std::uint64_t>, 2> sums_;  // per direction: host * columns + column
    std::array<std::vector<std::uint32_t>, 2>
        last_seen_;  // per direction and flow: number + 1 of its last log
    std::int64_t longest_window_s_ = 0;
    WindowHistory history_;
    std::uint64_t records_forgotten_ = 0;
    std::map<CaseKey, Case> open_;
    std::uint64_t cases_opened_ = 0;
};

}  // namespace flowlock
