// SPDX-License-Identifier: BSD-3-Clause
// The last merged epochs, summed up by host, direction and class of traffic, as far back as the longest window of
// a limit reaches. A sliding window is the sum of the newest log and those before it; what leaves it is
// subtracted, so every sum is exact, at a cost that does not depend on the window's length. Memory: per epoch and
// active host and direction 40 bytes (a slice) and 32 for each class of traffic it has, of which most have one to
// three, and per active flow and direction 24 bytes (a record), both bounded: with more records, the oldest logs
// keep their slices but forget their records; with more slices and classes, the oldest logs go. Owned by the
// control core.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/units.hpp"
#include "detect/external_pairs.hpp"
#include "detect/finding.hpp"
#include "flow/merge.hpp"

namespace flowlock {

// A host in one direction: what it sends (out) or receives (in).
struct HostPlace {
    std::uint32_t number = 0;  // host * 2 + direction

    static HostPlace of(HostId host, Direction direction) noexcept {
        return {host * 2 + static_cast<std::uint32_t>(direction)};
    }
    HostId host() const noexcept { return number / 2; }
    Direction direction() const noexcept { return static_cast<Direction>(number % 2); }
    friend auto operator<=>(HostPlace, HostPlace) = default;
};
static_assert(hosts_max < (1u << 31), "a place is a host number doubled");

ProtocolClass protocol_class_of(std::uint8_t protocol, std::uint8_t family) noexcept;

// What a slice has of one class of traffic.
struct ClassVolume {
    TrafficClass traffic = TrafficClass::other;
    std::uint8_t allowance = 0;          // see Allowance; 0: none
    std::uint32_t new_externals = 0;     // external addresses that were new to the host, and began
    std::uint64_t packets = 0;           // multiplied by the sampling rate
    std::uint64_t bytes = 0;             // … this, too
    std::uint64_t unrecorded_flows = 0;  // flows that have no record: see UnrecordedDelta
};
static_assert(sizeof(ClassVolume) == 32);

// What a flow had in one direction, in one epoch.
struct FlowTraffic {
    FlowId flow = no_flow;
    TrafficClass traffic = TrafficClass::other;
    std::uint8_t allowance = 0;
    std::uint64_t packets = 0;  // as ClassVolume
    std::uint64_t bytes = 0;
};
static_assert(sizeof(FlowTraffic) == 24);

// What a host had in one direction, in one epoch.
struct HostSlice {
    HostPlace place;
    std::uint32_t begin = 0;  // its records in the log
    std::uint32_t end = 0;
    std::uint32_t classes_begin = 0;  // … and its classes, each once
    std::uint32_t classes_end = 0;
    std::int64_t first_ns = 0;  // first and last packet of its flows in this epoch
    std::int64_t last_ns = 0;
};
static_assert(sizeof(HostSlice) == 40);

struct EpochLog {
    std::int64_t start_s = 0;
    std::vector<HostSlice> slices;  // by place
    std::vector<ClassVolume> classes;
    std::vector<FlowTraffic> records;

    const HostSlice* find(HostPlace place) const noexcept;
    std::span<const ClassVolume> classes_of(const HostSlice& slice) const noexcept {
        return {classes.data() + slice.classes_begin, slice.classes_end - slice.classes_begin};
    }
    std::span<const FlowTraffic> records_of(const HostSlice& slice) const noexcept {
        if (records.empty()) return {};
        return {records.data() + slice.begin, slice.end - slice.begin};
    }
};

// What bounds its memory.
struct HistorySizes {
    std::uint32_t records = 0;
    std::uint32_t slices = 0;  // and classes
};

class WindowHistory {
public:
    explicit WindowHistory(const HistorySizes& sizes) : sizes_(sizes) {}

    // Of one packet in so many the mirror shows one; 1 or more. For epochs that are yet to come.
    void set_sampling(std::uint32_t sampling) noexcept { sampling_ = sampling; }
    // What was allowed in the past, by the numbers until now; those of allowances that are gone already stay.
    void renumber_allowances(const std::vector<std::uint8_t>& numbers);
    // Sums up an epoch; it is then newest(). `new_pairs`: by delta, or empty.
    const EpochLog& add(const MergedEpoch& epoch, const std::vector<ExternalPairs::New>& new_pairs);
    // Logs have numbers that grow by one; those before begin_number() are gone.
    std::uint32_t begin_number() const noexcept { return begin_number_; }
    std::uint32_t end_number() const noexcept {
        return begin_number_ + static_cast<std::uint32_t>(logs_.size());
    }
    EpochLog& log(std::uint32_t number) noexcept { return logs_[number - begin_number_]; }
    const EpochLog& log(std::uint32_t number) const noexcept { return logs_[number - begin_number_]; }
    bool empty() const noexcept { return logs_.empty(); }
    EpochLog& newest() noexcept { return logs_.back(); }
    const EpochLog& newest() const noexcept { return logs_.back(); }

    void drop_started_before(std::int64_t start_s);
    // How many seconds more than epochs there are in the logs from this number on.
    std::int64_t extra_s(std::uint32_t from_number) const noexcept;
    void clear();
    // There are too many slices, and the oldest log may go.
    bool has_too_many_slices() const noexcept { return slices_ > sizes_.slices && logs_.size() > 1; }
    void drop_oldest();
    // When the oldest log began, and the oldest that has records; none: a time that never comes.
    std::int64_t begin_s() const noexcept;
    std::int64_t records_begin_s() const noexcept;
    // The oldest log that has records; end_number(): none has.
    std::uint32_t records_begin_number() const noexcept;
    // While there are too many records: the number of the oldest log that has some, for forget_records().
    std::optional<std::uint32_t> over_full() const noexcept;
    // Of the oldest log that has some.
    void forget_records(std::uint32_t number);

private:
    // Calls act(place, number) for each direction of each delta that has packets in it, and for what has no record.
    // Items have numbers: the deltas', and those of `unrecorded_` after them.
    template <class Act>
    void for_each_item(const MergedEpoch& epoch, Act&& act) const;
    void sort_by_place(const MergedEpoch& epoch, EpochLog& log);
    void sum_up(const MergedEpoch& epoch, const std::vector<ExternalPairs::New>& new_pairs, EpochLog& log);
    void add_flow(EpochLog& log, HostSlice& slice, const FlowDelta& delta, ExternalPairs::New new_pair);
    void add_unrecorded(HostSlice& slice, const UnrecordedDelta& delta);
    ClassVolume& class_of(const HostSlice& slice, TrafficClass traffic, std::uint8_t allowance);

    HistorySizes sizes_;
    std::uint32_t sampling_ = 1;
    std::uint64_t records_ = 0;
    std::uint64_t slices_ = 0;  // and classes
    std::uint32_t begin_number_ = 0;
    std::uint32_t forgotten_before_ = 0;  // logs before this number have no records
    std::deque<EpochLog> logs_;
    EpochLog spare_;  // the last one that went: its memory is there already
    std::deque<std::pair<std::uint32_t, std::int64_t>> stretched_;  // numbers of logs with more than a second
    // Scratch of add(): by place, how many items it has, then where they end; zero between calls. The items' numbers
    // by place. Classes of all slices, which go to the log when it is known how many there are.
    std::vector<std::uint32_t> items_of_place_;
    std::vector<std::uint32_t> items_;
    std::vector<const UnrecordedDelta*> unrecorded_;
    std::vector<ClassVolume> classes_;
    TapView view_ = TapView::unknown;  // in the newest epoch
};

}  // namespace flowlock
