// SPDX-License-Identifier: BSD-3-Clause
// What a live monitor leaves in its folder, and what a crash may have left there before.
#include "report/live_folder.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/json_report.hpp"
#include "report/summary_json.hpp"
#include "report/text_report.hpp"
#include "scratch.hpp"

using namespace flowlock;

TEST_CASE("a report is its case's folder and a line, and a later one replaces the files and adds a line") {
    const Scratch scratch;
    const LiveFolder folder(scratch.path / "live");
    LockReport report = scan_report();
    folder.write(report, NumberFormat::en);
    const std::string first_line = json_report_line(report) + '\n';
    const auto of_case = scratch.path / "live/cases" / report.id;
    CHECK(read(of_case / "report.json") == json_report_page(report));
    CHECK(read(of_case / "report.txt") == text_report(report, NumberFormat::en));
    CHECK(read(scratch.path / "live/locks.jsonl") == first_line);

    report.state = CaseState::closed;
    report.finding.closed = seed_time(400);
    folder.write(report, NumberFormat::en);
    CHECK(read(of_case / "report.json") == json_report_page(report));
    CHECK(read(scratch.path / "live/locks.jsonl") == first_line + json_report_line(report) + '\n');
}

TEST_CASE("what earlier runs have written stays") {
    const Scratch scratch;
    LiveFolder(scratch.path).write(scan_report(), NumberFormat::de);
    LiveFolder(scratch.path).write(limit_report(), NumberFormat::de);
    CHECK(read(scratch.path / "locks.jsonl") ==
          json_report_line(scan_report()) + '\n' + json_report_line(limit_report()) + '\n');
    CHECK(read(scratch.path / "cases" / scan_report().id / "report.json") == json_report_page(scan_report()));
}

TEST_CASE("who was found innocent is a line in findings.jsonl, and nothing else") {
    const Scratch scratch;
    const LiveFolder folder(scratch.path / "live");
    folder.write(exonerated_report(), NumberFormat::de);
    folder.write(scan_report(), NumberFormat::de);
    LiveFolder(scratch.path / "live").write(exonerated_report(), NumberFormat::de);
    const std::string line = json_report_line(exonerated_report()) + '\n';
    CHECK(read(scratch.path / "live/findings.jsonl") == line + line);
    CHECK(read(scratch.path / "live/locks.jsonl") == json_report_line(scan_report()) + '\n');
    CHECK_FALSE(std::filesystem::exists(scratch.path / "live/cases" / exonerated_report().id));
    std::filesystem::remove_all(scratch.path / "live");
    folder.write(exonerated_report(), NumberFormat::de);
    CHECK(read(scratch.path / "live/findings.jsonl") == line);
}

TEST_CASE("the unfinished line that a crash has left is cut, wherever it was torn") {
    const std::string name = GENERATE("locks.jsonl", "findings.jsonl");
    const std::string whole = json_report_line(scan_report()) + '\n';
    // Longer than any part that is read at a time, and shorter.
    for (const std::size_t torn :
         {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{20'000}}) {
        const Scratch scratch;
        put(scratch.path / name, whole + std::string(torn, 'x'));
        const LiveFolder folder(scratch.path);
        CHECK(read(scratch.path / name) == whole);
        put(scratch.path / name, std::string(torn, 'x'));
        CHECK(read((LiveFolder(scratch.path), scratch.path / name)) == "");
        put(scratch.path / name, whole);
        CHECK(read((LiveFolder(scratch.path), scratch.path / name)) == whole);
    }
}

TEST_CASE("a folder that was removed is made again with the next report") {
    const Scratch scratch;
    const LiveFolder folder(scratch.path / "live");
    std::filesystem::remove_all(scratch.path / "live");
    folder.write(scan_report(), NumberFormat::de);
    folder.write(example_summary());
    CHECK(read(scratch.path / "live/cases" / scan_report().id / "report.json") ==
          json_report_page(scan_report()));
    CHECK(read(scratch.path / "live/summary.json") == summary_page(example_summary()));
}

TEST_CASE("what cannot be written is said with its file") {
    const Scratch scratch;
    const LiveFolder folder(scratch.path);
    // Where the case's folder should be stands a file.
    put(scratch.path / "cases" / scan_report().id, "");
    try {
        folder.write(scan_report(), NumberFormat::de);
        FAIL("nothing was said");
    } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()).find("cases/" + scan_report().id) != std::string::npos);
    }
    CHECK_FALSE(std::filesystem::exists(scratch.path / "locks.jsonl"));
}
