// SPDX-License-Identifier: BSD-3-Clause
// Limits: which host sent or received more than a rule allows, over a sliding window of whole epochs; or which
// network, or group.
//
// After each epoch the sum of a rule's metric over the window that ends with that epoch (limit_sums.hpp) is compared
// with per_second * window. A window that has only begun to fill counts what it has, so a flood is found in the
// epoch in which it passes the limit, not when the window is over. A case opens when a limit has been exceeded for
// its open_time, and stays open until no rule that was exceeded has been so for its quiet_time: for so many whole
// epochs, so that what exceeds it again in the next one is still the same case. Its figures are
// those of the window with the highest sum of the rule that opened it. Rules of one metric share a case: one flood,
// one report, which names them all. A network's case does not open while one of its hosts has one: then it is that
// host who is attacked, or attacks. What is exceeded only with traffic that the configuration allows makes an
// exonerated finding. Owned by the control core.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "detect/finding.hpp"
#include "detect/limit_rule.hpp"
#include "detect/limit_sums.hpp"
#include "detect/window_figures.hpp"

namespace flowlock {

class LimitDetector {
public:
    // The stores outlive the detector; externals_max as in ReportOptions.
    LimitDetector(const LimitOptions& options, const FlowStore& flows, const HostTable& hosts,
                  const HistorySizes& sizes, std::uint32_t externals_max, const HashKey& secret = {});

    // Judges the next epoch. Findings of cases that closed are appended to `findings`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& findings);
    // Before the hosts' groups or networks change: figures of peaks are taken while they are as they were.
    void settle_figures();
    // Between two epochs. The history stays, and the new rules' sums are those of what it holds. Cases stay open
    // whose rule is still there, by name and by what it looks at, and for the host; the others are closed.
    // `judged_anew`: the hosts of flows have changed since the last epoch. What was allowed stays so, for the same
    // reason if there still is an allowance of that reason.
    void change_rules(const LimitOptions& options, std::uint32_t externals_max, bool judged_anew,
                      std::vector<Finding>& findings);
    // Closes the cases of hosts that are not in these networks, before flows are judged by them.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& findings);
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the
    // finding with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) {
        // By name: clang 14 captures no structured binding.
        for (auto& entry : open_)
            act(entry.second.finding, [&] { return figures_now(entry.first, entry.second); });
    }
    // No more epochs will come: what is still open is appended.
    void finish(std::vector<Finding>& findings);
    // Gives up the records of epochs that started before this time, so that no log refers to their flows.
    void forget_records_before(std::int64_t start_s) { sums_.forget_records_before(start_s); }
    // Before its record is gone.
    void forget(FlowId flow) { sums_.forget(flow); }
    // What it remembers: no log refers to a flow that was last seen before records_begin_s(), or to a host that
    // was before begin_s(); cases may refer to a host for longer.
    const WindowHistory& history() const noexcept { return sums_.history(); }
    bool has_open_case(HostId host) const noexcept;
    std::chrono::seconds longest_window() const noexcept {
        return std::chrono::seconds{sums_.longest_window_s()};
    }
    // How long before its end a case may have begun to be quiet, and its window.
    std::chrono::seconds looks_back() const noexcept { return longest_window() + longest_quiet_; }
    // Records and slices given up because there were too many, or too many flows. Without records the external
    // addresses of old epochs are not listed, and flow sums are lower bounds; without slices all sums of long windows
    // are.
    std::uint64_t records_forgotten() const noexcept { return sums_.forgotten(); }

private:
    struct Rule {
        LimitRule rule;
        LimitSums::RuleColumns columns;
        std::uint64_t sum_max;     // in the metric's own count: packets, bytes * 8, flows, addresses
        ClassMask classes;         // that it counts
        std::vector<bool> groups;  // whose hosts it counts
    };
    struct CaseKey {
        Scope scope = Scope::host;
        std::uint32_t subject = 0;  // host, network or group
        Direction direction = Direction::out;
        Metric metric = Metric::packets;
        bool allowed = false;  // exceeded with allowed traffic only

