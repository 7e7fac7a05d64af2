// SPDX-License-Identifier: BSD-3-Clause
// Cases as abuse reports of XARF version 4.
#include "report/xarf.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "evidence_example.hpp"
#include "report/case_files.hpp"
#include "schema_check.hpp"

using namespace flowlock;
using nlohmann::json;

namespace {

LockReport reported(LockReport report) {
    report.origin = example_origin();
    report.origin.reporter = {
        .organisation = "Example Hosting", .contact = "abuse@example.com", .domain = "example.com"};
    return report;
}

// 192.0.2.1 floods 203.0.113.9, from port 55008 to port 29615.
LockReport flood_report() {
    LockReport report = reported(report_with_packets());
    report.finding.host = address("192.0.2.1");
    return report;
}

LockReport of_kind(Kind kind) {
    LockReport report = reported(brute_force_report());
    report.finding.kind = kind;
    return report;
}

bool is_written(const LockReport& report) {
    return xarf_page(report, {}).has_value();
}

json xarf_of(const LockReport& report, const std::vector<CaseFile>& evidence = {}) {
    const auto page = xarf_page(report, evidence);
    REQUIRE(page);
    CHECK(schema_violation("xarf.schema.json", *page) == "");
    return json::parse(*page);
}

std::string type_of(const LockReport& report) {
    const json xarf = xarf_of(report);
    return xarf.at("category").get<std::string>() + "/" + xarf.at("type").get<std::string>();
}

bool is_in_case(const LockReport& report) {
    const auto files = case_files(report, {});
    return std::any_of(files.begin(), files.end(),
                       [](const CaseFile& file) { return file.name == "xarf.json"; });
}

}  // namespace

TEST_CASE("each case is reported as the type of XARF that says what it is") {
    CHECK(type_of(reported(scan_report())) == "connection/port_scan");
    CHECK(type_of(reported(ipv6_scan_report())) == "connection/port_scan");
    CHECK(type_of(flood_report()) == "connection/ddos");
    CHECK(type_of(of_kind(Kind::brute_force)) == "connection/login_attack");
    CHECK(type_of(of_kind(Kind::exploit)) == "connection/vulnerability_scan");
    CHECK(type_of(of_kind(Kind::sip_scan)) == "connection/vulnerability_scan");
    CHECK(type_of(of_kind(Kind::c2)) == "infrastructure/botnet");
    CHECK(type_of(of_kind(Kind::malware)) == "infrastructure/botnet");
    CHECK(type_of(of_kind(Kind::amplification)) == "vulnerability/open_service");
    LockReport reflector = reported(amplification_report());
    reflector.finding.direction = Direction::out;
    reflector.finding.limit.role = Role::reflector;
    CHECK(type_of(reflector) == "vulnerability/open_service");
    CHECK(xarf_of(reflector).at("service") == "ntp");
}

TEST_CASE("nobody is reported for what no type says, or whom a report would wrongly name") {
    for (const Kind kind : {Kind::mining, Kind::p2p, Kind::phishing}) CHECK_FALSE(is_written(of_kind(kind)));
    CHECK_FALSE(is_written(reported(rogue_dhcp_report())));
    CHECK_FALSE(is_written(reported(exonerated_report())));
    CHECK_FALSE(is_written(reported(amplification_report())));
    for (const Scope scope : {Scope::network, Scope::group, Scope::outside}) {
        LockReport of_many = flood_report();
        of_many.finding.scope = scope;
        CHECK_FALSE(is_written(of_many));
    }

    LockReport withdrawn = reported(scan_report());
    withdrawn.state = CaseState::withdrawn;
    CHECK_FALSE(is_written(withdrawn));

    LockReport victim = flood_report();
    victim.finding.direction = Direction::in;
    CHECK_FALSE(is_written(victim));

    LockReport much = flood_report();
    much.finding.vector = "other";
    CHECK_FALSE(is_written(much));

    LockReport forged = reported(amplification_report());
    forged.finding.direction = Direction::out;
    forged.finding.limit.role = Role::requests;
    CHECK_FALSE(is_written(forged));
}

