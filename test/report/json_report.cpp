// SPDX-License-Identifier: BSD-3-Clause
#include "report/json_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "examples.hpp"
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

TEST_CASE("a scan's report is one line with the fields of the contract, in its order") {
    CHECK(
        json_report_line(scan_report()) ==
        R"({"schema":"flowlock.lock/1","id":"20131113T181427Z-192.0.2.1-netscan","state":"open","verdict":"lock",)"
        R"("reason":"scan","kind":"netscan","direction":"out","vector":"other","protocol":"tcp","host":{"address":"192.0.2.1","group":"*"},)"
        R"("opened":"2013-11-13T18:14:30.000000Z","closed":null,"first_seen":"2013-11-13T18:14:27.123456Z",)"
        R"("last_seen":"2013-11-13T18:14:29.000000Z",)"
        R"("trigger":{"rule":"scan","metric":"failed_contacts","value":3,"threshold":2,"window_s":300},)"
        R"("totals":{"packets":4,"bytes":160,"flows":3,"flows_estimated":0},"externals":[],"externals_total":0,)"
        R"("targets":[{"time":"2013-11-13T18:14:27.123456Z","address":"198.51.100.1","port":22,"protocol":"tcp"},)"
        R"({"time":"2013-11-13T18:14:28.000000Z","address":"198.51.100.2","port":22,"protocol":"tcp"}],)"
        R"("targets_total":3,"scan":{"answered":0,"refused":1,"unreachable":0,"unanswered":2,"cut_short":1,)"
        R"("addresses":3,"ports":1,"log2_likelihood":6,"criterion":"failed_contacts","confidence":"high",)"
        R"("exoneration":null,"peak_per_second":2,"ports_top":[{"port":22,"targets":3}],)"
        R"("tools":[{"tool":"masscan","targets":3}],)"
        R"("replies":{"established":3,"seen":2,"visible_share":0.6667}},"evidence":{},"loss":{"nic_missed":0,"table_full":0},"duplicates":{"distinct":0,"twice":0}})");
}

TEST_CASE("a limit's report is one line with the fields of the contract, in its order") {
    LockReport report = limit_report();
    report.finding.externals.resize(1);
    CHECK(
        json_report_line(report) ==
        R"({"schema":"flowlock.lock/1","id":"20131113T181427Z-178.63.65.85-packet_limit","state":"closed","verdict":"lock",)"
        R"("reason":"attack","kind":"packet_limit","direction":"out","vector":"udp_flood","protocol":"any",)"
        R"("host":{"address":"178.63.65.85","group":"*"},"opened":"2013-11-13T18:19:27.000000Z",)"
        R"("closed":"2013-11-13T18:21:27.000000Z","first_seen":"2013-11-13T18:14:27.000000Z",)"
        R"("last_seen":"2013-11-13T18:19:26.999999Z",)"
        R"("trigger":{"rule":"out-packets","metric":"packets","value":135580,"threshold":100000,"window_s":300},)"
        R"("totals":{"packets":40674000,"bytes":6344592000,"flows":40673,"flows_estimated":0},)"
        R"("externals":[{"address":"77.96.88.114","packets":40668000,"bytes":6344208000,"flows":40667}],)"
        R"("externals_total":3,"targets":[],"targets_total":0,"scan":{},"evidence":{},)"
        R"("loss":{"nic_missed":0,"table_full":0},"duplicates":{"distinct":0,"twice":0}})");
}

TEST_CASE("the indented page says the same as the line") {
    const std::string page = json_report_page(limit_report());
    CHECK_THAT(page, Catch::StartsWith("{\n  \"schema\": \"flowlock.lock/1\",\n  \"id\": "));
    CHECK_THAT(page, Catch::EndsWith("\n}\n"));
    CHECK(Json::parse(page) == Json::parse(json_report_line(limit_report())));
}

TEST_CASE("counts keep all 64 bits") {
    LockReport report = limit_report();
    report.finding.totals.bytes = {18446744073709551615u};
    CHECK_THAT(json_report_line(report), Catch::Contains("\"bytes\":18446744073709551615,"));
    // The validator itself only knows 63 bits.
    report.finding.totals.bytes = {9223372036854775807u};
    CHECK(violation(json_report_line(report)) == "");
}

TEST_CASE("text that is not UTF-8 or has control characters still gives one line of valid JSON") {
    LockReport report = scan_report();
    report.finding.trigger.rule = "a\xff\n\"b";
    const std::string line = json_report_line(report);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(Json::parse(line)["trigger"]["rule"] == "a\xef\xbf\xbd\n\"b");
}

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
}

