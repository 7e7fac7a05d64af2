// SPDX-License-Identifier: BSD-3-Clause
#include "report/json_report.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "report/case_files.hpp"
#include "report/report_words.hpp"
#include "report/sampling_error.hpp"

namespace flowlock {
namespace {

// Keeps the order of the contract, so that a person can read it.
using Json = nlohmann::ordered_json;

Json json_of(const Traffic& traffic) {
    return {
        {"packets", traffic.packets.value}, {"bytes", traffic.bytes.value}, {"flows", traffic.flows.value}};
}

// No epoch ends at the beginning of 1970, so that is how a scan's trigger is known: it has no such times.
Json time_or_null(Time time) {
    return time == Time{} ? Json(nullptr) : Json(iso8601(time));
}

Json json_of(const Trigger& trigger) {
    return {{"rule", trigger.rule},
            {"metric", name_of(trigger.metric)},
            {"value", trigger.value},
            {"threshold", trigger.threshold},
            {"window_s", trigger.window_s},
            {"first_exceeded", time_or_null(trigger.first_exceeded)},
            {"peak", time_or_null(trigger.peak)}};
}

Json json_of(const External& external) {
    return {{"address", external.address.to_string()},
            {"packets", external.traffic.packets.value},
            {"bytes", external.traffic.bytes.value},
            {"flows", external.traffic.flows.value}};
}

Json json_of(const Target& target, ProtocolClass protocol) {
    return {{"time", iso8601(target.time)},
            {"address", target.address.to_string()},
            {"port", target.port},
            {"protocol", name_of(protocol)},
            {"source_port", target.source_port},
            {"frame_bytes", target.frame_bytes}};
}

// With four decimals, which are enough to judge by and short enough to read; null where there is no whole.
Json share_of(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return nullptr;
    return std::round(1e4 * static_cast<double>(part) / static_cast<double>(whole)) / 1e4;
}

Json json_of(const ReplyVisibility& replies) {
    return {{"established", replies.established},
            {"seen", replies.seen},
            {"visible_share", share_of(replies.seen, replies.established)}};
}

Json ports_top_of(const ScanFigures& scan) {
    Json ports = Json::array();
    for (const PortShare& share : scan.ports_top)
        ports.push_back({{"port", share.port}, {"targets", share.targets}});
    return ports;
}

Json tools_of(const ScanFigures& scan) {
    Json tools = Json::array();
    for (const ToolShare& share : scan.tools)
        tools.push_back({{"tool", share.tool}, {"targets", share.targets}});
    return tools;
}

Json scan_of(const Finding& finding) {
    if (finding.reason != Reason::scan) return Json::object();
    const ScanFigures& scan = finding.scan;
    const bool exonerated = finding.verdict == Verdict::exonerated;
    return {{"answered", scan.answered},
            {"refused", scan.refused},
            {"unreachable", scan.unreachable},
            {"unanswered", scan.unanswered},
            {"cut_short", scan.cut_short},
            {"addresses", scan.addresses},
            {"ports", scan.ports},
            {"log2_likelihood", scan.log2_likelihood},
            {"criterion", name_of(scan.criterion)},
            {"confidence", name_of(scan.confidence)},
            {"exoneration", exonerated ? Json(name_of(scan.exoneration)) : Json(nullptr)},
            {"peak_per_second", scan.peak_per_second},
            {"ports_top", ports_top_of(scan)},
            {"tools", tools_of(scan)},
            {"replies", json_of(scan.replies)}};
}

Json totals_of(const Finding& finding) {
    Json totals = json_of(finding.totals);
    totals["flows_estimated"] = finding.flows_estimated.value;
    return totals;
}

Json json_of(const ExternalNetwork& network) {
    return {{"name", network.name},
            {"addresses", network.addresses},
            {"packets", network.traffic.packets.value},
            {"bytes", network.traffic.bytes.value},
            {"flows", network.traffic.flows.value}};
}

Json json_of(const VectorShare& share) {
    return {{"vector", share.vector}, {"packets", share.packets}, {"bytes", share.bytes}};
}

Json json_of(const AllowedTraffic& allowed) {
    return {{"reason", allowed.reason}, {"packets", allowed.packets}, {"bytes", allowed.bytes}};
}

Json json_of(const Fact& fact) {
    return {{"name", fact.name},   {"words", fact.words},          {"reference", fact.reference},
            {"count", fact.count}, {"first", iso8601(fact.first)}, {"last", iso8601(fact.last)}};
}

Json json_of(const FurtherWindow& window);

template <class Element>
Json array_of(const std::vector<Element>& elements) {
    Json array = Json::array();
    for (const Element& element : elements) array.push_back(json_of(element));
    return array;
}

Json json_of(const FurtherWindow& window) {
    Json json = json_of(window.trigger);
    json["totals"] = json_of(window.totals);
    json["externals"] = array_of(window.externals);
    json["externals_total"] = window.externals_total;
    json["unattributed"] = json_of(window.unattributed);
    return json;
}

Json established_of(const Finding& finding) {
    return {{"packets", finding.limit.established_packets},
            {"bytes", finding.limit.established_bytes},
            {"share", share_of(finding.limit.established_packets, finding.totals.packets.value)}};
}

Json sampling_of(const Finding& finding) {
    const std::uint64_t packets = finding.totals.packets.value;
    const std::uint64_t error = sampling_error(finding.totals.packets, finding.limit.sampling).value;
    return {{"rate", finding.limit.sampling}, {"packets_error", error}, {"share", share_of(error, packets)}};
}

Json limit_of(const Finding& finding) {
    if (finding.reason != Reason::attack) return Json::object();
    const LimitFigures& limit = finding.limit;
    return {{"rules", array_of(limit.rules)},
            {"further", array_of(limit.further)},
            {"excesses", limit.excesses},
            {"role", limit.role == Role::none ? Json(nullptr) : Json(name_of(limit.role))},
            {"vectors", array_of(limit.vectors)},
            {"established", established_of(finding)},
            {"unattributed", json_of(limit.unattributed)},
            {"internals", array_of(limit.internals)},
            {"internals_total", limit.internals_total},
            {"networks", array_of(limit.networks)},
            {"networks_total", limit.networks_total},
            {"allowed", array_of(limit.allowed)},
            {"sampling", sampling_of(finding)}};
}

Json fact_of(const Finding& finding) {
    if (finding.fact.facts.empty() && (finding.reason == Reason::scan || finding.reason == Reason::attack))
        return Json::object();
    return {{"facts", array_of(finding.fact.facts)},
            {"facts_total", finding.fact.facts_total},
            {"hardware_address",
             finding.fact.hardware_address.empty() ? Json(nullptr) : Json(finding.fact.hardware_address)},
            {"confidence", name_of(finding.fact.confidence)}};
}

Json targets_of(const Finding& finding) {
    Json targets = Json::array();
    for (const Target& target : finding.targets) targets.push_back(json_of(target, finding.protocol));
    return targets;
}

Json host_of(const Finding& finding) {
    return {{"address", finding.subject.empty() ? finding.host.to_string() : finding.subject},
            {"group", finding.group},
            {"scope", name_of(finding.scope)}};
}

Json evidence_of(const LockReport& report, const std::vector<CaseFile>& packet_files) {
    const Evidence& evidence = report.evidence;
    if (evidence.packets.empty()) return Json::object();
    Json files = Json::array();
    for (const CaseFile& file : packet_files)
        files.push_back({{"name", file.name}, {"bytes", file.content.size()}, {"sha256", file.sha256}});
    return {{"packets", evidence.packets.size()},
            {"packets_out", evidence.packets_out},
            {"packets_in", evidence.packets_in},
            {"from", iso8601(evidence.from)},
            {"until", iso8601(evidence.until)},
            {"interfaces", evidence.interfaces},
            {"files", files}};
}

Json loss_of(const Loss& loss) {
    Json causes = Json::object();
    for (const auto& [cause, packets] : loss) causes[cause] = packets.value;
    return causes;
}

Json json_of(const Origin& origin) {
    Json internal = Json::array();
    for (const Prefix& network : origin.internal) internal.push_back(network.to_string());
    return {{"tap", origin.tap}, {"version", origin.version}, {"internal", std::move(internal)}};
}

Json json_of(const LockReport& report, const std::vector<CaseFile>& packet_files) {
    const Finding& finding = report.finding;
    return {{"schema", "flowlock.lock/1"},
            {"id", report.id},
            {"state", name_of(report.state)},
            {"verdict", name_of(finding.verdict)},
            {"reason", name_of(finding.reason)},
            {"kind", name_of(finding.kind)},
            {"direction", name_of(finding.direction)},
            {"vector", finding.vector},
            {"protocol", name_of(finding.protocol)},
            {"host", host_of(finding)},
            {"opened", iso8601(finding.opened)},
            {"closed", finding.closed ? Json(iso8601(*finding.closed)) : Json(nullptr)},
            {"first_seen", iso8601(finding.first_seen)},
            {"last_seen", iso8601(finding.last_seen)},
            {"trigger", json_of(finding.trigger)},
            {"totals", totals_of(finding)},
            {"externals", array_of(finding.externals)},
            {"externals_total", finding.externals_total},
            {"targets", targets_of(finding)},
            {"targets_total", finding.targets_total},
            {"scan", scan_of(finding)},
            {"limit", limit_of(finding)},
            {"fact", fact_of(finding)},
            {"evidence", evidence_of(report, packet_files)},
            {"loss", loss_of(report.loss)},
            {"duplicates", {{"distinct", report.duplicates.distinct}, {"twice", report.duplicates.twice}}},
            {"origin", json_of(report.origin)}};
}

std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_report_line(const LockReport& report) {
    return dump(json_of(report, evidence_files(report)), -1);
}

std::string json_report_page(const LockReport& report) {
    return json_report_page(report, evidence_files(report));
}

std::string json_report_page(const LockReport& report, const std::vector<CaseFile>& evidence) {
    return dump(json_of(report, evidence), 2) + '\n';
}

}  // namespace flowlock
