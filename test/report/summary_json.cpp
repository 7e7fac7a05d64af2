// SPDX-License-Identifier: BSD-3-Clause
#include "report/summary_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "examples.hpp"
#include "schema_check.hpp"

using namespace flowlock;
using Json = nlohmann::ordered_json;

namespace {

std::string violation(const std::string& text) {
    return schema_violation("summary.schema.json", text);
}

}  // namespace

TEST_CASE("a summary has the fields of the contract, in its order, indented") {
    CHECK(summary_page(example_summary()) == R"({
  "schema": "flowlock.summary/1",
  "inputs": [
    {
      "file": "a.pcap",
      "packets": 10,
      "bytes": 900,
      "truncated": false,
      "error": null
    }
  ],
  "packets": 10,
  "bytes": 900,
  "first": "2013-11-13T18:14:27.000000Z",
  "last": "2013-11-13T18:14:36.000005Z",
  "decode": {
    "ipv4": 5,
    "ipv6": 2,
    "tcp": 3,
    "udp": 2,
    "icmp": 1,
    "other_ip": 1,
    "fragments": 1,
    "not_ip": 1,
    "undecoded": {
      "ip_header_cut": 2
    }
  },
  "flows": 4,
  "time_steps": 1,
  "inspection": {
    "inspected": 0,
    "shed": 0
  },
  "loss": {
    "nic_missed": 0,
    "table_full": 0
  },
  "findings": 2,
  "locks": 1
}
)");
}

TEST_CASE("every outcome is in exactly one place of the summary") {
    // Powers of two: a sum shows which outcomes are in it.
    Summary summary;
    for (std::size_t i = 0; i < outcome_count; ++i) summary.tally.by_outcome[i] = {std::uint64_t{1} << i};
    const Json json = Json::parse(summary_page(summary));
    const Json& decode = json["decode"];
    CHECK(decode["ipv4"] == 0b0000'1111);
    CHECK(decode["ipv6"] == 0b1111'0000);
    CHECK(decode["tcp"] == 0b0001'0001);
    CHECK(decode["udp"] == 0b0010'0010);
    CHECK(decode["icmp"] == 0b0100'0100);
    CHECK(decode["other_ip"] == 0b1000'1000);
    CHECK(decode["not_ip"] == 0b1'0000'0000);

    std::uint64_t undecoded = 0;
    for (const auto& reason : decode["undecoded"].items()) undecoded += reason.value().get<std::uint64_t>();
    CHECK(decode["undecoded"].size() == outcome_count - 9);
    CHECK(undecoded == (std::uint64_t{1} << outcome_count) - 512);
    CHECK(json["packets"] == (std::uint64_t{1} << outcome_count) - 1);
}

TEST_CASE("a run without packets has no times, no inputs' errors and no undecoded reasons") {
    const Json json = Json::parse(summary_page(Summary{}));
    CHECK(json["first"].is_null());
    CHECK(json["last"].is_null());
    CHECK(json["inputs"] == Json::array());
    CHECK(json["decode"]["undecoded"] == Json::object());
    CHECK(json["packets"] == 0);
    CHECK(violation(json.dump()) == "");
}

TEST_CASE("an input that broke off says why") {
    Summary summary = example_summary();
    summary.inputs.push_back(
        {.file = "b.pcap", .packets = {}, .bytes = {}, .truncated = true, .error = "record 7: cut"});
    const Json json = Json::parse(summary_page(summary));
    CHECK(json["inputs"][1]["truncated"] == true);
    CHECK(json["inputs"][1]["error"] == "record 7: cut");
    CHECK(json["inputs"][0]["error"].is_null());
    CHECK(violation(json.dump()) == "");
}

TEST_CASE("a file name that is not UTF-8 is mended, not an error") {
    Summary summary = example_summary();
    summary.inputs[0].file = "caf\xe9.pcap";
    const std::string page = summary_page(summary);
    CHECK_THAT(page, Catch::Contains("\"file\": \"caf\xef\xbf\xbd.pcap\""));
    CHECK(violation(page) == "");
}

TEST_CASE("a summary is valid by the shipped schema, also with fields of later versions") {
    CHECK(violation(summary_page(example_summary())) == "");
    Json json = Json::parse(summary_page(example_summary()));
    json["later"] = 1;
    json["decode"]["later"] = 1;
    CHECK(violation(json.dump()) == "");
}

TEST_CASE("the schema rejects a summary without any one of its fields") {
    const Json whole = Json::parse(summary_page(example_summary()));
    REQUIRE(whole.size() == 13);
    for (const auto* parent : {"", "/decode", "/inputs/0"})
        for (const auto& item : whole.at(Json::json_pointer(parent)).items()) {
            INFO(parent << "/" << item.key());
            Json json = whole;
            json.at(Json::json_pointer(parent)).erase(item.key());
            CHECK(violation(json.dump()) != "");
        }
}

TEST_CASE("the schema rejects a summary with wrong types and values") {
    const auto [pointer, value] = GENERATE(table<std::string, Json>({
        {"/schema", "flowlock.lock/1"},
        {"/inputs", nullptr},
        {"/inputs/0/file", ""},
        {"/inputs/0/packets", "10"},
        {"/inputs/0/truncated", 0},
        {"/inputs/0/error", ""},
        {"/inputs/0/error", false},
        {"/packets", -1},
        {"/bytes", 0.5},
        {"/first", "2013-11-13T18:14:27Z"},
        {"/last", 0},
        {"/decode/tcp", nullptr},
        {"/decode/undecoded/ip_header_cut", 0},
        {"/decode/undecoded", nullptr},
        {"/flows", nullptr},
        {"/time_steps", "0"},
        {"/loss/nic_missed", -1},
        {"/locks", nullptr},
    }));
    INFO(pointer << " = " << value.dump());
    Json json = Json::parse(summary_page(example_summary()));
    json.at(Json::json_pointer(pointer)) = value;
    CHECK(violation(json.dump()) != "");
}

TEST_CASE("a live monitor's summary has its ports, workers and what waits, and fits the schema") {
    Summary summary = example_summary();
    summary.inputs.clear();
    summary.live = example_live();
    const std::string page = summary_page(summary);
    CHECK(violation(page).empty());
    const Json live = Json::parse(page).at("live");
    CHECK(live.at("running") == true);
    CHECK(live.at("clock_offset_us") == -12);
    CHECK(live.at("duplicates") == Json{{"distinct", 2'000}, {"twice", 1'990}});
    CHECK(live.at("reports_waiting") == 2);
    CHECK(live.at("ports").at(0).at("missed") == 4);
    CHECK(live.at("ports").at(1).at("counts_loss") == false);
    CHECK(live.at("ports").at(1).at("present") == false);
    CHECK(live.at("workers").at(0).at("cpu") == 3);
    CHECK(live.at("workers").at(1).at("cpu").is_null());
    CHECK_FALSE(Json::parse(summary_page(example_summary())).contains("live"));
}
