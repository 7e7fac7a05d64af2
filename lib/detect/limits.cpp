// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limits.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "detect/attack_vector.hpp"

namespace flowlock {
namespace {

constexpr std::array directions{Direction::out, Direction::in};

std::size_t index_of(Direction direction) noexcept {
    return static_cast<std::size_t>(direction);
}

bool look_at_the_same(const LimitRule& a, const LimitRule& b) {
    return counts_the_same(a, b) && a.group == b.group;
}

auto find_rule(const std::vector<LimitRule>& rules, const LimitRule& wanted) {
    return std::find_if(rules.begin(), rules.end(), [&](const LimitRule& rule) {
        return rule.name == wanted.name && look_at_the_same(rule, wanted);
    });
}

// By an allowance's number in records, its number in the other list: that of the first one with its reason, or
// allowance_gone.
std::vector<std::uint8_t> places_of(const std::vector<Allowance>& before,
                                    const std::vector<Allowance>& after) {
    std::vector<std::uint8_t> places{0};
    for (const Allowance& allowance : before) {
        const auto found = std::find_if(after.begin(), after.end(), [&](const Allowance& other) {
            return other.reason == allowance.reason;
        });
        places.push_back(found == after.end() ? allowance_gone
                                              : static_cast<std::uint8_t>(found - after.begin() + 1));
    }
    return places;
}

}  // namespace

LimitDetector::LimitDetector(const LimitOptions& options, const FlowStore& flows, const HostTable& hosts,
                             const HistorySizes& sizes, std::uint32_t externals_max, const HashKey& secret)
    : flows_(flows), hosts_(hosts), externals_max_(externals_max), sums_(flows, hosts, sizes, secret) {
    set_rules(options, false);
}

void LimitDetector::set_rules(const LimitOptions& options, bool keep_sums) {
    options_ = options;
    const auto columns = sums_.set_rules(options, keep_sums);
    rules_.clear();
    longest_quiet_ = {};
    rules_of_group_.assign(options.groups.size() + 1, {});
    strictest_of_group_.assign(options.groups.size() + 1, {});
    for (std::size_t i = 0; i < options.rules.size(); ++i) {
        const LimitRule& rule = options.rules[i];
        rules_.push_back({.rule = rule,
                          .columns = columns[i],
                          .sum_max = rule.per_second * static_cast<std::uint64_t>(rule.window.count()),
                          .classes = classes_of(rule),
                          .groups = LimitSums::groups_of(rule, options)});
        longest_quiet_ = std::max(longest_quiet_, rule.quiet_time);
        if (rule.per != Scope::host) continue;
        for (std::size_t group = 0; group < rules_of_group_.size(); ++group)
            if (rules_[i].groups[group]) rules_of_group_[group][index_of(rule.direction)].push_back(i);
    }
    waiting_.clear();
}

LimitDetector::CaseKey LimitDetector::key_of(const Rule& rule, std::uint32_t subject,
                                             bool allowed) const noexcept {
    return {.scope = rule.rule.per,
            .subject = subject,
            .direction = rule.rule.direction,
            .metric = rule.rule.metric,
            .allowed = allowed};
}

// An epoch that went on beyond its second brings more seconds into the window than the window has.
std::uint64_t LimitDetector::allowed(const Rule& rule) const noexcept {
    return rule.sum_max +
           rule.rule.per_second * static_cast<std::uint64_t>(sums_.extra_s(rule.columns.counted));
}

void LimitDetector::advance(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    const std::int64_t now_s = epoch.name.start_s;
    const WindowHistory& history = sums_.history();
    const bool set_back = !history.empty() && now_s < history.newest().start_s;
    // A window over a clock that was set back would add up what did not happen together: all windows begin
    // anew.
    if (set_back) close_all(false, findings);
    const std::int64_t before_s = history.empty() ? now_s : history.newest().start_s;

    sums_.begin(epoch);
    bridge_pause(now_s - epoch_length.count());
    // What comes after a long pause is another case.
    close_quiet(now_s - epoch_length.count(), findings);
    sums_.add_newest();
    allowed_.clear();
    for (const Rule& rule : rules_) allowed_.push_back(allowed(rule));
    judge_hosts(now_s);
    judge_waiting(Scope::host, now_s);
    judge_networks(now_s);
    judge_waiting(Scope::network, now_s);
    judge_groups(now_s);
    judge_waiting(Scope::group, now_s);
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.exceeded_s != now_s; });
    take_peaks(now_s);
    close_quiet(now_s, findings);
    // The window that ended with the epoch before is still needed when a peak turns out to have been one.
    sums_.trim(std::min(before_s, now_s) - sums_.longest_window_s() + 1);
}

