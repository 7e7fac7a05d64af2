// SPDX-License-Identifier: BSD-3-Clause
#include "control/evidence_choice.hpp"

#include <string_view>

#include "control/fault_frames.hpp"
#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58;

ProtocolClass class_of(std::uint8_t protocol) {
    switch (protocol) {
        case tcp:
            return ProtocolClass::tcp;
        case udp:
            return ProtocolClass::udp;
        case icmp:
        case icmpv6:
            return ProtocolClass::icmp;
        default:
            return ProtocolClass::any;
    }
}

// any: the vector is of several protocols, or none is known.
ProtocolClass class_of_vector(std::string_view vector) {
    if (vector == "syn_flood" || vector == "ack_flood" || vector == "rst_flood" ||
        vector == "tcp_flag_flood" || vector.starts_with("amplification:tcp"))
        return ProtocolClass::tcp;
    if (vector == "udp_flood" || vector.starts_with("amplification:")) return ProtocolClass::udp;
    if (vector == "icmp_flood") return ProtocolClass::icmp;
    return ProtocolClass::any;
}

bool is_scanned(const Finding& finding, const IpAddress& external, std::uint16_t port) {
    if (finding.kind == Kind::portscan)
        return finding.targets.empty() || external == finding.targets.front().address;
    const auto& ports = finding.scan.ports_top;
    // When there are more ports than are listed, any may be one of them.
    if (finding.kind != Kind::netscan || ports.empty() || finding.scan.ports > ports.size()) return true;
    return std::any_of(ports.begin(), ports.end(),
                       [&](const PortShare& share) { return share.port == port; });
}

}  // namespace

bool matters_for(const Finding& finding, const EvidencePacket& packet) {
    if (finding.reason == Reason::misconfiguration)
        return FaultFrames::of(finding).shows(packet.link, packet.head, packet.wire_bytes);
    const Decoded decoded = decode(packet.link, packet.head, packet.wire_bytes);
    if (!is_decoded(decoded.outcome)) return false;
    const ProtocolClass its = class_of(decoded.key.protocol);
    const auto is_wanted = [its](ProtocolClass wanted) {
        return wanted == ProtocolClass::any || wanted == its;
    };
    if (!is_wanted(finding.protocol)) return false;
    if (finding.reason == Reason::attack) return is_wanted(class_of_vector(finding.vector));
    const unsigned external = packet.direction == Direction::out ? 1u - decoded.sender : decoded.sender;
    return is_scanned(finding, decoded.key.address[external], decoded.key.port[external]);
}

}  // namespace flowlock
