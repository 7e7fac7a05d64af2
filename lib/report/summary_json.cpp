// SPDX-License-Identifier: BSD-3-Clause
#include "report/summary_json.hpp"

#include <initializer_list>

#include <nlohmann/json.hpp>

namespace flowlock {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t sum(const Tally& tally, std::initializer_list<Outcome> outcomes) {
    Packets packets;
    for (const Outcome outcome : outcomes) packets += tally[outcome];
    return packets.value;
}

Json undecoded_of(const Tally& tally) {
    Json reasons = Json::object();
    for (std::size_t i = 0; i < outcome_count; ++i) {
        const auto outcome = static_cast<Outcome>(i);
        if (!is_undecoded(outcome) || tally[outcome].value == 0) continue;
        reasons[std::string(name_of(outcome))] = tally[outcome].value;
    }
    return reasons;
}

Json decode_of(const Tally& tally) {
    using enum Outcome;
    return {{"ipv4", sum(tally, {ipv4_tcp, ipv4_udp, ipv4_icmp, ipv4_other})},
            {"ipv6", sum(tally, {ipv6_tcp, ipv6_udp, ipv6_icmp, ipv6_other})},
            {"tcp", sum(tally, {ipv4_tcp, ipv6_tcp})},
            {"udp", sum(tally, {ipv4_udp, ipv6_udp})},
            {"icmp", sum(tally, {ipv4_icmp, ipv6_icmp})},
            {"other_ip", sum(tally, {ipv4_other, ipv6_other})},
            {"fragments", tally.fragments.value},
            {"not_ip", tally[not_ip].value},
            {"undecoded", undecoded_of(tally)}};
}

Json inputs_of(const Summary& summary) {
    Json inputs = Json::array();
    for (const InputSummary& input : summary.inputs)
        inputs.push_back({{"file", input.file},
                          {"packets", input.packets.value},
                          {"bytes", input.bytes.value},
                          {"truncated", input.truncated},
                          {"error", input.error.empty() ? Json(nullptr) : Json(input.error)}});
    return inputs;
}

Json loss_of(const Loss& loss) {
    Json causes = Json::object();
    for (const auto& [cause, packets] : loss) causes[cause] = packets.value;
    return causes;
}

Json time_of(const std::optional<Time>& time) {
    return time ? Json(iso8601(*time)) : Json(nullptr);
}

Json ports_of(const LiveSummary& live) {
    Json ports = Json::array();
    for (const PortSummary& port : live.ports)
        ports.push_back({{"name", port.name},
                         {"driver", port.driver},
                         {"present", port.present},
                         {"up", port.up},
                         {"mbit_per_second", port.mbit_per_second},
                         {"queues", port.queues},
                         {"received", port.received.value},
                         {"missed", port.missed.value},
                         {"errors", port.errors.value},
                         {"no_mbuf", port.no_buffer.value},
                         {"counts_loss", port.counts_loss},
                         {"vanished", port.vanished},
                         {"link_changes", port.link_changes}});
    return ports;
}

Json workers_of(const LiveSummary& live) {
    Json workers = Json::array();
    for (const WorkerSummary& worker : live.workers)
        workers.push_back({{"packets", worker.packets.value},
                           {"cpu", worker.cpu ? Json(*worker.cpu) : Json(nullptr)},
                           {"stalled", worker.stalled},
                           {"stalls", worker.stalls}});
    return workers;
}

Json live_of(const LiveSummary& live) {
    return {{"running", live.running},
            {"started", iso8601(live.started)},
            {"written", iso8601(live.written)},
            {"clock_offset_us", live.clock_offset.count() / 1000},
            {"duplicates", {{"distinct", live.duplicates.distinct}, {"twice", live.duplicates.twice}}},
            {"reloads", live.reloads},
            {"open_cases", live.open_cases},
            {"reports_waiting", live.reports_waiting},
            {"reports_lost", live.reports_lost},
            {"ports", ports_of(live)},
            {"workers", workers_of(live)}};
}

}  // namespace

std::string summary_page(const Summary& summary) {
    Json json = {
        {"schema", "flowlock.summary/1"},
        {"inputs", inputs_of(summary)},
        {"packets", summary.tally.packets().value},
        {"bytes", summary.tally.wire_bytes.value},
        {"first", time_of(summary.first)},
        {"last", time_of(summary.last)},
        {"decode", decode_of(summary.tally)},
        {"flows", summary.flows.value},
        {"time_steps", summary.time_steps},
        {"inspection", {{"inspected", summary.inspected.value}, {"shed", summary.inspection_shed.value}}},
        {"loss", loss_of(summary.loss)},
        {"findings", summary.findings},
        {"locks", summary.locks}};
    if (summary.live) json["live"] = live_of(*summary.live);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace flowlock
