// SPDX-License-Identifier: BSD-3-Clause
#include "capture/capture_parser.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace flowlock {
namespace {

constexpr std::size_t magic_size = 4;

struct Compression {
    std::string_view magic;
    std::string_view name;
    std::string_view command;  // writes FILE decompressed to standard output
};

constexpr std::array compressions{
    Compression{"\x1f\x8b", "gzip", "gzip"},       Compression{"\x28\xb5\x2f\xfd", "Zstandard", "zstd"},
    Compression{"\xfd\x37\x7a\x58", "xz", "xz"},   Compression{"BZh", "bzip2", "bzip2"},
    Compression{"\x04\x22\x4d\x18", "LZ4", "lz4"},
};

std::string hexadecimal(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        if (!text.empty()) text += ' ';
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    return text;
}

std::string why_unknown(std::span<const std::byte> magic) {
    const auto text = "is neither pcap nor pcapng (starts with " + hexadecimal(magic) + ")";
    const std::string_view begin(reinterpret_cast<const char*>(magic.data()), magic.size());
    const auto decompress = [](std::string_view command) {
        return "decompress it first (" + std::string(command) + " -dc FILE | flowlock replay -)";
    };
    for (const auto& compression : compressions)
        if (begin.starts_with(compression.magic))
            return text + "; it is compressed (" + std::string(compression.name) +
                   "): " + decompress(compression.command);
    return text + "; if it is compressed, " + decompress("zstd");
}

}  // namespace

ParseStep CaptureParser::step_other(const ParseInput& input, CapturedFrame& frame) {
    if (auto* pcapng = std::get_if<PcapngParser>(&format_); pcapng != nullptr)
        return pcapng->step(input, frame, report_);
    return open(input, frame);
}

ParseStep CaptureParser::open(const ParseInput& input, CapturedFrame& frame) {
    const auto available = input.unread.size();
    if (available == 0 && !input.more_may_come) return fail(report_, "is empty");
    constexpr auto what = "the file header";
    if (available < magic_size) return need(input, report_, what, 0, PcapParser::file_header_size);

    const auto* bytes = input.unread.data();
    if (PcapngParser::begins(bytes)) return format_.emplace<PcapngParser>().step(input, frame, report_);
    if (!PcapParser::begins(bytes)) return fail(report_, why_unknown(input.unread.first(magic_size)));
    if (available < PcapParser::file_header_size)
        return need(input, report_, what, 0, PcapParser::file_header_size);

    const auto pcap = PcapParser::open(bytes, report_);
    if (!pcap) return {.status = ParseStatus::error};
    format_ = *pcap;
    return {.status = ParseStatus::skip, .consumed = PcapParser::file_header_size};
}

}  // namespace flowlock