// Whoever sent or received nothing in this epoch does not exceed a limit that it did not exceed before; who did may
// have waited long enough by now: judge_waiting(). Few hosts exceed any, so all sums of a host are first compared with
// the strictest limit on each, which needs no look at rules.
void LimitDetector::judge_hosts(std::int64_t now_s) {
    find_strictest();
    for (const HostSlice& slice : history().newest().slices) {
        if (hosts_.is_outsiders(slice.place.host())) continue;
        const GroupNumber group = hosts_.group_of(slice.place.host());
        const std::size_t direction = index_of(slice.place.direction());
        const auto sums = sums_.sums_of(slice.place);
        const auto& strictest = strictest_of_group_[group][direction];
        bool exceeded = false;
        for (std::size_t i = 0; i < sums.size(); ++i) exceeded |= sums[i] > strictest[i];
        if (!exceeded) continue;
        for (const std::size_t i : rules_of_group_[group][direction])
            judge(i, slice.place.host(), allowed_[i], now_s);
    }
}

void LimitDetector::find_strictest() {
    constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t group = 0; group < rules_of_group_.size(); ++group)
        for (const Direction direction : directions) {
            auto& strictest = strictest_of_group_[group][index_of(direction)];
            strictest.assign(sums_.columns(Scope::host, direction), no_limit);
            for (const std::size_t i : rules_of_group_[group][index_of(direction)]) {
                std::uint64_t& limit = strictest[rules_[i].columns.with_allowed.index];
                limit = std::min(limit, allowed_[i]);
            }
        }
}

void LimitDetector::judge_networks(std::int64_t now_s) {
    list_networks_with_cases();
    for (const Direction direction : directions) {
        const auto is_of_networks = [&](const Rule& rule) {
            return rule.rule.per == Scope::network && rule.rule.direction == direction;
        };
        if (std::none_of(rules_.begin(), rules_.end(), is_of_networks)) continue;
        touched_.clear();
        for (const HostSlice& slice : history().newest().slices)
            if (slice.place.direction() == direction)
                touched_.push_back(hosts_.network_of(slice.place.host()));
        std::sort(touched_.begin(), touched_.end());
        touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            if (!is_of_networks(rules_[i])) continue;
            for (const NetworkNumber network : touched_)
                if (network != HostNetworks::none) judge(i, network, allowed_[i], now_s);
        }
    }
}

void LimitDetector::judge_groups(std::int64_t now_s) {
    for (std::size_t i = 0; i < rules_.size(); ++i)
        if (has_one_subject(rules_[i].rule.per)) judge(i, 0, allowed_[i], now_s);
}

