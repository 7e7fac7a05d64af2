// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace flowlock {

std::string_view netscan_title(Kind kind) {
    switch (kind) {
        case Kind::portscan:
            return "Portscan detected from host";
        case Kind::icmp_sweep:
            return "ICMP sweep detected from host";
        case Kind::amplification:
            return "Amplification detected from host";
        case Kind::brute_force:
            return "Brute force detected from host";
        case Kind::c2:
            return "Remote control detected from host";
        case Kind::exploit:
            return "Exploits detected from host";
        case Kind::malware:
            return "Malware detected from host";
        case Kind::mining:
            return "Mining detected from host";
        case Kind::p2p:
            return "File sharing detected from host";
        case Kind::phishing:
            return "Phishing detected from host";
        case Kind::sip_scan:
            return "SIP scan detected from host";
        default:
            // The other kinds have no log.
            return "Netscan detected from host";
    }
}

bool has_ipv6(const Finding& finding) {
    const auto is_ipv6 = [](const Target& target) { return !target.address.is_ipv4(); };
    return !finding.host.is_ipv4() || std::ranges::any_of(finding.targets, is_ipv6);
}

std::string_view netscan_protocol(ProtocolClass protocol) {
    switch (protocol) {
        case ProtocolClass::tcp:
            return "TCP";
        case ProtocolClass::udp:
            return "UDP";
        case ProtocolClass::icmp:
            return "ICMP";
        case ProtocolClass::any:
            return "IP";
    }
    return "";
}

std::string boxed(std::string_view line) {
    const std::string rule(line.size(), '#');
    return fmt::format("{}\n{}\n{}\n", rule, line, rule);
}

std::string_view netscan_end(const Finding& finding) {
    return finding.targets_total > finding.targets.size() ? ".....\n" : "";
}

}  // namespace flowlock
