// SPDX-License-Identifier: BSD-3-Clause
#include "tcpdump_lines.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "dump/packet_line.hpp"

namespace flowlock::test {
namespace {

std::vector<std::string> output_of(const std::string& command) {
    std::FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("a test cannot start: " + command);
    std::string text;
    std::array<char, 65'536> piece{};
    while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe))
        text.append(piece.data(), size);
    pclose(pipe);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::string quoted(const std::string& path) {
    return "'" + path + "'";
}

}  // namespace

NumberedLines run_tcpdump(const std::string& capture, const std::string& options) {
    NumberedLines lines;
    for (const auto& line :
         output_of("TZ=UTC tcpdump --number " + options + " -r " + quoted(capture) + " 2>/dev/null")) {
        const std::size_t digits = line.find_first_not_of(' ');
        const std::size_t end = line.find("  ", digits == std::string::npos ? 0 : digits);
        // The next packet's line begins with the next number; all others go on with the line before.
        if (end == std::string::npos || std::atoll(line.c_str()) != static_cast<long long>(lines.size() + 1))
            continue;
        lines[lines.size() + 1] = line.substr(end + 2);
    }
    return lines;
}

bool has_tcpdump() {
    const auto version = output_of("tcpdump --version 2>&1");
    if (!version.empty() && version.front() == "tcpdump version 4.99.3") return true;
    WARN("skipped: this is compared with tcpdump 4.99.3, which is not installed");
    return false;
}

std::vector<std::string> stored_lines(const std::string& file) {
    return output_of("zcat " + quoted(file));
}

std::vector<std::string> own_lines(const ReadCapture& capture, std::size_t head) {
    std::vector<std::string> lines;
    for (const auto& frame : capture.frames) {
        const auto bytes = std::as_bytes(std::span(frame.data));
        lines.push_back(packet_line(frame.link, bytes.first(std::min(bytes.size(), head)), frame.wire,
                                    time_from_ns(frame.ns)));
    }
    return lines;
}

bool is_tcp(const std::string& quiet) {
    static const std::regex end("tcp [0-9]+$");
    return std::regex_search(quiet, end);
}

bool is_head_of(const std::string& line, const std::string& sequence) {
    static const std::regex end("Flags \\[[^\\]]+\\].*, length [0-9]+$");
    if (!sequence.starts_with(line)) return false;
    if (sequence.size() == line.size()) return true;
    const bool within_number = std::isdigit(static_cast<unsigned char>(sequence[line.size()])) != 0;
    return !within_number && std::regex_search(line, end);
}

std::string without_time(const std::string& line) {
    const std::size_t end = line.find(' ');
    return end == std::string::npos ? line : line.substr(end);
}

}  // namespace flowlock::test
