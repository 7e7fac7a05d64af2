// SPDX-License-Identifier: BSD-3-Clause
// UDP services that answer a small question with a large answer, so that who forges his victim's address as the
// source makes them attack for him: an amplification attack. Known by their port. The list is that of Rossow,
// "Amplification Hell" (NDSS 2014), and of US-CERT alert TA14-017A with its later additions; then there are IKE and
// its NAT traversal, SLP (CVE-2023-29552), the discovery of video recorders on 37810, and BACnet (Gasser et al., "The
// Amplification Threat Posed by the Publicly Reachable BACnet", 2017).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flowlock {

struct Reflector {
    std::string_view name;  // stands in reports: "amplification:ntp"
    std::uint16_t port;
    // The port also carries ordinary conversations that send more than they receive, such as downloads, so an
    // answer that was asked for says nothing.
    bool bulk = false;
};

// By port.
constexpr std::array reflectors{
    Reflector{"qotd", 17},
    Reflector{"chargen", 19},
    Reflector{"dns", 53},
    Reflector{"tftp", 69, true},
    Reflector{"portmap", 111},
    Reflector{"ntp", 123},
    Reflector{"netbios", 137},
    Reflector{"snmp", 161},
    Reflector{"xdmcp", 177},
    Reflector{"cldap", 389},
    Reflector{"slp", 427},
    Reflector{"dtls", 443, true},
    Reflector{"isakmp", 500},
    Reflector{"rip", 520},
    Reflector{"ipmi", 623},
    Reflector{"openvpn", 1194, true},
    Reflector{"mssql", 1434},
    Reflector{"ssdp", 1900},
    Reflector{"arms", 3283},
    Reflector{"ws_discovery", 3702},
    Reflector{"ike_nat", 4500, true},  // and the tunnels themselves
    Reflector{"sentinel", 5093},
    Reflector{"mdns", 5353},
    Reflector{"coap", 5683},
    Reflector{"bittorrent", 6881, true},
    Reflector{"ubiquiti", 10001},
    Reflector{"memcached", 11211},
    Reflector{"steam", 27015, true},
    Reflector{"quake", 27960, true},
    Reflector{"jenkins", 33848},
    Reflector{"dvr_discovery", 37810},
    Reflector{"bacnet", 47808},
};

constexpr std::uint8_t no_reflector = 0xff;
static_assert(reflectors.size() < no_reflector);

// Its place in `reflectors`, or no_reflector. Data path of a full table, and once for each flow.
constexpr std::uint8_t reflector_of_port(std::uint16_t port) noexcept {
    std::uint8_t begin = 0;
    auto end = static_cast<std::uint8_t>(reflectors.size());
    while (begin < end) {
        const auto middle = static_cast<std::uint8_t>((begin + end) / 2);
        if (reflectors[middle].port == port) return middle;
        if (reflectors[middle].port < port)
            begin = static_cast<std::uint8_t>(middle + 1);
        else
            end = middle;
    }
    return no_reflector;
}

}  // namespace flowlock
