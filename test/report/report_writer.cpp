// SPDX-License-Identifier: BSD-3-Clause
// Reports are written by a thread of their own, and survive a disk that fails or hangs.
#include "report/report_writer.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <thread>

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/json_report.hpp"
#include "scratch.hpp"

using namespace flowlock;
using namespace std::chrono_literals;

namespace {

LockReport numbered(int number) {
    LockReport report = scan_report();
    report.id = "case-" + std::to_string(number);
    return report;
}

// Makes the folder refuse everything: where "cases" should be stands a file.
void break_folder(const std::filesystem::path& folder) {
    std::filesystem::remove_all(folder / "cases");
    put(folder / "cases", "");
}

void mend_folder(const std::filesystem::path& folder) {
    std::filesystem::remove(folder / "cases");
}

}  // namespace

TEST_CASE("reports and the summary are on disk when flush() says so") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    for (int i = 0; i < 20; ++i) writer.put(numbered(i), NumberFormat::de);
    writer.put(example_summary());
    REQUIRE(writer.flush(30s));
    for (int i = 0; i < 20; ++i)
        CHECK(read(scratch.path / "cases" / numbered(i).id / "report.json") == json_report_page(numbered(i)));
    CHECK(std::filesystem::exists(scratch.path / "summary.json"));
    CHECK(writer.waiting() == 0);
    CHECK(writer.lost() == 0);
    CHECK(writer.take_news().empty());
}

TEST_CASE("what cannot be written is kept and said once, and written when the disk is back") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    break_folder(scratch.path);
    writer.put(numbered(1), NumberFormat::de);
    writer.put(numbered(2), NumberFormat::de);
    CHECK_FALSE(writer.flush(1500ms));
    CHECK(writer.waiting() == 2);
    auto news = writer.take_news();
    REQUIRE(news.size() == 1);
    CHECK_FALSE(news[0].good);
    CHECK(news[0].text.find("reports are kept") != std::string::npos);

    mend_folder(scratch.path);
    REQUIRE(writer.flush(30s));
    CHECK(read(scratch.path / "cases/case-1/report.json") == json_report_page(numbered(1)));
    CHECK(read(scratch.path / "cases/case-2/report.json") == json_report_page(numbered(2)));
    news = writer.take_news();
    REQUIRE(news.size() == 1);
    CHECK(news[0].good);
}

TEST_CASE("of a case that waits only the newest report is kept, so cases bound the memory") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    break_folder(scratch.path);
    LockReport newest = numbered(1);
    for (std::uint64_t packets = 1; packets <= 5'000; ++packets) {
        newest.finding.totals.packets = {packets};
        writer.put(newest, NumberFormat::de);
    }
    CHECK(writer.waiting() <= 1);
    mend_folder(scratch.path);
    REQUIRE(writer.flush(30s));
    CHECK(read(scratch.path / "cases/case-1/report.json") == json_report_page(newest));
    CHECK(writer.lost() == 0);
}

TEST_CASE("more cases than can wait are counted as lost, those that wait are not") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    break_folder(scratch.path);
    const int beyond = 25;
    const auto all = static_cast<int>(ReportWriter::waiting_max) + beyond;
    for (int i = 0; i < all; ++i) writer.put(numbered(i), NumberFormat::de);
    CHECK(writer.waiting() + writer.lost() == static_cast<std::uint64_t>(all));
    // One may have been in the writer's hand, which made room for another.
    CHECK(writer.lost() >= beyond - 1);
    CHECK(writer.lost() <= beyond);
}

TEST_CASE(
    "who was found innocent takes no case's room, is counted when it is lost, and is written in order") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    std::filesystem::create_directory(scratch.path / "findings.jsonl");  // where no line can be appended
    const auto all = ReportWriter::findings_max + 10;
    std::string lines;
    LockReport finding = exonerated_report();
    for (std::size_t i = 0; i < all; ++i) {
        finding.id = std::to_string(i);
        lines += json_report_line(finding) + '\n';
        writer.put(finding, NumberFormat::de);
    }
    CHECK(writer.waiting() + writer.lost() == all);
    CHECK(writer.lost() >= 9);  // one may have been in the writer's hand
    CHECK(writer.lost() <= 10);

    // Cases are written although the innocent fail.
    writer.put(numbered(1), NumberFormat::de);
    writer.put(numbered(2), NumberFormat::de);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    const auto is_there = [&](int number) {
        return std::filesystem::exists(scratch.path / "cases" / numbered(number).id / "report.txt");
    };
    while (!(is_there(1) && is_there(2)) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(10ms);
    CHECK(is_there(1));
    CHECK(is_there(2));

    std::filesystem::remove(scratch.path / "findings.jsonl");
    const auto lost = writer.lost();
    REQUIRE(writer.flush(60s));
    const std::string written = read(scratch.path / "findings.jsonl");
    CHECK(static_cast<std::size_t>(std::ranges::count(written, '\n')) == all - lost);
    // The oldest were kept, in their order. Where the writer had one in its hand, a later one found room.
    const std::size_t half = lines.find('\n', lines.size() / 2);
    CHECK(written.substr(0, half) == lines.substr(0, half));
}

TEST_CASE("cases that fail do not stop the innocent from being written") {
    const Scratch scratch;
    ReportWriter writer(scratch.path);
    break_folder(scratch.path);
    for (int i = 0; i < 5; ++i) writer.put(numbered(i), NumberFormat::de);
    writer.put(exonerated_report(), NumberFormat::de);
    // The line may be read before the writer knows that it is safe.
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (writer.waiting() > 5 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(10ms);
    CHECK(writer.waiting() == 5);
    CHECK(read(scratch.path / "findings.jsonl") == json_report_line(exonerated_report()) + '\n');
    CHECK(writer.lost() == 0);
}

TEST_CASE("a disk that hangs hangs the writer's thread, nobody else") {
    const Scratch scratch;
    // Opening a pipe that nobody reads waits for a reader.
    REQUIRE(mkfifo((scratch.path / "locks.jsonl").c_str(), 0600) == 0);
    std::filesystem::create_directory(scratch.path / "cases");
    const auto begin = std::chrono::steady_clock::now();
    std::optional<ReportWriter> writer(std::in_place, scratch.path);
    for (int i = 0; i < 100; ++i) writer->put(numbered(i), NumberFormat::de);
    CHECK_FALSE(writer->flush(100ms));
    CHECK(writer->waiting() == 100);
    // The first case is in the writer's hand; a newer report of it is no further case.
    writer->put(numbered(0), NumberFormat::de);
    CHECK(writer->waiting() == 100);
    writer.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
}
