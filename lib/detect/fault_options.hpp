// SPDX-License-Identifier: BSD-3-Clause
// When something counts as a wrong configuration. Plain data, made by lib/config, checked there.
// docs/misconfiguration.md says where the numbers come from.
#pragma once

#include <chrono>
#include <cstdint>

#include "detect/station_list.hpp"

namespace flowlock {

struct FaultOptions {
    bool enabled = true;
    // Whose addresses may pass although they are not internal.
    PrefixSet transit;
    // Who may give addresses out, and who may be a router. Without a list nobody knows who may not, and rogue_dhcp or
    // rogue_ra is never said.
    StationList dhcp_servers;
    StationList routers;
    Inventory inventory;

    // In the next eight, 0 switches the kind off.
    // Messages of a server or router that is not listed, within claim_window: an offer and an acknowledgement are one
    // exchange, so the third is of a second one.
    std::uint32_t rogue_messages = 3;
    // How often a station takes back an address that another one has claimed since, within claim_window. A move does not,
    // and failover and failback once.
    std::uint32_t conflict_returns = 3;
    // Claims and flows from a foreign address within claim_window.
    std::uint32_t foreign_uses = 3;
    // Networks (/24, IPv6 /48) of forged sources within rate_window. Forged addresses are drawn from all there are; a
    // customer who sends from networks of another provider has a handful.
    std::uint32_t forged_networks = 256;
    // Over rate_window. Ten times what a peer-to-peer node dials at most: 160 addresses at a time, with three SYNs in
    // five seconds for each.
    std::uint32_t bogons_per_second = 1'000;
    // Over rate_window: more than attempts and their repetitions of a wrong rule of address translation.
    std::uint32_t martians_per_second = 10;
    // Over storm_window: what a storm control on a port of 1 Gbit/s lets pass, 0.07 % of its smallest frames.
    std::uint32_t storm_frames_per_second = 1'000;

    std::chrono::seconds claim_window{300};
    std::chrono::seconds rate_window{60};
    std::chrono::seconds storm_window{10};
    // A case ends when nothing more of it was seen for so long.
    std::chrono::seconds quiet_time{300};
};

}  // namespace flowlock
