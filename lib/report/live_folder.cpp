// SPDX-License-Identifier: BSD-3-Clause
#include "report/live_folder.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "report/case_folder.hpp"
#include "report/json_report.hpp"
#include "report/summary_json.hpp"
#include "report/whole_file.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

constexpr auto locks_file = "locks.jsonl";
constexpr auto findings_file = "findings.jsonl";

[[noreturn]] void fail(const fs::path& path, int error) {
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(error));
}

void create(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw std::runtime_error(folder.string() + ": " + error.message());
}

class File {
public:
    File(const fs::path& path, int flags)
        : path_(path), number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0666)) {
        if (number_ < 0) fail(path, errno);
    }
    ~File() { ::close(number_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    off_t size() const {
        struct stat status {};
        check(::fstat(number_, &status) == 0);
        return status.st_size;
    }
    void cut(off_t size) const { check(::ftruncate(number_, size) == 0); }
    void sync() const { check(::fsync(number_) == 0); }
    // All of it, or nothing is left of it.
    void append(const std::string& line) const {
        const off_t before = size();
        const ssize_t written = ::write(number_, line.data(), line.size());
        if (written == static_cast<ssize_t>(line.size())) return sync();
        const int error = written < 0 ? errno : ENOSPC;
        if (::ftruncate(number_, before) != 0) fail(path_, errno);
        fail(path_, error);
    }
    std::size_t read_at(off_t at, std::array<char, 4096>& part) const {
        const ssize_t size = ::pread(number_, part.data(), part.size(), at);
        check(size >= 0);
        return static_cast<std::size_t>(size);
    }

private:
    void check(bool good) const {
        if (!good) fail(path_, errno);
    }

    fs::path path_;
    int number_;
};

// Where the last finished line ends.
off_t end_of_lines(const File& file) {
    std::array<char, 4096> part{};
    for (off_t end = file.size(); end > 0;) {
        const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(part.size()));
        const std::string_view text{
            part.data(), std::min(file.read_at(begin, part), static_cast<std::size_t>(end - begin))};
        if (const auto at = text.rfind('\n'); at != std::string_view::npos)
            return begin + static_cast<off_t>(at) + 1;
        end = begin;
    }
    return 0;
}

}  // namespace

LiveFolder::LiveFolder(fs::path folder) : folder_(std::move(folder)) {
    create(folder_ / "cases");
    if (::faccessat(AT_FDCWD, folder_.c_str(), W_OK | X_OK, AT_EACCESS) != 0) fail(folder_, errno);
    mend_lines(locks_file);
    mend_lines(findings_file);
}

void LiveFolder::mend_lines(const char* name) const {
    std::error_code ignored;
    if (!fs::exists(folder_ / name, ignored)) return;
    const File file(folder_ / name, O_RDWR);
    const off_t end = end_of_lines(file);
    if (end == file.size()) return;
    file.cut(end);
    file.sync();
}

void LiveFolder::append_line(const char* name, const LockReport& report) const {
    File(folder_ / name, O_WRONLY | O_APPEND | O_CREAT).append(json_report_line(report) + '\n');
}

void LiveFolder::write(const LockReport& report, const TextStyle& style) const {
    if (!report.locks()) {
        create(folder_);
        return append_line(findings_file, report);
    }
    create(folder_ / "cases");
    write_case_folder(folder_ / "cases", report.id, case_files(report, style));
    append_line(locks_file, report);
}

void LiveFolder::write(const Summary& summary) const {
    create(folder_);
    write_whole_file(folder_ / "summary.json", summary_page(summary));
}

}  // namespace flowlock
