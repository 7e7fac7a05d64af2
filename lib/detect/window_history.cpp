// SPDX-License-Identifier: BSD-3-Clause
#include "detect/window_history.hpp"

#include <algorithm>

namespace flowlock {
namespace {

constexpr std::array directions{Direction::out, Direction::in};

// The endpoint of the flow's key that sends in this direction.
int sender_of(std::uint8_t inside, Direction direction) noexcept {
    return direction == Direction::out ? inside : 1 - inside;
}

void extend(HostSlice& slice, std::int64_t first_ns, std::int64_t last_ns) noexcept {
    slice.first_ns = std::min(slice.first_ns, first_ns);
    slice.last_ns = std::max(slice.last_ns, last_ns);
}

void add_volume(HostSlice& slice, ProtocolClass protocol, const Volume& volume) noexcept {
    const auto add = [&](ProtocolClass to) {
        slice.volume[static_cast<std::size_t>(to)].packets += volume.packets;
        slice.volume[static_cast<std::size_t>(to)].bytes += volume.bytes;
        slice.volume[static_cast<std::size_t>(to)].unrecorded_flows += volume.unrecorded_flows;
    };
    add(ProtocolClass::any);
    if (protocol != ProtocolClass::any) add(protocol);
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

const EpochLog& WindowHistory::add(const MergedEpoch& epoch) {
    EpochLog& log = logs_.emplace_back();
    log.start_s = epoch.name.start_s;
    while (!stretched_.empty() && stretched_.front().first < begin_number_) stretched_.pop_front();
    if (epoch.span_s > epoch_length.count())
        stretched_.emplace_back(end_number() - 1, epoch.span_s - epoch_length.count());
    slices_of_.resize(epoch.deltas.size());
    for (std::size_t i = 0; i < epoch.deltas.size(); ++i)
        for (const Direction direction : directions)
            slices_of_[i][static_cast<std::size_t>(direction)] = add_flow(log, epoch.deltas[i], direction);
    for (const auto& [place, delta] : epoch.unrecorded) add_unrecorded(log, delta);
    place_records(log, epoch);
    sort_slices(log);
    records_ += log.records.size();
    slices_ += log.slices.size();
    return log;
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

// Sums up, and counts in `end` how many records the slice will have. Returns the slice's index.
std::uint32_t WindowHistory::add_flow(EpochLog& log, const FlowDelta& delta, Direction direction) {
    const int sender = sender_of(delta.inside, direction);
    if (delta.host == no_host || delta.packets[sender] == 0) return no_slice;
    HostSlice& slice = slice_of(log, HostPlace::of(delta.host, direction));
    ++slice.end;
    add_volume(slice, protocol_class_of(delta.protocol, delta.family),
               {delta.packets[sender], delta.bytes[sender], 0});
    extend(slice, delta.first_ns, delta.last_ns);
    return static_cast<std::uint32_t>(&slice - log.slices.data());
}

void WindowHistory::add_unrecorded(EpochLog& log, const UnrecordedDelta& delta) {
    for (const Direction direction : directions) {
        const Traffic& traffic = direction == Direction::out ? delta.out : delta.in;
        if (traffic.packets.value == 0) continue;
        HostSlice& slice = slice_of(log, HostPlace::of(delta.host, direction));
        add_volume(slice, protocol_class_of(delta.protocol, delta.family),
                   {traffic.packets.value, traffic.bytes.value, traffic.flows.value});
        extend(slice, delta.first_ns, delta.last_ns);
    }
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
            const int sender = sender_of(delta.inside, direction);
            log.records[log.slices[slice].end++] = {delta.flow, delta.packets[sender], delta.bytes[sender]};
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
    slices_ -= logs_.front().slices.size();
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
