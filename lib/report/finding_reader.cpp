// SPDX-License-Identifier: BSD-3-Clause
#include "report/finding_reader.hpp"

#include <string_view>

namespace flowlock {
namespace {

constexpr std::uint64_t ports_max = UINT16_MAX;
constexpr std::uint64_t narrow_max = UINT32_MAX;

constexpr Metric limit_metrics[] = {Metric::packets, Metric::bits, Metric::flows, Metric::new_externals};
constexpr Metric scan_metrics[] = {Metric::failed_contacts, Metric::targets};
constexpr Metric fact_metrics[] = {Metric::packets, Metric::flows,   Metric::targets,
                                   Metric::claims,  Metric::matches, Metric::sessions};

template <class Element, class Read>
std::vector<Element> read_all(const JsonField& array, Read read) {
    std::vector<Element> all;
    for (const JsonField& element : array.elements()) all.push_back(read(element));
    return all;
}

std::uint16_t read_port(const JsonField& field) {
    return static_cast<std::uint16_t>(field.count(0, ports_max));
}

std::uint32_t read_narrow(const JsonField& field, std::uint64_t min = 0) {
    return static_cast<std::uint32_t>(field.count(min, narrow_max));
}

Traffic read_traffic(const JsonField& field) {
    return {.packets = {field["packets"].count()},
            .bytes = {field["bytes"].count()},
            .flows = {field["flows"].count()}};
}

External read_external(const JsonField& field) {
    return {field["address"].address(), read_traffic(field)};
}

// "udp_flood", "amplification:dns" or "established": letters that no text need be afraid of.
std::string read_vector(const JsonField& field) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_-:";
    std::string vector = field.name();
    if (vector.find_first_not_of(letters) != std::string::npos)
        field.refuse("the name of an attack vector such as \"udp_flood\"");
    return vector;
}

Metric read_metric(const JsonField& field, Reason reason) {
    switch (reason) {
        case Reason::attack:
            return field.choice(limit_metrics);
        case Reason::scan:
            return field.choice(scan_metrics);
        case Reason::misconfiguration:
        case Reason::abuse:
            break;
    }
    return field.choice(fact_metrics);
}

// A limit's times are never null, others always.
Trigger read_trigger(const JsonField& field, Reason reason) {
    const bool limit = reason == Reason::attack;
    Trigger trigger{.rule = field["rule"].name(),
                    .metric = read_metric(field["metric"], reason),
                    .value = field["value"].count(),
                    .threshold = field["threshold"].count(),
                    .window_s = read_narrow(field["window_s"], 1)};
    const JsonField first = field["first_exceeded"];
    const JsonField peak = field["peak"];
    if (limit) {
        trigger.first_exceeded = first.time();
        trigger.peak = peak.time();
    } else {
        if (!first.is_null()) first.refuse("null, but in a limit,");
        if (!peak.is_null()) peak.refuse("null, but in a limit,");
    }
    return trigger;
}

Trigger read_limit_trigger(const JsonField& field) {
    return read_trigger(field, Reason::attack);
}

Target read_target(const JsonField& field) {
    Target target{.time = field["time"].time(),
                  .address = field["address"].address(),
                  .port = read_port(field["port"])};
    if (const auto port = field.find("source_port")) target.source_port = read_port(*port);
    if (const auto bytes = field.find("frame_bytes")) target.frame_bytes = read_narrow(*bytes);
    return target;
}

FurtherWindow read_further(const JsonField& field) {
    return {.trigger = read_limit_trigger(field),
            .totals = read_traffic(field["totals"]),
            .externals = read_all<External>(field["externals"], read_external),
            .externals_total = field["externals_total"].count(),
            .unattributed = read_traffic(field["unattributed"])};
}

VectorShare read_vector_share(const JsonField& field) {
    return {read_vector(field["vector"]), field["packets"].count(), field["bytes"].count()};
}

ExternalNetwork read_network(const JsonField& field) {
    return {field["name"].name(), field["addresses"].count(), read_traffic(field)};
}

AllowedTraffic read_allowed(const JsonField& field) {
    return {field["reason"].text(), field["packets"].count(), field["bytes"].count()};
}

// Shares and errors follow from the other figures.
LimitFigures read_limit(const JsonField& field) {
    LimitFigures limit;
    limit.rules = read_all<Trigger>(field["rules"], read_limit_trigger);
    limit.further = read_all<FurtherWindow>(field["further"], read_further);
    limit.excesses = field["excesses"].count();
    if (const JsonField role = field["role"]; !role.is_null())
        limit.role = role.choice({Role::victim, Role::reflector, Role::requests});
    limit.vectors = read_all<VectorShare>(field["vectors"], read_vector_share);
    const JsonField established = field["established"];
    limit.established_packets = established["packets"].count();
    limit.established_bytes = established["bytes"].count();
    limit.unattributed = read_traffic(field["unattributed"]);
    limit.internals = read_all<External>(field["internals"], read_external);
    limit.internals_total = field["internals_total"].count();
    limit.networks = read_all<ExternalNetwork>(field["networks"], read_network);
    limit.networks_total = field["networks_total"].count();
    limit.allowed = read_all<AllowedTraffic>(field["allowed"], read_allowed);
    limit.sampling = read_narrow(field["sampling"]["rate"], 1);
    return limit;
}

Exoneration read_exoneration(const JsonField& field, Verdict verdict) {
    if (verdict == Verdict::exonerated)
        return field.choice({Exoneration::answered_contacts, Exoneration::peer_to_peer,
                             Exoneration::bogon_targets, Exoneration::replies_not_visible,
                             Exoneration::answered_fan_out_only});
    if (!field.is_null()) field.refuse("null, in a lock,");
    return Exoneration::none;
}

ScanFigures read_scan(const JsonField& field, Verdict verdict) {
    ScanFigures scan;
    scan.answered = field["answered"].count();
    scan.refused = field["refused"].count();
    scan.unreachable = field["unreachable"].count();
    scan.unanswered = field["unanswered"].count();
    scan.addresses = field["addresses"].count();
    scan.ports = field["ports"].count();
    scan.cut_short = field["cut_short"].count();
    scan.log2_likelihood = field["log2_likelihood"].signed_count();
    scan.criterion = field["criterion"].choice({Criterion::failed_contacts, Criterion::dense_targets,
                                                Criterion::answered_fan_out, Criterion::fan_out});
    scan.confidence = field["confidence"].choice({Confidence::high, Confidence::low});
    scan.exoneration = read_exoneration(field["exoneration"], verdict);
    scan.peak_per_second = field["peak_per_second"].count();
    scan.ports_top = read_all<PortShare>(field["ports_top"], [](const JsonField& share) {
        return PortShare{read_port(share["port"]), share["targets"].count()};
    });
    scan.tools = read_all<ToolShare>(field["tools"], [](const JsonField& share) {
        return ToolShare{share["tool"].name(), share["targets"].count()};
    });
    const JsonField replies = field["replies"];
    scan.replies = {.established = replies["established"].count(), .seen = replies["seen"].count()};
    return scan;
}

FactFigures read_fact(const JsonField& field) {
    FactFigures figures;
    figures.facts = read_all<Fact>(field["facts"], [](const JsonField& fact) {
        return Fact{fact["name"].name(),   fact["words"].text(), fact["reference"].text(),
                    fact["count"].count(), fact["first"].time(), fact["last"].time()};
    });
    figures.facts_total = field["facts_total"].count();
    if (const JsonField address = field["hardware_address"]; !address.is_null())
        figures.hardware_address = address.name();
    figures.confidence = field["confidence"].choice({Confidence::high, Confidence::low});
    return figures;
}

// "192.0.2.0/24, 2001:db8::/32": the first one's address, and that the rest are networks, too.
IpAddress first_network(const JsonField& field) {
    constexpr std::string_view mark = ", ";
    const std::string text = field.text();
    std::optional<IpAddress> first;
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + mark.size()) {
        end = text.find(mark, begin);
        const auto network = Prefix::parse(std::string_view(text).substr(begin, end - begin));
        if (!network) field.refuse("the networks of a group, such as \"192.0.2.0/24, 2001:db8::/32\",");
        if (!first) first = network->network();
        if (end == std::string::npos) break;
    }
    return *first;
}

