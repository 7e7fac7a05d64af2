// SPDX-License-Identifier: BSD-3-Clause
#include "detect/stations.hpp"

#include <algorithm>

namespace flowlock {

Stations::Station* Stations::find_or_add(HardwareAddress station, std::int64_t now_s) {
    if (!station || station.is_group()) return nullptr;
    Station* known = find(station);
    if (known == nullptr && known_.size() < stations_max) {
        known = &known_[station.value];
        last_ = {station.value, known};
    }
    if (known != nullptr) known->seen_s = now_s;
    return known;
}

Stations::Station* Stations::find(HardwareAddress station) const {
    if (last_.second != nullptr && last_.first == station.value) return last_.second;
    const auto known = known_.find(station.value);
    if (known == known_.end()) return nullptr;
    last_ = {station.value, &known->second};
    return last_.second;
}

void Stations::add_source(HardwareAddress station, const IpAddress& internal, std::int64_t now_s) {
    Station* known = find_or_add(station, now_s);
    if (known == nullptr || known->count > addresses_max) return;
    const auto begin = known->addresses.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(known->count);
    const auto place = std::lower_bound(begin, end, internal);
    if (place != end && *place == internal) return;
    if (++known->count > addresses_max) return;
    std::move_backward(place, end, end + 1);
    *place = internal;
}

void Stations::add_forwarding(HardwareAddress station, std::int64_t now_s) {
    if (Station* known = find_or_add(station, now_s)) known->forwards = true;
}

bool Stations::forwards(HardwareAddress station) const {
    const Station* known = find(station);
    return known != nullptr && known->forwards;
}

bool Stations::still_forwards(HardwareAddress station, std::int64_t now_s) {
    Station* known = find(station);
    if (known == nullptr || !known->forwards) return false;
    known->seen_s = now_s;
    return true;
}

bool Stations::is_inner(HardwareAddress station) const {
    const Station* known = find(station);
    return known != nullptr && known->count > 0 && !known->forwards;
}

std::optional<IpAddress> Stations::host(HardwareAddress station) const {
    return host_beside(station, IpAddress{});
}

std::optional<IpAddress> Stations::host_beside(HardwareAddress station, const IpAddress& contested) const {
    const Station* known = find(station);
    if (known == nullptr || known->count > addresses_max || known->forwards) return std::nullopt;
    // IPv4 sorts before what is used of IPv6.
    for (std::size_t i = 0; i < known->count; ++i)
        if (known->addresses[i] != contested) return known->addresses[i];
    return std::nullopt;
}

void Stations::forget_before(std::int64_t second) {
    last_ = {};
    std::erase_if(known_, [&](const auto& entry) { return entry.second.seen_s < second; });
}

}  // namespace flowlock