void LimitDetector::judge(std::size_t rule, std::uint32_t subject, std::uint64_t sum_max,
                          std::int64_t now_s) {
    const Rule& judged = rules_[rule];
    if (sum(judged, subject, true) <= sum_max) return;
    const bool with_allowed = sum(judged, subject, false) <= sum_max;
    if (!with_allowed && !options_.allowances.empty()) has_waited({rule, subject, true}, now_s);
    CaseKey key = key_of(judged, subject, with_allowed);
    // A group's sums are the rule's own; its cases are told apart by the group.
    if (key.scope == Scope::group) {
        const auto named = std::find(judged.groups.begin() + 1, judged.groups.end(), true);
        const bool is_named = judged.rule.group != "*" && named != judged.groups.end();
        key.subject = is_named ? static_cast<std::uint32_t>(named - judged.groups.begin()) : 0;
    }
    exceed(rule, key, now_s);
    // With allowed traffic it is exceeded, too: an exonerated case goes on.
    key.allowed = true;
    if (!with_allowed && open_.contains(key)) exceed(rule, key, now_s);
}

void LimitDetector::exceed(std::size_t rule, const CaseKey& key, std::int64_t now_s) {
    const Rule& exceeded = rules_[rule];
    const WaitingKey waiting{rule, key.scope == Scope::group ? 0 : key.subject, key.allowed};
    auto at = open_.find(key);
    if (at == open_.end()) {
        if (!has_waited(waiting, now_s)) return;
        CaseKey locked = key;
        locked.allowed = false;
        if (key.allowed && open_.contains(locked)) return;
        if (key.scope == Scope::network && host_has_case_in(key)) return;
        at = open_.try_emplace(key).first;
        open(exceeded, key, at->second, now_s);
    }
    Case& open = at->second;
    auto excess = std::find_if(open.excesses.begin(), open.excesses.end(),
                               [&](const Excess& each) { return each.rule == rule; });
    if (excess == open.excesses.end()) {
        const LimitRule& limit = exceeded.rule;
        open.excesses.push_back({.rule = rule,
                                 .trigger = {.rule = limit.name,
                                             .metric = limit.metric,
                                             .threshold = limit.per_second,
                                             .window_s = static_cast<std::uint32_t>(limit.window.count()),
                                             .first_exceeded = end_of_epoch(exceeded_since(waiting, now_s))},
                                 .figures = {}});
        excess = std::prev(open.excesses.end());
        if (open.excesses.size() == 1) open.finding.trigger = excess->trigger;
    }
    excess->exceeded_s = now_s;
    waiting_.erase(waiting);
}

std::int64_t LimitDetector::exceeded_since(const WaitingKey& key, std::int64_t now_s) const {
    const auto waiting = waiting_.find(key);
    const bool is_so_since =
        waiting != waiting_.end() && now_s - waiting->second.exceeded_s <= epoch_length.count();
    return is_so_since ? waiting->second.since_s : now_s;
}

// Before the newest epoch counts: whose window is over the limit even without it has been over it until now, whatever
// pauses there were. With it, it need not be: flows may have become another class's.
void LimitDetector::bridge_pause(std::int64_t last_s) {
    for (auto& [key, open] : open_) {
        const std::uint32_t subject = summed_subject(key);
        for (Excess& excess : open.excesses)
            if (is_exceeded(rules_[excess.rule], subject, key.allowed))
                excess.exceeded_s = std::max(excess.exceeded_s, last_s);
        // Between epochs there may have been none.
        if (open.excesses.front().exceeded_s < last_s) open.was_exceeded = false;
    }
    for (auto& [key, waiting] : waiting_)
        if (is_exceeded(rules_[key.rule], key.subject, key.allowed))
            waiting.exceeded_s = std::max(waiting.exceeded_s, last_s);
}

// Also those who were judged before another of their limits opened a case, which names them all.
void LimitDetector::judge_waiting(Scope scope, std::int64_t now_s) {
    waited_.clear();
    for (const auto& [key, waiting] : waiting_)
        if (rules_[key.rule].rule.per == scope) waited_.push_back(key);
    for (const WaitingKey& key : waited_) judge(key.rule, key.subject, allowed_[key.rule], now_s);
}

