// SPDX-License-Identifier: BSD-3-Clause
// A number by which two copies of one packet are known, as a mirror port makes them when it sends a packet where
// it comes in and again where it goes out. Pure, noexcept: data path, for sampled packets.
//
// What a switch or router may change on the way between the two copies is left out: MAC addresses, VLAN tags,
// hop limit, header checksum, traffic class. What remains, identification, sequence numbers and the first bytes of the
// payload, differs between a packet and its retransmission in all but rare cases.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/hash.hpp"
#include "base/wire.hpp"

namespace flowlock {

namespace frame_print_parts {

constexpr std::size_t addresses_at = 12;
constexpr int tags_max = 2;

// Where the IP header begins behind Ethernet and VLAN tags; 0: elsewhere, or not IP.
inline std::size_t ip_offset(std::span<const std::byte> head) noexcept {
    std::size_t at = addresses_at;
    for (int tags = 0; tags <= tags_max && at + 2 <= head.size(); ++tags) {
        const std::uint16_t type = load_be16(&head[at]);
        if (type == 0x0800 || type == 0x86dd) return at + 2;
        if (type != 0x8100 && type != 0x88a8) return 0;
        at += 4;
    }
    return 0;
}

inline std::uint64_t mix(std::uint64_t sum, std::span<const std::byte> bytes) noexcept {
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8)
        sum = fold_multiply(sum ^ load_native<std::uint64_t>(&bytes[at]), 0x9e3779b97f4a7c15);
    std::uint64_t rest = bytes.size();
    for (; at < bytes.size(); ++at) rest = rest << 8 | load_u8(&bytes[at]);
    return fold_multiply(sum ^ rest, 0xd1b54a32d192ed03);
}

}  // namespace frame_print_parts

// 0: not Ethernet with IP in it, or cut within the IP header.
inline std::uint64_t frame_print(std::span<const std::byte> head, const HashKey& key) noexcept {
    using namespace frame_print_parts;
    constexpr std::size_t ipv4_header = 20, ipv6_header = 40, beyond = 40;
    const std::size_t at = ip_offset(head);
    if (at == 0) return 0;
    const auto ip = head.subspan(at);
    const std::size_t header = load_be16(&head[at - 2]) == 0x0800 ? ipv4_header : ipv6_header;
    if (ip.size() < header) return 0;
    std::uint64_t sum = key.a;
    if (header == ipv4_header) {
        sum = mix(sum, ip.subspan(2, 6));   // total length, identification, fragment
        sum = mix(sum, ip.subspan(9, 1));   // protocol
        sum = mix(sum, ip.subspan(12, 8));  // addresses
    } else {
        sum = mix(sum, ip.subspan(4, 3));   // payload length, next header
        sum = mix(sum, ip.subspan(8, 32));  // addresses
    }
    // The smallest frame is padded, perhaps differently; the IP length says where the packet ends.
    const std::size_t length = header == ipv4_header ? load_be16(&ip[2]) : ipv6_header + load_be16(&ip[4]);
    const std::size_t end = std::min({ip.size(), std::max(length, header), header + beyond});
    sum = mix(sum, ip.subspan(header, end - header));
    return sum == 0 ? 1 : sum;
}

}  // namespace flowlock
