// SPDX-License-Identifier: BSD-3-Clause
#include "packet/quoted_packet.hpp"

namespace flowlock {
namespace {

// Type, code, checksum, and four bytes that depend on the type.
constexpr std::size_t icmp_header = 8;

// The quote ends before the ports: whatever flow has none, it is not this packet's.
bool lacks_ports(const Decoded& packet) noexcept {
    return has_ports(packet.key.protocol) && !packet.fragment && packet.key.ports_and_protocol() << 32 == 0;
}

}  // namespace

bool decode_quoted(std::span<const std::byte> head, const Decoded& error, QuotedPacket& quoted) noexcept {
    if (!is_unreachable(error) || error.error_size < icmp_header) return false;
    const auto quote = head.subspan(error.error_at + icmp_header, error.error_size - icmp_header);
    const Decoded packet = decode(LinkType::raw_ip, quote, static_cast<std::uint32_t>(quote.size()));
    if (!is_decoded(packet.outcome) || packet.key.family != error.key.family || lacks_ports(packet))
        return false;
    if (packet.key.address[packet.sender] != error.key.address[1 - error.sender]) return false;
    quoted = {.key = packet.key, .sender = packet.sender};
    return true;
}

}  // namespace flowlock
