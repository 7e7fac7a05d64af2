// SPDX-License-Identifier: BSD-3-Clause
#include "report/case_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "report/whole_file.hpp"

namespace flowlock {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int error) {
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(error));
}

void check(const fs::path& path, const std::error_code& error) {
    if (error) fail(path, error.value());
}

void sync_folder(const fs::path& folder) {
    const int number = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) fail(folder, errno);
    const int error = ::fsync(number) == 0 ? 0 : errno;
    ::close(number);
    // Some file systems cannot sync a folder; their renames are as safe as they can be.
    if (error != 0 && error != EINVAL) fail(folder, error);
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::symlink_status(path, ignored).type() == fs::file_type::directory;
}

bool is_ours(const fs::path& file) {
    const std::string name = file.filename().string();
    return std::any_of(case_file_names.begin(), case_file_names.end(),
                       [&](const char* ours) { return name == ours || part_of(ours) == name; });
}

std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        entries.push_back(at->path());
    check(folder, error);
    return entries;
}

// What is not ours goes over to `heir`, if there is one; else it stays, and so does the folder.
void clear_away(const fs::path& folder, const fs::path& heir) {
    std::error_code error;
    for (const fs::path& entry : entries_of(folder)) {
        if (is_ours(entry))
            fs::remove(entry, error);
        else if (is_folder(heir))
            fs::rename(entry, heir / entry.filename(), error);
        check(entry, error);
    }
    fs::remove(folder, error);
    if (error != std::errc::directory_not_empty) check(folder, error);
}

void write_part(const fs::path& part, const std::vector<CaseFile>& files) {
    std::error_code error;
    fs::create_directory(part, error);
    check(part, error);
    for (const CaseFile& file : files) write_whole_file(part / file.name, file.content);
    sync_folder(part);
}

bool cannot_exchange(int error) {
    return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

void replace_one_by_one(const fs::path& folder, const std::vector<CaseFile>& files) {
    for (const char* name : case_file_names) {
        const bool stays =
            std::any_of(files.begin(), files.end(), [&](const CaseFile& file) { return file.name == name; });
        std::error_code error;
        if (!stays) fs::remove(folder / name, error);
        check(folder / name, error);
    }
    for (const CaseFile& file : files) write_whole_file(folder / file.name, file.content);
}

}  // namespace

fs::path part_of_case(const fs::path& cases, const std::string& id) {
    return cases / ("." + id + ".part");
}

bool remove_case_part(const fs::path& part) {
    const std::string name = part.filename().string();
    if (!name.starts_with('.') || !name.ends_with(".part") || !is_folder(part)) return false;
    clear_away(part, {});
    return true;
}

void write_case_folder(const fs::path& cases, const std::string& id, const std::vector<CaseFile>& files) {
    const fs::path folder = cases / id;
    const fs::path part = part_of_case(cases, id);
    if (is_folder(part)) clear_away(part, folder);
    try {
        write_part(part, files);
    } catch (...) {
        std::error_code ignored;
        for (const CaseFile& file : files) fs::remove(part / file.name, ignored);
        fs::remove(part, ignored);
        throw;
    }
    const unsigned how = is_folder(folder) ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, folder.c_str(), how) != 0) {
        const int error = errno;
        if (cannot_exchange(error) && how == RENAME_NOREPLACE && ::rename(part.c_str(), folder.c_str()) == 0)
            return sync_folder(cases);
        if (cannot_exchange(error) && how == RENAME_EXCHANGE) replace_one_by_one(folder, files);
        clear_away(part, {});
        if (!cannot_exchange(error) || how == RENAME_NOREPLACE) fail(folder, error);
        return;
    }
    sync_folder(cases);
    if (how == RENAME_EXCHANGE) clear_away(part, folder);
}

}  // namespace flowlock
