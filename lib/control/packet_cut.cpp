// SPDX-License-Identifier: BSD-3-Clause
#include "control/packet_cut.hpp"

#include <algorithm>

#include "base/wire.hpp"
#include "packet/headers.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58;
constexpr std::size_t unknown_header = 64;

bool is_echo(std::uint8_t protocol, std::uint8_t type) {
    return protocol == icmp ? type == 0 || type == 8 : type == 128 || type == 129;
}

// Of what stands at the transport header; none: all of it.
std::size_t transport_size(const Headers& headers, std::span<const std::byte> transport) {
    if (headers.later_fragment || transport.empty()) return 0;
    switch (headers.protocol) {
        case tcp:
            return transport.size() < 13 ? 20 : std::size_t{4} * std::max(load_u8(&transport[12]) >> 4, 5);
        case udp:
            return 8;
        case icmp:
        case icmpv6:
            return is_echo(headers.protocol, load_u8(&transport[0])) ? 8 : transport.size();
        default:
            return unknown_header;
    }
}

}  // namespace

std::size_t kept_size(const PacketHead& packet, std::uint32_t payload_max) noexcept {
    const Headers headers = find_headers(packet.link, packet.head(), packet.wire_bytes);
    const std::size_t transport_at = headers.found ? headers.transport_at : 0;
    const std::size_t size =
        headers.found ? transport_size(headers, packet.head().subspan(transport_at)) : unknown_header;
    return std::min<std::size_t>(packet.size, transport_at + size + payload_max);
}

}  // namespace flowlock