        friend auto operator<=>(const CaseKey&, const CaseKey&) = default;
    };
    // A rule that was exceeded in a case.
    struct Excess {
        std::size_t rule = 0;  // index into rules_
        Trigger trigger;
        std::uint64_t peak = 0;
        std::int64_t peak_s = 0;      // start of the epoch with which the peak window ends
        std::int64_t exceeded_s = 0;  // start of the last epoch in which it was exceeded
        bool peak_is_new = false;     // its figures have not been taken yet
        FurtherWindow figures;        // where it is not the first of its case
    };
    struct Case {
        Finding finding;
        std::vector<Excess> excesses;  // the first one opened it, and gives the figures
        bool was_exceeded = false;     // the first rule, in the newest epoch
    };
    // How long a limit has been exceeded that has an open_time. What is exceeded without allowed traffic is so with it.
    struct WaitingKey {
        std::size_t rule = 0;
        std::uint32_t subject = 0;  // as in LimitSums
        bool allowed = false;

        friend auto operator<=>(const WaitingKey&, const WaitingKey&) = default;
    };
    struct Waiting {
        std::int64_t since_s = 0;
        std::int64_t exceeded_s = 0;
    };

    static bool has_one_subject(Scope scope) noexcept {
        return scope == Scope::group || scope == Scope::outside;
    }
    // Where the sums of a case's rules are.
    static std::uint32_t summed_subject(const CaseKey& key) noexcept {
        return has_one_subject(key.scope) ? 0 : key.subject;
    }
    void set_rules(const LimitOptions& options, bool keep_sums);
    CaseKey key_of(const Rule& rule, std::uint32_t subject, bool allowed) const noexcept;
    std::uint64_t allowed(const Rule& rule) const noexcept;
    std::uint64_t sum(const Rule& rule, std::uint32_t subject, bool with_allowed) const noexcept {
        return sums_.sum(with_allowed ? rule.columns.with_allowed : rule.columns.counted, subject);
    }
    bool is_exceeded(const Rule& rule, std::uint32_t subject, bool with_allowed) const noexcept {
        return sum(rule, subject, with_allowed) > allowed(rule);
    }
    void judge_hosts(std::int64_t now_s);
    void find_strictest();
    void judge_networks(std::int64_t now_s);
    void judge_groups(std::int64_t now_s);
    void judge(std::size_t rule, std::uint32_t subject, std::uint64_t sum_max, std::int64_t now_s);
    void exceed(std::size_t rule, const CaseKey& key, std::int64_t now_s);
    void bridge_pause(std::int64_t last_s);
    void judge_waiting(Scope scope, std::int64_t now_s);
    bool has_waited(const WaitingKey& key, std::int64_t now_s);
    std::int64_t exceeded_since(const WaitingKey& key, std::int64_t now_s) const;
    void list_networks_with_cases();
    bool is_for(const LimitRule& rule, const LimitOptions& options, const CaseKey& key) const;
    bool host_has_case_in(const CaseKey& network) const;
    void open(const Rule& rule, const CaseKey& key, Case& opened, std::int64_t now_s);
    bool is_quiet(const Case& open, std::int64_t last_s) const;
    void close_quiet(std::int64_t last_s, std::vector<Finding>& findings);
    void take_peaks(std::int64_t now_s);
    bool has_figures(const Case& open, const Excess& excess) const;
    void take_figures(const CaseKey& key, Case& open, Excess& excess);
    void take_new_figures(const CaseKey& key, Case& open);
    void fill(const CaseKey& key, const Excess& excess, Finding& finding);
    WindowSubject subject_of(const CaseKey& key, const Rule& rule) const;
    Finding figures_now(const CaseKey& key, Case& open);
    void close(const CaseKey& key, Case& open, bool still_exceeded, std::vector<Finding>& findings);
    void close_all(bool input_ended, std::vector<Finding>& findings);

    const FlowStore& flows_;
    const HostTable& hosts_;
    std::uint32_t externals_max_;
    LimitOptions options_;
    LimitSums sums_;
    std::vector<Rule> rules_;
    // For each rule, in this epoch: what its sum may be. For each group and direction: the rules of its hosts.
    std::vector<std::uint64_t> allowed_;
    std::vector<std::array<std::vector<std::size_t>, 2>> rules_of_group_;
    // … and what each of their sums may be by the strictest of these rules.
    std::vector<std::array<std::vector<std::uint64_t>, 2>> strictest_of_group_;
    std::map<CaseKey, Case> open_;
    std::map<WaitingKey, Waiting> waiting_;  // exceeded in the newest epoch
    // Scratch of judging networks: those with traffic, and those of hosts that have a case in this direction.
    std::vector<NetworkNumber> touched_;
    std::array<std::vector<NetworkNumber>, 2> networks_with_cases_;
    std::vector<WaitingKey> waited_;  // scratch
    std::chrono::seconds longest_quiet_{0};
    std::uint64_t cases_opened_ = 0;
};

}  // namespace flowlock
