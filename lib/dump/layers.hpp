// SPDX-License-Identifier: BSD-3-Clause
// What adds a protocol's part to a line, layer by layer. `view` begins with the protocol's header; `length` is how
// many bytes of it and of what follows there are by the header before, whether they were captured or not. Lengths
// are 32-bit and wrap around as tcpdump's do, since it prints them even where they make no sense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dump/view.hpp"

namespace flowlock::dump {

namespace ip_protocol {
constexpr std::uint8_t hop_by_hop = 0, icmp = 1, igmp = 2, ipv4 = 4, tcp = 6, egp = 8, igrp = 9, udp = 17,
                       dccp = 33, ipv6 = 41, routing = 43, fragment = 44, rsvp = 46, gre = 47, esp = 50,
                       ah = 51, mobile = 55, icmpv6 = 58, none = 59, destination = 60, mobility_old = 62,
                       nd = 77, eigrp = 88, ospf = 89, pim = 103, ipcomp = 108, vrrp = 112, pgm = 113,
                       sctp = 132, mobility = 135, ethernet = 143;
}

// What an IP header says to those that follow it.
struct IpHead {
    int version = 4;
    std::string source, target;
    std::uint8_t names =
        0;  // the protocol that the header itself names; extension headers may stand before the last
    std::uint8_t hop_limit = 0;
    bool fragment = false;  // the first of several
};
// Those print the addresses themselves, with their ports.
bool prints_addresses(std::uint8_t protocol);

// The addresses of an Ethernet frame, for what is named by them.
struct MacAddresses {
    std::string source, target;
};

// Link layers
void add_ethernet(Line& line, const View& view, std::uint32_t length);
void add_cooked_v1(Line& line, const View& view, std::uint32_t length);
void add_cooked_v2(Line& line, const View& view, std::uint32_t length);
void add_loopback(Line& line, const View& view, std::uint32_t length);
// False: nothing was added, the type is unknown.
bool add_ethertype(Line& line, std::uint16_t type, const View& view, std::uint32_t length,
                   const std::optional<MacAddresses>& macs);
// "IPv4"; a type without a name by `otherwise`.
std::string ethertype_name(std::uint16_t type, fmt::format_string<const std::uint32_t&> otherwise);
void add_llc(Line& line, const View& view, std::uint32_t length, const std::optional<MacAddresses>& macs);
void add_spanning_tree(Line& line, const View& view, std::uint32_t length);
void add_lldp(Line& line, const View& view, std::uint32_t length);
void add_slow(Line& line, const View& view, std::uint32_t length);
void add_eapol(Line& line, const View& view);
void add_realtek(Line& line, const View& view, const std::optional<MacAddresses>& macs);
void add_ethernet_loopback(Line& line, const View& view, std::uint32_t length);
void add_arp(Line& line, const View& view, std::uint32_t length);
void add_mpls(Line& line, const View& view, std::uint32_t length);
void add_pppoe(Line& line, const View& view, std::uint32_t length);
void add_ppp(Line& line, const View& view, std::uint32_t length);

// IP
void add_ipv4(Line& line, const View& view, std::uint32_t length);
void add_ipv6(Line& line, const View& view, std::uint32_t length);
// By the version in the first byte.
void add_ip(Line& line, const View& view, std::uint32_t length);
void add_ip_payload(Line& line, const View& view, std::uint32_t length, std::uint8_t protocol,
                    const IpHead& ip);

// An extension header of IPv6: its size, or nothing where the line is done with.
struct JumboLength {
    bool found = false;
    std::uint32_t payload = 0;  // of the IPv6 header, then of the option
};
std::optional<std::uint32_t> add_hop_by_hop(Line& line, const View& view, JumboLength& jumbo);
std::optional<std::uint32_t> add_destination_options(Line& line, const View& view);
std::optional<std::uint32_t> add_routing_header(Line& line, const View& view);
// `rest`: of the IPv6 packet from this header on, by its header.
std::optional<std::uint32_t> add_fragment_header(Line& line, const View& view, std::uint64_t rest);
void add_mobility(Line& line, const View& view);

// What IP carries
void add_tcp(Line& line, const View& view, std::uint32_t length, const IpHead& ip);
// False: an option contradicts itself.
bool add_mptcp(Line& line, const View& option, std::uint32_t length, std::uint8_t tcp_flags);
// " options […]" of a TCP header, the `size` bytes of `view`. False: the line is done with.
bool add_tcp_options(Line& line, const View& view, std::uint32_t size, std::uint8_t tcp_flags);
void add_udp(Line& line, const View& view, std::uint32_t length, const IpHead& ip);
void add_sctp(Line& line, const View& view, std::uint32_t length, const IpHead& ip);
void add_dccp(Line& line, const View& view, std::uint32_t length, const IpHead& ip);
void add_icmp(Line& line, const View& view, std::uint32_t length);
void add_icmpv6(Line& line, const View& view, std::uint32_t length);
// Node information, between the message's name and its length.
void add_node_query(Line& line, const View& view);
void add_node_reply(Line& line, const View& view, std::uint32_t length);
void add_gre(Line& line, const View& view, std::uint32_t length);
// The size of the header, of which the payload is another protocol's.
std::uint32_t add_ah(Line& line, const View& view);
void add_esp(Line& line, const View& view, std::uint32_t length);
void add_ipcomp(Line& line, const View& view);

// Between routers
void add_egp(Line& line, const View& view, std::uint32_t length);
void add_eigrp(Line& line, const View& view, std::uint32_t length);
void add_ospf(Line& line, const View& view, std::uint32_t length, int ip_version);
void add_pim(Line& line, const View& view, std::uint32_t length);
void add_rsvp(Line& line, const View& view, std::uint32_t length);
void add_vrrp(Line& line, const View& view, std::uint32_t length, std::uint8_t hop_limit);

}  // namespace flowlock::dump
