// SPDX-License-Identifier: BSD-3-Clause
#include "detect/window_history.hpp"

#include <algorithm>
#include <utility>

#include "base/prefetch.hpp"

namespace flowlock {
namespace {

constexpr std::array directions{Direction::out, Direction::in};
// Enough that a memory access is over when its turn comes.
constexpr std::size_t items_ahead = 16;

// The endpoint of the flow's key that sends in this direction.
std::size_t sender_of(std::uint8_t inside, Direction direction) noexcept {
    return direction == Direction::out ? inside : 1u - inside;
}

void extend(HostSlice& slice, std::int64_t first_ns, std::int64_t last_ns) noexcept {
    slice.first_ns = std::min(slice.first_ns, first_ns);
    slice.last_ns = std::max(slice.last_ns, last_ns);
}

// Makes room for so many in what may have been another epoch's: with some to spare for the next one, but not a lot.
template <class Value>
void clear_and_reserve(std::vector<Value>& list, std::size_t size) {
    list.clear();
    if (list.capacity() > size + size / 4) list = std::vector<Value>{};
    if (list.capacity() < size) list.reserve(size + size / 16);
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

// In two passes, so that what belongs to a host is summed up in one go, and comes in the order of hosts.
const EpochLog& WindowHistory::add(const MergedEpoch& epoch,
                                   const std::vector<ExternalPairs::New>& new_pairs) {
    EpochLog& log = logs_.emplace_back(std::exchange(spare_, {}));
    log.start_s = epoch.name.start_s;
    while (!stretched_.empty() && stretched_.front().first < begin_number_) stretched_.pop_front();
    if (epoch.span_s > epoch_length.count())
        stretched_.emplace_back(end_number() - 1, epoch.span_s - epoch_length.count());
    view_ = epoch.view;
    unrecorded_.clear();
    for (const auto& [place, delta] : epoch.unrecorded) unrecorded_.push_back(&delta);
    sort_by_place(epoch, log);
    sum_up(epoch, new_pairs, log);
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

template <class Act>
void WindowHistory::for_each_item(const MergedEpoch& epoch, Act&& act) const {
    std::uint32_t number = 0;
    for (const FlowDelta& delta : epoch.deltas) {
        if (delta.host != no_host)
            for (const Direction direction : directions)
                if (delta.packets[sender_of(delta.inside, direction)] != 0)
                    act(HostPlace::of(delta.host, direction), number);
        ++number;
    }
    for (const UnrecordedDelta* delta : unrecorded_)
        act(HostPlace::of(delta->host, delta->out ? Direction::out : Direction::in), number++);
}

// A counting sort, which makes the slices.
void WindowHistory::sort_by_place(const MergedEpoch& epoch, EpochLog& log) {
    std::size_t slices = 0, items = 0;
    for_each_item(epoch, [&](HostPlace place, std::uint32_t) {
        if (place.number >= items_of_place_.size()) items_of_place_.resize(2 * (place.number + 1));
        if (items_of_place_[place.number]++ == 0) ++slices;
        ++items;
    });
    clear_and_reserve(log.slices, slices);
    clear_and_reserve(log.records, items - unrecorded_.size());
    items_.resize(items);
    std::uint32_t begin = 0;
    for (std::uint32_t place = 0; log.slices.size() < slices; ++place) {
        const std::uint32_t count = items_of_place_[place];
        if (count == 0) continue;
        log.slices.push_back({.place = {place},
                              .first_ns = std::numeric_limits<std::int64_t>::max(),
                              .last_ns = std::numeric_limits<std::int64_t>::min()});
        items_of_place_[place] = begin;
        begin += count;
    }
    for_each_item(epoch, [&](HostPlace place, std::uint32_t number) {
        items_[items_of_place_[place.number]++] = number;
    });
}

void WindowHistory::sum_up(const MergedEpoch& epoch, const std::vector<ExternalPairs::New>& new_pairs,
                           EpochLog& log) {
    const auto deltas = static_cast<std::uint32_t>(epoch.deltas.size());
    classes_.clear();
    std::uint32_t at = 0;
    for (HostSlice& slice : log.slices) {
        slice.begin = static_cast<std::uint32_t>(log.records.size());
        slice.classes_begin = static_cast<std::uint32_t>(classes_.size());
        const std::uint32_t end = std::exchange(items_of_place_[slice.place.number], 0);
        for (; at < end; ++at) {
            if (at + items_ahead < items_.size() && items_[at + items_ahead] < deltas)
                prefetch_to_read(&epoch.deltas[items_[at + items_ahead]]);
            const std::uint32_t number = items_[at];
            if (number >= deltas)
                add_unrecorded(slice, *unrecorded_[number - deltas]);
            else
                add_flow(log, slice, epoch.deltas[number],
                         new_pairs.empty() ? ExternalPairs::New::no : new_pairs[number]);
        }
        slice.end = static_cast<std::uint32_t>(log.records.size());
        slice.classes_end = static_cast<std::uint32_t>(classes_.size());
    }
    clear_and_reserve(log.classes, classes_.size());
    log.classes.assign(classes_.begin(), classes_.end());
}

void WindowHistory::add_flow(EpochLog& log, HostSlice& slice, const FlowDelta& delta,
                             ExternalPairs::New new_pair) {
    const Direction direction = slice.place.direction();
    const std::size_t sender = sender_of(delta.inside, direction);
    const FlowTraffic& record = log.records.emplace_back(
        FlowTraffic{.flow = delta.flow,
                    .traffic = settled(delta.traffic[sender], direction == Direction::out, view_),
                    .allowance = delta.allowance[static_cast<std::size_t>(direction)],
                    .packets = delta.packets[sender] * sampling_,
                    .bytes = delta.bytes[sender] * sampling_});
    ClassVolume& volume = class_of(slice, record.traffic, record.allowance);
    volume.packets += record.packets;
    volume.bytes += record.bytes;
    const auto began = direction == Direction::out ? ExternalPairs::New::out : ExternalPairs::New::in;
    if (new_pair == began) ++volume.new_externals;
    extend(slice, delta.first_ns, delta.last_ns);
}

void WindowHistory::add_unrecorded(HostSlice& slice, const UnrecordedDelta& delta) {
    ClassVolume& volume = class_of(slice, settled(delta.traffic, delta.out, view_), delta.allowance);
    volume.packets += delta.volume.packets.value * sampling_;
    volume.bytes += delta.volume.bytes.value * sampling_;
    volume.unrecorded_flows += delta.volume.flows.value;
    extend(slice, delta.first_ns, delta.last_ns);
}

// The slice is the last one until now, so its classes end the list.
ClassVolume& WindowHistory::class_of(const HostSlice& slice, TrafficClass traffic, std::uint8_t allowance) {
    for (std::size_t i = slice.classes_begin; i < classes_.size(); ++i)
        if (classes_[i].traffic == traffic && classes_[i].allowance == allowance) return classes_[i];
    return classes_.emplace_back(ClassVolume{.traffic = traffic, .allowance = allowance});
}

void WindowHistory::drop_started_before(std::int64_t start_s) {
    while (!logs_.empty() && logs_.front().start_s < start_s) drop_oldest();
}

void WindowHistory::drop_oldest() {
    records_ -= logs_.front().records.size();
    slices_ -= logs_.front().slices.size() + logs_.front().classes.size();
    spare_ = std::move(logs_.front());
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
