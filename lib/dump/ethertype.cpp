// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::array type_names{
    Name{0x0800, "IPv4"},
    Name{0x8847, "MPLS unicast"},
    Name{0x8848, "MPLS multicast"},
    Name{0x86dd, "IPv6"},
    Name{0x8100, "802.1Q"},
    Name{0x9100, "802.1Q-9100"},
    Name{0x88a8, "802.1Q-QinQ"},
    Name{0x9200, "802.1Q-9200"},
    Name{0x88e5, "802.1AE MACsec"},
    Name{0x0200, "PUP"},
    Name{0x0806, "ARP"},
    Name{0x8035, "Reverse ARP"},
    Name{0x0600, "NS"},
    Name{0x0500, "Sprite"},
    Name{0x1000, "Trail"},
    Name{0x6001, "MOP DL"},
    Name{0x6002, "MOP RC"},
    Name{0x6003, "DN"},
    Name{0x6004, "LAT"},
    Name{0x6007, "SCA"},
    Name{0x6558, "TEB"},
    Name{0x8038, "Lanbridge"},
    Name{0x803c, "DEC DNS"},
    Name{0x803e, "DEC DTS"},
    Name{0x805b, "VEXP"},
    Name{0x805c, "VPROD"},
    Name{0x809b, "Appletalk"},
    Name{0x80f3, "Appletalk ARP"},
    Name{0x8137, "IPX"},
    Name{0x880b, "PPP"},
    Name{0x8808, "MPCP"},
    Name{0x8809, "Slow Protocols"},
    Name{0x8863, "PPPoE D"},
    Name{0x8864, "PPPoE S"},
    Name{0x888e, "EAPOL"},
    Name{0x8899, "Realtek protocols"},
    Name{0x886f, "MS NLB heartbeat"},
    Name{0x8870, "Jumbo"},
    Name{0x894f, "NSH"},
    Name{0x9000, "Loopback"},
    Name{0xfefe, "OSI"},
    Name{0x00fe, "GRE-OSI"},
    Name{0xabcd, "CFM (old)"},
    Name{0x8902, "CFM"},
    Name{0x893a, "IEEE1905.1"},
    Name{0x88cc, "LLDP"},
    Name{0x88ca, "TIPC"},
    Name{0x0707, "GeoNet (old)"},
    Name{0x8947, "GeoNet"},
    Name{0x1111, "CALM FAST"},
    Name{0x88a2, "AoE"},
    Name{0x88f7, "PTP"},
    Name{0xd28b, "Arista Vendor Specific Protocol"},
};

}  // namespace

std::string ethertype_name(std::uint16_t type, fmt::format_string<const std::uint32_t&> otherwise) {
    return name_of(type_names, type, otherwise);
}

bool add_ethertype(Line& line, std::uint16_t type, const View& view, std::uint32_t length,
                   const std::optional<MacAddresses>& macs) {
    switch (type) {
        case 0x0800:
            add_ipv4(line, view, length);
            return true;
        case 0x86dd:
            add_ipv6(line, view, length);
            return true;
        case 0x0806:
        case 0x8035:
            add_arp(line, view, length);
            return true;
        case 0x8847:
        case 0x8848:
            add_mpls(line, view, length);
            return true;
        case 0x8863:
        case 0x8864:
        case 0x3c12:
        case 0x3c13:
            add_pppoe(line, view, length);
            return true;
        case 0x880b:
            if (length != 0) line.add_text(": ");
            if (length != 0) add_ppp(line, view, length);
            return true;
        case 0x8809:
            add_slow(line, view, length);
            return true;
        case 0x888e:
            add_eapol(line, view);
            return true;
        case 0x8899:
            add_realtek(line, view, macs);
            return true;
        case 0x88cc:
            add_lldp(line, view, length);
            return true;
        case 0x9000:
            add_ethernet_loopback(line, view, length);
            return true;
        default:
            return false;
    }
}

}  // namespace flowlock::dump
