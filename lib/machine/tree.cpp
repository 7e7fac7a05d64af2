// SPDX-License-Identifier: BSD-3-Clause
#include "machine/tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace flowlock {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t text_max = 256 * 1024;
constexpr std::size_t line_max = 255;
constexpr std::size_t names_max = 4096;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

std::string plain(std::string_view text) {
    std::string shown;
    for (const char character : text.substr(0, line_max))
        if (character >= ' ' && character <= '~') shown += character;
    return shown;
}

std::string Tree::path(std::string_view path) const {
    return root_ == "/" ? std::string(path) : root_ + std::string(path);
}

bool Tree::exists(std::string_view path) const {
    std::error_code ignored;
    return fs::exists(this->path(path), ignored);
}

std::string Tree::text(std::string_view path) const {
    // Not blocking: a pipe that stands there would wait for its writer for ever.
    const int file = ::open(this->path(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return {};
    std::string text;
    std::array<char, 16'384> part{};
    while (text.size() < text_max) {
        const ssize_t size = ::read(file, part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    ::close(file);
    return text;
}

std::string Tree::line(std::string_view path) const {
    const std::string whole = text(path);
    return plain(trimmed(std::string_view(whole).substr(0, whole.find('\n'))));
}

std::optional<std::uint64_t> Tree::number(std::string_view path) const {
    const std::string digits = line(path);
    std::string_view rest = digits;
    const bool hexadecimal = rest.starts_with("0x");
    if (hexadecimal) rest.remove_prefix(2);
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != rest.data() + rest.size()) return std::nullopt;
    return number;
}

CpuSet Tree::cpus(std::string_view path) const {
    const std::string whole = text(path);
    return parse_cpu_list(trimmed(whole));
}

std::string Tree::link_name(std::string_view path) const {
    std::error_code error;
    const fs::path target = fs::read_symlink(this->path(path), error);
    return error ? "" : plain(target.filename().string());
}

std::vector<std::string> Tree::names(std::string_view folder) const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(path(folder), error), end; !error && at != end && names.size() < names_max;
         at.increment(error))
        names.push_back(at->path().filename().string());
    std::ranges::sort(names);
    return names;
}

}  // namespace flowlock
