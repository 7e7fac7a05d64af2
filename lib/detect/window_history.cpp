// SPDX-License-Identifier: BSD-3-Clause
#include "detect/window_history.hpp"

#include <algorithm>

namespace flowlock {
namespace {

constexpr std::array directions{Direction::out, Direction::in};

// The endpoint of the flow's key that sends in this direction.
std::size_t sender_of(std::uint8_t inside, Direction direction) noexcept {
    return direction == Direction::out ? inside : 1u - inside;
}

void extend(HostSlice& slice, std::int64_t first_ns, std::int64_t last_ns) noexcept {
    slice.first_ns = std::min(slice.first_ns, first_ns);
    slice.last_ns = std::max(slice.last_ns, last_ns);
}

}  // namespace

ProtocolClass protocol_class_of(std::uint8_t protocol, std::uint8_t family) noexcept {
    if (protocol == 6) return ProtocolClass::tcp;
    if (protocol == 17) return ProtocolClass::udp;
    if (protocol == (family == 4 ? 1 : 58)) return ProtocolClass::icmp;
    return ProtocolClass::any;
}

const HostSlice* EpochLog::find(HostPlace place) const noexcept {
    const auto at =
        std::lower_bound(slices.begin(), slices.end(), place,
                         [](const HostSlice& slice, HostPlace wanted) { return slice.place < wanted; });
    return at != slices.end() && at->place == place ? &*at : nullptr;
}

const EpochLog& WindowHistory::add(const MergedEpoch& epoch,
                                   const std::vector<ExternalPairs::New>& new_pairs) {
    EpochLog& log = logs_.emplace_back();
    log.start_s = epoch.name.start_s;
    while (!stretched_.empty() && stretched_.front().first < begin_number_) stretched_.pop_front();
    if (epoch.span_s > epoch_length.count())
        stretched_.emplace_back(end_number() - 1, epoch.span_s - epoch_length.count());
    view_ = epoch.view;
    slices_of_.resize(epoch.deltas.size());
    for (std::size_t i = 0; i < epoch.deltas.size(); ++i)
        for (const Direction direction : directions)
            slices_of_[i][static_cast<std::size_t>(direction)] = add_flow(
                log, epoch.deltas[i], direction, new_pairs.empty() ? ExternalPairs::New::no : new_pairs[i]);
    for (const auto& [place, delta] : epoch.unrecorded) add_unrecorded(log, delta);
    place_records(log, epoch);
    sort_slices(log);
    place_classes(log);
    records_ += log.records.size();
    slices_ += log.slices.size() + log.classes.size();
    return log;
}

void WindowHistory::renumber_allowances(const std::vector<std::uint8_t>& numbers) {
    const auto renumber = [&](std::uint8_t& number) {
        if (number < numbers.size()) number = numbers[number];
    };
    for (EpochLog& log : logs_) {
        for (ClassVolume& volume : log.classes) renumber(volume.allowance);
        for (FlowTraffic& record : log.records) renumber(record.allowance);
    }
}

HostSlice& WindowHistory::slice_of(EpochLog& log, HostPlace place) {
    if (place.number >= slice_by_place_.size()) slice_by_place_.resize(2 * (place.number + 1));
    std::uint32_t& index_plus_1 = slice_by_place_[place.number];
    if (index_plus_1 == 0) {
        log.slices.push_back({.place = place,
                              .first_ns = std::numeric_limits<std::int64_t>::max(),
                              .last_ns = std::numeric_limits<std::int64_t>::min()});
        index_plus_1 = static_cast<std::uint32_t>(log.slices.size());
    }
    return log.slices[index_plus_1 - 1];
}

ClassVolume& WindowHistory::class_of(HostSlice& slice, TrafficClass traffic, std::uint8_t allowance) {
    std::uint32_t at_plus_1 = slice.classes_begin;
    for (; at_plus_1 != 0; at_plus_1 = chained_[at_plus_1 - 1].next_plus_1) {
        ClassVolume& volume = chained_[at_plus_1 - 1].volume;
        if (volume.traffic == traffic && volume.allowance == allowance) return volume;
    }
    chained_.push_back({{.traffic = traffic, .allowance = allowance}, slice.classes_begin});
    slice.classes_begin = static_cast<std::uint32_t>(chained_.size());
    return chained_.back().volume;
}

TrafficClass WindowHistory::settled(TrafficClass traffic, Direction direction) const noexcept {
    return flowlock::settled(traffic, direction == Direction::out, view_);
}

// Sums up, and counts in `end` how many records the slice will have. Returns the slice's index.
std::uint32_t WindowHistory::add_flow(EpochLog& log, const FlowDelta& delta, Direction direction,
                                      ExternalPairs::New new_pair) {
    const std::size_t sender = sender_of(delta.inside, direction);
    if (delta.host == no_host || delta.packets[sender] == 0) return no_slice;
    HostSlice& slice = slice_of(log, HostPlace::of(delta.host, direction));
    ++slice.end;
    ClassVolume& volume = class_of(slice, settled(delta.traffic[sender], direction),
                                   delta.allowance[static_cast<std::size_t>(direction)]);
    volume.packets += delta.packets[sender] * sampling_;
    volume.bytes += delta.bytes[sender] * sampling_;
    const auto began = direction == Direction::out ? ExternalPairs::New::out : ExternalPairs::New::in;
    if (new_pair == began) ++volume.new_externals;
    extend(slice, delta.first_ns, delta.last_ns);
    return static_cast<std::uint32_t>(&slice - log.slices.data());
}

void WindowHistory::add_unrecorded(EpochLog& log, const UnrecordedDelta& delta) {
    const Direction direction = delta.out ? Direction::out : Direction::in;
    HostSlice& slice = slice_of(log, HostPlace::of(delta.host, direction));
    ClassVolume& volume = class_of(slice, settled(delta.traffic, direction), delta.allowance);
    volume.packets += delta.volume.packets.value * sampling_;
    volume.bytes += delta.volume.bytes.value * sampling_;
    volume.unrecorded_flows += delta.volume.flows.value;
    extend(slice, delta.first_ns, delta.last_ns);
}

// After the slices are in order.
void WindowHistory::place_classes(EpochLog& log) {
    log.classes.reserve(chained_.size());
    for (HostSlice& slice : log.slices) {
        std::uint32_t at_plus_1 = slice.classes_begin;
        slice.classes_begin = static_cast<std::uint32_t>(log.classes.size());
        for (; at_plus_1 != 0; at_plus_1 = chained_[at_plus_1 - 1].next_plus_1)
            log.classes.push_back(chained_[at_plus_1 - 1].volume);
        slice.classes_end = static_cast<std::uint32_t>(log.classes.size());
    }
    chained_.clear();
}

// The second pass of a counting sort by slice.
void WindowHistory::place_records(EpochLog& log, const MergedEpoch& epoch) {
    std::uint32_t total = 0;
    for (HostSlice& slice : log.slices) {
        const std::uint32_t count = slice.end;
        slice.begin = slice.end = total;
        total += count;
    }
    log.records.resize(total);
    for (std::size_t i = 0; i < epoch.deltas.size(); ++i) {
        const FlowDelta& delta = epoch.deltas[i];
        for (const Direction direction : directions) {
            const std::uint32_t slice = slices_of_[i][static_cast<std::size_t>(direction)];
            if (slice == no_slice) continue;
            const std::size_t sender = sender_of(delta.inside, direction);
            log.records[log.slices[slice].end++] = {
                .flow = delta.flow,
                .traffic = settled(delta.traffic[sender], direction),
                .allowance = delta.allowance[static_cast<std::size_t>(direction)],
                .packets = delta.packets[sender] * sampling_,
                .bytes = delta.bytes[sender] * sampling_};
        }
    }
}

void WindowHistory::sort_slices(EpochLog& log) {
    for (const HostSlice& slice : log.slices) slice_by_place_[slice.place.number] = 0;
    std::sort(log.slices.begin(), log.slices.end(),
              [](const HostSlice& a, const HostSlice& b) { return a.place < b.place; });
}

void WindowHistory::drop_started_before(std::int64_t start_s) {
    while (!logs_.empty() && logs_.front().start_s < start_s) drop_oldest();
}

void WindowHistory::drop_oldest() {
    records_ -= logs_.front().records.size();
    slices_ -= logs_.front().slices.size() + logs_.front().classes.size();
    logs_.pop_front();
    ++begin_number_;
}

std::int64_t WindowHistory::extra_s(std::uint32_t from_number) const noexcept {
    std::int64_t sum = 0;
    for (const auto& [number, extra] : stretched_)
        if (number >= from_number) sum += extra;
    return sum;
}

void WindowHistory::clear() {
    begin_number_ = end_number();
    logs_.clear();
    stretched_.clear();
    records_ = 0;
    slices_ = 0;
}

std::int64_t WindowHistory::begin_s() const noexcept {
    return logs_.empty() ? std::numeric_limits<std::int64_t>::max() : logs_.front().start_s;
}

std::int64_t WindowHistory::records_begin_s() const noexcept {
    const std::uint32_t number = records_begin_number();
    return number < end_number() ? log(number).start_s : std::numeric_limits<std::int64_t>::max();
}

std::uint32_t WindowHistory::records_begin_number() const noexcept {
    std::uint32_t number = std::max(forgotten_before_, begin_number_);
    while (number < end_number() && log(number).records.empty()) ++number;
    return number;
}

std::optional<std::uint32_t> WindowHistory::over_full() const noexcept {
    if (records_ <= sizes_.records) return std::nullopt;
    return records_begin_number();
}

void WindowHistory::forget_records(std::uint32_t number) {
    records_ -= log(number).records.size();
    log(number).records = std::vector<FlowTraffic>{};  // "= {}" would keep the memory
    forgotten_before_ = number + 1;
}

}  // namespace flowlock
