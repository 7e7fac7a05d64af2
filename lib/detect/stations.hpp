// SPDX-License-Identifier: BSD-3-Clause
// Who is behind a hardware address, as the flows on the tap show it: a host, which sends from a few addresses of its own;
// or a router, which passes on what others sent. Bounded; owned by the control core.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/address.hpp"
#include "base/hardware_address.hpp"

namespace flowlock {

class Stations {
public:
    static constexpr std::size_t stations_max = 65'536;
    // A server has an IPv4 address or two and some of IPv6. Who sends from more stands for others.
    static constexpr std::size_t addresses_max = 4;

    // Its own address, or that of a host behind it: the station has sent a packet from this internal address.
    void add_source(HardwareAddress station, const IpAddress& internal, std::int64_t now_s);
    // It has passed on what an external host sent to an internal one, who answered.
    void add_forwarding(HardwareAddress station, std::int64_t now_s);

    bool forwards(HardwareAddress station) const;
    // The same, and it is not forgotten for now.
    bool still_forwards(HardwareAddress station, std::int64_t now_s);
    // Packets of internal hosts come from it, and no external ones: it is on our side of the tap.
    bool is_inner(HardwareAddress station) const;
    // Its address, the lowest IPv4 one if it has one; none: it is no host, or nothing is known of it.
    std::optional<IpAddress> host(HardwareAddress station) const;
    // … which is not this one.
    std::optional<IpAddress> host_beside(HardwareAddress station, const IpAddress& contested) const;
    // Forgets stations that were not seen since.
    void forget_before(std::int64_t second);
    void clear() {
        known_.clear();
        last_ = {};
    }

private:
    struct Station {
        std::array<IpAddress, addresses_max> addresses{};  // ascending
        std::size_t count = 0;                             // addresses_max + 1: more
        bool forwards = false;
        std::int64_t seen_s = 0;
    };
    Station* find_or_add(HardwareAddress station, std::int64_t now_s);
    Station* find(HardwareAddress station) const;

    mutable std::unordered_map<std::uint64_t, Station> known_;
    // The one that was asked for last: most flows in a row come from few. Null: none.
    mutable std::pair<std::uint64_t, Station*> last_{0, nullptr};
};

}  // namespace flowlock
