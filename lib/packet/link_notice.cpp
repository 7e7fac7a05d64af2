// SPDX-License-Identifier: BSD-3-Clause
#include "packet/link_notice.hpp"

#include <algorithm>
#include <array>

#include "base/wire.hpp"
#include "packet/headers.hpp"

namespace flowlock {
namespace {

constexpr std::uint16_t type_ipv4 = 0x0800, type_arp = 0x0806, type_ipv6 = 0x86dd;
constexpr std::uint8_t udp = 17, icmpv6 = 58;

// More than any server sends.
constexpr int options_max = 128;

// The captured bytes of a message.
using Bytes = std::span<const std::byte>;

std::uint8_t u8(Bytes bytes, std::size_t at) noexcept {
    return load_u8(bytes.data() + at);
}
std::uint16_t be16(Bytes bytes, std::size_t at) noexcept {
    return load_be16(bytes.data() + at);
}
IpAddress ipv4_at(Bytes bytes, std::size_t at) noexcept {
    return IpAddress::from_ipv4(bytes.data() + at);
}
IpAddress ipv6_at(Bytes bytes, std::size_t at) noexcept {
    return IpAddress::from_ipv6(bytes.data() + at);
}
HardwareAddress hardware_at(Bytes bytes, std::size_t at) noexcept {
    return HardwareAddress::from_wire(bytes.data() + at);
}

bool is_tag(std::uint16_t type) noexcept {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

bool read_arp(Bytes arp, LinkNotice& notice) noexcept {
    constexpr std::size_t size = 28;
    // Ethernet and IPv4, with addresses of 6 and 4 bytes.
    if (arp.size() < size || load_be32(arp.data()) != 0x0001'0800 || be16(arp, 4) != 0x0604) return false;
    const std::uint16_t operation = be16(arp, 6);
    if (operation != 1 && operation != 2) return false;
    notice.hardware = hardware_at(arp, 8);
    const IpAddress sender = ipv4_at(arp, 14);
    notice.other = ipv4_at(arp, 24);
    if (sender.ipv4() == 0) {
        notice.kind = NoticeKind::arp_probe;
        return operation == 1 && notice.other.ipv4() != 0;
    }
    notice.claimed = sender;
    if (sender == notice.other)
        notice.kind = NoticeKind::arp_announcement;
    else
        notice.kind = operation == 1 ? NoticeKind::arp_request : NoticeKind::arp_reply;
    return true;
}

// The option of this type, without its type and length (RFC 4861, 4.6); empty: there is none.
Bytes discovery_option(Bytes options, std::uint8_t wanted) noexcept {
    for (int i = 0; i < options_max && options.size() >= 8; ++i) {
        const std::size_t length = std::size_t{8} * u8(options, 1);
        if (length == 0 || length > options.size()) break;
        if (u8(options, 0) == wanted) return options.subspan(2, length - 2);
        options = options.subspan(length);
    }
    return {};
}

// What an option says of a hardware address goes before where the frame came from.
void take_hardware(Bytes options, std::uint8_t option, LinkNotice& notice) noexcept {
    const Bytes value = discovery_option(options, option);
    if (!value.empty()) notice.hardware = hardware_at(value, 0);
}

bool read_discovery(const IpAddress& source, Bytes message, LinkNotice& notice) noexcept {
    constexpr std::uint8_t router_advertisement = 134, solicitation = 135, advertisement = 136;
    constexpr std::uint8_t source_hardware = 1, target_hardware = 2, prefix = 3;
    if (message.size() < 16 || u8(message, 1) != 0) return false;
    const std::uint8_t type = u8(message, 0);
    if (type == router_advertisement) {
        notice.kind = NoticeKind::router_advertisement;
        notice.claimed = source;
        if (be16(message, 6) != 0) notice.flags |= notice_flag::default_router;
        const Bytes options = message.subspan(16);
        take_hardware(options, source_hardware, notice);
        // Lengths, flags, two lifetimes and four reserved bytes stand before the prefix.
        if (const Bytes value = discovery_option(options, prefix); value.size() >= 30)
            notice.other = ipv6_at(value, 14);
        return true;
    }
    if ((type != solicitation && type != advertisement) || message.size() < 24) return false;
    const IpAddress target = ipv6_at(message, 8);
    const Bytes options = message.subspan(24);
    if (type == advertisement) {
        notice.kind = NoticeKind::neighbour_advertisement;
        notice.claimed = target;
        if ((u8(message, 4) & 0x20) != 0) notice.flags |= notice_flag::override_;
        take_hardware(options, target_hardware, notice);
        return true;
    }
    notice.other = target;
    if (source == IpAddress{}) {
        notice.kind = NoticeKind::neighbour_probe;
        return true;
    }
    notice.kind = NoticeKind::neighbour_solicitation;
    notice.claimed = source;
    take_hardware(options, source_hardware, notice);
    return true;
}

bool read_dhcp(const IpAddress& source, Bytes message, LinkNotice& notice) noexcept {
    constexpr std::size_t options_at = 240;
    constexpr std::uint8_t reply = 2, pad = 0, message_type = 53, server = 54, end = 255;
    if (message.size() < options_at || u8(message, 0) != reply ||
        load_be32(message.data() + 236) != 0x6382'5363)
        return false;
    notice.claimed = source;
    notice.other = ipv4_at(message, 16);
    if (load_be32(message.data() + 24) != 0) notice.flags |= notice_flag::relayed;
    std::uint8_t type = 0;
    Bytes options = message.subspan(options_at);
    for (int i = 0; i < options_max && options.size() >= 2; ++i) {
        const std::uint8_t option = u8(options, 0);
        if (option == end) break;
        if (option == pad) {
            options = options.subspan(1);
            continue;
        }
        const std::size_t length = u8(options, 1);
        if (length + 2 > options.size()) break;
        if (option == message_type && length == 1) type = u8(options, 2);
        if (option == server && length == 4) notice.claimed = ipv4_at(options, 2);
        options = options.subspan(length + 2);
    }
    constexpr std::uint8_t offer = 2, ack = 5, nak = 6;
    // Who names no address configures nobody: a boot server beside the DHCP server, or an answer to an inquiry.
    if (type == nak)
        notice.kind = NoticeKind::dhcp_nak;
    else if ((type == offer || type == ack) && notice.other.ipv4() != 0)
        notice.kind = type == offer ? NoticeKind::dhcp_offer : NoticeKind::dhcp_ack;
    else
        return false;
    return true;
}

bool read_dhcpv6(const IpAddress& source, Bytes message, LinkNotice& notice) noexcept {
    constexpr std::uint8_t advertise = 2, reply = 7;
    if (message.size() < 4) return false;
    const std::uint8_t type = u8(message, 0);
    if (type != advertise && type != reply) return false;
    notice.kind = type == advertise ? NoticeKind::dhcpv6_advertise : NoticeKind::dhcpv6_reply;
    notice.claimed = source;
    return true;
}

// The payload of a datagram from a server's port to one of `ports`; empty: it is none.
Bytes payload_of(Bytes datagram, std::uint16_t from, std::array<std::uint16_t, 2> ports) noexcept {
    if (datagram.size() < 8 || be16(datagram, 0) != from) return {};
    const std::uint16_t to = be16(datagram, 2);
    if (to != ports[0] && to != ports[1]) return {};
    const std::size_t length = be16(datagram, 4);
    return length <= 8 ? Bytes{} : datagram.subspan(8, std::min(length, datagram.size()) - 8);
}

bool read_ip(Bytes frame, std::size_t ip_at, bool is_v6, LinkNotice& notice) noexcept {
    const Headers headers = find_headers(LinkType::ethernet, frame, static_cast<std::uint32_t>(frame.size()));
    if (!headers.found || headers.later_fragment) return false;
    // What follows the packet, such as the padding of a short frame, is not of it.
    const std::size_t total = is_v6 ? std::size_t{be16(frame, ip_at + 4)} + 40 : be16(frame, ip_at + 2);
    const std::size_t end = std::clamp(ip_at + total, headers.transport_at, frame.size());
    const Bytes transport = frame.subspan(headers.transport_at, end - headers.transport_at);
    if (!is_v6) {
        const Bytes message = headers.protocol == udp ? payload_of(transport, 67, {68, 67}) : Bytes{};
        return !message.empty() && read_dhcp(ipv4_at(frame, ip_at + 12), message, notice);
    }
    const IpAddress source = ipv6_at(frame, ip_at + 8);
    if (headers.protocol == udp) {
        const Bytes message = payload_of(transport, 547, {546, 546});
        return !message.empty() && read_dhcpv6(source, message, notice);
    }
    // What has passed a router is not of this link (RFC 4861, 6.1 and 7.1).
    return headers.protocol == icmpv6 && u8(frame, ip_at + 7) == 255 &&
           read_discovery(source, transport, notice);
}

}  // namespace

const char* name_of(NoticeKind kind) noexcept {
    switch (kind) {
        case NoticeKind::arp_request:
            return "arp_request";
        case NoticeKind::arp_reply:
            return "arp_reply";
        case NoticeKind::arp_announcement:
            return "arp_announcement";
        case NoticeKind::arp_probe:
            return "arp_probe";
        case NoticeKind::neighbour_solicitation:
            return "neighbour_solicitation";
        case NoticeKind::neighbour_probe:
            return "neighbour_probe";
        case NoticeKind::neighbour_advertisement:
            return "neighbour_advertisement";
        case NoticeKind::router_advertisement:
            return "router_advertisement";
        case NoticeKind::dhcp_offer:
            return "dhcp_offer";
        case NoticeKind::dhcp_ack:
            return "dhcp_ack";
        case NoticeKind::dhcp_nak:
            return "dhcp_nak";
        case NoticeKind::dhcpv6_advertise:
            return "dhcpv6_advertise";
        case NoticeKind::dhcpv6_reply:
            return "dhcpv6_reply";
    }
    return "";
}

bool read_link_notice(std::span<const std::byte> head, LinkNotice& notice) noexcept {
    constexpr std::size_t ethernet_header = 14, tag = 4;
    if (head.size() < ethernet_header) return false;
    notice = {};
    notice.frame_source = hardware_at(head, 6);
    notice.hardware = notice.frame_source;
    if (hardware_at(head, 0).is_group()) notice.flags |= notice_flag::to_all;
    std::size_t at = ethernet_header;
    std::uint16_t type = be16(head, at - 2);
    for (int tags = 0; is_tag(type); ++tags) {
        if (tags == decode_layers_max || head.size() < at + tag) return false;
        const std::uint32_t id = be16(head, at) & 0x0fff;
        if (tags < 2) notice.segment |= id << 16 * tags;
        type = be16(head, at + 2);
        at += tag;
    }
    if (type == type_arp) return read_arp(head.subspan(at), notice);
    return (type == type_ipv4 || type == type_ipv6) && read_ip(head, at, type == type_ipv6, notice);
}

}  // namespace flowlock