TEST_CASE("where XARF wants a port and none is known, nothing is reported") {
    LockReport sweep = reported(scan_report());
    sweep.finding.kind = Kind::icmp_sweep;
    CHECK_FALSE(is_written(sweep));
    LockReport no_packets = flood_report();
    no_packets.evidence.packets.clear();
    CHECK_FALSE(is_written(no_packets));
    LockReport others_packets = flood_report();
    others_packets.finding.host = address("192.0.2.2");
    CHECK_FALSE(is_written(others_packets));
    LockReport other_protocol = flood_report();
    other_protocol.finding.vector = "syn_flood";
    CHECK_FALSE(is_written(other_protocol));
}

TEST_CASE("without somebody in whose name it is reported there is no file") {
    CHECK(is_in_case(reported(scan_report())));
    CHECK_FALSE(is_in_case(scan_report()));
    for (auto member : {&Reporter::organisation, &Reporter::contact, &Reporter::domain}) {
        LockReport report = reported(scan_report());
        (report.origin.reporter.*member).clear();
        CHECK_FALSE(is_in_case(report));
    }
}

TEST_CASE("all is there that the published schemas require") {
    // xarf-core.json, "required"; its contact_info.
    const std::vector<LockReport> all{reported(scan_report()), flood_report(), of_kind(Kind::brute_force),
                                      of_kind(Kind::exploit), of_kind(Kind::c2)};
    for (const LockReport& report : all) {
        const json xarf = xarf_of(report);
        for (const char* name : {"xarf_version", "report_id", "timestamp", "reporter", "sender",
                                 "source_identifier", "category", "type"})
            CHECK(xarf.contains(name));
        for (const char* who : {"reporter", "sender"}) {
            CHECK(xarf.at(who).size() == 3);
            CHECK(xarf.at(who).at("org") == "Example Hosting");
            CHECK(xarf.at(who).at("contact") == "abuse@example.com");
            CHECK(xarf.at(who).at("domain") == "example.com");
        }
        // connection-*.json, "required", and "then" for a source_identifier that is an address.
        if (xarf.at("category") == "connection")
            for (const char* name : {"protocol", "first_seen", "source_port"}) CHECK(xarf.contains(name));
    }
    CHECK(xarf_of(of_kind(Kind::exploit)).contains("scan_type"));       // connection-vulnerability-scan.json
    CHECK(xarf_of(of_kind(Kind::c2)).contains("compromise_evidence"));  // infrastructure-botnet.json
    CHECK(xarf_of(of_kind(Kind::amplification)).contains("service"));   // vulnerability-open-service.json
}