void read_host(const JsonField& field, Finding& finding) {
    finding.scope = field["scope"].choice({Scope::host, Scope::network, Scope::group, Scope::outside});
    finding.group = field["group"].name();
    const JsonField address = field["address"];
    finding.subject = address.text();
    switch (finding.scope) {
        case Scope::host:
        case Scope::outside:
            finding.host = address.address();
            return;
        case Scope::network:
            finding.host = address.network().network();
            return;
        case Scope::group:
            finding.host = first_network(address);
            return;
    }
}

Kind read_kind(const JsonField& field, Reason reason) {
    switch (reason) {
        case Reason::attack:
            break;
        case Reason::scan:
            return field.choice({Kind::netscan, Kind::portscan, Kind::icmp_sweep});
        case Reason::misconfiguration:
            return field.choice({Kind::spoofed_source, Kind::bogon_destination, Kind::martian_source,
                                 Kind::rogue_dhcp, Kind::rogue_ra, Kind::address_conflict,
                                 Kind::foreign_address, Kind::broadcast_storm});
        case Reason::abuse:
            return field.choice({Kind::amplification, Kind::brute_force, Kind::c2, Kind::exploit,
                                 Kind::malware, Kind::mining, Kind::p2p, Kind::phishing, Kind::sip_scan});
    }
    return field.choice({Kind::packet_limit, Kind::bandwidth_limit, Kind::flow_limit});
}