// Whether the limit has been exceeded in every epoch for its open_time.
bool LimitDetector::has_waited(const WaitingKey& key, std::int64_t now_s) {
    const std::chrono::seconds open_time = rules_[key.rule].rule.open_time;
    if (open_time.count() == 0) return true;
    Waiting& waiting = waiting_.try_emplace(key, Waiting{now_s, now_s}).first->second;
    if (now_s - waiting.exceeded_s > epoch_length.count()) waiting.since_s = now_s;
    waiting.exceeded_s = now_s;
    return now_s - waiting.since_s >= open_time.count();
}

void LimitDetector::list_networks_with_cases() {
    for (auto& networks : networks_with_cases_) networks.clear();
    for (const auto& [key, open] : open_)
        if (key.scope == Scope::host && !key.allowed)
            networks_with_cases_[index_of(key.direction)].push_back(hosts_.network_of(key.subject));
    for (auto& networks : networks_with_cases_) std::sort(networks.begin(), networks.end());
}

bool LimitDetector::host_has_case_in(const CaseKey& network) const {
    const auto& networks = networks_with_cases_[index_of(network.direction)];
    return std::binary_search(networks.begin(), networks.end(), network.subject);
}

bool LimitDetector::has_open_case(HostId host) const noexcept {
    const auto at = open_.lower_bound({.scope = Scope::host, .subject = host});
    return at != open_.end() && at->first.scope == Scope::host && at->first.subject == host;
}

// A host may have come into a group for which another rule takes the place of this one.
bool LimitDetector::is_for(const LimitRule& rule, const LimitOptions& options, const CaseKey& key) const {
    return key.scope != Scope::host || LimitSums::groups_of(rule, options)[hosts_.group_of(key.subject)];
}

void LimitDetector::settle_figures() {
    for (auto& [key, open] : open_) take_new_figures(key, open);
}

void LimitDetector::change_rules(const LimitOptions& options, std::uint32_t externals_max, bool judged_anew,
                                 std::vector<Finding>& findings) {
    externals_max_ = externals_max;
    const auto& rules = options.rules;
    const bool same_groups = options.groups == options_.groups;
    for (auto at = open_.begin(); at != open_.end();) {
        Case& open = at->second;
        std::vector<Excess> kept;
        for (const Excess& excess : open.excesses) {
            const auto found = find_rule(rules, rules_[excess.rule].rule);
            if (found == rules.end() || !is_for(*found, options, at->first)) continue;
            kept.push_back(excess);
            kept.back().rule = static_cast<std::size_t>(found - rules.begin());
        }
        // Its figures are those of the rule that opened it, and cases of groups go by the groups' numbers.
        const bool goes_on = !kept.empty() &&
                             kept.front().trigger.rule == open.excesses.front().trigger.rule &&
                             (same_groups || at->first.scope == Scope::host);
        if (goes_on) {
            open.excesses = std::move(kept);
            ++at;
        } else {
            close(at->first, open, false, findings);
            at = open_.erase(at);
        }
    }
    const std::vector<std::uint8_t> places = places_of(options_.allowances, options.allowances);
    const bool same_allowances =
        options.allowances.size() == options_.allowances.size() &&
        std::equal(places.begin(), places.end(), places_of(options_.allowances, options_.allowances).begin());
    if (!same_allowances) sums_.renumber_allowances(places);
    // Where only names and thresholds differ, the sums are right as they are.
    const bool same_sums = same_groups && same_allowances && !judged_anew &&
                           options.sampling == options_.sampling &&
                           std::equal(rules.begin(), rules.end(), options_.rules.begin(),
                                      options_.rules.end(), look_at_the_same);
    set_rules(options, same_sums);
}

void LimitDetector::close_outside(const PrefixSet& internal, std::vector<Finding>& findings) {
    for (auto at = open_.begin(); at != open_.end();) {
        if (internal.contains(at->second.finding.host)) {
            ++at;
            continue;
        }
        close(at->first, at->second, false, findings);
        at = open_.erase(at);
    }
}

}  // namespace flowlock
