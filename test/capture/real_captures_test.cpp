// SPDX-License-Identifier: BSD-3-Clause
// Captures that others made, with what tshark and an independent parser found in them.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "read_capture.hpp"

using namespace flowlock;
using namespace flowlock::test;
namespace fs = std::filesystem;

namespace {

// The folder, or nothing, said aloud.
std::optional<fs::path> captures_folder() {
    const char* folder = std::getenv("FLOWLOCK_CAPTURES");
    if (folder != nullptr && fs::is_directory(folder)) return fs::path(folder);
    WARN("skipped: FLOWLOCK_CAPTURES names no folder of captures");
    return std::nullopt;
}

std::vector<std::string> columns_of(const std::string& line) {
    std::vector<std::string> columns;
    std::istringstream stream(line);
    for (std::string column; std::getline(stream, column, '\t');) columns.push_back(column);
    return columns;
}

// The column `packets` of an index.tsv by file.
std::map<std::string, std::size_t> packets_by_file(const fs::path& index) {
    std::ifstream stream(index);
    std::string line;
    std::getline(stream, line);
    const auto header = columns_of(line);
    const auto column = std::ranges::find(header, "packets") - header.begin();
    std::map<std::string, std::size_t> packets;
    while (std::getline(stream, line)) {
        const auto columns = columns_of(line);
        packets[columns.at(0)] = std::stoull(columns.at(static_cast<std::size_t>(column)));
    }
    return packets;
}

std::int64_t microseconds_of(const nlohmann::json& seconds) {
    return std::llround(seconds.get<double>() * 1e6);
}

// Where flowlock and the index rightly differ: how many packets flowlock finds, and why.
struct Difference {
    std::size_t packets;
    const char* reason;
};
constexpr auto no_dissector =
    "the index counts 0: tshark refuses the link type; tcpdump reads the packets, too";
const std::map<std::string, Difference> differences{
    {"ntopng__hoobr_juniper3.pcap", {1, no_dissector}},
    {"ntopng__juniper_es_oobr.pcap", {1, no_dissector}},
    {"ntopng__vtp_asan-2.pcap", {1, no_dissector}},
    {"ntopng__vtp_asan-3.pcap", {1, no_dissector}},
    {"ntopng__vtp_asan.pcap", {5, no_dissector}},
    {"suricata__fuzz.pcap",
     {1,
      "tshark takes the broken file for one with longer record headers; tcpdump, too, reads one packet and "
      "then "
      "an impossible length"}},
    {"tcpdump__frf16_magic_ie-oobr.pcap", {1, no_dissector}},
    {"tcpdump__juniper_es_oobr.pcap", {1, no_dissector}},
    {"tcpdump__vtp_asan-3.pcap", {1, no_dissector}},
    {"tcpdump__vtp_asan.pcap", {5, no_dissector}},
};

}  // namespace

TEST_CASE("packets, bytes and times of real captures are those that two other programs found") {
    const auto folder = captures_folder();
    if (!folder) return;
    const auto truth = nlohmann::json::parse(std::ifstream(*folder / "truth.json"));
    REQUIRE(truth.size() >= 30);
    for (const auto& [name, expected] : truth.items()) {
        CAPTURE(name);
        const auto capture = read_capture(*folder / name);
        CHECK(capture.error.empty());
        REQUIRE(capture.frames.size() == expected["packets"].get<std::size_t>());
        std::uint64_t wire = 0;
        std::uint64_t captured = 0;
        for (const auto& frame : capture.frames) {
            wire += frame.wire;
            captured += frame.data.size();
        }
        CHECK(wire == expected["bytes"].get<std::uint64_t>());
        CHECK(captured == expected["bytes_captured"].get<std::uint64_t>());
        CHECK(capture.frames.front().ns / 1000 == microseconds_of(expected["first_ts"]));
        CHECK(capture.frames.back().ns / 1000 == microseconds_of(expected["last_ts"]));
    }
}

TEST_CASE("every packet of the captures by fuzzers is delivered, and none that is not there") {
    const auto folder = captures_folder();
    if (!folder) return;
    const auto index = packets_by_file(*folder / "malformed" / "index.tsv");
    REQUIRE(index.size() >= 300);
    for (const auto& [name, packets] : index) {
        CAPTURE(name);
        const auto difference = differences.find(name);
        const auto expected = difference == differences.end() ? packets : difference->second.packets;
        if (difference != differences.end()) REQUIRE(expected != packets);
        CHECK(read_capture(*folder / "malformed" / name).frames.size() == expected);
    }
}
