// SPDX-License-Identifier: BSD-3-Clause
#include "detect/limit_sums.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "detect/attack_vector.hpp"

namespace flowlock {
namespace {

constexpr std::array scopes{Scope::host, Scope::network, Scope::group, Scope::outside};
constexpr std::array directions{Direction::out, Direction::in};
// Enough that a memory access is over when its turn comes.
constexpr std::size_t records_ahead = 16;
constexpr std::size_t slices_ahead = 8;
// What is added is multiplied by; sums go modulo 2^64, so that taking away is adding, too.
constexpr std::uint64_t plus = 1;
constexpr std::uint64_t minus = ~std::uint64_t{0};

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

}  // namespace

LimitSums::LimitSums(const FlowStore& flows, const HostTable& hosts, const HistorySizes& sizes,
                     const HashKey& secret)
    : flows_(flows), hosts_(hosts), history_(sizes), pairs_(flows, secret) {}

std::vector<LimitSums::RuleColumns> LimitSums::set_rules(const LimitOptions& options, bool keep_sums) {
    history_.set_sampling(options.sampling);
    const auto windows = std::move(windows_);
    auto tables = std::move(tables_);
    windows_.clear();
    tables_ = {};
    longest_window_s_ = epoch_length.count();  // without rules, too: others ask for the newest log
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
    sort_columns(columns);
    make_lists();
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
                std::move(tables[static_cast<std::size_t>(scope)][index_of(direction)].sums);
    return columns;
}

// By window, so that what leaves a window touches as few cache lines as can be.
void LimitSums::sort_columns(std::vector<RuleColumns>& columns) {
    for (const Scope scope : scopes)
        for (const Direction direction : directions) {
            auto& of_table = table_of(scope, direction).columns;
            std::vector<std::uint32_t> order(of_table.size());
            std::iota(order.begin(), order.end(), 0);
            std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
                return of_table[a].counts.window < of_table[b].counts.window;
            });
            std::vector<std::uint32_t> place_of(order.size());
            std::vector<TableColumn> sorted;
            for (const std::uint32_t i : order) {
                place_of[i] = static_cast<std::uint32_t>(sorted.size());
                sorted.push_back(std::move(of_table[i]));
            }
            of_table = std::move(sorted);
            for (RuleColumns& of_rule : columns)
                for (Column* column : {&of_rule.counted, &of_rule.with_allowed})
                    if (column->scope == scope && column->direction == direction)
                        column->index = place_of[column->index];
        }
}

void LimitSums::make_lists() {
    counts_flows_ = {};
    for (const Scope scope : scopes)
        for (const Direction direction : directions) {
            Table& table = table_of(scope, direction);
            std::vector<ColumnLists::Column> columns;
            for (const TableColumn& column : table.columns) {
                columns.push_back(column.counts);
                const bool counts_flows = column.counts.measure.metric == Metric::flows;
                Window& window = windows_[column.counts.window];
                window.counts[index_of(direction)] = true;
                window.counts_flows[index_of(direction)] |= counts_flows;
                counts_flows_[index_of(direction)] |= counts_flows;
            }
            for (std::uint32_t window = 0; window <= windows_.size(); ++window)
                table.begins.push_back(static_cast<std::uint32_t>(
                    std::count_if(columns.begin(), columns.end(),
                                  [&](const auto& column) { return column.window < window; })));
            table.lists = ColumnLists(columns, static_cast<std::uint32_t>(windows_.size()));
        }
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
    TableColumn in_table{.counts = {.window = column.window, .measure = measure}, .groups = {}};
    if (rule.per != Scope::host) in_table.groups = groups_of(rule, options);
    column.index = place_in(table_of(rule.per, rule.direction).columns, std::move(in_table));
    return column;
}

