// SPDX-License-Identifier: BSD-3-Clause
// The shipped schema of a report: it takes all that flowlock writes, and nothing that contradicts itself.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "examples.hpp"
#include "report/json_report.hpp"
#include "schema_check.hpp"

using namespace flowlock;
using Json = nlohmann::ordered_json;

namespace {

std::string violation(const std::string& text) {
    return schema_violation("lock-report.schema.json", text);
}

// The violation of a scan's or a limit's report after one member was replaced; a null pointer's target is
// removed.
std::string violation_with(const LockReport& report, const std::string& pointer, const Json& value) {
    Json json = Json::parse(json_report_line(report));
    json.at(Json::json_pointer(pointer)) = value;
    return violation(json.dump());
}

std::string violation_without(const LockReport& report, const std::string& parent, const std::string& key) {
    Json json = Json::parse(json_report_line(report));
    REQUIRE(json.at(Json::json_pointer(parent)).erase(key) == 1);
    return violation(json.dump());
}

}  // namespace

TEST_CASE("every kind of report is valid by the shipped schema") {
    CHECK(violation(json_report_line(scan_report())) == "");
    CHECK(violation(json_report_page(limit_report())) == "");
    for (const Kind kind : {Kind::netscan, Kind::portscan, Kind::icmp_sweep}) {
        LockReport report = scan_report();
        report.finding.kind = kind;
        report.finding.host = address("2001:db8::1");
        CHECK(violation(json_report_line(report)) == "");
    }
    for (const Kind kind : {Kind::packet_limit, Kind::bandwidth_limit, Kind::flow_limit}) {
        LockReport report = limit_report();
        report.finding.kind = kind;
        report.finding.vector = "amplification:dns";
        report.finding.closed.reset();
        CHECK(violation(json_report_line(report)) == "");
    }
    for (const LockReport& report : {amplification_report(), network_report(), allowed_report()})
        CHECK(violation(json_report_line(report)) == "");
}

TEST_CASE("all that a limit's report can say is valid by the shipped schema") {
    for (const auto* vector : {"syn_flood", "ack_flood", "rst_flood", "tcp_flag_flood", "udp_flood",
                               "icmp_flood", "fragment_flood", "protocol_flood", "amplification:ws_discovery",
                               "amplification:tcp_synack", "other"}) {
        LockReport report = amplification_report();
        report.finding.vector = vector;
        report.finding.limit.vectors = {{vector, 2, 2}, {"established", 1, 1}, {"one_way", 1, 1}};
        INFO(vector);
        CHECK(violation(json_report_line(report)) == "");
    }
    for (const Role role : {Role::none, Role::victim, Role::reflector, Role::requests}) {
        LockReport report = amplification_report();
        report.finding.limit.role = role;
        CHECK(violation(json_report_line(report)) == "");
    }
    LockReport report = amplification_report();
    report.finding.kind = Kind::flow_limit;
    report.finding.trigger.metric = report.finding.limit.rules[0].metric = Metric::new_externals;
    CHECK_THAT(json_report_line(report), Catch::Contains(R"("metric":"new_externals")"));
    CHECK(violation(json_report_line(report)) == "");
}

TEST_CASE("the schema lets later versions add fields") {
    Json json = Json::parse(json_report_line(scan_report()));
    json["later"] = 1;
    json["host"]["later"] = 1;
    json["scan"]["later"] = 1;
    CHECK(violation(json.dump()) == "");
}

