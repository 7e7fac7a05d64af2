// SPDX-License-Identifier: BSD-3-Clause
#include "report/output_folder.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/case_folder.hpp"
#include "report/json_report.hpp"
#include "report/summary_json.hpp"
#include "report/text_report.hpp"
#include "report/whole_file.hpp"
#include "scratch.hpp"

using namespace flowlock;
namespace fs = std::filesystem;

namespace {

// Everything below a folder, sorted, relative to it.
std::vector<std::string> tree(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        names.push_back(entry.path().lexically_relative(folder).string());
    std::ranges::sort(names);
    return names;
}

// What the exception says, or that there was none.
template <class Deed>
std::string refusal(Deed deed) {
    try {
        deed();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "(no refusal)";
}

// While it lives, no file may grow beyond the size: writing then fails as on a full disk, with EFBIG for
// ENOSPC.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

// While it lives, root has only the rights of nobody; for others it changes nothing.
class WithoutRoot {
public:
    WithoutRoot() {
        if (was_root_ && seteuid(65534) != 0) throw std::runtime_error("seteuid");
    }
    ~WithoutRoot() {
        if (was_root_ && seteuid(0) != 0) std::abort();
    }
    WithoutRoot(const WithoutRoot&) = delete;
    WithoutRoot& operator=(const WithoutRoot&) = delete;

private:
    bool was_root_ = geteuid() == 0;
};

}  // namespace

TEST_CASE("a run's folder holds the summary, the lines and one folder per case") {
    const Scratch scratch;
    const fs::path folder = scratch.path / "parent" / "out";
    const LockReport scan = scan_report();
    const LockReport limit = limit_report();
    OutputFolder(folder).write(example_summary(), {scan, limit}, NumberFormat::en);

    CHECK(tree(folder) ==
          std::vector<std::string>{"cases", "cases/" + limit.id, "cases/" + limit.id + "/manifest.json",
                                   "cases/" + limit.id + "/report.json", "cases/" + limit.id + "/report.txt",
                                   "cases/" + scan.id, "cases/" + scan.id + "/manifest.json",
                                   "cases/" + scan.id + "/report.json", "cases/" + scan.id + "/report.txt",
                                   "findings.jsonl", "locks.jsonl", "summary.json"});
    CHECK(read(folder / "summary.json") == summary_page(example_summary()));
    CHECK(read(folder / "locks.jsonl") == json_report_line(scan) + "\n" + json_report_line(limit) + "\n");
    CHECK(read(folder / "cases" / scan.id / "report.json") == json_report_page(scan));
    CHECK(read(folder / "cases" / limit.id / "report.txt") == text_report(limit, NumberFormat::en));
}

TEST_CASE("without locks there is an empty list and no case") {
    const Scratch scratch;
    OutputFolder(scratch.path).write(example_summary(), {}, NumberFormat::de);
    CHECK(tree(scratch.path) ==
          std::vector<std::string>{"cases", "findings.jsonl", "locks.jsonl", "summary.json"});
    CHECK(read(scratch.path / "locks.jsonl") == "");
    CHECK(read(scratch.path / "findings.jsonl") == "");
}

TEST_CASE("who was found innocent is a line in findings.jsonl, has no case, and is not among the locks") {
    const Scratch scratch;
    const LockReport scan = scan_report();
    LockReport other = exonerated_report();
    other.id += "-2";
    const OutputFolder folder(scratch.path);
    folder.write(example_summary(), {exonerated_report(), scan, other}, NumberFormat::de);
    CHECK(tree(scratch.path / "cases") == std::vector<std::string>{scan.id, scan.id + "/manifest.json",
                                                                   scan.id + "/report.json",
                                                                   scan.id + "/report.txt"});
    CHECK(read(scratch.path / "locks.jsonl") == json_report_line(scan) + "\n");
    CHECK(read(scratch.path / "findings.jsonl") ==
          json_report_line(exonerated_report()) + "\n" + json_report_line(other) + "\n");
    // The next run's are its own.
    folder.write(example_summary(), {}, NumberFormat::de);
    CHECK(read(scratch.path / "findings.jsonl") == "");
}

TEST_CASE("a run replaces what an earlier one left, and nothing else") {
    const Scratch scratch;
    const LockReport scan = scan_report();
    const LockReport limit = limit_report();
    OutputFolder(scratch.path).write(example_summary(), {scan, limit}, NumberFormat::de);
    put(scratch.path / "cases" / limit.id / "evidence.pcapng", "packets");
    put(scratch.path / "cases" / limit.id / "report.json.part", "killed");
    put(scratch.path / "notes.txt", "mine");
    put(scratch.path / "cases" / "mine" / "report.json", "{\"schema\": \"other/1\"}");

    Summary second = example_summary();
    second.locks = 0;
    OutputFolder(scratch.path).write(second, {scan}, NumberFormat::en);
    CHECK(tree(scratch.path) ==
          std::vector<std::string>{"cases", "cases/" + scan.id, "cases/" + scan.id + "/manifest.json",
                                   "cases/" + scan.id + "/report.json", "cases/" + scan.id + "/report.txt",
                                   "cases/mine", "cases/mine/report.json", "findings.jsonl", "locks.jsonl",
                                   "notes.txt", "summary.json"});
    CHECK(read(scratch.path / "locks.jsonl") == json_report_line(scan) + "\n");
    CHECK(read(scratch.path / "summary.json") == summary_page(second));
    CHECK(read(scratch.path / "notes.txt") == "mine");
}

TEST_CASE("a note that somebody put into a case outlives the case") {
    const Scratch scratch;
    const LockReport scan = scan_report();
    OutputFolder(scratch.path).write(example_summary(), {scan}, NumberFormat::de);
    put(scratch.path / "cases" / scan.id / "note.txt", "called the customer");
    OutputFolder(scratch.path).write(example_summary(), {}, NumberFormat::de);
    CHECK(tree(scratch.path / "cases") == std::vector<std::string>{scan.id, scan.id + "/note.txt"});
}

TEST_CASE("a link among the cases is not followed when an earlier run is removed") {
    const Scratch scratch;
    const LockReport scan = scan_report();
    OutputFolder(scratch.path / "archive").write(example_summary(), {scan}, NumberFormat::de);
    const OutputFolder folder(scratch.path / "out");
    fs::create_directory_symlink(scratch.path / "archive" / "cases" / scan.id,
                                 scratch.path / "out" / "cases" / "kept");
    folder.write(example_summary(), {}, NumberFormat::de);
    CHECK(read(scratch.path / "archive" / "cases" / scan.id / "report.json") == json_report_page(scan));
    CHECK(fs::is_symlink(scratch.path / "out" / "cases" / "kept"));
}

TEST_CASE("opening the folder touches nothing that stands in it") {
    const Scratch scratch;
    OutputFolder(scratch.path).write(example_summary(), {scan_report()}, NumberFormat::de);
    const auto before = tree(scratch.path);
    const OutputFolder folder(scratch.path);
    CHECK(tree(scratch.path) == before);
    CHECK(read(scratch.path / "summary.json") == summary_page(example_summary()));
}

TEST_CASE("a folder that cannot be is refused with its name and the reason, before any work") {
    const Scratch scratch;
    const fs::path file = scratch.path / "file";
    put(file, "x");
    CHECK(refusal([&] { OutputFolder{file}; }) == file.string() + ": Not a directory");
    CHECK(refusal([&] { OutputFolder{file / "out"}; }) == (file / "out").string() + ": Not a directory");
    put(scratch.path / "out" / "cases", "x");
    CHECK(refusal([&] { OutputFolder{scratch.path / "out"}; }) ==
          (scratch.path / "out" / "cases").string() + ": Not a directory");
    CHECK(read(file) == "x");
}

TEST_CASE("a folder without the right to write is refused with its name and the reason") {
    const Scratch scratch;
    fs::permissions(scratch.path, fs::perms{0755});
    const fs::path folder = scratch.path / "out";
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms{0555});
    const WithoutRoot without_root;
    CHECK(refusal([&] { OutputFolder{folder}; }) == folder.string() + ": Permission denied");
    CHECK(refusal([&] { OutputFolder{folder / "below"}; }) ==
          (folder / "below").string() + ": Permission denied");
}