std::uint32_t LimitSums::window_for(std::int64_t length_s) {
    for (std::uint32_t i = 0; i < windows_.size(); ++i)
        if (windows_[i].length_s == length_s) return i;
    windows_.push_back({.length_s = length_s, .expired = history_.end_number()});
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
    }
    if (!counts_flows_[0] && !counts_flows_[1]) return;
    seen_.resize(flows_.end_id());
    for (const FlowId id : epoch.new_flows) seen_[id] = {};  // the id may have been another flow's
}

LimitSums::Rows LimitSums::rows_of(const HostSlice& slice) noexcept {
    const HostId host = slice.place.host();
    Rows rows{{}, hosts_.group_of(host)};
    for (const Scope scope : scopes) {
        Table& table = table_of(scope, slice.place.direction());
        if (table.columns.empty() || !counts(scope, host)) continue;
        const std::uint32_t subject = subject_of(scope, host);
        if (subject == HostNetworks::none) continue;
        rows.sums[static_cast<std::size_t>(scope)] =
            table.sums.data() + std::size_t{subject} * table.columns.size();
    }
    return rows;
}

// Hosts count for all columns of their own, but for those of networks and groups only if they are in them.
void LimitSums::add_to(const Rows& rows, Scope scope, Direction direction,
                       std::span<const std::uint32_t> columns, std::uint64_t amount) noexcept {
    std::uint64_t* sums = rows.sums[static_cast<std::size_t>(scope)];
    if (scope == Scope::host) {
        for (const std::uint32_t i : columns) sums[i] += amount;
        return;
    }
    const Table& table = table_of(scope, direction);
    for (const std::uint32_t i : columns)
        if (table.columns[i].groups[rows.group]) sums[i] += amount;
}

// Of flows, only those without a record: the others are counted one by one.
void LimitSums::add_slice(const Rows& rows, const EpochLog& log, const HostSlice& slice, std::uint32_t window,
                          std::uint64_t sign) noexcept {
    const Direction direction = slice.place.direction();
    for (const Scope scope : scopes) {
        if (rows.sums[static_cast<std::size_t>(scope)] == nullptr) continue;
        const ColumnLists& lists = table_of(scope, direction).lists;
        for (const ClassVolume& volume : log.classes_of(slice)) {
            const auto columns = lists.of(window, volume.traffic, volume.allowance);
            const auto add = [&](Metric metric, std::uint64_t amount) {
                add_to(rows, scope, direction, columns.of(metric), sign * amount);
            };
            add(Metric::packets, volume.packets);
            add(Metric::bits, volume.bytes * 8);
            if (volume.unrecorded_flows != 0) add(Metric::flows, volume.unrecorded_flows);
            if (volume.new_externals != 0) add(Metric::new_externals, volume.new_externals);
        }
    }
}

void LimitSums::add_flow(const Rows& rows, Direction direction, std::uint32_t window, TrafficClass traffic,
                         std::uint8_t allowance, std::uint64_t sign) noexcept {
    for (const Scope scope : scopes) {
        if (rows.sums[static_cast<std::size_t>(scope)] == nullptr) continue;
        const auto columns = table_of(scope, direction).lists.of(window, traffic, allowance);
        add_to(rows, scope, direction, columns.of(Metric::flows), sign);
    }
}

void LimitSums::add_newest() {
    const EpochLog& log = history_.newest();
    const auto every_window = static_cast<std::uint32_t>(windows_.size());
    for (std::size_t at = 0; at < log.slices.size(); ++at) {
        prefetch_sums(log, at + slices_ahead, 0, every_window);
        const HostSlice& slice = log.slices[at];
        const Rows rows = rows_of(slice);
        add_slice(rows, log, slice, every_window, plus);
        if (!counts_flows_[index_of(slice.place.direction())]) continue;
        for (std::size_t i = slice.begin; i < slice.end; ++i) {
            prefetch_seen(log, i + records_ahead);
            see_flow(rows, slice.place.direction(), log.records[i], history_.end_number() - 1);
        }
    }
}

