// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limit_sums.hpp"

#include <algorithm>
#include <numeric>

#include "detect/attack_vector.hpp"

namespace flowlock {
namespace {

constexpr std::array scopes{Scope::host, Scope::network, Scope::group, Scope::outside};
constexpr std::array directions{Direction::out, Direction::in};
constexpr std::uint32_t every_window = ~std::uint32_t{0};

std::size_t index_of(Direction direction) noexcept {
    return static_cast<std::size_t>(direction);
}

// The place of the value in the list, which gets it if it is not there.
template <class Value>
std::uint32_t place_in(std::vector<Value>& list, Value value) {
    const auto found = std::find(list.begin(), list.end(), value);
    if (found != list.end()) return static_cast<std::uint32_t>(found - list.begin());
    list.push_back(std::move(value));
    return static_cast<std::uint32_t>(list.size() - 1);
}

// Of flows, only those without a record; the others are counted one by one.
std::uint64_t amount_of(const ClassVolume& volume, Metric metric) noexcept {
    if (metric == Metric::packets) return volume.packets;
    if (metric == Metric::bits) return volume.bytes * 8;
    if (metric == Metric::flows) return volume.unrecorded_flows;
    return volume.new_externals;
}

}  // namespace

LimitSums::LimitSums(const FlowStore& flows, const HostTable& hosts, const HistorySizes& sizes,
                     const HashKey& secret)
    : flows_(flows), hosts_(hosts), history_(sizes), pairs_(flows, secret) {}

std::vector<LimitSums::RuleColumns> LimitSums::set_rules(const LimitOptions& options, bool keep_sums) {
    history_.set_sampling(options.sampling);
    const auto windows = std::move(windows_);
    const auto tables = std::move(tables_);
    windows_.clear();
    measures_ = {};
    tables_ = {};
    longest_window_s_ = 0;
    bool asks_for_pairs = false;
    std::vector<RuleColumns> columns;
    for (const LimitRule& rule : options.rules) {
        longest_window_s_ = std::max<std::int64_t>(longest_window_s_, rule.window.count());
        asks_for_pairs |= rule.metric == Metric::new_externals;
        Measure measure{rule.metric, flowlock::classes_of(rule), false};
        const Column counted = column_for(rule, measure, options);
        measure.with_allowed = !options.allowances.empty();
        columns.push_back({counted, column_for(rule, measure, options)});
    }
    for (const Direction direction : directions) {
        auto& all = all_measures_[index_of(direction)];
        all.resize(measures_[index_of(direction)].size());
        std::iota(all.begin(), all.end(), 0);
        for (const Scope scope : scopes) {
            Table& table = table_of(scope, direction);
            table.of_window.resize(windows_.size());
            for (std::uint32_t i = 0; i < table.columns.size(); ++i) {
                const TableColumn& column = table.columns[i];
                table.of_window[column.window].push_back(i);
                if (measures_[index_of(direction)][column.measure].metric == Metric::flows)
                    table.of_flows.push_back(i);
                place_in(windows_[column.window].measures[index_of(direction)], column.measure);
            }
        }
    }
    amounts_.resize(std::max(measures_[0].size(), measures_[1].size()));
    pairs_.enable(asks_for_pairs);
    if (!keep_sums) {
        if (asks_for_pairs) pairs_.count_anew();
        add_up_anew();
        return columns;
    }
    for (std::size_t i = 0; i < windows_.size(); ++i) windows_[i].expired = windows[i].expired;
    for (const Scope scope : scopes)
        for (const Direction direction : directions)
            table_of(scope, direction).sums =
                tables[static_cast<std::size_t>(scope)][index_of(direction)].sums;
    return columns;
}

// A rule for a named group takes the place of the one for "*" that counts the same, for the hosts of the group. But
// the total of all hosts is the total of all.
std::vector<bool> LimitSums::groups_of(const LimitRule& rule, const LimitOptions& options) {
    std::vector<bool> groups(options.groups.size() + 1, rule.group == "*");
    for (std::size_t i = 0; i < options.groups.size(); ++i) {
        if (rule.group != "*") {
            groups[i + 1] = options.groups[i].name == rule.group;
            continue;
        }
        if (rule.per == Scope::group) continue;
        for (const LimitRule& other : options.rules)
            if (other.group == options.groups[i].name && counts_the_same(other, rule)) groups[i + 1] = false;
    }
    return groups;
}

LimitSums::Column LimitSums::column_for(const LimitRule& rule, const Measure& measure,
                                        const LimitOptions& options) {
    Column column{.scope = rule.per, .direction = rule.direction, .index = 0, .window = 0};
    column.window = window_for(rule.window.count());
    TableColumn in_table{.window = column.window,
                         .measure = place_in(measures_[index_of(rule.direction)], measure),
                         .groups = {}};
    if (rule.per == Scope::network || rule.per == Scope::group) in_table.groups = groups_of(rule, options);
    column.index = place_in(table_of(rule.per, rule.direction).columns, std::move(in_table));
    return column;
}

std::uint32_t LimitSums::window_for(std::int64_t length_s) {
    for (std::uint32_t i = 0; i < windows_.size(); ++i)
        if (windows_[i].length_s == length_s) return i;
    windows_.push_back({.length_s = length_s, .expired = history_.end_number(), .measures = {}});
    return static_cast<std::uint32_t>(windows_.size() - 1);
}

// The columns of groups have one subject, and so have those of the outside.
std::uint32_t LimitSums::subject_of(Scope scope, HostId host) const noexcept {
    if (scope == Scope::host) return host;
    return scope == Scope::network ? hosts_.network_of(host) : 0;
}

std::uint32_t LimitSums::subjects_of(Scope scope) const noexcept {
    if (scope == Scope::host) return hosts_.end_id();
    return scope == Scope::network ? hosts_.networks().size() : 1;
}

bool LimitSums::counts_flows(Direction direction) const noexcept {
    return std::any_of(measures_[index_of(direction)].begin(), measures_[index_of(direction)].end(),
                       [](const Measure& measure) { return measure.metric == Metric::flows; });
}

void LimitSums::begin(const MergedEpoch& epoch) {
    history_.add(epoch, pairs_.look_at(epoch));
    make_room(epoch);
    expire(epoch.name.start_s);
}

void LimitSums::make_room(const MergedEpoch& epoch) {
    for (const Direction direction : directions) {
        for (const Scope scope : scopes) {
            Table& table = table_of(scope, direction);
            const std::size_t needed = std::size_t{subjects_of(scope)} * table.columns.size();
            if (table.sums.size() < needed) table.sums.resize(needed);
        }
        if (!counts_flows(direction)) continue;
        auto& seen = seen_[index_of(direction)];
        seen.resize(flows_.end_id());
        for (const FlowId id : epoch.new_flows) seen[id] = {};  // the id may have been another flow's
    }
}

// Calls apply(sum, measure) for each sum that the slice's host counts for.
template <class Apply>
void LimitSums::for_each_sum(const HostSlice& slice, std::uint32_t window, Apply&& apply) {
    const Direction direction = slice.place.direction();
    for (const Scope scope : scopes) {
        Table& table = table_of(scope, direction);
        if (table.columns.empty() || !counts(scope, slice.place.host())) continue;
        const std::uint32_t subject = subject_of(scope, slice.place.host());
        if (subject == HostNetworks::none) continue;
        std::uint64_t* sums = table.sums.data() + std::size_t{subject} * table.columns.size();
        const auto visit = [&](std::uint32_t i) {
            const TableColumn& column = table.columns[i];
            if (column.groups.empty() || column.groups[hosts_.group_of(slice.place.host())])
                apply(sums[i], column.measure);
        };
        if (window == every_window) {
            for (std::uint32_t i = 0; i < table.columns.size(); ++i) visit(i);
        } else {
            for (const std::uint32_t i : table.of_window[window]) visit(i);
        }
    }
}

// Calls apply(sum, column, measure) for those of them that count flows.
template <class Apply>
void LimitSums::for_each_flow_sum(const HostSlice& slice, Apply&& apply) {
    const Direction direction = slice.place.direction();
    for (const Scope scope : scopes) {
        Table& table = table_of(scope, direction);
        if (table.of_flows.empty() || !counts(scope, slice.place.host())) continue;
        const std::uint32_t subject = subject_of(scope, slice.place.host());
        if (subject == HostNetworks::none) continue;
        std::uint64_t* sums = table.sums.data() + std::size_t{subject} * table.columns.size();
        for (const std::uint32_t i : table.of_flows) {
            const TableColumn& column = table.columns[i];
            if (column.groups.empty() || column.groups[hosts_.group_of(slice.place.host())])
                apply(sums[i], column.window, measures_[index_of(direction)][column.measure]);
        }
    }
}

// Fills amounts_ for these measures.
void LimitSums::fill_amounts(const EpochLog& log, const HostSlice& slice,
                             const std::vector<std::uint32_t>& measures) {
    for (const std::uint32_t i : measures) {
        const Measure& measure = measures_[index_of(slice.place.direction())][i];
        std::uint64_t amount = 0;
        for (const ClassVolume& volume : log.classes_of(slice))
            if (measure.counts(volume.traffic, volume.allowance)) amount += amount_of(volume, measure.metric);
        amounts_[i] = amount;
    }
}

void LimitSums::add_slice(const EpochLog& log, const HostSlice& slice, std::uint32_t window) {
    const std::size_t direction = index_of(slice.place.direction());
    fill_amounts(log, slice,
                 window == every_window ? all_measures_[direction] : windows_[window].measures[direction]);
    for_each_sum(slice, window, [&](std::uint64_t& sum, std::uint32_t measure) { sum += amounts_[measure]; });
}

void LimitSums::add_newest() {
    const EpochLog& log = history_.newest();
    for (const HostSlice& slice : log.slices) {
        add_slice(log, slice, every_window);
        if (counts_flows(slice.place.direction())) add_flows(log, slice, history_.end_number() - 1);
    }
}

// A flow counts in a window as long as the log in which it was seen last is in the window. So one that was in it
// already counts as what it is now, no longer as what it was.
void LimitSums::add_flows(const EpochLog& log, const HostSlice& slice, std::uint32_t number) {
    auto& seen = seen_[index_of(slice.place.direction())];
    for (const FlowTraffic& record : log.records_of(slice)) {
        const Seen before = seen[record.flow];
        for_each_flow_sum(slice, [&](std::uint64_t& sum, std::uint32_t window, const Measure& measure) {
            const bool was_in = before.number_plus_1 > windows_[window].expired;
            if (was_in && measure.counts(before.traffic, before.allowance)) --sum;
            if (measure.counts(record.traffic, record.allowance)) ++sum;
        });
        seen[record.flow] = {number + 1, record.traffic, record.allowance};
    }
}

void LimitSums::expire(std::int64_t now_s) {
    for (std::uint32_t window = 0; window < windows_.size(); ++window) {
        const std::int64_t keep_after_s = now_s - windows_[window].length_s;
        std::uint32_t& expired = windows_[window].expired;
        for (; expired < history_.end_number() && history_.log(expired).start_s <= keep_after_s; ++expired)
            expire_log(window, history_.log(expired), expired);
    }
}

// Of the flows only those leave with it that were not seen since.
void LimitSums::expire_log(std::uint32_t window, const EpochLog& log, std::uint32_t number) {
    for (const HostSlice& slice : log.slices) {
        const std::size_t direction = index_of(slice.place.direction());
        fill_amounts(log, slice, windows_[window].measures[direction]);
        for_each_sum(slice, window,
                     [&](std::uint64_t& sum, std::uint32_t measure) { sum -= amounts_[measure]; });
        if (!counts_flows(slice.place.direction())) continue;
        for (const FlowTraffic& record : log.records_of(slice)) {
            if (seen_[direction][record.flow].number_plus_1 != number + 1 || !is_of(record, slice)) continue;
            for_each_flow_sum(slice, [&](std::uint64_t& sum, std::uint32_t of, const Measure& measure) {
                if (of == window && measure.counts(record.traffic, record.allowance)) --sum;
            });
        }
    }
}

void LimitSums::trim(std::int64_t keep_s) {
    history_.drop_started_before(keep_s);
    while (const auto number = history_.over_full()) forget_records(*number);
    while (history_.has_too_many_slices()) drop_oldest();
}

void LimitSums::forget_records_before(std::int64_t start_s) {
    for (;;) {
        const std::uint32_t number = history_.records_begin_number();
        if (number == history_.end_number() || history_.log(number).start_s >= start_s) return;
        forget_records(number);
    }
}

// Without its records a log cannot be asked later which of its flows were not seen since. So they leave all
// windows now, as if they had not been there: flow sums can be too low then, never too high.
void LimitSums::forget_records(std::uint32_t number) {
    const EpochLog& log = history_.log(number);
    for (const HostSlice& slice : log.slices) {
        auto& seen = seen_[index_of(slice.place.direction())];
        if (seen.empty()) continue;
        for (const FlowTraffic& record : log.records_of(slice)) {
            if (seen[record.flow].number_plus_1 != number + 1) continue;
            for_each_flow_sum(slice, [&](std::uint64_t& sum, std::uint32_t window, const Measure& measure) {
                const bool is_in = number >= windows_[window].expired && is_of(record, slice);
                if (is_in && measure.counts(record.traffic, record.allowance)) --sum;
            });
            seen[record.flow] = {};
        }
    }
    forgotten_ += log.records.size();
    history_.forget_records(number);
}

// The oldest epoch leaves all windows before its time: sums can be too low then, never too high.
void LimitSums::drop_oldest() {
    const std::uint32_t number = history_.begin_number();
    const EpochLog& log = history_.log(number);
    for (std::uint32_t window = 0; window < windows_.size(); ++window) {
        if (windows_[window].expired > number) continue;
        expire_log(window, log, number);
        windows_[window].expired = number + 1;
    }
    forgotten_ += log.records.size() + log.slices.size();
    history_.drop_oldest();
}

// Old numbers in seen_ are below every window then.
void LimitSums::clear() {
    for (auto& by_direction : tables_)
        for (Table& table : by_direction) std::fill(table.sums.begin(), table.sums.end(), 0);
    history_.clear();
    for (Window& window : windows_) window.expired = history_.end_number();
}

void LimitSums::add_up_anew() {
    for (const Direction direction : directions) {
        for (const Scope scope : scopes) {
            Table& table = table_of(scope, direction);
            table.sums.assign(std::size_t{subjects_of(scope)} * table.columns.size(), 0);
        }
        seen_[index_of(direction)] = {};
        if (counts_flows(direction)) seen_[index_of(direction)].resize(flows_.end_id());
    }
    for (Window& window : windows_) {
        window.expired = history_.begin_number();
        while (window.expired < history_.end_number() &&
               history_.log(window.expired).start_s <= history_.newest().start_s - window.length_s)
            ++window.expired;
    }
    for (auto number = history_.begin_number(); number < history_.end_number(); ++number) {
        const EpochLog& log = history_.log(number);
        for (const HostSlice& slice : log.slices) {
            for (std::uint32_t window = 0; window < windows_.size(); ++window)
                if (number >= windows_[window].expired) add_slice(log, slice, window);
            if (counts_flows(slice.place.direction())) fill_seen(log, slice, number);
        }
    }
}

// As add_flows(), where windows do not all reach back to this log, and flows may have become another host's.
void LimitSums::fill_seen(const EpochLog& log, const HostSlice& slice, std::uint32_t number) {
    auto& seen = seen_[index_of(slice.place.direction())];
    for (const FlowTraffic& record : log.records_of(slice)) {
        if (!is_of(record, slice)) continue;
        const Seen before = seen[record.flow];
        for_each_flow_sum(slice, [&](std::uint64_t& sum, std::uint32_t window, const Measure& measure) {
            if (number < windows_[window].expired) return;
            const bool was_in = before.number_plus_1 > windows_[window].expired;
            if (was_in && measure.counts(before.traffic, before.allowance)) --sum;
            if (measure.counts(record.traffic, record.allowance)) ++sum;
        });
        seen[record.flow] = {number + 1, record.traffic, record.allowance};
    }
}

}  // namespace flowlock
