// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limits.hpp"

#include <algorithm>

#include "detect/window_figures.hpp"

namespace flowlock {
namespace {

std::size_t index_of(Direction direction) noexcept {
    return static_cast<std::size_t>(direction);
}

Kind kind_of(Metric metric) noexcept {
    if (metric == Metric::bits) return Kind::bandwidth_limit;
    if (metric == Metric::flows) return Kind::flow_limit;
    return Kind::packet_limit;
}

}  // namespace

LimitDetector::LimitDetector(const std::vector<LimitRule>& rules, const FlowStore& flows,
                             const HostTable& hosts, const HistorySizes& sizes, std::uint32_t externals_max)
    : flows_(flows), hosts_(hosts), externals_max_(externals_max), history_(sizes) {
    set_rules(rules);
}

void LimitDetector::set_rules(const std::vector<LimitRule>& rules) {
    rules_.clear();
    columns_ = {};
    longest_window_s_ = 0;
    for (const LimitRule& rule : rules) {
        const auto window_s = rule.window.count();
        longest_window_s_ = std::max<std::int64_t>(longest_window_s_, window_s);
        rules_.push_back({.rule = rule,
                          .sum_max = rule.per_second * static_cast<std::uint64_t>(window_s),
                          .column = columns_[index_of(rule.direction)]++});
    }
}

std::uint64_t& LimitDetector::sum(const Rule& rule, HostPlace place) noexcept {
    const std::size_t direction = index_of(place.direction());
    return sums_[direction][place.host() * columns_[direction] + rule.column];
}

std::uint64_t LimitDetector::value(const HostSlice& slice, const Rule& rule) const noexcept {
    const Volume& volume = slice.volume[static_cast<std::size_t>(rule.rule.protocol)];
    return rule.rule.metric == Metric::bits ? volume.bytes * 8 : volume.packets;
}

std::uint64_t LimitDetector::unrecorded_flows(const HostSlice& slice, const Rule& rule) noexcept {
    return slice.volume[static_cast<std::size_t>(rule.rule.protocol)].unrecorded_flows;
}

// An epoch that went on beyond its second brings more seconds into the window than the window has.
std::uint64_t LimitDetector::allowed(const Rule& rule) const noexcept {
    return rule.sum_max + rule.rule.per_second * static_cast<std::uint64_t>(history_.extra_s(rule.expired));
}

bool LimitDetector::has_flow_rule(Direction direction) const noexcept {
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        return rule.rule.metric == Metric::flows && rule.rule.direction == direction;
    });
}

void LimitDetector::advance(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    const std::int64_t now_s = epoch.name.start_s;
    const bool set_back = !history_.empty() && now_s < history_.newest().start_s;
    // A window over a clock that was set back would add up what did not happen together: all windows begin
    // anew.
    if (set_back) close_all(false, findings);
    const std::int64_t before_s = history_.empty() ? now_s : history_.newest().start_s;

    history_.add(epoch);
    make_room(epoch);
    expire(now_s);
    close_quiet(now_s, findings);
    add_newest();
    for (const HostSlice& slice : history_.newest().slices) judge(slice, now_s);
    take_peaks(now_s);
    // The window that ended with the epoch before is still needed when a peak turns out to have been one.
    history_.drop_started_before(std::min(before_s, now_s) - longest_window_s_ + 1);
    forget_if_over_full();
    drop_if_over_full();
}

void LimitDetector::make_room(const MergedEpoch& epoch) {
    for (const Direction direction : {Direction::out, Direction::in}) {
        const std::size_t needed = std::size_t{hosts_.end_id()} * columns_[index_of(direction)];
        if (sums_[index_of(direction)].size() < needed) sums_[index_of(direction)].resize(needed);
        if (!has_flow_rule(direction)) continue;
        auto& last_seen = last_seen_[index_of(direction)];
        last_seen.resize(flows_.end_id());
        for (const FlowId id : epoch.new_flows) last_seen[id] = 0;  // the id may have been another flow's
    }
}

void LimitDetector::expire(std::int64_t now_s) {
    for (Rule& rule : rules_) {
        const std::int64_t keep_after_s = now_s - rule.rule.window.count();
        for (; rule.expired < history_.end_number(); ++rule.expired) {
            const EpochLog& log = history_.log(rule.expired);
            if (log.start_s > keep_after_s) break;
            expire_log(rule, log, rule.expired);
        }
    }
}

void LimitDetector::expire_log(Rule& rule, const EpochLog& log, std::uint32_t number) {
    for (const HostSlice& slice : log.slices)
        if (slice.place.direction() == rule.rule.direction)
            sum(rule, slice.place) -= share_of(rule, log, number, slice);
}

