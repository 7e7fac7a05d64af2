// SPDX-License-Identifier: BSD-3-Clause
// The packet that an ICMP "destination unreachable" is about. The error quotes its IP header and at least eight bytes
// behind it (RFC 792; RFC 4443, 3.1), which is enough to name the flow. Pure, bounded, noexcept: data path, for such
// errors only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "packet/decode.hpp"

namespace flowlock {

struct QuotedPacket {
    FlowKey key;              // of the same form as the packet itself had
    std::uint8_t sender = 0;  // the endpoint of the key that sent the quoted packet, to whom the error went

    friend bool operator==(const QuotedPacket&, const QuotedPacket&) = default;
};

// ICMP in IPv4, type 3, or ICMPv6 in IPv6, type 1.
inline bool is_unreachable(const Decoded& decoded) noexcept {
    return (decoded.outcome == Outcome::ipv4_icmp || decoded.outcome == Outcome::ipv6_icmp) &&
           decoded.flags == icmp_class::unreachable;
}

// `error` is what decode() made of `head`. False: what is captured quotes no packet whose flow could be named, or one
// that the addressee of the error has not sent.
bool decode_quoted(std::span<const std::byte> head, const Decoded& error, QuotedPacket& quoted) noexcept;

}  // namespace flowlock
