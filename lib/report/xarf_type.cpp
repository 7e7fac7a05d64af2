// SPDX-License-Identifier: BSD-3-Clause
#include "report/xarf_type.hpp"

#include <algorithm>
#include <string_view>

#include "packet/decode.hpp"
#include "packet/reflectors.hpp"

namespace flowlock {
namespace {

constexpr std::string_view amplification = "amplification:";

// Attacks by their vector. What is only much ("other") is no attack that one could tell others of.
struct Flood {
    std::string_view vector;
    ProtocolClass protocol;  // any: TCP or UDP, as the packets say
};

constexpr Flood floods[] = {
    {"syn_flood", ProtocolClass::tcp}, {"ack_flood", ProtocolClass::tcp},
    {"rst_flood", ProtocolClass::tcp}, {"tcp_flag_flood", ProtocolClass::tcp},
    {"udp_flood", ProtocolClass::udp}, {"fragment_flood", ProtocolClass::any},
};

// Scans and abuse by their kind.
struct Mapping {
    Kind kind;
    const char* category;
    const char* type;
    const char* evidence_source;
    bool needs_contact;
    const char* scan_type;
    const char* detail_name;
};

constexpr Mapping mappings[] = {
    {Kind::netscan, "connection", "port_scan", "flow_analysis", true, "", ""},
    {Kind::portscan, "connection", "port_scan", "flow_analysis", true, "", ""},
    {Kind::brute_force, "connection", "login_attack", "ids_detection", true, "", ""},
    {Kind::exploit, "connection", "vulnerability_scan", "ids_detection", true, "vulnerability_scan", ""},
    {Kind::sip_scan, "connection", "vulnerability_scan", "ids_detection", true, "service_enumeration", ""},
    {Kind::c2, "infrastructure", "botnet", "ids_detection", false, "", "compromise_evidence"},
    {Kind::malware, "infrastructure", "botnet", "ids_detection", false, "", "compromise_evidence"},
    {Kind::amplification, "vulnerability", "open_service", "ids_detection", false, "", "service"},
};

bool has_transport_ports(ProtocolClass protocol) {
    return protocol == ProtocolClass::tcp || protocol == ProtocolClass::udp;
}

// The first that says all.
std::optional<XarfContact> contact_of_targets(const Finding& finding) {
    if (!has_transport_ports(finding.protocol)) return std::nullopt;
    for (const Target& target : finding.targets)
        if (target.source_port != 0)
            return XarfContact{target.time, finding.protocol, target.source_port, target.address,
                               target.port};
    return std::nullopt;
}

// What the host sent by TCP or UDP in this packet.
std::optional<XarfContact> contact_of(const EvidencePacket& packet, const IpAddress& host) {
    constexpr std::uint8_t tcp = 6;
    constexpr std::uint8_t udp = 17;
    const Decoded decoded = decode(packet.link, packet.head, packet.wire_bytes);
    const FlowKey& key = decoded.key;
    const unsigned from = decoded.sender;
    if (!is_decoded(decoded.outcome) || (key.protocol != tcp && key.protocol != udp)) return std::nullopt;
    if (key.address[from] != host || key.port[from] == 0) return std::nullopt;
    return XarfContact{packet.time, key.protocol == tcp ? ProtocolClass::tcp : ProtocolClass::udp,
                       key.port[from], key.address[1 - from], key.port[1 - from]};
}

// The first packet of the protocol, if possible to the address to which most was sent.
std::optional<XarfContact> contact_of_packets(const LockReport& report, ProtocolClass protocol) {
    const Finding& finding = report.finding;
    std::optional<XarfContact> first;
    for (const EvidencePacket& packet : report.evidence.packets) {
        const std::optional<XarfContact> contact = contact_of(packet, finding.host);
        if (!contact || (protocol != ProtocolClass::any && contact->protocol != protocol)) continue;
        if (finding.externals.empty() || contact->address == finding.externals.front().address)
            return contact;
        if (!first) first = contact;
    }
    return first;
}

std::optional<XarfType> open_service(const std::string& service, const char* evidence_source) {
    return XarfType{.category = "vulnerability",
                    .type = "open_service",
                    .evidence_source = evidence_source,
                    .detail_name = "service",
                    .detail = service};
}

// Of the parts in an amplification, only the reflector is who its address says; questions have a forged source.
std::optional<XarfType> type_of_attack(const LockReport& report) {
    const Finding& finding = report.finding;
    if (finding.vector.starts_with(amplification)) {
        if (finding.limit.role != Role::reflector) return std::nullopt;
        return open_service(finding.vector.substr(amplification.size()), "flow_analysis");
    }
    const auto* flood = std::find_if(std::begin(floods), std::end(floods),
                                     [&](const Flood& each) { return each.vector == finding.vector; });
    if (flood == std::end(floods)) return std::nullopt;
    const auto contact = contact_of_packets(report, flood->protocol);
    if (!contact) return std::nullopt;
    return XarfType{.category = "connection",
                    .type = "ddos",
                    .evidence_source = "flow_analysis",
                    .contact = contact,
                    .attack_vector = finding.vector};
}

// By the port from which its packets come; where that is unknown, the signature's name.
std::string service_of(const LockReport& report) {
    if (const auto contact = contact_of_packets(report, ProtocolClass::any)) {
        const auto* service = std::find_if(reflectors.begin(), reflectors.end(), [&](const Reflector& each) {
            return each.port == contact->source_port;
        });
        if (service != reflectors.end()) return std::string(service->name);
    }
    const std::vector<Fact>& facts = report.finding.fact.facts;
    return facts.empty() ? name_of(report.finding.kind) : facts.front().name;
}

// "cobalt-beacon: what it means"; facts are by count, so this is the one seen most.
std::string evidence_of(const Finding& finding) {
    if (finding.fact.facts.empty()) return name_of(finding.kind);
    const Fact& fact = finding.fact.facts.front();
    return fact.words.empty() ? fact.name : fact.name + ": " + fact.words;
}

std::optional<XarfType> type_of_kind(const LockReport& report) {
    const Finding& finding = report.finding;
    const auto* mapping = std::find_if(std::begin(mappings), std::end(mappings),
                                       [&](const Mapping& each) { return each.kind == finding.kind; });
    if (mapping == std::end(mappings)) return std::nullopt;
    XarfType type{.category = mapping->category,
                  .type = mapping->type,
                  .evidence_source = mapping->evidence_source,
                  .scan_type = mapping->scan_type,
                  .detail_name = mapping->detail_name};
    if (type.detail_name == "service") type.detail = service_of(report);
    if (type.detail_name == "compromise_evidence") type.detail = evidence_of(finding);
    if (!mapping->needs_contact) return type;
    type.contact = contact_of_targets(finding);
    if (!type.contact) type.contact = contact_of_packets(report, finding.protocol);
    if (!type.contact) return std::nullopt;
    return type;
}

// One host of ours, and what it did.
bool accuses_one_host(const LockReport& report) {
    const Finding& finding = report.finding;
    return report.locks() && report.state != CaseState::withdrawn && finding.scope == Scope::host &&
           finding.direction == Direction::out;
}

}  // namespace

std::optional<XarfType> xarf_type_of(const LockReport& report) {
    if (!accuses_one_host(report)) return std::nullopt;
    return report.finding.reason == Reason::attack ? type_of_attack(report) : type_of_kind(report);
}

}  // namespace flowlock
