// SPDX-License-Identifier: BSD-3-Clause
#include "report/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace flowlock {
namespace {

bool write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// 0, or the errno of the first step that failed.
int write_part(const std::filesystem::path& part, std::string_view content) {
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) return errno;
    const int error = write_all(file, content) && ::fsync(file) == 0 ? 0 : errno;
    // A network file system may report a full disk only here.
    if (::close(file) != 0 && error == 0) return errno;
    return error;
}

}  // namespace

std::filesystem::path part_of(const std::filesystem::path& path) {
    std::filesystem::path part = path;
    part += ".part";
    return part;
}

void write_whole_file(const std::filesystem::path& path, std::string_view content) {
    const std::filesystem::path part = part_of(path);
    int error = write_part(part, content);
    if (error == 0 && std::rename(part.c_str(), path.c_str()) != 0) error = errno;
    if (error == 0) return;
    ::unlink(part.c_str());
    throw std::runtime_error(path.string() + ": " + std::generic_category().message(error));
}

}  // namespace flowlock
