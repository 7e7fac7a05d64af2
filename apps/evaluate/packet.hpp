// SPDX-License-Identifier: BSD-3-Clause
// A packet of a scene as the judges see it: what a flow monitor reads of its headers, and what is true of it.
// Plain value; one thread.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "packet/decode.hpp"

namespace flowlock::evaluate {

namespace protocol {
constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmp6 = 58;
constexpr bool is_icmp(std::uint8_t number) {
    return number == icmp || number == icmp6;
}
}  // namespace protocol

struct Packet {
    std::int64_t time_ns = 0;  // since the scene began
    IpAddress source;
    IpAddress target;
    // Of an ICMP error: those of the packet that it quotes, as seen from the sender of the error.
    std::uint16_t source_port = 0;
    std::uint16_t target_port = 0;
    std::uint16_t bytes = 40;  // IP
    std::uint8_t protocol = protocol::tcp;
    std::uint8_t flags = 0;   // TCP flags, or icmp_class
    std::uint8_t quoted = 0;  // of an ICMP error: the protocol of the packet that it quotes
    bool outgoing = true;     // sent by the internal host
    bool probe = false;       // first packet of a scanner to a target
    std::uint32_t host = 0;   // the internal host's number in its scene

    bool is_error() const { return protocol::is_icmp(protocol) && flags == icmp_class::unreachable; }
};

constexpr std::int64_t ms = 1'000'000;  // in ns

}  // namespace flowlock::evaluate
