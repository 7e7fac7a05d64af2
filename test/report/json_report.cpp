// SPDX-License-Identifier: BSD-3-Clause
#include "report/json_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "examples.hpp"
#include "report/sampling_error.hpp"
#include "schema_check.hpp"

using namespace flowlock;
using Json = nlohmann::ordered_json;

namespace {

std::string violation(const std::string& text) {
    return schema_violation("lock-report.schema.json", text);
}

}  // namespace

TEST_CASE("a scan's report is one line with the fields of the contract, in its order") {
    CHECK(
        json_report_line(scan_report()) ==
        R"({"schema":"flowlock.lock/1","id":"20131113T181427Z-192.0.2.1-netscan","state":"open","verdict":"lock",)"
        R"("reason":"scan","kind":"netscan","direction":"out","vector":"other","protocol":"tcp","host":{"address":"192.0.2.1","group":"*","scope":"host"},)"
        R"("opened":"2013-11-13T18:14:30.000000Z","closed":null,"first_seen":"2013-11-13T18:14:27.123456Z",)"
        R"("last_seen":"2013-11-13T18:14:29.000000Z",)"
        R"("trigger":{"rule":"scan","metric":"failed_contacts","value":3,"threshold":2,"window_s":300,"first_exceeded":null,"peak":null},)"
        R"("totals":{"packets":4,"bytes":160,"flows":3,"flows_estimated":0},"externals":[],"externals_total":0,)"
        R"("targets":[{"time":"2013-11-13T18:14:27.123456Z","address":"198.51.100.1","port":22,"protocol":"tcp","source_port":40001,"frame_bytes":64},)"
        R"({"time":"2013-11-13T18:14:28.000000Z","address":"198.51.100.2","port":22,"protocol":"tcp","source_port":40002,"frame_bytes":78}],)"
        R"("targets_total":3,"scan":{"answered":0,"refused":1,"unreachable":0,"unanswered":2,"cut_short":1,)"
        R"("addresses":3,"ports":1,"log2_likelihood":6,"criterion":"failed_contacts","confidence":"high",)"
        R"("exoneration":null,"peak_per_second":2,"ports_top":[{"port":22,"targets":3}],)"
        R"("tools":[{"tool":"masscan","targets":3}],)"
        R"("replies":{"established":3,"seen":2,"visible_share":0.6667}},"limit":{},"fact":{},"evidence":{},"loss":{"nic_missed":0,"table_full":0},"duplicates":{"distinct":0,"twice":0},)"
        R"("origin":{"tap":"tap1","version":"4.5.6","internal":["192.0.2.0/24","178.63.65.0/24","2001:db8::/32"]}})");
}

TEST_CASE("a limit's report is one line with the fields of the contract, in its order") {
    LockReport report = limit_report();
    report.finding.externals.resize(1);
    CHECK(
        json_report_line(report) ==
        R"({"schema":"flowlock.lock/1","id":"20131113T181427Z-178.63.65.85-packet_limit","state":"closed","verdict":"lock",)"
        R"("reason":"attack","kind":"packet_limit","direction":"out","vector":"udp_flood","protocol":"any",)"
        R"("host":{"address":"178.63.65.85","group":"*","scope":"host"},"opened":"2013-11-13T18:19:27.000000Z",)"
        R"("closed":"2013-11-13T18:21:27.000000Z","first_seen":"2013-11-13T18:14:27.000000Z",)"
        R"("last_seen":"2013-11-13T18:19:26.999999Z",)"
        R"("trigger":{"rule":"out-packets","metric":"packets","value":135580,"threshold":100000,"window_s":300,)"
        R"("first_exceeded":"2013-11-13T18:19:27.000000Z","peak":"2013-11-13T18:19:57.000000Z"},)"
        R"("totals":{"packets":40674000,"bytes":6344592000,"flows":40673,"flows_estimated":0},)"
        R"("externals":[{"address":"77.96.88.114","packets":40668000,"bytes":6344208000,"flows":40667}],)"
        R"("externals_total":3,"targets":[],"targets_total":0,"scan":{},)"
        R"("limit":{"rules":[],"further":[],"excesses":0,"role":null,"vectors":[],"established":{"packets":0,"bytes":0,"share":0.0},)"
        R"("unattributed":{"packets":0,"bytes":0,"flows":0},"internals":[],"internals_total":0,)"
        R"("networks":[],"networks_total":0,"allowed":[],"sampling":{"rate":1,"packets_error":0,"share":0.0}},"fact":{},"evidence":{},)"
        R"("loss":{"nic_missed":0,"table_full":0},"duplicates":{"distinct":0,"twice":0},"origin":{"tap":"","version":"","internal":[]}})");
}

