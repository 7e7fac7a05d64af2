// SPDX-License-Identifier: BSD-3-Clause
// Reports are written by a thread of their own, and survive a disk that fails or hangs.
#include "report/report_writer.hpp"

#include <sys/stat.h>

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
