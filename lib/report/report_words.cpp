// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_words.hpp"

#include <utility>

#include <fmt/format.h>

#include "report/attack_words.hpp"
#include "report/number_format.hpp"

namespace flowlock {
namespace {

std::string_view sentence_of(const Finding& finding) {
    if (finding.trigger.metric == Metric::new_externals)
        return "Attack: more new external addresses per second than the limit allows";
    switch (finding.kind) {
        case Kind::packet_limit:
            return "Attack: more packets per second than the limit allows";
        case Kind::bandwidth_limit:
            return "Attack: more bits per second than the limit allows";
        case Kind::flow_limit:
            return "Attack: more flows per second than the limit allows";
        case Kind::netscan:
            return "Scan: many addresses contacted on one or few ports";
        case Kind::portscan:
            return "Scan: many ports contacted on one or few addresses";
        case Kind::icmp_sweep:
            return "Scan: many addresses probed with ICMP";
        case Kind::spoofed_source:
            return "Wrong configuration: packets from addresses that are not this network's";
        case Kind::bogon_destination:
            return "Wrong configuration: packets to addresses that nobody on the Internet has";
        case Kind::martian_source:
            return "Wrong configuration: packets from addresses that may not be on a wire";
        case Kind::rogue_dhcp:
            return "Wrong configuration: gives addresses out by DHCP without being the network's server";
        case Kind::rogue_ra:
            return "Wrong configuration: advertises itself as an IPv6 router without being one of the "
                   "network's";
        case Kind::address_conflict:
            return "Wrong configuration: an address is claimed that another station has";
        case Kind::foreign_address:
            return "Wrong configuration: uses an address that belongs to another machine";
        case Kind::broadcast_storm:
            return "Wrong configuration: floods its segment with broadcasts";
        case Kind::amplification:
            return "Abuse: its service is used to multiply attack traffic";
        case Kind::brute_force:
            return "Abuse: tries to log in at others again and again";
        case Kind::c2:
            return "Abuse: is remotely controlled by malware";
        case Kind::exploit:
            return "Abuse: tries to break into others by known holes";
        case Kind::malware:
            return "Abuse: spreads or runs malware";
        case Kind::mining:
            return "Abuse: mines cryptocurrency";
        case Kind::p2p:
            return "Abuse: takes part in file sharing";
        case Kind::phishing:
            return "Abuse: collects credentials by forged pages";
        case Kind::sip_scan:
            return "Abuse: looks for telephone systems of others";
    }
    return "";
}

std::string direction_text(const Finding& finding) {
    if (finding.scope == Scope::outside)
        return "from addresses that are not internal to others: forged sources, or networks.internal lacks a "
               "network";
    const bool out = finding.direction == Direction::out;
    // A scan's host is the one that scans, also when it is the other side.
    const bool from = out || finding.reason == Reason::scan;
    return fmt::format("{}, {} {}this {}", out ? "outgoing" : "incoming", from ? "from" : "to",
                       finding.scope == Scope::host ? "" : "the hosts of ", scope_word(finding.scope));
}

std::string_view protocol_text(ProtocolClass protocol) {
    switch (protocol) {
        case ProtocolClass::any:
            return "all protocols";
        case ProtocolClass::tcp:
            return "TCP";
        case ProtocolClass::udp:
            return "UDP";
        case ProtocolClass::icmp:
            return "ICMP";
    }
    return "";
}

// What a rule counts in its whole window, one and many; nothing: it counts by the second.
std::pair<std::string_view, std::string_view> things_of(Metric metric) {
    switch (metric) {
        case Metric::failed_contacts:
            return {"failed contact", "failed contacts"};
        case Metric::targets:
            return {"target", "targets"};
        case Metric::claims:
            return {"claim", "claims"};
        case Metric::matches:
            return {"match", "matches"};
        case Metric::sessions:
            return {"session", "sessions"};
        default:
            return {};
    }
}

// Of a limit: what its value and threshold count in a second.
std::string_view unit_of(Metric metric) {
    return metric == Metric::new_externals ? "new externals" : name_of(metric);
}

}  // namespace

std::string reason_text(const Finding& finding) {
    return fmt::format("{} ({})", sentence_of(finding), name_of(finding.kind));
}

std::string traffic_text(const Finding& finding) {
    return fmt::format("{}, {}", protocol_text(finding.protocol), direction_text(finding));
}

std::string subject_text(const Finding& finding) {
    if (finding.scope == Scope::outside) return "outside";
    return finding.subject.empty() ? finding.host.to_string() : finding.subject;
}

std::string_view host_label(const Finding& finding) {
    switch (finding.scope) {
        case Scope::host:
            return "Host";
        case Scope::network:
            return "Network";
        case Scope::group:
            return "Group";
        case Scope::outside:
            return "Senders";
    }
    return "";
}

std::string host_text(const Finding& finding) {
    std::string host = subject_text(finding);
    if (finding.scope == Scope::group)
        return fmt::format("{} ({})", finding.group == "*" ? "all internal hosts" : finding.group, host);
    if (finding.group != "*") host += fmt::format(" (group {})", finding.group);
    return host;
}

std::string seen_text(const Finding& finding) {
    return fmt::format("{} to {}", plain_time(finding.first_seen), plain_time(finding.last_seen));
}

// The window is not grouped: "3.600 s", which German means by an hour, reads as four seconds elsewhere.
std::string rule_text(const Trigger& trigger, NumberFormat format) {
    const std::string value = grouped(trigger.value, format);
    const std::string limit = grouped(trigger.threshold, format);
    if (const auto [one, many] = things_of(trigger.metric); !one.empty())
        return fmt::format("{}: {} within {} s, limit {}", trigger.rule,
                           counted(trigger.value, one, many, format), trigger.window_s, limit);
    const std::string_view unit = unit_of(trigger.metric);
    return fmt::format("{}: {} {}/s over {} s, limit {} {}/s", trigger.rule, value, unit, trigger.window_s,
                       limit, unit);
}

std::string plain_time(Time time) {
    std::string text = iso8601(time).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many, NumberFormat format) {
    return fmt::format("{} {}", grouped(count, format), count == 1 ? one : many);
}

}  // namespace flowlock