TEST_CASE("all figures of a limit stand under their own names, in the order of the contract") {
    // The half width of the interval was calculated with 50 decimal digits: 395,091.11.
    const Json limit = Json::parse(json_report_line(amplification_report()))["limit"];
    CHECK(
        limit.dump() ==
        R"({"rules":[{"rule":"in-packets-fast","metric":"packets","value":1200000,"threshold":1000000,"window_s":2,)"
        R"("first_exceeded":"2013-11-13T18:19:26.000000Z","peak":"2013-11-13T18:19:37.000000Z"},)"
        R"({"rule":"in-packets","metric":"packets","value":135580,"threshold":100000,"window_s":300,)"
        R"("first_exceeded":"2013-11-13T18:19:27.000000Z","peak":"2013-11-13T18:19:57.000000Z"}],)"
        R"("further":[],"excesses":12,"role":"victim",)"
        R"("vectors":[{"vector":"amplification:ntp","packets":40000000,"bytes":6200000000},)"
        R"({"vector":"udp_flood","packets":474000,"bytes":100000000},)"
        R"({"vector":"established","packets":200000,"bytes":44592000}],)"
        R"("established":{"packets":200000,"bytes":44592000,"share":0.0049},)"
        R"("unattributed":{"packets":74000,"bytes":4736000,"flows":0},"internals":[],"internals_total":0,)"
        R"("networks":[{"name":"AS64496 Example","addresses":2,"packets":40595000,"bytes":6339536000,"flows":40668},)"
        R"({"name":"AS64497 Exemple","addresses":1,"packets":5000,"bytes":320000,"flows":5}],"networks_total":2,)"
        R"("allowed":[{"reason":"backup to the other site","packets":3000000,"bytes":4500000000}],)"
        R"("sampling":{"rate":1000,"packets_error":395092,"share":0.0097}})");
}

TEST_CASE("whom a report is about is the host, the network, or the networks of the group") {
    const auto host = [](const LockReport& report) {
        const std::string line = json_report_line(report);
        CHECK(violation(line) == "");
        return Json::parse(line)["host"].dump();
    };
    LockReport report = network_report();
    CHECK(host(report) == R"({"address":"178.63.65.0/24","group":"*","scope":"network"})");
    CHECK(Json::parse(json_report_line(report))["limit"]["internals"][1].dump() ==
          R"({"address":"178.63.65.86","packets":600000,"bytes":93600000,"flows":600})");
    report.finding.scope = Scope::group;
    report.finding.group = "customers";
    for (const auto* subject : {"192.0.2.0/24, 2001:db8::/32", "192.0.2.0/24 2001:db8::/32", "2001:db8::1"}) {
        report.finding.subject = subject;
        CHECK(host(report) ==
              R"({"address":")" + std::string(subject) + R"(","group":"customers","scope":"group"})");
    }
    CHECK(host(scan_report()) == R"({"address":"192.0.2.1","group":"*","scope":"host"})");
}

TEST_CASE("names that others gave are escaped, and give one line of valid JSON") {
    LockReport report = amplification_report();
    const std::string name = "AS64496 \"Ex\x1b[2J\n\\ample\xff";
    report.finding.limit.networks[0].name = name;
    report.finding.limit.allowed[0].reason = name;
    const std::string line = json_report_line(report);
    for (const char letter : line) REQUIRE(static_cast<unsigned char>(letter) >= 0x20);
    CHECK(violation(line) == "");
    const Json limit = Json::parse(line)["limit"];
    const std::string mended = "AS64496 \"Ex\x1b[2J\n\\ample\xef\xbf\xbd";
    CHECK(limit["networks"][0]["name"] == mended);
    CHECK(limit["allowed"][0]["reason"] == mended);
}

TEST_CASE("shares are null where there are no packets to be a share of") {
    LockReport report = amplification_report();
    report.finding.totals = {};
    const std::string line = json_report_line(report);
    CHECK(violation(line) == "");
    CHECK(Json::parse(line)["limit"]["established"]["share"] == nullptr);
    CHECK(Json::parse(line)["limit"]["sampling"]["share"] == nullptr);
}

TEST_CASE("a sample's error is that of packets chosen by chance, rounded up") {
    // 1.96 * sqrt(packets * (rate - 1)), with 50 decimal digits: 1959.02, 24761.25, and two whole ones.
    CHECK(sampling_error({1'000}, 1'000).value == 1'960);
    CHECK(sampling_error({400'000}, 400).value == 24'762);
    CHECK(sampling_error({10'000}, 101).value == 1'960);
    CHECK(sampling_error({100}, 26).value == 98);
    CHECK(sampling_error({18'446'744'073'709'551'615u}, 4'294'967'295).value / 1'000 == 551'690'954'224);
    CHECK(sampling_error({}, 1'000).value == 0);
    CHECK(sampling_error({40'674'000}, 1).value == 0);
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