TEST_CASE("the schema lets later versions add fields") {
    Json json = Json::parse(json_report_line(scan_report()));
    json["later"] = 1;
    json["host"]["later"] = 1;
    json["scan"]["later"] = 1;
    CHECK(violation(json.dump()) == "");
}

TEST_CASE("the schema rejects a report without any one of its fields") {
    for (const LockReport& report : {scan_report(), exonerated_report(), limit_report()}) {
        const Json json = Json::parse(json_report_line(report));
        REQUIRE(json.size() == 24);
        for (const auto& item : json.items()) {
            INFO(item.key());
            CHECK(violation_without(report, "", item.key()) != "");
        }
    }
    for (const auto* key : {"rule", "metric", "value", "threshold", "window_s"})
        CHECK(violation_without(limit_report(), "/trigger", key) != "");
    for (const auto* key : {"packets", "bytes", "flows"}) {
        CHECK(violation_without(limit_report(), "/totals", key) != "");
        CHECK(violation_without(limit_report(), "/externals/0", key) != "");
    }
    for (const auto* key : {"time", "address", "port", "protocol"})
        CHECK(violation_without(scan_report(), "/targets/0", key) != "");
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
    CHECK(violation_without(scan_report(), "/host", "group") != "");
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
        {"/host/group", nullptr},
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
    CHECK(violation_with(scan_report(), "/targets/0/time", 0) != "");
    CHECK(violation_with(scan_report(), "/trigger/metric", "targets") == "");
    CHECK(violation_with(limit_report(), "/trigger/metric", "targets") != "");
    CHECK(violation_with(limit_report(), "/kind", "netscan") != "");
    CHECK(violation_with(limit_report(), "/trigger/metric", "failed_contacts") != "");
    CHECK(violation_with(limit_report(), "/targets_total", 1) != "");
    CHECK(violation_with(limit_report(), "/scan", Json{{"answered", 0}}) != "");
}

TEST_CASE("a report of somebody innocent says so, and why, and differs in nothing else") {
    LockReport report = exonerated_report();
    const Json exonerated = Json::parse(json_report_line(report));
    CHECK(exonerated["verdict"] == "exonerated");
    CHECK(exonerated["scan"]["exoneration"] == "answered_contacts");
    report.finding.verdict = Verdict::lock;
    Json lock = Json::parse(json_report_line(report));
    CHECK(lock["scan"]["exoneration"] == nullptr);
    lock["verdict"] = "exonerated";
    lock["scan"]["exoneration"] = "answered_contacts";
    CHECK(lock == exonerated);
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

TEST_CASE("the share of visible replies is null where there is none to see, and 1 where all are seen") {
    LockReport report = scan_report();
    const auto share = [&](std::uint64_t established, std::uint64_t seen) {
        report.finding.scan.replies = {.established = established, .seen = seen};
        const std::string line = json_report_line(report);
        CHECK(violation(line) == "");
        return Json::parse(line)["scan"]["replies"]["visible_share"];
    };
    CHECK(share(0, 0) == nullptr);
    CHECK(share(7, 0) == 0.0);
    CHECK(share(8, 1) == 0.125);
    CHECK(share(7, 7) == 1.0);
}

TEST_CASE("the schema rejects a verdict without its reason, and a reason without its verdict") {
    CHECK(violation_with(scan_report(), "/verdict", "exonerated") != "");
    CHECK(violation_with(scan_report(), "/scan/exoneration", "peer_to_peer") != "");
    CHECK(violation_with(exonerated_report(), "/verdict", "lock") != "");
    CHECK(violation_with(exonerated_report(), "/scan/exoneration", nullptr) != "");
    CHECK(violation_with(exonerated_report(), "/scan/exoneration", "none") != "");
    CHECK(violation_with(exonerated_report(), "/state", "open") != "");
    CHECK(violation_with(limit_report(), "/verdict", "exonerated") != "");
    CHECK(violation_with(scan_report(), "/scan/criterion", "guess") != "");
    CHECK(violation_with(scan_report(), "/scan/confidence", "medium") != "");
    CHECK(violation_with(scan_report(), "/scan/replies/visible_share", 66.7) != "");
    CHECK(violation_with(scan_report(), "/scan/ports_top/0/port", 65536) != "");
}
