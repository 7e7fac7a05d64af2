// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_reader.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "examples.hpp"
#include "report/finding_text.hpp"
#include "report/json_report.hpp"
#include "report/text_report.hpp"

using namespace flowlock;
using Json = nlohmann::ordered_json;

namespace {

LockReport again(const LockReport& report) {
    const ReadReport read = read_report(json_report_page(report));
    INFO(read.error);
    REQUIRE(read.report);
    return *read.report;
}

std::string error_of(std::string_view text) {
    const ReadReport read = read_report(text);
    CHECK_FALSE(read.report);
    return read.error;
}

std::string error_with(const LockReport& report, const std::string& pointer, const Json& value) {
    Json json = Json::parse(json_report_line(report));
    json[Json::json_pointer(pointer)] = value;
    return error_of(json.dump());
}

// Everything that is not derived from something else, taken out in turn.
void remove_each(const Json& whole, const Json::json_pointer& place, std::vector<std::string>& readable) {
    const Json& value = whole.at(place);
    if (value.is_object())
        for (const auto& item : value.items()) {
            Json less = whole;
            less.at(place).erase(item.key());
            if (read_report(less.dump()).report) readable.push_back((place / item.key()).to_string());
            remove_each(whole, place / item.key(), readable);
        }
    else if (value.is_array() && !value.empty())
        remove_each(whole, place / 0, readable);
}

}  // namespace

TEST_CASE("a report that was read is written again byte for byte") {
    for (const LockReport& report : example_reports()) {
        INFO(report.id);
        CHECK(json_report_page(again(report)) == json_report_page(report));
    }
}

TEST_CASE("every verdict, role, state and scope survives") {
    const auto survives = [](const LockReport& report) {
        CHECK(json_report_page(again(report)) == json_report_page(report));
    };
    LockReport scan = scan_report();
    for (const auto state : {CaseState::open, CaseState::closed, CaseState::withdrawn}) {
        scan.state = state;
        survives(scan);
    }
    for (const auto kind : {Kind::netscan, Kind::portscan, Kind::icmp_sweep}) {
        scan.finding.kind = kind;
        survives(scan);
    }
    for (const auto criterion : {Criterion::failed_contacts, Criterion::dense_targets,
                                 Criterion::answered_fan_out, Criterion::fan_out}) {
        scan.finding.scan.criterion = criterion;
        scan.finding.scan.confidence = Confidence::low;
        survives(scan);
    }
    scan.finding.scan.log2_likelihood = -2'147'483'648;
    scan.finding.trigger.metric = Metric::targets;
    survives(scan);
    LockReport exonerated = exonerated_report();
    for (const auto exoneration :
         {Exoneration::answered_contacts, Exoneration::peer_to_peer, Exoneration::bogon_targets,
          Exoneration::replies_not_visible, Exoneration::answered_fan_out_only}) {
        exonerated.finding.scan.exoneration = exoneration;
        survives(exonerated);
    }
    LockReport limit = amplification_report();
    for (const auto role : {Role::none, Role::victim, Role::reflector, Role::requests}) {
        limit.finding.limit.role = role;
        survives(limit);
    }
    for (const auto metric : {Metric::packets, Metric::bits, Metric::flows, Metric::new_externals}) {
        limit.finding.trigger.metric = metric;
        survives(limit);
    }
    for (const auto protocol :
         {ProtocolClass::any, ProtocolClass::tcp, ProtocolClass::udp, ProtocolClass::icmp}) {
        limit.finding.protocol = protocol;
        survives(limit);
    }
    limit.finding.totals = traffic(UINT64_MAX, UINT64_MAX, UINT64_MAX);
    survives(limit);
}

TEST_CASE("the text of a report that was read is the text of the report, in all layouts") {
    for (LockReport report : example_reports()) {
        INFO(report.id);
        // What the JSON cuts off must not be seen in the text.
        report.finding.last_seen += Duration{999};
        report.finding.first_seen += Duration{1};
        for (const auto numbers : {NumberFormat::de, NumberFormat::en})
            for (const auto layout : {NetscanFormat::v1, NetscanFormat::v3, NetscanFormat::v4}) {
                const TextStyle style(numbers, layout);
                CHECK(text_report(again(report), style) == text_report(report, style));
                CHECK(finding_text(again(report), style) == finding_text(report, style));
            }
    }
}

