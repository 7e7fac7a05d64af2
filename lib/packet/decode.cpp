// SPDX-License-Identifier: BSD-3-Clause
#include "packet/decode.hpp"

#include <algorithm>

#include "base/wire.hpp"
#include "packet/headers.hpp"

namespace flowlock {
namespace {

constexpr std::size_t ethernet_header = 14;
constexpr std::size_t ipv4_header_min = 20;
constexpr std::size_t ipv6_header = 40;

namespace ether_type {
constexpr std::uint16_t ipv4 = 0x0800, ipv6 = 0x86dd, vlan = 0x8100, provider_vlan = 0x88a8,
                        old_provider_vlan = 0x9100, mpls = 0x8847, mpls_multicast = 0x8848,
                        pppoe_session = 0x8864;
}  // namespace ether_type

namespace protocol {
constexpr std::uint8_t hop_by_hop = 0, icmp = 1, tcp = 6, udp = 17, routing = 43, fragment = 44,
                       authentication = 51, icmpv6 = 58, destination_options = 60, dccp = 33, sctp = 132,
                       mobility = 135, udp_lite = 136, host_identity = 139, shim6 = 140;
}  // namespace protocol

// The captured bytes from the current header on, and how many there were on the wire.
struct Rest {
    std::span<const std::byte> head;
    std::uint32_t wire;
    std::size_t skipped = 0;  // bytes of the frame before it