// What this log adds to a sum, if it is in the rule's window.
std::uint64_t LimitDetector::share_of(const Rule& rule, const EpochLog& log, std::uint32_t number,
                                      const HostSlice& slice) const {
    if (rule.rule.metric != Metric::flows) return value(slice, rule);
    return flows_last_seen_in(log, number, slice, rule) + unrecorded_flows(slice, rule);
}

// A flow counts in a window as long as the epoch in which it was last seen is in the window; so of a log that
// leaves only those flows are subtracted that were not seen since.
std::uint64_t LimitDetector::flows_last_seen_in(const EpochLog& log, std::uint32_t number,
                                                const HostSlice& slice, const Rule& rule) const {
    const auto& last_seen = last_seen_[index_of(slice.place.direction())];
    std::uint64_t count = 0;
    for (const FlowTraffic& record : log.records_of(slice)) {
        if (!is_of(record, slice)) continue;
        const FlowKey& key = flows_[record.flow].key;
        const bool counts = rule.rule.protocol == ProtocolClass::any ||
                            rule.rule.protocol == protocol_class_of(key.protocol, key.family);
        if (counts && last_seen[record.flow] == number + 1) ++count;
    }
    return count;
}

void LimitDetector::add_newest() {
    const EpochLog& log = history_.newest();
    for (const HostSlice& slice : log.slices) {
        for (const Rule& rule : rules_)
            if (rule.rule.direction == slice.place.direction() && rule.rule.metric != Metric::flows)
                sum(rule, slice.place) += value(slice, rule);
        if (has_flow_rule(slice.place.direction())) add_flows(log, slice);
    }
}

void LimitDetector::add_flows(const EpochLog& log, const HostSlice& slice) {
    auto& last_seen = last_seen_[index_of(slice.place.direction())];
    const std::uint32_t newest = history_.end_number() - 1;
    for (const Rule& rule : rules_)
        if (rule.rule.metric == Metric::flows && rule.rule.direction == slice.place.direction())
            sum(rule, slice.place) += unrecorded_flows(slice, rule);
    for (const FlowTraffic& record : log.records_of(slice)) {
        const FlowKey& key = flows_[record.flow].key;
        const ProtocolClass protocol = protocol_class_of(key.protocol, key.family);
        for (const Rule& rule : rules_) {
            if (rule.rule.metric != Metric::flows || rule.rule.direction != slice.place.direction()) continue;
            if (rule.rule.protocol != ProtocolClass::any && rule.rule.protocol != protocol) continue;
            if (last_seen[record.flow] <= rule.expired) ++sum(rule, slice.place);
        }
        last_seen[record.flow] = newest + 1;
    }
}

void LimitDetector::forget_if_over_full() {
    while (const auto number = history_.over_full()) forget_records(*number);
}

void LimitDetector::forget_records_before(std::int64_t start_s) {
    for (;;) {
        const std::uint32_t number = history_.records_begin_number();
        if (number == history_.end_number() || history_.log(number).start_s >= start_s) return;
        forget_records(number);
    }
}

// Without its records a log cannot be asked later which of its flows were not seen since. So they leave all
// windows now, as if they had not been there: flow sums can be too low then, never too high.
void LimitDetector::forget_records(std::uint32_t number) {
    const EpochLog& log = history_.log(number);
    for (const HostSlice& slice : log.slices) {
        for (const Rule& rule : rules_)
            if (rule.rule.metric == Metric::flows && rule.rule.direction == slice.place.direction() &&
                number >= rule.expired)
                sum(rule, slice.place) -= flows_last_seen_in(log, number, slice, rule);
        auto& last_seen = last_seen_[index_of(slice.place.direction())];
        if (last_seen.empty()) continue;
        for (const FlowTraffic& record : log.records_of(slice))
            if (last_seen[record.flow] == number + 1) last_seen[record.flow] = 0;
    }
    records_forgotten_ += log.records.size();
    history_.forget_records(number);
}

// The oldest epochs leave all windows before their time: sums can be too low then, never too high.
void LimitDetector::drop_if_over_full() {
    while (history_.has_too_many_slices()) {
        const std::uint32_t number = history_.begin_number();
        const EpochLog& log = history_.log(number);
        for (Rule& rule : rules_) {
            if (rule.expired > number) continue;
            expire_log(rule, log, number);
            rule.expired = number + 1;
        }
        records_forgotten_ += log.records.size() + log.slices.size();
        history_.drop_oldest();
    }
}