TEST_CASE("times are read as they are written, to the last microsecond of the range") {
    LockReport report = limit_report();
    for (const auto ns : {std::int64_t{0}, std::int64_t{-1'000}, std::int64_t{951'782'400'000'000'000},
                          std::int64_t{9'223'372'036'854'775'000}}) {
        report.finding.opened = time_from_ns(ns);
        CHECK(again(report).finding.opened == time_from_ns(ns));
    }
    report.finding.opened = time_from_ns(1'999);
    CHECK(again(report).finding.opened == time_from_ns(1'000));
}

TEST_CASE("members that nobody knows are passed over, wherever they stand") {
    Json json = Json::parse(json_report_line(amplification_report()));
    json["mood"] = {{"good", true}};
    json["limit"]["weather"] = 1.5;
    json["limit"]["rules"][0]["author"] = nullptr;
    json["externals"][0]["name"] = "example";
    const ReadReport read = read_report(json.dump());
    REQUIRE(read.report);
    CHECK(json_report_page(*read.report) == json_report_page(amplification_report()));
}

TEST_CASE("only what older reports lack, and what follows from other figures, may be missing") {
    std::vector<std::string> readable;
    const Json scan = Json::parse(json_report_line(scan_report()));
    remove_each(scan, Json::json_pointer(), readable);
    CHECK(readable == std::vector<std::string>{"/targets/0/protocol", "/targets/0/source_port",
                                               "/targets/0/frame_bytes", "/scan/replies/visible_share",
                                               "/limit", "/fact", "/evidence", "/loss/nic_missed",
                                               "/loss/table_full", "/origin"});
    Json limit = Json::parse(json_report_line(amplification_report()));
    readable.clear();
    remove_each(limit, Json::json_pointer(), readable);
    CHECK(readable == std::vector<std::string>{"/scan", "/limit/established/share",
                                               "/limit/sampling/packets_error", "/limit/sampling/share",
                                               "/fact", "/evidence", "/loss/nic_missed", "/loss/table_full",
                                               "/origin"});
}

TEST_CASE("what is wrong is said with its place, what stands there and what should") {
    CHECK(error_with(limit_report(), "/trigger/window_s", 0) ==
          "trigger.window_s: is 0; a whole number from 1 to 4294967295 must stand there");
    CHECK(error_with(scan_report(), "/targets/1/port", 65536) ==
          "targets[1].port: is 65536; a whole number from 0 to 65535 must stand there");
    CHECK(error_with(amplification_report(), "/limit/rules/0/peak", "yesterday") ==
          "limit.rules[0].peak: is \"yesterday\"; a time such as \"2013-11-13T18:14:27.000000Z\" must stand "
          "there");
    CHECK(error_with(limit_report(), "/kind", "netscan") ==
          "kind: is \"netscan\"; a value that this version of flowlock knows must stand there");
    CHECK(error_of("{}") == "schema: is missing; this is no report of flowlock");
    CHECK(error_of(R"({"schema":"flowlock.lock/2"})") ==
          "schema: is \"flowlock.lock/2\", of another version; this one reads flowlock.lock/1");
    CHECK(error_of(R"({"schema":"flowlock.summary/1"})") ==
          "schema: is \"flowlock.summary/1\"; \"flowlock.lock/1\", as in a report of flowlock, must stand "
          "there");
    CHECK(error_of(R"({"schema":"flowlock.lock/1"})") == "id: is missing");
    CHECK(error_of("[1]") == "is an array; an object must stand there");
    CHECK_THAT(error_of(""), Catch::StartsWith("is not JSON: "));
}

TEST_CASE("wrong types and values out of range are refused") {
    const auto [pointer, value] = GENERATE(table<std::string, Json>({
        {"/schema", 1},
        {"/id", "../../etc"},
        {"/id", "20131113T181427Z-a/b"},
        {"/id", "20131113T181427Z-"},
        {"/id", "20131113T181427Z-\x1b[31m"},
        {"/state", "ended"},
        {"/verdict", nullptr},
        {"/reason", "scan"},
        {"/direction", "OUT"},
        {"/vector", "syn flood"},
        {"/vector", ""},
        {"/protocol", 6},
        {"/host", "178.63.65.85"},
        {"/host/address", "x.x.x.x"},
        {"/host/address", "178.63.65.0/24"},
        {"/host/address", "178.63.65.85\n"},
        {"/host/group", ""},
        {"/host/scope", "subnet"},
        {"/opened", "2013-11-13T18:14:30Z"},
        {"/opened", "2013-02-29T18:14:30.000000Z"},
        {"/opened", "2013-11-13T24:00:00.000000Z"},
        {"/opened", "2013-11-13T18:14:60.000000Z"},
        {"/opened", "2013-11-13T18:14:30.00000+Z"},
        {"/opened", "9999-11-13T18:14:30.000000Z"},
        {"/opened", "0000-11-13T18:14:30.000000Z"},
        {"/opened", "1677-09-21T00:12:43.145224Z"},
        {"/opened", "2262-04-11T23:47:16.854776Z"},
        {"/opened", nullptr},
        {"/closed", ""},
        {"/first_seen", "2013-11-13T18:19:27.000000Z"},
        {"/first_seen", "1700-01-01T00:00:00.000000Z"},
        {"/trigger/rule", ""},
        {"/trigger/metric", "targets"},
        {"/trigger/value", "135580"},
        {"/trigger/value", 1.0},
        {"/trigger/value", 1e30},
        {"/trigger/value", -1},
        {"/trigger/window_s", 4294967296},
        {"/trigger/first_exceeded", nullptr},
        {"/totals/packets", nullptr},
        {"/totals/flows_estimated", true},
        {"/externals", nullptr},
        {"/externals", Json::object()},
        {"/externals/0", 1},
        {"/externals/0/address", "::1%eth0"},
        {"/limit/sampling/rate", 0},
        {"/limit/role", "none"},
        {"/limit/further", Json::array({1})},
        {"/loss", Json::array()},
        {"/loss/nic_missed", 0.5},
        {"/loss/a\nb", 1},
        {"/origin/tap", nullptr},
        {"/origin/internal", Json::array({"192.0.2.1/24"})},
        {"/evidence", 1},
        {"/evidence/packets_out", -1},
        {"/evidence/interfaces", Json::array({nullptr})},
    }));
    INFO(pointer << " = " << value.dump());
    CHECK(error_with(limit_report(), pointer, value) != "");
}

TEST_CASE("a group's networks must be networks, each of them") {
    CHECK(error_with(group_report(), "/host/address", "178.63.65.0/24, or\x1b[2J") != "");
    CHECK(error_with(group_report(), "/host/address", "178.63.65.0/24, ") != "");
    CHECK(error_with(group_report(), "/host/address", "") != "");
    CHECK(error_with(network_report(), "/host/address", "178.63.65.1/24") != "");
}

TEST_CASE("a scan's figures do not pass for a limit's, nor a lock's for those of the innocent") {
    CHECK(error_with(scan_report(), "/trigger/metric", "packets") != "");
    CHECK(error_with(scan_report(), "/trigger/peak", "2013-11-13T18:14:27.000000Z") != "");
    CHECK(error_with(scan_report(), "/reason", "attack") != "");
    CHECK(error_with(scan_report(), "/scan/exoneration", "peer_to_peer") != "");
    CHECK(error_with(scan_report(), "/scan/log2_likelihood", 2147483648) != "");
    CHECK(error_with(scan_report(), "/scan/log2_likelihood", -2147483649) != "");
    CHECK(error_with(exonerated_report(), "/scan/exoneration", nullptr) != "");
    CHECK(error_with(exonerated_report(), "/scan/exoneration", "none") != "");
}

TEST_CASE("every beginning of a report is refused") {
    const std::string line = json_report_line(amplification_report());
    for (std::size_t length = 0; length < line.size(); ++length)
        CHECK_FALSE(read_report(line.substr(0, length)).report);
}

TEST_CASE("hostile text is refused in words that a terminal can show") {
    const std::string deep = R"({"schema":"flowlock.lock/1","id":)" + std::string(1'000'000, '[');
    CHECK(error_of(deep) == "is nested deeper than 32 values; no report is");
    CHECK_THAT(error_of("{\"schema\":\"\xff\xfe\"}"), Catch::StartsWith("is not JSON: "));
    CHECK_THAT(error_of(std::string("{\"schema\":\"a\0b\"}", 16)), Catch::StartsWith("is not JSON: "));
    CHECK(error_with(limit_report(), "/trigger/value", Json::parse("18446744073709551616")) != "");
    const std::string shown = error_with(limit_report(), "/state", "\x1b[2J" + std::string(100'000, 'a'));
    CHECK(shown.size() < 200);
    CHECK(shown.find('\x1b') == std::string::npos);
}

TEST_CASE("what stands of the evidence is read, the packets are not") {
    Json json = Json::parse(json_report_line(limit_report()));
    json["evidence"] = {{"interfaces", {"port0", "port1"}},
                        {"from", "2013-11-13T18:14:27.000000Z"},
                        {"until", "2013-11-13T18:19:27.000000Z"},
                        {"packets_out", 40'674'000},
                        {"packets_in", 12}};
    const ReadReport read = read_report(json.dump());
    REQUIRE(read.report);
    CHECK(read.report->evidence == Evidence{.interfaces = {"port0", "port1"},
                                            .packets = {},
                                            .from = seed_time(),
                                            .until = seed_time(300),
                                            .packets_out = 40'674'000,
                                            .packets_in = 12});
}
