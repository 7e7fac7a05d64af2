// SPDX-License-Identifier: BSD-3-Clause
// One packet of a scene as its author thinks of it; frame_builder.hpp turns it into bytes, truth.hpp counts
// it. Plain values; one thread.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/time.hpp"

namespace flowlock::scene {

enum Protocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17, gre = 47, icmp6 = 58 };

enum TcpFlag : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20 };

// The four numbers that name the ends of a conversation, and where it runs.
struct Path {
    IpAddress source;
    IpAddress target;
    std::uint16_t source_port = 0;
    std::uint16_t target_port = 0;
    std::uint16_t vlan = 0;  // 0: untagged

    Path reversed() const { return {target, source, target_port, source_port, vlan}; }
};

struct PacketSpec {
    Time time;
    Path path;
    std::uint8_t protocol = udp;
    std::uint16_t payload =
        0;  // bytes after the transport header (after the IP header of a later fragment), zero but for its head
    std::uint32_t payload_head = 0;  // the first four bytes of UDP's payload, where it has as many
    std::uint16_t identification = 0;
    std::uint16_t fragment_offset = 0;  // bytes, a multiple of 8; IPv4 only
    bool more_fragments = false;
    std::uint16_t udp_length =
        0;  // of the whole datagram where this is its first fragment; 0: as long as this packet
    std::uint8_t tcp_flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    std::uint8_t icmp_type = 0;
    std::uint16_t icmp_number = 0;

    bool is_fragment() const { return more_fragments || fragment_offset != 0; }
    // ICMP has no ports, and a later fragment does not show them.
    bool shows_ports() const { return (protocol == tcp || protocol == udp) && fragment_offset == 0; }
};

}  // namespace flowlock::scene
