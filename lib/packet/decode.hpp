// SPDX-License-Identifier: BSD-3-Clause
// From the bytes of a frame to the flow they belong to. Pure, bounded, noexcept: data path.
//
// Layers below IP: Ethernet, 802.1Q and 802.1ad tags (0x8100, 0x88a8, 0x9100), MPLS (RFC 3032; an Ethernet
// pseudowire with control word is followed, RFC 4448), PPPoE (RFC 2516), and the link types of link_type.hpp.
// The flow is that of the outermost IP header. What follows it is looked at as far as the captured bytes and
// the IP length go, so Ethernet padding is never taken for a port. A packet whose IP header is whole is
// always decoded, since its volume counts for its host: where the transport header is missing, its ports are
// 0.
#pragma once

#include <cstdint>
#include <span>

#include "packet/flow_key.hpp"
#include "packet/link_type.hpp"
#include "packet/outcome.hpp"
#include "packet/scan_tool.hpp"

namespace flowlock {

// Tags, labels and shims before the IP header; real networks use up to five (QinQ and three labels).
constexpr int decode_layers_max = 8;
// IPv6 extension headers: RFC 8200 recommends each at most once, which makes seven.
constexpr int decode_extensions_max = 8;

// TCP flags as on the wire (RFC 9293).
namespace tcp_flag {
constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20, ece = 0x40,
                       cwr = 0x80;
// What a connection, and so a probe for one, begins with.
constexpr bool opens(std::uint8_t flags) noexcept {
    return (flags & (syn | ack)) == syn;
}
}  // namespace tcp_flag

// What an ICMP or ICMPv6 message is, in the place where TCP has its flags.
namespace icmp_class {
constexpr std::uint8_t echo_request = 0x01, echo_reply = 0x02, unreachable = 0x04, other = 0x08;
}

// In the flags of a packet that is not TCP: it is a fragment, the first one or a later one.
constexpr std::uint8_t fragment_flag = 0x80;

struct Decoded {
    FlowKey key;                 // valid when is_decoded(outcome)
    std::uint32_t ip_bytes = 0;  // length of the IP packet, never more than was on the wire
    Outcome outcome = Outcome::not_ip;
    std::uint8_t sender = 0;  // the endpoint of the key that sent this packet: 0 or 1
    // TCP flags, or icmp_class and fragment_flag; 0 where the bytes are missing.
    std::uint8_t flags = 0;
    // These four are 0 for nearly every packet, and stand side by side, so that one store makes them so.
    bool fragment = false;        // first or later fragment
    bool flags_cut = false;       // TCP whose flags were not captured
    std::uint8_t tools = 0;       // scan_tool marks of a whole TCP packet with SYN and without ACK
    std::uint8_t error_size = 0;  // captured bytes of an icmp_class::unreachable, at most 255 …
    std::uint16_t error_at = 0;   // … and where in `head` they begin
};

// Protocols whose packets begin with a source and a destination port: TCP, UDP, SCTP, DCCP, UDP-Lite.
bool has_ports(std::uint8_t protocol) noexcept;

// `head`: the captured bytes; `wire`: the length of the frame on the wire, at least head.size().
Decoded decode(LinkType link, std::span<const std::byte> head, std::uint32_t wire) noexcept;

}  // namespace flowlock
