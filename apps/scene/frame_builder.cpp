// SPDX-License-Identifier: BSD-3-Clause
// Writes the headers of RFC 791, 8200, 9293, 768, 792, 4443 and 826 and IEEE 802.1Q into a small buffer.
#include "frame_builder.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace flowlock::scene {

namespace {

constexpr std::uint32_t header_length_of(std::uint8_t protocol) {
    switch (protocol) {
        case tcp:
            return 20;
        case udp:
        case icmp:
        case icmp6:
            return 8;
        case gre:
            return 4;
        default:
            return 0;
    }
}

// RFC 1071: fold the carries, take the complement.
constexpr std::uint16_t folded(std::uint32_t sum) {
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

}  // namespace

Frame FrameBuilder::build(const PacketSpec& spec) {
    clear();
    const bool ipv4 = spec.path.source.is_ipv4();
    assert(ipv4 == spec.path.target.is_ipv4());
    assert(ipv4 || !spec.is_fragment());
    const auto ip_at = put_ethernet(ipv4 ? 0x0800 : 0x86dd, spec.path);
    const std::uint32_t ip_header = ipv4 ? 20 : 40;
    const auto transport = spec.fragment_offset != 0 ? 0 : header_length_of(spec.protocol);
    const auto ip_bytes = ip_header + transport + spec.payload;
    if (ipv4)
        put_ipv4(ip_at, spec, ip_bytes);
    else
        put_ipv6(ip_at, spec, ip_bytes);
    if (transport != 0) put_transport(ip_at + ip_header, spec);
    return {bytes_, std::max(frame_length_min, ip_at + ip_bytes), ip_bytes};
}

Frame FrameBuilder::build_arp_request(const IpAddress& source, const IpAddress& target) {
    clear();
    const auto at = put_ethernet(0x0806, {source, target});
    std::fill_n(bytes_.begin(), 6, std::byte{0xff});
    put_16(at, 1);           // Ethernet
    put_16(at + 2, 0x0800);  // IPv4
    put_16(at + 4, 0x0604);  // lengths of the addresses
    put_16(at + 6, 1);       // request
    std::copy_n(bytes_.begin() + 6, 6, bytes_.begin() + at + 8);
    put_address(at + 14, source);
    put_address(at + 24, target);
    return {bytes_, frame_length_min, 0};
}

// Locally administered MAC addresses made from the IP address, so that one host always has the same.
std::uint32_t FrameBuilder::put_ethernet(std::uint16_t ether_type, const Path& path) {
    const auto put_mac = [this](std::uint32_t at, const IpAddress& address) {
        put_16(at, 0x0200);
        put_32(at + 2, static_cast<std::uint32_t>(__builtin_bswap64(address.low)));
    };
    put_mac(0, path.target);
    put_mac(6, path.source);
    std::uint32_t at = 12;
    if (path.vlan != 0) {
        put_16(at, 0x8100);
        put_16(at + 2, path.vlan);
        at += 4;
    }
    put_16(at, ether_type);
    return at + 2;
}

void FrameBuilder::put_ipv4(std::uint32_t at, const PacketSpec& spec, std::uint32_t length) {
    put_8(at, 0x45);
    put_16(at + 2, length);
    put_16(at + 4, spec.identification);
    put_16(at + 6, (spec.more_fragments ? 0x2000u : 0u) | spec.fragment_offset / 8u);
    put_8(at + 8, 64);
    put_8(at + 9, spec.protocol);
    put_address(at + 12, spec.path.source);
    put_address(at + 16, spec.path.target);
    put_16(at + 10, folded(sum(at, 20)));
}

void FrameBuilder::put_ipv6(std::uint32_t at, const PacketSpec& spec, std::uint32_t length) {
    put_8(at, 0x60);
    put_16(at + 4, length - 40);
    put_8(at + 6, spec.protocol);
    put_8(at + 7, 64);
    put_address(at + 8, spec.path.source);
    put_address(at + 24, spec.path.target);
}

std::uint32_t FrameBuilder::put_transport(std::uint32_t at, const PacketSpec& spec) {
    if (spec.protocol == tcp)
        put_tcp(at, spec);
    else if (spec.protocol == udp)
        put_udp(at, spec);
    else if (spec.protocol == icmp || spec.protocol == icmp6)
        put_icmp(at, spec);
    else if (spec.protocol == gre)
        put_16(at + 2, 0x0800);  // no checksum, no key; IPv4 within (RFC 2784)
    return header_length_of(spec.protocol);
}

void FrameBuilder::put_tcp(std::uint32_t at, const PacketSpec& spec) {
    put_16(at, spec.path.source_port);
    put_16(at + 2, spec.path.target_port);
    put_32(at + 4, spec.sequence);
    put_32(at + 8, spec.acknowledgement);
    put_8(at + 12, 5 << 4);
    put_8(at + 13, spec.tcp_flags);
    put_16(at + 14, spec.tcp_flags & rst ? 0 : 64240);
    put_16(at + 16, transport_checksum(at, 20, 20, spec));
}

void FrameBuilder::put_udp(std::uint32_t at, const PacketSpec& spec) {
    put_16(at, spec.path.source_port);
    put_16(at + 2, spec.path.target_port);
    put_16(at + 4, spec.udp_length != 0 ? spec.udp_length : 8u + spec.payload);
    const std::uint32_t head = spec.payload < sizeof spec.payload_head ? 0 : sizeof spec.payload_head;
    if (head != 0) put_32(at + 8, spec.payload_head);
    // A checksum of a fragmented datagram covers all its parts; zero says that there is none (RFC 768).
    if (spec.is_fragment()) return;
    const auto checksum = transport_checksum(at, 8, 8 + head, spec);
    put_16(at + 6, checksum == 0 ? 0xffffu : checksum);
}

void FrameBuilder::put_icmp(std::uint32_t at, const PacketSpec& spec) {
    put_8(at, spec.icmp_type);
    put_16(at + 4, 0x4642);
    put_16(at + 6, spec.icmp_number);
    // ICMP for IPv4 has no pseudo header.
    put_16(at + 2, spec.protocol == icmp ? folded(sum(at, 8)) : transport_checksum(at, 8, 8, spec));
}

std::uint16_t FrameBuilder::transport_checksum(std::uint32_t at, std::uint32_t header, std::uint32_t not_zero,
                                               const PacketSpec& spec) const {
    const std::uint32_t addresses = spec.path.source.is_ipv4() ? 8 : 32;
    return folded(sum(at - addresses, addresses + not_zero) + spec.protocol + header + spec.payload);
}

std::uint32_t FrameBuilder::sum(std::uint32_t at, std::uint32_t length) const {
    std::uint32_t sum = 0;
    for (std::uint32_t i = at; i < at + length; i += 2) sum += load_be16(&bytes_[i]);
    return sum;
}

void FrameBuilder::put_address(std::uint32_t at, const IpAddress& address) {
    if (address.is_ipv4()) {
        put_32(at, address.ipv4());
    } else {
        std::memcpy(&bytes_[at], &address.high, 8);
        std::memcpy(&bytes_[at + 8], &address.low, 8);
    }
}

}  // namespace flowlock::scene