TEST_CASE("the schema rejects a report without any one of its fields") {
    for (const LockReport& report : {scan_report(), exonerated_report(), limit_report(), allowed_report()}) {
        const Json json = Json::parse(json_report_line(report));
        REQUIRE(json.size() == 27);
        for (const auto& item : json.items()) {
            INFO(item.key());
            CHECK(violation_without(report, "", item.key()) != "");
        }
    }
    for (const auto* key : {"rule", "metric", "value", "threshold", "window_s", "first_exceeded", "peak"}) {
        CHECK(violation_without(limit_report(), "/trigger", key) != "");
        CHECK(violation_without(scan_report(), "/trigger", key) != "");
        CHECK(violation_without(amplification_report(), "/limit/rules/0", key) != "");
    }
    const Json limit = Json::parse(json_report_line(amplification_report()))["limit"];
    REQUIRE(limit.size() == 13);
    for (const auto& item : limit.items()) {
        INFO(item.key());
        CHECK(violation_without(amplification_report(), "/limit", item.key()) != "");
    }
    for (const auto* part :
         {"established", "unattributed", "vectors/0", "networks/0", "allowed/0", "sampling"}) {
        const std::string place = std::string("/limit/") + part;
        for (const auto& item : limit.at(Json::json_pointer("/" + std::string(part))).items()) {
            INFO(place << " " << item.key());
            CHECK(violation_without(amplification_report(), place, item.key()) != "");
        }
    }
    for (const auto* key : {"address", "packets", "bytes", "flows"})
        CHECK(violation_without(network_report(), "/limit/internals/0", key) != "");
    for (const auto* key : {"packets", "bytes", "flows"}) {
        CHECK(violation_without(limit_report(), "/totals", key) != "");
        CHECK(violation_without(limit_report(), "/externals/0", key) != "");
    }
    CHECK(violation_without(limit_report(), "/externals/0", "address") != "");
    for (const auto* key : {"time", "address", "port", "protocol", "source_port", "frame_bytes"})
        CHECK(violation_without(scan_report(), "/targets/0", key) != "");
    for (const auto* key : {"tap", "version", "internal"})
        CHECK(violation_without(scan_report(), "/origin", key) != "");
    for (const auto* key : {"answered", "refused", "unreachable", "unanswered", "cut_short", "addresses",
                            "ports", "log2_likelihood", "criterion", "confidence", "exoneration",
                            "peak_per_second", "ports_top", "tools", "replies"})
        CHECK(violation_without(scan_report(), "/scan", key) != "");
    for (const auto* key : {"port", "targets"})
        CHECK(violation_without(scan_report(), "/scan/ports_top/0", key) != "");
    for (const auto* key : {"tool", "targets"})
        CHECK(violation_without(scan_report(), "/scan/tools/0", key) != "");
    for (const auto* key : {"established", "seen", "visible_share"})
        CHECK(violation_without(scan_report(), "/scan/replies", key) != "");
    for (const auto* key : {"address", "group", "scope"})
        CHECK(violation_without(scan_report(), "/host", key) != "");
}

TEST_CASE("the schema rejects wrong types and values") {
    const auto [pointer, value] = GENERATE(table<std::string, Json>({
        {"/schema", "flowlock.lock/2"},
        {"/id", "../../etc"},
        {"/id", "20131113T181427Z-a/b"},
        {"/reason", "abused"},
        {"/kind", "packet_limits"},
        {"/direction", "OUT"},
        {"/vector", nullptr},
        {"/vector", "syn flood"},
        {"/protocol", "TCP"},
        {"/protocol", 6},
        {"/host/address", "x.x.x.x"},
        {"/host/address", ""},
        {"/host/address", "178.63.65.0/24"},
        {"/host/group", nullptr},
        {"/host/scope", "subnet"},
        {"/opened", "2013-11-13T18:14:30Z"},
        {"/opened", nullptr},
        {"/closed", ""},
        {"/first_seen", "2013-11-13 18:14:27.123456"},
        {"/last_seen", "2013-11-13T18:14:27.123456+01:00"},
        {"/trigger/metric", "bytes"},
        {"/trigger/value", "135580"},
        {"/trigger/value", 1.5},
        {"/trigger/window_s", 0},
        {"/totals/packets", -1},
        {"/totals/bytes", "5,909"},
        {"/externals/0/address", nullptr},
        {"/externals", nullptr},
        {"/externals_total", "3"},
        {"/targets", nullptr},
        {"/trigger/first_exceeded", nullptr},
        {"/trigger/peak", "18:19:57"},
        {"/limit", nullptr},
        {"/limit", Json::object()},
        {"/limit/role", "none"},
        {"/limit/role", "attacker"},
        {"/limit/excesses", -1},
        {"/limit/established/share", 48.8},
        {"/limit/sampling/rate", 0},
        {"/limit/sampling/packets_error", 0.5},
        {"/scan", nullptr},
        {"/evidence", nullptr},
        {"/state", "ended"},
        {"/verdict", "innocent"},
        {"/loss/nic_missed", nullptr},
    }));
    INFO(pointer << " = " << value.dump());
    CHECK(violation_with(limit_report(), pointer, value) != "");
}

