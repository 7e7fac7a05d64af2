// SPDX-License-Identifier: BSD-3-Clause
#include "report/output_folder.hpp"

#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

#include "report/case_folder.hpp"
#include "report/json_report.hpp"
#include "report/summary_json.hpp"
#include "report/whole_file.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

void check(const fs::path& path, const std::error_code& error) {
    if (error) throw std::runtime_error(path.string() + ": " + error.message());
}

void create_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    check(folder, error);
    // With the effective user's rights, as every later system call.
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
        check(folder, {errno, std::generic_category()});
}

// A missing file is as good as a removed one.
void remove_file(const fs::path& file) {
    std::error_code error;
    fs::remove(file, error);
    check(file, error);
}

// Whether an earlier run wrote this: a real folder whose report.json says so in its first line.
bool is_case(const fs::path& folder) {
    std::error_code ignored;
    if (fs::symlink_status(folder, ignored).type() != fs::file_type::directory) return false;
    const fs::path report = folder / case_file_names.back();
    if (fs::symlink_status(report, ignored).type() != fs::file_type::regular) return false;
    std::string head(64, '\0');
    std::ifstream(report, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
    return head.find("\"flowlock.lock/") != std::string::npos;
}

// Removes our files by name; the folder too, unless somebody else's file is left in it.
void remove_case(const fs::path& folder) {
    for (const char* name : case_file_names) {
        remove_file(folder / name);
        remove_file(part_of(folder / name));
    }
    std::error_code error;
    fs::remove(folder, error);
    if (error != std::errc::directory_not_empty) check(folder, error);
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        entries.push_back(at->path());
    check(folder, error);
    return entries;
}

}  // namespace

OutputFolder::OutputFolder(fs::path folder) : folder_(std::move(folder)), cases_(folder_ / "cases") {
    create_folder(folder_);
    create_folder(cases_);
}

void OutputFolder::write(const Summary& summary, const std::vector<LockReport>& reports,
                         const TextStyle& style) const {
    remove_earlier_run();
    std::string locks;
    std::string findings;
    for (const LockReport& report : reports) {
        if (report.locks()) write_case(report, style);
        (report.locks() ? locks : findings) += json_report_line(report) + '\n';
    }
    write_whole_file(folder_ / "locks.jsonl", locks);
    write_whole_file(folder_ / "findings.jsonl", findings);
    write_whole_file(folder_ / "summary.json", summary_page(summary));
}

void OutputFolder::remove_earlier_run() const {
    remove_file(folder_ / "summary.json");
    remove_file(folder_ / "locks.jsonl");
    remove_file(folder_ / "findings.jsonl");
    for (const fs::path& entry : entries_of(cases_))
        if (!remove_case_part(entry) && is_case(entry)) remove_case(entry);
}

void OutputFolder::write_case(const LockReport& report, const TextStyle& style) const {
    assert(!report.id.empty() && report.id.front() != '.' && report.id.find('/') == std::string::npos);
    write_case_folder(cases_, report.id, case_files(report, style));
}

}  // namespace flowlock
