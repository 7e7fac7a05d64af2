// SPDX-License-Identifier: BSD-3-Clause
// The sliding sums that limits are compared with, and the history they are made of.
//
// A sum belongs to a subject (a host, a network or a group) and a column: what is counted, over which window. Limits
// that count the same share a column, whatever their names, groups and thresholds. After each epoch a column gains
// what the newest log has and loses what has left its window, so that the sum is exact, and the cost does not
// depend on the window's length. For each class of traffic there is a list of the columns that count it, so only those
// are looked at: with H active hosts of K classes each, W windows, and M columns that count a class, an epoch costs
// H * K * 2 * M additions and H * W looks at what has left; and 8 bytes a column for each host that is known.
//
// "Flows" are the biflows with at least one packet in the rule's direction within the window, by the class that they
// had when they were seen last; flows without a record (UnrecordedDelta) count once in each epoch. Owned by the
// control core.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/prefetch.hpp"
#include "detect/column_lists.hpp"
#include "detect/limit_rule.hpp"
#include "detect/window_history.hpp"
#include "flow/traffic_class.hpp"

namespace flowlock {

class LimitSums {
public:
    // Where the sums of a rule are.
    struct Column {
        Scope scope = Scope::host;
        Direction direction = Direction::out;
        std::uint32_t index = 0;
        std::uint32_t window = 0;
    };
    struct RuleColumns {
        Column counted;
        Column with_allowed;  // the same where nothing is allowed
    };

    // The stores outlive it.
    LimitSums(const FlowStore& flows, const HostTable& hosts, const HistorySizes& sizes,
              const HashKey& secret);

    // The history stays, and the sums are those of what it holds, made anew unless `keep_sums`: the rules count
    // the same as before. Returns the rules' columns.
    std::vector<RuleColumns> set_rules(const LimitOptions& options, bool keep_sums);
    // By number until now, the numbers from now on, before set_rules(), which makes the sums anew.
    void renumber_allowances(const std::vector<std::uint8_t>& numbers) {
        history_.renumber_allowances(numbers);
    }
    // The groups that a rule is for, by group number, 0 for hosts that are in none.
    static std::vector<bool> groups_of(const LimitRule& rule, const LimitOptions& options);

    // Takes up the next epoch, and lets go of what leaves the windows with it. Its own figures are not yet in the
    // sums: those of hosts that fell silent are judged first.
    void begin(const MergedEpoch& epoch);
    void add_newest();
    // Gives up what no window needs that ends with an epoch from keep_s on, and what is too much.
    void trim(std::int64_t keep_s);
    // The clock was set back: all windows begin anew.
    void clear();
    // Gives up the records of epochs that started before this time.
    void forget_records_before(std::int64_t start_s);
    // Before its record is gone.
    void forget(FlowId flow) { pairs_.forget(flow); }

    std::uint64_t sum(const Column& column, std::uint32_t subject) const noexcept {
        const Table& table = table_of(column.scope, column.direction);
        const std::size_t at = std::size_t{subject} * table.columns.size() + column.index;
        return at < table.sums.size() ? table.sums[at] : 0;
    }
    std::size_t columns(Scope scope, Direction direction) const noexcept {
        return table_of(scope, direction).columns.size();
    }
    // All sums of a host that has a slice in the newest log, by Column::index.
    std::span<const std::uint64_t> sums_of(HostPlace place) const noexcept {
        const Table& table = table_of(Scope::host, place.direction());
        return {table.sums.data() + std::size_t{place.host()} * table.columns.size(), table.columns.size()};
    }
    // How many seconds more than the window's length are in it, because an epoch went on beyond its end.
    std::int64_t extra_s(const Column& column) const noexcept {
        return history_.extra_s(windows_[column.window].expired);
    }
    std::int64_t longest_window_s() const noexcept { return longest_window_s_; }
    const WindowHistory& history() const noexcept { return history_; }
    // Records and slices given up because there were too many, or too many flows.
    std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
    struct TableColumn {
        ColumnLists::Column counts;
        std::vector<bool> groups;  // the hosts that count; empty: all do