bool LimitDetector::has_open_case(HostId host) const noexcept {
    const auto at = open_.lower_bound({HostPlace::of(host, Direction::out), Metric::packets});
    return at != open_.end() && at->first.first.host() == host;
}

void LimitDetector::judge(const HostSlice& slice, std::int64_t now_s) {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const Rule& rule = rules_[i];
        if (rule.rule.direction != slice.place.direction() || sum(rule, slice.place) <= allowed(rule))
            continue;
        const auto [at, opened] = open_.try_emplace({slice.place, rule.rule.metric},
                                                    Case{.rule = i, .rule_after_change = i, .finding = {}});
        Case& open = at->second;
        open.exceeded_s = now_s;
        if (!opened) continue;
        Finding& finding = open.finding;
        finding.case_number = ++cases_opened_;
        finding.reason = Reason::attack;
        finding.kind = kind_of(rule.rule.metric);
        finding.direction = rule.rule.direction;
        finding.protocol = rule.rule.protocol;
        finding.group = rule.rule.group;
        finding.host = hosts_.address(slice.place.host());
        finding.opened = end_of_epoch(now_s);
        finding.trigger = {.rule = rule.rule.name,
                           .metric = rule.rule.metric,
                           .threshold = rule.rule.per_second,
                           .window_s = static_cast<std::uint32_t>(rule.rule.window.count())};
    }
}

// Before the newest epoch counts: what comes after a long pause is another case. A host that fell silent has
// no slice to be judged by, but its window may still be over the limit.
void LimitDetector::close_quiet(std::int64_t now_s, std::vector<Finding>& findings) {
    for (auto at = open_.begin(); at != open_.end();) {
        const HostPlace place = at->first.first;
        Case& open = at->second;
        for (const Rule& rule : rules_)
            if (rule.rule.direction == place.direction() && rule.rule.metric == at->first.second &&
                sum(rule, place) > allowed(rule))
                open.exceeded_s = now_s;
        if (now_s - open.exceeded_s < quiet_time.count()) {
            ++at;
            continue;
        }
        close(place, open, false, findings);
        at = open_.erase(at);
    }
}

// A window that is higher than all before it is remembered, and its figures are taken when the next one is
// not.
void LimitDetector::take_peaks(std::int64_t now_s) {
    for (auto& [key, open] : open_) {
        const std::uint64_t now = sum(rules_[open.rule], key.first);
        if (now > open.peak) {
            open.peak = now;
            open.peak_s = now_s;
            open.peak_is_new = true;
        } else if (open.peak_is_new) {
            take_figures(key.first, open);
        }
    }
}

// Figures of the peak window. The logs it needs are still there: it ended with the newest epoch or the one
// before.
void LimitDetector::take_figures(HostPlace place, Case& open) {
    const Rule& rule = rules_[open.rule];
    open.peak_is_new = false;
    fill_window_figures({.history = history_,
                         .flows = flows_,
                         .place = place,
                         .protocol = rule.rule.protocol,
                         .after_s = open.peak_s - rule.rule.window.count(),
                         .until_s = open.peak_s,
                         .externals_max = externals_max_},
                        open.finding);
    open.finding.trigger.value = open.peak / static_cast<std::uint64_t>(rule.rule.window.count());
}

Finding LimitDetector::figures_now(HostPlace place, Case& open) {
    if (open.peak_is_new) take_figures(place, open);
    return open.finding;
}

void LimitDetector::close(HostPlace place, Case& open, bool still_exceeded, std::vector<Finding>& findings) {
    if (open.peak_is_new) take_figures(place, open);
    if (!still_exceeded) open.finding.closed = end_of_epoch(open.exceeded_s);
    findings.push_back(std::move(open.finding));
}

void LimitDetector::close_all(bool input_ended, std::vector<Finding>& findings) {
    for (auto& [key, open] : open_)
        close(key.first, open, input_ended && open.exceeded_s == history_.newest().start_s, findings);
    open_.clear();
    // Only what the logs speak of can be other than zero; old numbers in last_seen_ are below every window
    // now.
    for (auto number = history_.begin_number(); number < history_.end_number(); ++number)
        for (const HostSlice& slice : history_.log(number).slices)
            for (const Rule& rule : rules_)
                if (rule.rule.direction == slice.place.direction()) sum(rule, slice.place) = 0;
    history_.clear();
    for (Rule& rule : rules_) rule.expired = history_.end_number();
}

void LimitDetector::finish(std::vector<Finding>& findings) {
    close_all(true, findings);
}

}  // namespace flowlock
