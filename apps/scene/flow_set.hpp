// SPDX-License-Identifier: BSD-3-Clause
// Which flows have been seen, exactly, and in which of their two directions. A flow is a bidirectional 5-tuple;
// what shows no ports has ports 0. IPv4 takes 16 bytes a slot, so that ten million flows fit; IPv6, of which no
// scene has many, takes a tree. Owned by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "packet_spec.hpp"

namespace flowlock::scene {

class FlowSet {
public:
    // Whether a packet is the first one of its flow, and the first one in its direction.
    struct Seen {
        bool first = false;
        bool first_that_way = false;
    };

    FlowSet() : slots_(1 << 12) {}

    Seen see(const PacketSpec& spec);

private:
    struct Slot {
        std::uint32_t address[2] = {};
        std::uint16_t port[2] = {};
        std::uint8_t protocol = 0;
        std::uint8_t ways = 0;  // a bit for each direction seen; 0: the slot is free

        bool is_flow(const Slot& other) const {
            return address[0] == other.address[0] && address[1] == other.address[1] &&
                   port[0] == other.port[0] && port[1] == other.port[1] && protocol == other.protocol;
        }
    };
    static_assert(sizeof(Slot) == 16);

    using End = std::pair<IpAddress, std::uint16_t>;

    Slot& slot_of(const Slot& flow);
    void grow();
    static Seen mark(std::uint8_t& ways, bool swapped);

    std::vector<Slot> slots_;  // a power of two, open addressing, at most three quarters taken
    std::size_t taken_ = 0;
    std::map<std::tuple<std::uint8_t, End, End>, std::uint8_t> ipv6_;
};

}  // namespace flowlock::scene