    const std::byte* at(std::size_t offset) const noexcept { return head.data() + offset; }
    bool holds(std::size_t bytes) const noexcept { return head.size() >= bytes; }
    // Only after holds(bytes).
    void skip(std::size_t bytes) noexcept {
        head = head.subspan(bytes);
        wire -= static_cast<std::uint32_t>(bytes);
        skipped += bytes;
    }
};

// Where the walk over the layers below IP ended.
enum class Below : std::uint8_t { ipv4, ipv6, by_version, not_ip, cut, too_deep, unsupported };

bool is_vlan(std::uint16_t type) noexcept {
    return type == ether_type::vlan || type == ether_type::provider_vlan ||
           type == ether_type::old_provider_vlan;
}

// One PPPoE session header with its PPP protocol number (RFC 1661, 2: one byte when compressed, then odd).
Below skip_pppoe(Rest& rest) noexcept {
    if (!rest.holds(8)) return Below::cut;
    const bool compressed = (load_u8(rest.at(6)) & 1) != 0;
    const std::uint16_t number = compressed ? load_u8(rest.at(6)) : load_be16(rest.at(6));
    rest.skip(compressed ? 7 : 8);
    if (number == 0x0021) return Below::ipv4;
    if (number == 0x0057) return Below::ipv6;
    return Below::not_ip;
}

// Skips tags and labels until an IP header begins. `type` is the EtherType that announces what rest begins
// with.
Below walk(Rest& rest, std::uint16_t type) noexcept {
    for (int layer = 0; layer <= decode_layers_max; ++layer) {
        if (type == ether_type::ipv4) return Below::ipv4;
        if (type == ether_type::ipv6) return Below::ipv6;
        if (is_vlan(type)) {
            if (!rest.holds(4)) return Below::cut;
            type = load_be16(rest.at(2));
            rest.skip(4);
        } else if (type == ether_type::mpls || type == ether_type::mpls_multicast) {
            if (!rest.holds(5)) return Below::cut;  // a label and the first byte behind it
            const bool bottom = (load_u8(rest.at(2)) & 1) != 0;
            rest.skip(4);
            if (!bottom) continue;
            // Below the last label nothing names the payload; its first nibble tells (RFC 4928, 2).
            const std::uint8_t nibble = load_u8(rest.at(0)) >> 4;
            if (nibble == 4) return Below::ipv4;
            if (nibble == 6) return Below::ipv6;
            if (nibble != 0) return Below::not_ip;
            if (!rest.holds(4 + ethernet_header)) return Below::cut;
            type = load_be16(rest.at(4 + 12));
            rest.skip(4 + ethernet_header);
        } else if (type == ether_type::pppoe_session) {
            return skip_pppoe(rest);
        } else {
            return Below::not_ip;
        }
    }
    return Below::too_deep;
}

// The address family of the BSD loopback header, whose byte order and IPv6 number depend on the machine that
// wrote it.
Below loopback_family(const std::byte* at) noexcept {
    const std::uint32_t big = load_be32(at);
    const std::uint32_t family = big < 0x10000 ? big : load_native<std::uint32_t>(at);
    if (family == 2) return Below::ipv4;
    if (family == 10 || family == 24 || family == 28 || family == 30) return Below::ipv6;
    return Below::not_ip;
}

Below skip_link_header(LinkType link, Rest& rest) noexcept {
    const auto typed = [&](std::size_t header, std::size_t type_at) {
        if (!rest.holds(header)) return Below::cut;
        const std::uint16_t type = load_be16(rest.at(type_at));
        rest.skip(header);
        return walk(rest, type);
    };
    switch (link) {
        case LinkType::ethernet:
            return typed(ethernet_header, 12);
        case LinkType::cooked_v1:
            return typed(16, 14);
        case LinkType::cooked_v2:
            return typed(20, 0);
        case LinkType::raw_ip:
            return Below::by_version;
        case LinkType::loopback: {
            if (!rest.holds(4)) return Below::cut;
            const Below below = loopback_family(rest.at(0));
            rest.skip(4);
            return below;
        }
        case LinkType::unsupported:
            return Below::unsupported;
    }
    return Below::unsupported;
}

std::uint8_t icmp_class_of(std::uint8_t protocol_number, std::uint8_t type) noexcept {
    const bool v6 = protocol_number == protocol::icmpv6;
    if (type == (v6 ? 128 : 8)) return icmp_class::echo_request;
    if (type == (v6 ? 129 : 0)) return icmp_class::echo_reply;
    if (type == (v6 ? 1 : 3)) return icmp_class::unreachable;
    return icmp_class::other;
}

struct Ports {
    std::uint16_t source = 0;
    std::uint16_t destination = 0;
};

// Ports and flags, as far as `payload` (the captured bytes within the IP packet) holds them.
Ports read_transport(Decoded& decoded, std::uint8_t number, std::span<const std::byte> payload) noexcept {
    if (number == protocol::icmp || number == protocol::icmpv6) {
        if (!payload.empty()) decoded.flags = icmp_class_of(number, load_u8(payload.data()));
        return {};
    }
    if (!has_ports(number) || payload.size() < 4) return {};
    if (number == protocol::tcp && payload.size() >= 14)
        decoded.flags = load_u8(payload.data() + 13);
    else
        decoded.flags_cut = number == protocol::tcp;
    return {load_be16(payload.data()), load_be16(payload.data() + 2)};
}

// `payload` is a part of what rest holds.
void place_error(Decoded& decoded, const Rest& rest, std::span<const std::byte> payload) noexcept {
    constexpr std::size_t size_max = 255;  // more than headers, and what an error must quote
    decoded.error_size = static_cast<std::uint8_t>(std::min(payload.size(), size_max));
    decoded.error_at =
        static_cast<std::uint16_t>(rest.skipped + static_cast<std::size_t>(payload.data() - rest.at(0)));
}

// Fragments are left alone: no tool that leaves marks sends them, and they do not show where the segment ends.
bool is_probe(const Decoded& decoded, std::uint8_t number) noexcept {
    return number == protocol::tcp && !decoded.fragment && tcp_flag::opens(decoded.flags);
}

// Puts the endpoints in order, so that both directions have one key.
void set_key(Decoded& decoded, const IpAddress& source, const IpAddress& destination, Ports ports) noexcept {
    const auto before = [](const IpAddress& a, std::uint16_t a_port, const IpAddress& b,
                           std::uint16_t b_port) {
        if (a.high != b.high) return a.high < b.high;
        if (a.low != b.low) return a.low < b.low;
        return a_port <= b_port;
    };
    const bool ordered = before(source, ports.source, destination, ports.destination);
    decoded.sender = ordered ? 0 : 1;
    decoded.key.address = {ordered ? source : destination, ordered ? destination : source};
    decoded.key.port = {ordered ? ports.source : ports.destination,
                        ordered ? ports.destination : ports.source};
}

Outcome outcome_of(std::uint8_t family, std::uint8_t number) noexcept {
    const bool v4 = family == 4;
    if (number == protocol::tcp) return v4 ? Outcome::ipv4_tcp : Outcome::ipv6_tcp;
    if (number == protocol::udp) return v4 ? Outcome::ipv4_udp : Outcome::ipv6_udp;
    if (number == (v4 ? protocol::icmp : protocol::icmpv6))
        return v4 ? Outcome::ipv4_icmp : Outcome::ipv6_icmp;
    return v4 ? Outcome::ipv4_other : Outcome::ipv6_other;
}

Decoded undecoded(Outcome outcome) noexcept {
    Decoded decoded;
    decoded.outcome = outcome;
    return decoded;
}

void finish(Decoded& decoded, std::uint8_t family, std::uint8_t number) noexcept {
    decoded.key.family = family;
    decoded.key.protocol = number;
    decoded.outcome = outcome_of(family, number);
    if (decoded.fragment && number != protocol::tcp) decoded.flags |= fragment_flag;
}

Decoded decode_ipv4(Rest rest) noexcept {
    if (!rest.holds(ipv4_header_min)) return undecoded(Outcome::ip_header_cut);
    const std::uint8_t version_and_length = load_u8(rest.at(0));
    if (version_and_length >> 4 != 4) return undecoded(Outcome::ip_version_wrong);
    const std::size_t header = std::size_t{4} * (version_and_length & 0x0f);
    if (header < ipv4_header_min) return undecoded(Outcome::ip_header_length_wrong);
    std::uint32_t total = load_be16(rest.at(2));
    // Segmentation offload leaves 0 where the packet is longer than the field can say; then the frame tells.
    if (total == 0) total = rest.wire;
    if (total < header) return undecoded(Outcome::ip_total_length_wrong);

    Decoded decoded;
    decoded.ip_bytes = std::min(total, rest.wire);
    const std::uint16_t fragment = load_be16(rest.at(6));
    const bool later_fragment = (fragment & 0x1fff) != 0;
    decoded.fragment = later_fragment || (fragment & 0x2000) != 0;

    const std::uint8_t number = load_u8(rest.at(9));
    Ports ports;
    const std::size_t readable = std::min<std::size_t>(rest.head.size(), total);
    if (!later_fragment && readable > header) {
        const auto payload = rest.head.subspan(header, readable - header);
        ports = read_transport(decoded, number, payload);
        if (is_probe(decoded, number))
            decoded.tools = scan_tools_of_ipv4(rest.at(0), {payload, total - header});
        if (number == protocol::icmp && decoded.flags == icmp_class::unreachable)
            place_error(decoded, rest, payload);
    }
    set_key(decoded, IpAddress::from_ipv4(rest.at(12)), IpAddress::from_ipv4(rest.at(16)), ports);
    finish(decoded, 4, number);
    return decoded;
}

// Length of the extension header at `at`, of which two bytes are readable; 0: `number` is not an extension
// header.
std::size_t extension_length(std::uint8_t number, const std::byte* at) noexcept {
    switch (number) {
        case protocol::hop_by_hop:
        case protocol::routing:
        case protocol::destination_options:
        case protocol::mobility:
        case protocol::host_identity:
        case protocol::shim6:
            return std::size_t{8} * (load_u8(at + 1) + 1);
        case protocol::fragment:
            return 8;
        case protocol::authentication:
            return std::size_t{4} * (load_u8(at + 1) + 2);  // RFC 4302, 2.2
        default:
            return 0;
    }
}

// Follows the extension headers. Where the chain is cut or too long, the flow is that of the header where it
// stopped. Returns the number of the upper protocol; `payload` is what follows, empty where nothing of it can
// be read.
std::uint8_t walk_extensions(Decoded& decoded, std::uint8_t number,
                             std::span<const std::byte>& payload) noexcept {
    for (int walked = 0;; ++walked) {
        if (payload.size() < 2) return number;
        const std::size_t length = extension_length(number, payload.data());
        if (length == 0) return number;
        if (payload.size() < length || walked == decode_extensions_max) break;
        const std::uint8_t next = load_u8(payload.data());
        if (number == protocol::fragment) {
            const std::uint16_t offset_and_more = load_be16(payload.data() + 2);
            // An atomic fragment (RFC 6946) is whole: offset 0 and nothing more to come.
            decoded.fragment |= (offset_and_more & 0xfff9) != 0;
            if ((offset_and_more & 0xfff8) != 0) {
                payload = {};
                return next;
            }
        }
        number = next;
        payload = payload.subspan(length);
    }
    payload = {};
    return number;
}

Decoded decode_ipv6(Rest rest) noexcept {
    if (!rest.holds(ipv6_header)) return undecoded(Outcome::ip_header_cut);
    if (load_u8(rest.at(0)) >> 4 != 6) return undecoded(Outcome::ip_version_wrong);
    std::uint32_t total = std::uint32_t{load_be16(rest.at(4))} + ipv6_header;
    // A payload length of 0 is a jumbogram (RFC 2675) or segmentation offload when more follows than padding
    // can be.
    if (total == ipv6_header && rest.wire > 0xffff) total = rest.wire;

    Decoded decoded;
    decoded.ip_bytes = std::min(total, rest.wire);
    const std::size_t readable = std::min<std::size_t>(rest.head.size(), total);
    auto payload = rest.head.subspan(ipv6_header, readable - ipv6_header);
    const std::uint8_t number = walk_extensions(decoded, load_u8(rest.at(6)), payload);
    const Ports ports = read_transport(decoded, number, payload);
    const std::size_t missing = total - readable;  // not captured
    if (is_probe(decoded, number)) decoded.tools = scan_tools_of_ipv6({payload, payload.size() + missing});
    if (number == protocol::icmpv6 && decoded.flags == icmp_class::unreachable)
        place_error(decoded, rest, payload);
    set_key(decoded, IpAddress::from_ipv6(rest.at(8)), IpAddress::from_ipv6(rest.at(24)), ports);
    finish(decoded, 6, number);
    return decoded;
}

// by_version: nothing says which IP it is.
Below skip_to_ip(LinkType link, Rest& rest) noexcept {
    const Below below = skip_link_header(link, rest);
    if (below != Below::by_version || rest.head.empty()) return below;
    const std::uint8_t version = load_u8(rest.at(0)) >> 4;
    if (version == 4) return Below::ipv4;
    return version == 6 ? Below::ipv6 : Below::by_version;
}

}  // namespace

bool has_ports(std::uint8_t number) noexcept {
    return number == protocol::tcp || number == protocol::udp || number == protocol::sctp ||
           number == protocol::dccp || number == protocol::udp_lite;
}

Decoded decode(LinkType link, std::span<const std::byte> head, std::uint32_t wire) noexcept {
    Rest rest{.head = head, .wire = wire};
    const Below below = skip_to_ip(link, rest);
    switch (below) {
        case Below::ipv4:
            return decode_ipv4(rest);
        case Below::ipv6:
            return decode_ipv6(rest);
        case Below::cut:
            return undecoded(Outcome::link_header_cut);
        case Below::too_deep:
            return undecoded(Outcome::too_many_tags);
        case Below::unsupported:
            return undecoded(Outcome::unsupported_link_type);
        case Below::by_version:
            return undecoded(rest.head.empty() ? Outcome::ip_header_cut : Outcome::ip_version_wrong);
        case Below::not_ip:
            break;
    }
    return undecoded(Outcome::not_ip);
}

Headers find_headers(LinkType link, std::span<const std::byte> head, std::uint32_t wire) noexcept {
    Rest rest{.head = head, .wire = wire};
    Headers headers;
    const Below below = skip_to_ip(link, rest);
    headers.ip_at = rest.skipped;
    switch (below) {
        case Below::ipv4: {
            if (!is_decoded(decode_ipv4(rest).outcome)) return headers;
            const std::size_t header = std::size_t{4} * (load_u8(rest.at(0)) & 0x0f);
            headers.later_fragment = (load_be16(rest.at(6)) & 0x1fff) != 0;
            headers.protocol = load_u8(rest.at(9));
            headers.transport_at = std::min(rest.skipped + header, head.size());
            break;
        }
        case Below::ipv6: {
            if (!is_decoded(decode_ipv6(rest).outcome)) return headers;
            Decoded decoded;
            auto payload = rest.head.subspan(ipv6_header);
            headers.protocol = walk_extensions(decoded, load_u8(rest.at(6)), payload);
            headers.later_fragment = decoded.fragment && payload.empty();
            headers.transport_at = head.size() - payload.size();
            break;
        }
        default:
            return headers;
    }
    headers.found = true;
    return headers;
}

}  // namespace flowlock
