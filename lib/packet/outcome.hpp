// SPDX-License-Identifier: BSD-3-Clause
// What became of a packet. Every packet ends in exactly one outcome, so the counters add up to the packets
// received. Plain values; a Tally belongs to one worker until its epoch is handed over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/units.hpp"

namespace flowlock {

enum class Outcome : std::uint8_t {
    // Decoded: counted in a flow.
    ipv4_tcp,
    ipv4_udp,
    ipv4_icmp,
    ipv4_other,
    ipv6_tcp,
    ipv6_udp,
    ipv6_icmp,  // ICMPv6; ICMP in IPv6 is "other", and so is ICMPv6 in IPv4
    ipv6_other,
    // Whole and well, but not IP: ARP, LLC, LLDP, PPPoE discovery …
    not_ip,
    // Undecoded, by cause.
    link_header_cut,         // the frame ends within its Ethernet, tag, label, PPPoE or cooked header
    too_many_tags,           // more VLAN tags, MPLS labels and the like than decode_layers_max
    ip_header_cut,           // the captured bytes end within the IP header
    ip_version_wrong,        // the version nibble is not what the layer below announced
    ip_header_length_wrong,  // IPv4 header length below 20
    ip_total_length_wrong,   // IPv4 total length shorter than the header
    unsupported_link_type,   // see LinkType
};

constexpr std::size_t outcome_count = static_cast<std::size_t>(Outcome::unsupported_link_type) + 1;

constexpr bool is_decoded(Outcome outcome) noexcept {
    return outcome < Outcome::not_ip;
}
constexpr bool is_undecoded(Outcome outcome) noexcept {
    return outcome > Outcome::not_ip;
}

// The name in summary.json: "ip_header_cut".
std::string_view name_of(Outcome outcome);

// Packets by outcome, and what else is known of them.
struct Tally {
    std::array<Packets, outcome_count> by_outcome{};
    Packets fragments;  // of the decoded ones: IPv4 or IPv6 fragments, first or later
    Bytes wire_bytes;   // of all packets, as long as they were on the wire

    Packets& operator[](Outcome outcome) { return by_outcome[static_cast<std::size_t>(outcome)]; }
    Packets operator[](Outcome outcome) const { return by_outcome[static_cast<std::size_t>(outcome)]; }
    Tally& operator+=(const Tally& other) {
        for (std::size_t i = 0; i < outcome_count; ++i) by_outcome[i] += other.by_outcome[i];
        fragments += other.fragments;
        wire_bytes += other.wire_bytes;
        return *this;
    }
    Packets packets() const {
        Packets sum;
        for (auto count : by_outcome) sum += count;
        return sum;
    }
};

}  // namespace flowlock
