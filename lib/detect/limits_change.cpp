// SPDX-License-Identifier: BSD-3-Clause
// What a reload does to limits: other rules over the same history.
#include <algorithm>
#include <tuple>

#include "detect/limits.hpp"

namespace flowlock {
namespace {

bool look_at_the_same(const LimitRule& a, const LimitRule& b) {
    return std::tie(a.direction, a.metric, a.protocol, a.window, a.group) ==
           std::tie(b.direction, b.metric, b.protocol, b.window, b.group);
}

auto find_rule(const std::vector<LimitRule>& rules, const LimitRule& wanted) {
    return std::find_if(rules.begin(), rules.end(), [&](const LimitRule& rule) {
        return rule.name == wanted.name && look_at_the_same(rule, wanted);
    });
}

}  // namespace

void LimitDetector::change_rules(const std::vector<LimitRule>& rules, std::uint32_t externals_max,
                                 bool judged_anew, std::vector<Finding>& findings) {
    externals_max_ = externals_max;
    for (auto at = open_.begin(); at != open_.end();) {
        Case& open = at->second;
        const auto kept = find_rule(rules, rules_[open.rule].rule);
        if (kept != rules.end()) {
            open.rule_after_change = static_cast<std::size_t>(kept - rules.begin());
            ++at;
        } else {
            close(at->first.first, open, false, findings);
            at = open_.erase(at);
        }
    }
    for (auto& [key, open] : open_) open.rule = open.rule_after_change;

    // Where only names and thresholds differ, the sums are right as they are.
    const bool same_sums = std::equal(
        rules.begin(), rules.end(), rules_.begin(), rules_.end(),
        [](const LimitRule& after, const Rule& before) { return look_at_the_same(after, before.rule); });
    const std::vector<Rule> before = rules_;
    set_rules(rules);
    if (!same_sums || judged_anew) return add_up_anew();
    for (std::size_t i = 0; i < rules_.size(); ++i) rules_[i].expired = before[i].expired;
}

void LimitDetector::add_up_anew() {
    for (const Direction direction : {Direction::out, Direction::in}) {
        const auto index = static_cast<std::size_t>(direction);
        sums_[index].assign(std::size_t{hosts_.end_id()} * columns_[index], 0);
        fill_last_seen(direction);
    }
    for (Rule& rule : rules_) {
        rule.expired = history_.begin_number();
        while (rule.expired < history_.end_number() &&
               history_.log(rule.expired).start_s <= history_.newest().start_s - rule.rule.window.count())
            ++rule.expired;
        for (auto number = rule.expired; number < history_.end_number(); ++number) {
            const EpochLog& log = history_.log(number);
            for (const HostSlice& slice : log.slices)
                if (slice.place.direction() == rule.rule.direction)
                    sum(rule, slice.place) += share_of(rule, log, number, slice);
        }
    }
}

void LimitDetector::fill_last_seen(Direction direction) {
    auto& last_seen = last_seen_[static_cast<std::size_t>(direction)];
    last_seen.clear();
    if (!has_flow_rule(direction)) return;
    last_seen.resize(flows_.end_id());
    for (auto number = history_.begin_number(); number < history_.end_number(); ++number) {
        const EpochLog& log = history_.log(number);
        for (const HostSlice& slice : log.slices) {
            if (slice.place.direction() != direction) continue;
            for (const FlowTraffic& record : log.records_of(slice))
                if (is_of(record, slice)) last_seen[record.flow] = number + 1;
        }
    }
}

void LimitDetector::close_outside(const PrefixSet& internal, std::vector<Finding>& findings) {
    for (auto at = open_.begin(); at != open_.end();) {
        if (internal.contains(at->second.finding.host)) {
            ++at;
            continue;
        }
        close(at->first.first, at->second, false, findings);
        at = open_.erase(at);
    }
}

}  // namespace flowlock