        friend bool operator==(const TableColumn&, const TableColumn&) = default;
    };
    struct Table {
        std::vector<TableColumn> columns;   // by window
        std::vector<std::uint32_t> begins;  // by window: its first column; and the end of the last one's
        ColumnLists lists;
        std::vector<std::uint64_t> sums;  // by subject, then column
    };
    struct Window {
        std::int64_t length_s;
        std::uint32_t expired;  // logs before this number have left it
        // By direction: whether it has columns, and some that count flows.
        std::array<bool, 2> counts{};
        std::array<bool, 2> counts_flows{};
    };
    // When a flow was seen last in a direction, and as what.
    struct Seen {
        std::uint32_t number_plus_1 = 0;  // of the log
        TrafficClass traffic = TrafficClass::other;
        std::uint8_t allowance = 0;
    };
    // The sums that a slice counts for, by scope; none where it has no subject.
    struct Rows {
        std::array<std::uint64_t*, 4> sums;
        GroupNumber group;
    };

    Table& table_of(Scope scope, Direction direction) noexcept {
        return tables_[static_cast<std::size_t>(scope)][static_cast<std::size_t>(direction)];
    }
    const Table& table_of(Scope scope, Direction direction) const noexcept {
        return tables_[static_cast<std::size_t>(scope)][static_cast<std::size_t>(direction)];
    }
    Column column_for(const LimitRule& rule, const Measure& measure, const LimitOptions& options);
    std::uint32_t window_for(std::int64_t length_s);
    void sort_columns(std::vector<RuleColumns>& columns);
    void make_lists();
    std::uint32_t subject_of(Scope scope, HostId host) const noexcept;
    std::uint32_t subjects_of(Scope scope) const noexcept;
    void make_room(const MergedEpoch& epoch);
    void add_up_anew();
    void expire(std::int64_t now_s);
    void expire_log(std::uint32_t window, const EpochLog& log, std::uint32_t number);
    Rows rows_of(const HostSlice& slice) noexcept;
    void add_to(const Rows& rows, Scope scope, Direction direction, std::span<const std::uint32_t> columns,
                std::uint64_t amount) noexcept;
    void add_slice(const Rows& rows, const EpochLog& log, const HostSlice& slice, std::uint32_t window,
                   std::uint64_t sign) noexcept;
    void add_flow(const Rows& rows, Direction direction, std::uint32_t window, TrafficClass traffic,
                  std::uint8_t allowance, std::uint64_t sign) noexcept;
    void see_flow(const Rows& rows, Direction direction, const FlowTraffic& record,
                  std::uint32_t number) noexcept;
    [[gnu::always_inline]] void prefetch_seen(const EpochLog& log, std::size_t record) const noexcept {
        if (record < log.records.size()) prefetch_to_write(&seen_[log.records[record].flow]);
    }
    // Of the slice's host the sums of windows from `first` to `last`.
    [[gnu::always_inline]] void prefetch_sums(const EpochLog& log, std::size_t slice, std::uint32_t first,
                                              std::uint32_t last) const noexcept {
        if (slice >= log.slices.size()) return;
        constexpr std::size_t of_line = 64 / sizeof(std::uint64_t);
        const HostPlace place = log.slices[slice].place;
        const Table& table = table_of(Scope::host, place.direction());
        const std::uint64_t* sums = table.sums.data() + std::size_t{place.host()} * table.columns.size();
        for (std::size_t i = table.begins[first]; i < table.begins[last]; i += of_line)
            prefetch_to_write(sums + i);
    }
    void forget_records(std::uint32_t number);
    void drop_oldest();
    // Hosts that are not internal count for limits on them only.
    bool counts(Scope scope, HostId host) const noexcept {
        return (scope == Scope::outside) == hosts_.is_outsiders(host);
    }
    bool is_of(const FlowTraffic& record, const HostSlice& slice) const noexcept {
        const HostId host = flows_[record.flow].host;
        return host == slice.place.host() || (host == no_host && hosts_.is_outsiders(slice.place.host()));
    }

    const FlowStore& flows_;
    const HostTable& hosts_;
    WindowHistory history_;
    ExternalPairs pairs_;
    std::vector<Window> windows_;
    std::int64_t longest_window_s_ = 0;
    std::array<std::array<Table, 2>, 4> tables_;  // by scope and direction
    std::array<bool, 2> counts_flows_{};          // by direction
    std::vector<std::array<Seen, 2>> seen_;       // by flow and direction, where flows are counted
    std::uint64_t forgotten_ = 0;
};

}  // namespace flowlock