// A flow counts in a window as long as the log in which it was seen last is in the window. So one that was in it
// already counts as what it is now, no longer as what it was.
void LimitSums::see_flow(const Rows& rows, Direction direction, const FlowTraffic& record,
                         std::uint32_t number) noexcept {
    const Seen before = std::exchange(seen_[record.flow][index_of(direction)],
                                      {number + 1, record.traffic, record.allowance});
    const bool is_the_same = before.traffic == record.traffic && before.allowance == record.allowance;
    for (std::uint32_t i = 0; i < windows_.size(); ++i) {
        const Window& window = windows_[i];
        if (!window.counts_flows[index_of(direction)] || number < window.expired) continue;
        const bool was_in = before.number_plus_1 > window.expired;
        if (was_in && is_the_same) continue;
        if (was_in) add_flow(rows, direction, i, before.traffic, before.allowance, minus);
        add_flow(rows, direction, i, record.traffic, record.allowance, plus);
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

// Of the flows only those leave with it that were not seen since. What was seen was its host's, and still is:
// when hosts change, all is added up anew.
void LimitSums::expire_log(std::uint32_t window, const EpochLog& log, std::uint32_t number) {
    for (std::size_t at = 0; at < log.slices.size(); ++at) {
        prefetch_sums(log, at + slices_ahead, window, window + 1);
        const HostSlice& slice = log.slices[at];
        const Direction direction = slice.place.direction();
        if (!windows_[window].counts[index_of(direction)]) continue;
        const Rows rows = rows_of(slice);
        add_slice(rows, log, slice, window, minus);
        if (!windows_[window].counts_flows[index_of(direction)] || log.records.empty()) continue;
        for (std::size_t i = slice.begin; i < slice.end; ++i) {
            prefetch_seen(log, i + records_ahead);
            const FlowTraffic& record = log.records[i];
            if (seen_[record.flow][index_of(direction)].number_plus_1 == number + 1)
                add_flow(rows, direction, window, record.traffic, record.allowance, minus);
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
        const Direction direction = slice.place.direction();
        if (!counts_flows_[index_of(direction)]) continue;
        const Rows rows = rows_of(slice);
        for (const FlowTraffic& record : log.records_of(slice)) {
            Seen& seen = seen_[record.flow][index_of(direction)];
            if (seen.number_plus_1 != number + 1) continue;
            for (std::uint32_t i = 0; i < windows_.size(); ++i)
                if (windows_[i].counts_flows[index_of(direction)] && number >= windows_[i].expired)
                    add_flow(rows, direction, i, record.traffic, record.allowance, minus);
            seen = {};
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

// Flows may have become another host's, or nobody's: then their old records no longer count.
void LimitSums::add_up_anew() {
    for (const Direction direction : directions)
        for (const Scope scope : scopes) {
            Table& table = table_of(scope, direction);
            table.sums.assign(std::size_t{subjects_of(scope)} * table.columns.size(), 0);
        }
    seen_ = {};
    if (counts_flows_[0] || counts_flows_[1]) seen_.resize(flows_.end_id());
    for (Window& window : windows_) {
        window.expired = history_.begin_number();
        while (window.expired < history_.end_number() &&
               history_.log(window.expired).start_s <= history_.newest().start_s - window.length_s)
            ++window.expired;
    }
    for (auto number = history_.begin_number(); number < history_.end_number(); ++number) {
        const EpochLog& log = history_.log(number);
        for (const HostSlice& slice : log.slices) {
            const Rows rows = rows_of(slice);
            for (std::uint32_t window = 0; window < windows_.size(); ++window)
                if (number >= windows_[window].expired) add_slice(rows, log, slice, window, plus);
            if (!counts_flows_[index_of(slice.place.direction())]) continue;
            for (const FlowTraffic& record : log.records_of(slice))
                if (is_of(record, slice)) see_flow(rows, slice.place.direction(), record, number);
        }
    }
}

}  // namespace flowlock