TEST_CASE("a file is replaced whole or, when it cannot be written, not at all") {
    const Scratch scratch;
    const fs::path file = scratch.path / "summary.json";
    write_whole_file(file, "old");
    CHECK(read(file) == "old");
    {
        const FileSizeLimit full(4096);
        CHECK(refusal([&] { write_whole_file(file, std::string(5000, 'x')); }) ==
              file.string() + ": File too large");
    }
    CHECK(tree(scratch.path) == std::vector<std::string>{"summary.json"});
    CHECK(read(file) == "old");
    write_whole_file(file, "new");
    CHECK(read(file) == "new");
    CHECK(tree(scratch.path) == std::vector<std::string>{"summary.json"});
}

TEST_CASE("a file that a killed run left half written does not stand in the way") {
    const Scratch scratch;
    put(scratch.path / "summary.json.part", std::string(9000, 'x'));
    write_whole_file(scratch.path / "summary.json", "new");
    CHECK(tree(scratch.path) == std::vector<std::string>{"summary.json"});
    CHECK(read(scratch.path / "summary.json") == "new");
}

TEST_CASE("a disk that fills up names the file, and leaves no summary that would claim to be complete") {
    const Scratch scratch;
    const OutputFolder folder(scratch.path);
    folder.write(example_summary(), {}, NumberFormat::de);
    LockReport large = scan_report();
    large.finding.targets.resize(500, large.finding.targets.front());
    const FileSizeLimit full(4096);
    CHECK(refusal([&] { folder.write(example_summary(), {large}, NumberFormat::de); }) ==
          (part_of_case(scratch.path / "cases", large.id) / "report.json").string() + ": File too large");
    CHECK(tree(scratch.path) == std::vector<std::string>{"cases"});
}
