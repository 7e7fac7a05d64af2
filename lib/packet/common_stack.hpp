// SPDX-License-Identifier: BSD-3-Clause
// The fast path of decoding: what nearly every packet of an uplink is. An Ethernet II frame without tags,
// IPv4 without options or IPv6 without extension headers, not a fragment, TCP or UDP, with its ports and
// flags captured. Everything else is decode()'s, which comes to the same result for these, too: a test
// compares them. Without branches on what changes from packet to packet (which endpoint sorts first), and the
// key is written in whole words, as the hash reads it. Pure, noexcept: data path.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "base/wire.hpp"
#include "packet/decode.hpp"

namespace flowlock {

namespace common_stack {

constexpr std::size_t ethernet_header = 14, ipv4_header = 20, ipv6_header = 40;
constexpr std::size_t ports = 4, tcp_up_to_flags = 14;
constexpr std::uint8_t tcp = 6, udp = 17;

// What of the transport header must be there. Chosen, like all that follows, without a branch: TCP and UDP
// come mixed.
inline std::size_t transport_min(std::uint8_t protocol) noexcept {
    return protocol == tcp ? tcp_up_to_flags : ports;
}

inline std::uint64_t word_of(std::uint16_t port_0, std::uint16_t port_1, std::uint8_t protocol,
                             std::uint8_t family) noexcept {
    return port_0 | std::uint64_t{port_1} << 16 | std::uint64_t{protocol} << 32 | std::uint64_t{family} << 40;
}

inline void set_rest(FlowKey& key, std::uint64_t word) noexcept {
    static_assert(sizeof(FlowKey) - offsetof(FlowKey, port) == sizeof word, "ports to the end of the key");
    std::memcpy(&key.port, &word, sizeof word);
}

inline void finish(Decoded& decoded, const std::byte* transport, std::uint8_t protocol, Outcome as_tcp,
                   Outcome as_udp, std::uint32_t total, std::uint32_t ip_wire) noexcept {
    const bool is_tcp = protocol == tcp;
    decoded.ip_bytes = std::min(total, ip_wire);
    decoded.outcome = is_tcp ? as_tcp : as_udp;
    decoded.flags = load_u8(transport + (is_tcp ? 13 : 0)) & (is_tcp ? 0xff : 0);
    decoded.fragment = false;
    decoded.flags_cut = false;
    decoded.tools = 0;
    decoded.error_size = 0;
}

inline bool is_probe(const Decoded& decoded) noexcept {
    return tcp_flag::opens(decoded.flags);
}

// The TCP segment behind an IP header, in a packet of `total` bytes.
inline TcpProbe probe_of(const std::byte* ip, std::size_t header, std::size_t captured,
                         std::size_t total) noexcept {
    return {{ip + header, std::min(captured, total) - header}, total - header};
}

template <class OnProbe>
inline bool decode_ipv4(const std::byte* ip, std::size_t captured, std::uint32_t ip_wire, Decoded& decoded,
                        OnProbe on_probe) noexcept {
    const std::uint32_t total = load_be16(ip + 2);
    const std::uint8_t protocol = load_u8(ip + 9);
    const bool whole = std::min<std::size_t>(captured, total) >= ipv4_header + transport_min(protocol);
    // More-fragments flag and offset, in memory order.
    const bool fragment = (load_native<std::uint16_t>(ip + 6) & 0xff3f) != 0;
    if (load_u8(ip) != 0x45 || fragment || !whole || (protocol != tcp && protocol != udp)) return false;

    const std::uint64_t source =
        std::uint64_t{load_native<std::uint32_t>(ip + 12)} << 16 | load_be16(ip + ipv4_header);
    const std::uint64_t destination =
        std::uint64_t{load_native<std::uint32_t>(ip + 16)} << 16 | load_be16(ip + ipv4_header + 2);
    const std::uint64_t first = std::min(source, destination);
    const std::uint64_t second = std::max(source, destination);
    decoded.sender = source > destination ? 1 : 0;
    decoded.key.address[0] = {0, 0xffff0000u | first >> 16 << 32};
    decoded.key.address[1] = {0, 0xffff0000u | second >> 16 << 32};
    set_rest(decoded.key,
             word_of(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second), protocol, 4));
    finish(decoded, ip + ipv4_header, protocol, Outcome::ipv4_tcp, Outcome::ipv4_udp, total, ip_wire);
    if (is_probe(decoded)) [[unlikely]] {
        decoded.tools = scan_tools_of_ipv4(ip, probe_of(ip, ipv4_header, captured, total));
        on_probe();
    }
    return true;
}

template <class OnProbe>
inline bool decode_ipv6(const std::byte* ip, std::size_t captured, std::uint32_t ip_wire, Decoded& decoded,
                        OnProbe on_probe) noexcept {
    const std::uint32_t total = std::uint32_t{load_be16(ip + 4)} + ipv6_header;
    const std::uint8_t protocol = load_u8(ip + 6);
    const bool whole = std::min<std::size_t>(captured, total) >= ipv6_header + transport_min(protocol);
    if (load_u8(ip) >> 4 != 6 || !whole || (protocol != tcp && protocol != udp)) return false;

    const IpAddress source = IpAddress::from_ipv6(ip + 8);
    const IpAddress destination = IpAddress::from_ipv6(ip + 24);
    const std::uint16_t source_port = load_be16(ip + ipv6_header);
    const std::uint16_t destination_port = load_be16(ip + ipv6_header + 2);
    const bool swapped = (source.high > destination.high) |
                         ((source.high == destination.high) &
                          ((source.low > destination.low) |
                           ((source.low == destination.low) & (source_port > destination_port))));
    decoded.sender = swapped ? 1 : 0;
    // Stored by index, not chosen by a branch.
    decoded.key.address[swapped ? 1 : 0] = source;
    decoded.key.address[swapped ? 0 : 1] = destination;
    const std::uint16_t first_port = swapped ? destination_port : source_port;
    const std::uint16_t second_port = swapped ? source_port : destination_port;
    set_rest(decoded.key, word_of(first_port, second_port, protocol, 6));
    finish(decoded, ip + ipv6_header, protocol, Outcome::ipv6_tcp, Outcome::ipv6_udp, total, ip_wire);
    if (is_probe(decoded)) [[unlikely]] {
        decoded.tools = scan_tools_of_ipv6(probe_of(ip, ipv6_header, captured, total));
        on_probe();
    }
    return true;
}

}  // namespace common_stack

// `head` and `wire` as for decode(), of an Ethernet frame. False: not of the common stack; nothing is said.
// on_probe() is called for a TCP packet with SYN and without ACK, which is looked at more closely anyway.
template <class OnProbe>
inline bool decode_common(std::span<const std::byte> head, std::uint32_t wire, Decoded& decoded,
                          OnProbe on_probe) noexcept {
    using namespace common_stack;
    if (head.size() < ethernet_header + ipv4_header + ports) [[unlikely]]
        return false;
    const std::byte* ip = head.data() + ethernet_header;
    const std::size_t captured = head.size() - ethernet_header;
    const std::uint32_t ip_wire = wire - static_cast<std::uint32_t>(ethernet_header);
    const std::uint16_t type = load_be16(head.data() + 12);
    if (type == 0x0800) return decode_ipv4(ip, captured, ip_wire, decoded, on_probe);
    if (type == 0x86dd && captured >= ipv6_header + ports)
        return decode_ipv6(ip, captured, ip_wire, decoded, on_probe);
    return false;
}

inline bool decode_common(std::span<const std::byte> head, std::uint32_t wire, Decoded& decoded) noexcept {
    return decode_common(head, wire, decoded, [] {});
}

}  // namespace flowlock
