// SPDX-License-Identifier: BSD-3-Clause
// What stations of a segment tell each other of addresses: ARP (RFC 826, 5227), neighbour and router discovery of IPv6
// (RFC 4861), and what DHCP servers say (RFC 2131, RFC 8415). Only Ethernet frames, below any 802.1Q tags. Pure,
// bounded, noexcept: data path, for such frames only. Nothing of it is proven: whoever sends a frame writes all of it.
#pragma once

#include <cstdint>
#include <span>

#include "base/address.hpp"
#include "base/hardware_address.hpp"
#include "packet/decode.hpp"

namespace flowlock {

enum class NoticeKind : std::uint8_t {
    arp_request,
    arp_reply,
    arp_announcement,        // sender and target are one: "gratuitous"
    arp_probe,               // asks whether somebody has the address, without having one
    neighbour_solicitation,  // with the sender's address and hardware address
    neighbour_probe,         // as arp_probe: duplicate address detection (RFC 4862, 5.4)
    neighbour_advertisement,
    router_advertisement,
    dhcp_offer,
    dhcp_ack,
    dhcp_nak,
    dhcpv6_advertise,
    dhcpv6_reply,
};

// The name in reports: "arp_reply".
const char* name_of(NoticeKind kind) noexcept;

// Bits of LinkNotice::flags.
namespace notice_flag {
constexpr std::uint8_t override_ = 0x01,  // neighbour advertisement: says that it is the one (RFC 4861, 4.4)
    default_router = 0x02,                // router advertisement with a lifetime
    relayed = 0x04,                       // DHCP: an agent has passed it on
    to_all = 0x08;                        // the frame went to a broadcast or multicast address
}  // namespace notice_flag

struct LinkNotice {
    // Of whom it speaks: ARP's sender, the target of an advertisement, the sender of a solicitation, the router, the DHCP
    // server (its identifier, else whence it came). Probes: ::.
    IpAddress claimed;
    // What it asks for (requests, solicitations, probes), to whom it speaks (replies), what a DHCP server gives, the
    // first prefix of a router.
    IpAddress other;
    HardwareAddress frame_source;
    HardwareAddress hardware;   // of `claimed`, as it says; without a word of it, frame_source
    std::uint32_t segment = 0;  // ids of the two outer tags, 16 bits each; 0: none
    NoticeKind kind = NoticeKind::arp_request;
    std::uint8_t flags = 0;

    friend bool operator==(const LinkNotice&, const LinkNotice&) = default;
    friend auto operator<=>(const LinkNotice&, const LinkNotice&) = default;
};
static_assert(sizeof(LinkNotice) == 56, "with its time a cache line");

// Whether read_link_notice() may find something in what decode() has made of a frame.
constexpr bool may_hold_notice(const Decoded& decoded) noexcept {
    if (decoded.outcome == Outcome::not_ip || decoded.outcome == Outcome::ipv6_icmp) return true;
    const std::uint16_t source_port = decoded.key.port[decoded.sender];
    return (decoded.outcome == Outcome::ipv4_udp && source_port == 67) ||
           (decoded.outcome == Outcome::ipv6_udp && source_port == 547);
}

// `head`: the captured bytes of an Ethernet frame. False: it is none of these messages, or too much of it is missing.
bool read_link_notice(std::span<const std::byte> head, LinkNotice& notice) noexcept;

}  // namespace flowlock