TEST_CASE("the schema rejects a scan that looks like a limit, and a limit that looks like a scan") {
    CHECK(violation_with(scan_report(), "/reason", "attack") != "");
    CHECK(violation_with(scan_report(), "/kind", "packet_limit") != "");
    CHECK(violation_with(scan_report(), "/scan", Json::object()) != "");
    CHECK(violation_with(scan_report(), "/trigger/metric", "packets") != "");
    CHECK(violation_with(scan_report(), "/targets/0/port", 65536) != "");
    CHECK(violation_with(scan_report(), "/targets/0/source_port", 65536) != "");
    CHECK(violation_with(scan_report(), "/targets/0/frame_bytes", -1) != "");
    CHECK(violation_with(scan_report(), "/targets/0/time", 0) != "");
    CHECK(violation_with(scan_report(), "/origin/tap", nullptr) != "");
    CHECK(violation_with(scan_report(), "/origin/internal/0", "192.0.2.1") != "");
    CHECK(violation_with(scan_report(), "/trigger/metric", "targets") == "");
    CHECK(violation_with(limit_report(), "/trigger/metric", "targets") != "");
    CHECK(violation_with(limit_report(), "/kind", "netscan") != "");
    CHECK(violation_with(limit_report(), "/trigger/metric", "failed_contacts") != "");
    CHECK(violation_with(limit_report(), "/targets_total", 1) != "");
    CHECK(violation_with(limit_report(), "/scan", Json{{"answered", 0}}) != "");
    CHECK(violation_with(scan_report(), "/trigger/first_exceeded", "2013-11-13T18:19:27.000000Z") != "");
    CHECK(violation_with(scan_report(), "/trigger/metric", "new_externals") != "");
    CHECK(violation_with(scan_report(), "/limit", Json{{"excesses", 0}}) != "");
    CHECK(violation_with(scan_report(), "/host/scope", "network") != "");
}

TEST_CASE("all that a scan's verdict can say is valid by the shipped schema") {
    for (const Criterion criterion : {Criterion::failed_contacts, Criterion::dense_targets,
                                      Criterion::answered_fan_out, Criterion::fan_out}) {
        LockReport report = scan_report();
        report.finding.scan.criterion = criterion;
        report.finding.scan.confidence = Confidence::low;
        INFO(name_of(criterion));
        CHECK(violation(json_report_line(report)) == "");
    }
    for (const Exoneration exoneration :
         {Exoneration::answered_contacts, Exoneration::peer_to_peer, Exoneration::bogon_targets,
          Exoneration::replies_not_visible, Exoneration::answered_fan_out_only}) {
        LockReport report = exonerated_report();
        report.finding.scan.exoneration = exoneration;
        INFO(name_of(exoneration));
        CHECK(violation(json_report_line(report)) == "");
    }
}

TEST_CASE("the schema rejects a verdict without its reason, and a reason without its verdict") {
    CHECK(violation_with(scan_report(), "/verdict", "exonerated") != "");
    CHECK(violation_with(scan_report(), "/scan/exoneration", "peer_to_peer") != "");
    CHECK(violation_with(exonerated_report(), "/verdict", "lock") != "");
    CHECK(violation_with(exonerated_report(), "/scan/exoneration", nullptr) != "");
    CHECK(violation_with(exonerated_report(), "/scan/exoneration", "none") != "");
    CHECK(violation_with(exonerated_report(), "/state", "open") != "");
    // A limit is only forgiven for traffic that is allowed.
    CHECK(violation_with(limit_report(), "/verdict", "exonerated") != "");
    CHECK(violation_with(allowed_report(), "/limit/allowed", Json::array()) != "");
    CHECK(violation_with(allowed_report(), "/state", "open") != "");
    CHECK(violation_with(scan_report(), "/scan/criterion", "guess") != "");
    CHECK(violation_with(scan_report(), "/scan/confidence", "medium") != "");
    CHECK(violation_with(scan_report(), "/scan/replies/visible_share", 66.7) != "");
    CHECK(violation_with(scan_report(), "/scan/ports_top/0/port", 65536) != "");
}