TEST_CASE("a scan is reported with its first contact and the time of it") {
    const json xarf = xarf_of(reported(scan_report()));
    CHECK(xarf.at("source_identifier") == "192.0.2.1");
    CHECK(xarf.at("timestamp") == "2013-11-13T18:14:27.123456Z");
    CHECK(xarf.at("source_port") == 40'001);
    CHECK(xarf.at("destination_ip") == "198.51.100.1");
    CHECK(xarf.at("destination_port") == 22);
    CHECK(xarf.at("protocol") == "tcp");
    CHECK(xarf.at("first_seen") == "2013-11-13T18:14:27.123456Z");
    CHECK(xarf.at("last_seen") == "2013-11-13T18:14:29.000000Z");
    CHECK(xarf.at("tags") == json{"flowlock:netscan", "tool:masscan"});
    CHECK(xarf.at("custom").at("targets") == 3);
    CHECK(xarf.at("custom").at("packets") == 4);
    CHECK(xarf.at("custom").at("tap") == "tap1");
}

TEST_CASE("a flood is reported with a packet of it that was seen, and its peak") {
    const json xarf = xarf_of(flood_report());
    CHECK(xarf.at("timestamp") == "2013-11-13T18:14:27.145756Z");
    CHECK(xarf.at("source_port") == 55'008);
    CHECK(xarf.at("destination_ip") == "203.0.113.9");
    CHECK(xarf.at("destination_port") == 29'615);
    CHECK(xarf.at("protocol") == "udp");
    CHECK(xarf.at("attack_vector") == "udp_flood");
    CHECK(xarf.at("peak_pps") == 135'580);
    CHECK_FALSE(xarf.contains("peak_bps"));
    CHECK(xarf.at("threshold_exceeded") == "2013-11-13T18:19:27.000000Z");
}

TEST_CASE("an open service is called by the port from which it answers") {
    LockReport report = of_kind(Kind::amplification);
    CHECK(xarf_of(report).at("service") == "ssh-libssh");
    report.evidence.packets = {udp_packet(seed_time(), 400)};
    report.evidence.packets[0].head[34] = std::byte{0};
    report.evidence.packets[0].head[35] = std::byte{123};
    CHECK(xarf_of(report).at("service") == "ntp");
}

TEST_CASE("less confidence in the case is less confidence in its report") {
    LockReport report = reported(scan_report());
    CHECK(xarf_of(report).at("confidence") == 0.9);
    report.finding.scan.confidence = Confidence::low;
    CHECK(xarf_of(report).at("confidence") == 0.5);
    CHECK(xarf_of(of_kind(Kind::brute_force)).at("confidence") == 0.5);
}

TEST_CASE("the id is a name's UUID: the same for the same case of the same tap, else another") {
    LockReport report = reported(scan_report());
    const json id = xarf_of(report).at("report_id");
    report.state = CaseState::closed;
    report.finding.totals.packets.value += 1;
    CHECK(xarf_of(report).at("report_id") == id);
    report.origin.tap = "tap2";
    const json of_other_tap = xarf_of(report).at("report_id");
    CHECK(of_other_tap != id);
    report.id += "-2";
    CHECK(xarf_of(report).at("report_id") != of_other_tap);
    // printf 'flowlock xarf\ntap1\n20131113T181427Z-192.0.2.1-netscan' | sha256sum, with version and variant.
    CHECK(id == "f2191628-1ad8-80df-b682-9c36a036842c");
}

TEST_CASE("the files of the packets are embedded as base64 with size and sum") {
    // RFC 4648, 10; the sum is that of `printf fooba | sha256sum`.
    const json item = xarf_of(flood_report(), {{"dump.txt", "fooba"}}).at("evidence").at(0);
    CHECK(item.at("payload") == "Zm9vYmE=");
    CHECK(item.at("size") == 5);
    CHECK(item.at("content_type") == "text/plain");
    CHECK(item.at("hash") == "sha256:41cbe1a87981490351ccad5346d96da0ac10678670b31fc0ab209aed1b5bc515");
    CHECK(xarf_of(flood_report(), evidence_files(flood_report())).at("evidence").size() == 2);
    CHECK(xarf_of(reported(scan_report())).at("evidence").empty());
}

TEST_CASE("evidence that is larger than XARF takes is left out, and the description says so") {
    const std::string largest(5'242'880, 'x');
    CHECK(xarf_of(flood_report(), {{"dump.txt", largest}}).at("evidence").size() == 1);
    LockReport report = flood_report();
    report.finding.trigger.rule.assign(2'000, 'r');
    const json xarf = xarf_of(report, {{"dump.txt", largest + 'x'}, {"evidence.pcapng", "p"}});
    CHECK(xarf.at("evidence").size() == 1);
    const auto description = xarf.at("description").get<std::string>();
    CHECK(description.find("Left out for its size of 5242881 bytes: dump.txt, SHA-256 ") !=
          std::string::npos);
    CHECK(description.size() <= 1'000);
}

TEST_CASE("names that are no UTF-8 make no broken report") {
    LockReport report = of_kind(Kind::c2);
    const std::string hostile = "\xff\xfe\"\\\n\x01</script>\xc3";
    report.origin.tap = report.finding.trigger.rule = hostile;
    report.finding.fact.facts[0].name = report.finding.fact.facts[0].words = hostile;
    CHECK(xarf_of(report).at("custom").at("tap").get<std::string>().find("</script>") != std::string::npos);
    // Cut in the middle of a character.
    std::string umlauts;
    for (int i = 0; i < 999; ++i) umlauts += "\xc3\xa4";
    report.finding.trigger.rule = umlauts;
    xarf_of(report);
    report.finding.trigger.rule = "x" + umlauts;
    xarf_of(report);
}
