// SPDX-License-Identifier: BSD-3-Clause
// Captures that others made: our lines and tcpdump's, packet by packet.
#include <cstdlib>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "tcpdump_lines.hpp"

using namespace flowlock;
using namespace flowlock::test;
namespace fs = std::filesystem;

namespace {

// The captures of a folder within the folder of captures; none, said aloud, where that is missing.
std::set<fs::path> captures_in(const char* name) {
    std::set<fs::path> found;
    const char* folder = std::getenv("FLOWLOCK_CAPTURES");
    if (folder == nullptr || !fs::is_directory(fs::path(folder) / name)) {
        WARN("skipped: FLOWLOCK_CAPTURES names no folder of captures");
        return found;
    }
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / name))
        if (entry.path().extension() == ".pcap" || entry.path().extension() == ".pcapng")
            found.insert(entry.path());
    return found;
}

fs::path stored_output(const fs::path& capture) {
    return capture.parent_path() / "tcpdump" / (capture.filename().string() + ".txt.gz");
}

// How many lines agree, and the first that does not.
struct Tally {
    std::size_t equal = 0, compared = 0;
    std::string first_difference;

    void count(bool agrees, const std::string& own, const std::string& other) {
        ++compared;
        if (agrees) ++equal;
        if (!agrees && first_difference.empty()) first_difference = own + "\n" + other;
    }
};

bool agrees(const std::string& own, const std::string& quiet, const std::string& sequence) {
    return is_tcp(quiet) ? is_head_of(own, sequence) : own == quiet;
}

}  // namespace

TEST_CASE(
    "every packet that is not TCP is printed as tcpdump -n -q printed it, and TCP with the same addresses") {
    Tally tally;
    for (const auto& capture : captures_in("")) {
        CAPTURE(capture);
        const auto own = own_lines(read_capture(capture));
        const auto stored = stored_lines(stored_output(capture));
        REQUIRE(own.size() == stored.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            const bool tcp = is_tcp(stored[i]);
            const std::string head = stored[i].substr(0, stored[i].rfind("tcp "));
            tally.count(tcp ? own[i].starts_with(head + "Flags [") : own[i] == stored[i], own[i], stored[i]);
        }
    }
    INFO(tally.first_difference);
    CHECK(tally.equal == tally.compared);
    if (tally.compared > 0) CHECK(tally.compared > 60'000);
}

TEST_CASE("every TCP packet is printed as tcpdump -n -S prints it, up to its length") {
    if (!has_tcpdump()) return;
    Tally tally;
    for (const auto& capture : captures_in("")) {
        CAPTURE(capture);
        const auto own = own_lines(read_capture(capture));
        const auto quiet = stored_lines(stored_output(capture));
        const auto sequence = run_tcpdump(capture, "-n -S");
        REQUIRE(sequence.size() == own.size());
        REQUIRE(quiet.size() == own.size());
        for (std::size_t i = 0; i < own.size(); ++i)
            if (is_tcp(quiet[i]))
                tally.count(is_head_of(own[i], sequence.at(i + 1)), own[i], sequence.at(i + 1));
    }
    INFO(tally.first_difference);
    CHECK(tally.equal == tally.compared);
    if (tally.compared > 0) CHECK(tally.compared > 40'000);
}

TEST_CASE("the line of a packet is the same from the first 160 bytes of its frame") {
    constexpr std::size_t head = 160;
    std::size_t cut = 0;
    for (const auto& path : captures_in("")) {
        CAPTURE(path);
        const auto capture = read_capture(path);
        for (const auto& frame : capture.frames)
            if (frame.data.size() > head) ++cut;
        CHECK(own_lines(capture, head) == own_lines(capture));
    }
    if (cut > 0) CHECK(cut > 8'000);
}

// What differs are protocols that flowlock does not know (IS-IS, MACsec, PGM, …), which it names and measures.
TEST_CASE("of captures made by fuzzers, all but one packet of a hundred are printed as tcpdump prints them") {
    if (!has_tcpdump()) return;
    Tally tally;
    for (const auto& path : captures_in("malformed")) {
        const auto capture = read_capture(path);
        const auto own = own_lines(capture);
        const auto quiet = run_tcpdump(path, "-n -q"), sequence = run_tcpdump(path, "-n -S");
        for (std::size_t i = 0; i < own.size() && quiet.contains(i + 1) && sequence.contains(i + 1); ++i) {
            const std::string& line = quiet.at(i + 1);
            const bool refused = line.starts_with("[Invalid header");
            if (capture.frames[i].link == LinkType::unsupported || refused) continue;
            // Times that cannot be are shown differently.
            tally.count(agrees(without_time(own[i]), without_time(line), without_time(sequence.at(i + 1))),
                        own[i], line);
        }
    }
    INFO(tally.equal << " of " << tally.compared << ", not so\n" << tally.first_difference);
    CHECK(tally.equal * 100 >= tally.compared * 99);
    if (tally.compared > 0) CHECK(tally.compared > 4'000);
}
