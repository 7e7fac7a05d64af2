// SPDX-License-Identifier: BSD-3-Clause
// By the number of the protocol to the function that knows it.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

// The protocols that only one version of IP may carry.
constexpr std::array one_version{
    Name{ip_protocol::icmp, "ICMP"},
    Name{ip_protocol::igmp, "IGMP"},
    Name{ip_protocol::icmpv6, "ICMPv6"},
    Name{ip_protocol::ethernet, "Ethernet"},
};

void require_version(Line& line, int version, std::uint8_t protocol) {
    line.add("[{} requires IPv{}]", name_of(one_version, protocol, "{}"), version);
    line.invalid();
}

void add_control_message(Line& line, const View& view, std::uint32_t length, std::uint8_t protocol,
                         const IpHead& ip) {
    const int version = protocol == ip_protocol::icmpv6 || protocol == ip_protocol::ethernet ? 6 : 4;
    if (ip.version != version) return require_version(line, version, protocol);
    if (protocol == ip_protocol::icmp) return add_icmp(line, view, length);
    if (protocol == ip_protocol::icmpv6) return add_icmpv6(line, view, length);
    if (protocol == ip_protocol::ethernet) return add_ethernet(line, view, length);
    line.add_text("igmp");
}

void add_router_protocol(Line& line, const View& view, std::uint32_t length, std::uint8_t protocol,
                         const IpHead& ip) {
    switch (protocol) {
        case ip_protocol::egp:
            return add_egp(line, view, length);
        case ip_protocol::rsvp:
            return add_rsvp(line, view, length);
        case ip_protocol::nd:
            return line.add(" nd {}", length);
        case ip_protocol::eigrp:
            return add_eigrp(line, view, length);
        case ip_protocol::ospf:
            return add_ospf(line, view, length, ip.version);
        case ip_protocol::pim:
            return add_pim(line, view, length);
        case ip_protocol::vrrp:
            return add_vrrp(line, view, length, ip.hop_limit);
        default:
            return line.add(" ip-proto-{} {}", protocol, length);
    }
}

void add_protocol(Line& line, const View& view, std::uint32_t length, std::uint8_t protocol,
                  const IpHead& ip) {
    switch (protocol) {
        case ip_protocol::tcp:
            return add_tcp(line, view, length, ip);
        case ip_protocol::udp:
            return add_udp(line, view, length, ip);
        case ip_protocol::sctp:
            return add_sctp(line, view, length, ip);
        case ip_protocol::dccp:
            return add_dccp(line, view, length, ip);
        case ip_protocol::icmp:
        case ip_protocol::icmpv6:
        case ip_protocol::igmp:
        case ip_protocol::ethernet:
            return add_control_message(line, view, length, protocol, ip);
        case ip_protocol::ipv4:
            return add_ipv4(line, view, length);
        case ip_protocol::ipv6:
            return add_ipv6(line, view, length);
        case ip_protocol::gre:
            return add_gre(line, view, length);
        case ip_protocol::esp:
            return add_esp(line, view, length);
        case ip_protocol::ipcomp:
            return add_ipcomp(line, view);
        case ip_protocol::none:
            return line.add_text("no next header");
        default:
            return add_router_protocol(line, view, length, protocol, ip);
    }
}

}  // namespace

bool prints_addresses(std::uint8_t protocol) {
    return protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp ||
           protocol == ip_protocol::dccp;
}

void add_ip_payload(Line& line, const View& view, std::uint32_t length, std::uint8_t protocol,
                    const IpHead& ip) {
    View payload = view;
    // An authentication header says what is behind it, which may be another one.
    while (protocol == ip_protocol::ah && line.open()) {
        line.enter("ah");
        protocol = payload.u8(0);
        const std::uint32_t size = add_ah(line, payload);
        payload = payload.from(size);
        length -= size;
    }
    if (line.open()) add_protocol(line, payload, length, protocol, ip);
}

}  // namespace flowlock::dump
