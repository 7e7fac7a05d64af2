// SPDX-License-Identifier: BSD-3-Clause
#include "detect/finding.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace flowlock {

const char* name_of(Reason reason) {
    switch (reason) {
        case Reason::attack:
            return "attack";
        case Reason::scan:
            return "scan";
        case Reason::misconfiguration:
            return "misconfiguration";
        case Reason::abuse:
            return "abuse";
    }
    return "";
}

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::packet_limit:
            return "packet_limit";
        case Kind::bandwidth_limit:
            return "bandwidth_limit";
        case Kind::flow_limit:
            return "flow_limit";
        case Kind::netscan:
            return "netscan";
        case Kind::portscan:
            return "portscan";
        case Kind::icmp_sweep:
            return "icmp_sweep";
        case Kind::spoofed_source:
            return "spoofed_source";
        case Kind::bogon_destination:
            return "bogon_destination";
        case Kind::martian_source:
            return "martian_source";
        case Kind::rogue_dhcp:
            return "rogue_dhcp";
        case Kind::rogue_ra:
            return "rogue_ra";
        case Kind::address_conflict:
            return "address_conflict";
        case Kind::foreign_address:
            return "foreign_address";
        case Kind::broadcast_storm:
            return "broadcast_storm";
        case Kind::amplification:
            return "amplification";
        case Kind::brute_force:
            return "brute_force";
        case Kind::c2:
            return "c2";
        case Kind::exploit:
            return "exploit";
        case Kind::malware:
            return "malware";
        case Kind::mining:
            return "mining";
        case Kind::p2p:
            return "p2p";
        case Kind::phishing:
            return "phishing";
        case Kind::sip_scan:
            return "sip_scan";
    }
    return "";
}

const char* name_of(Direction direction) {
    return direction == Direction::out ? "out" : "in";
}

const char* name_of(Metric metric) {
    switch (metric) {
        case Metric::packets:
            return "packets";
        case Metric::bits:
            return "bits";
        case Metric::flows:
            return "flows";
        case Metric::new_externals:
            return "new_externals";
        case Metric::failed_contacts:
            return "failed_contacts";
        case Metric::targets:
            return "targets";
        case Metric::claims:
            return "claims";
        case Metric::matches:
            return "matches";
        case Metric::sessions:
            return "sessions";
    }
    return "";
}

const char* name_of(ProtocolClass protocol) {
    switch (protocol) {
        case ProtocolClass::any:
            return "any";
        case ProtocolClass::tcp:
            return "tcp";
        case ProtocolClass::udp:
            return "udp";
        case ProtocolClass::icmp:
            return "icmp";
    }
    return "";
}

const char* name_of(Verdict verdict) {
    return verdict == Verdict::lock ? "lock" : "exonerated";
}

const char* name_of(Confidence confidence) {
    return confidence == Confidence::high ? "high" : "low";
}

const char* name_of(Criterion criterion) {
    switch (criterion) {
        case Criterion::failed_contacts:
            return "failed_contacts";
        case Criterion::dense_targets:
            return "dense_targets";
        case Criterion::answered_fan_out:
            return "answered_fan_out";
        case Criterion::fan_out:
            return "fan_out";
    }
    return "";
}

const char* name_of(Exoneration exoneration) {
    switch (exoneration) {
        case Exoneration::none:
            return "none";
        case Exoneration::answered_contacts:
            return "answered_contacts";
        case Exoneration::peer_to_peer:
            return "peer_to_peer";
        case Exoneration::bogon_targets:
            return "bogon_targets";
        case Exoneration::replies_not_visible:
            return "replies_not_visible";
        case Exoneration::answered_fan_out_only:
            return "answered_fan_out_only";
    }
    return "";
}

const char* name_of(Scope scope) {
    switch (scope) {
        case Scope::host:
            return "host";
        case Scope::network:
            return "network";
        case Scope::group:
            return "group";
        case Scope::outside:
            return "outside";
    }
    return "";
}

const char* name_of(Role role) {
    switch (role) {
        case Role::none:
            return "none";
        case Role::victim:
            return "victim";
        case Role::reflector:
            return "reflector";
        case Role::requests:
            return "requests";
    }
    return "";
}

PrefixSet networks_of(const Finding& finding) {
    std::vector<Prefix> networks;
    std::string_view text;
    if (finding.scope == Scope::network || finding.scope == Scope::group) text = finding.subject;
    // "192.0.2.0/24, 2001:db8::/48"
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(", "), text.size());
        if (const auto network = Prefix::parse(text.substr(0, end))) networks.push_back(*network);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return PrefixSet{std::move(networks)};
}

}  // namespace flowlock