void read_times(const JsonField& root, Finding& finding) {
    finding.opened = root["opened"].time();
    if (const JsonField closed = root["closed"]; !closed.is_null()) finding.closed = closed.time();
    finding.first_seen = root["first_seen"].time();
    const JsonField last = root["last_seen"];
    finding.last_seen = last.time();
    // Texts say how long it took; so it must be a Duration.
    std::int64_t length = 0;
    if (__builtin_sub_overflow(ns_of(finding.last_seen), ns_of(finding.first_seen), &length) || length < 0)
        last.refuse("a time that is not before first_seen, and less than 292 years after it,");
}

}  // namespace

Finding read_finding(const JsonField& root) {
    Finding finding;
    finding.verdict = root["verdict"].choice({Verdict::lock, Verdict::exonerated});
    finding.reason =
        root["reason"].choice({Reason::attack, Reason::scan, Reason::misconfiguration, Reason::abuse});
    finding.kind = read_kind(root["kind"], finding.reason);
    finding.direction = root["direction"].choice({Direction::out, Direction::in});
    finding.vector = read_vector(root["vector"]);
    finding.protocol = root["protocol"].choice(
        {ProtocolClass::any, ProtocolClass::tcp, ProtocolClass::udp, ProtocolClass::icmp});
    read_host(root["host"], finding);
    read_times(root, finding);
    finding.trigger = read_trigger(root["trigger"], finding.reason);
    finding.totals = read_traffic(root["totals"]);
    finding.flows_estimated = {root["totals"]["flows_estimated"].count()};
    finding.externals = read_all<External>(root["externals"], read_external);
    finding.externals_total = root["externals_total"].count();
    finding.targets = read_all<Target>(root["targets"], read_target);
    finding.targets_total = root["targets_total"].count();
    switch (finding.reason) {
        case Reason::attack:
            finding.limit = read_limit(root["limit"]);
            break;
        case Reason::scan:
            finding.scan = read_scan(root["scan"], finding.verdict);
            break;
        case Reason::misconfiguration:
        case Reason::abuse:
            finding.fact = read_fact(root["fact"]);
            return finding;
    }
    // What the payload says of a scan or an attack, if it says anything.
    if (const auto fact = root.find("fact"); fact && !fact->members().empty())
        finding.fact = read_fact(*fact);
    return finding;
}

}  // namespace flowlock
