// SPDX-License-Identifier: BSD-3-Clause
// What the parsers of pcap and of pcapng have in common: what they are given and what they say.
// Plain values; owned by the thread that reads the file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "capture/captured_frame.hpp"

namespace flowlock {

struct ParseInput {
    std::span<const std::byte> unread;
    std::uint64_t offset = 0;    // of the first unread byte in its file
    bool more_may_come = false;  // false: the file ends where `unread` ends
};

enum class ParseStatus : std::uint8_t {
    frame,      // the caller's frame is set; its offset counts from the first unread byte
    need_more,  // nothing can be said before more bytes are there; nothing is consumed
    skip,       // bytes that hold no frame: headers, descriptions, unknown blocks
    end,        // the file is read to its end
    error,      // the file cannot be read on; the report says why
};

// A step that says frame or skip consumes at least one byte, so reading always ends. The frame itself
// is written to where the caller wants it: to return it and copy it costs more than to parse it.
struct ParseStep {
    ParseStatus status = ParseStatus::end;
    std::size_t consumed = 0;
};

// Field by field, since gcc assembles a whole frame beside and copies it over, which stalls.
inline void set(CapturedFrame& frame, Time time, std::uint32_t offset, std::uint32_t captured,
                std::uint32_t wire, LinkType link) noexcept {
    frame.time = time;
    frame.offset = offset;
    frame.captured = captured;
    frame.wire = std::max(captured, wire);
    frame.link = link;
}

// What went wrong so far. Texts begin with the offset in the file where there is
// one; the file's name is not known here.
struct ParseReport {
    std::string error;             // why reading stopped
    bool truncated = false;        // it stopped because the file ends in the middle of something
    std::string unsupported_link;  // the first packet that cannot be decoded, if any; reading goes on
};

// "offset 4711: " and the text.
std::string at_offset(std::uint64_t offset, std::string_view text);

// A stop for good, with its reason.
[[gnu::cold]] ParseStep fail(ParseReport& report, std::string text);

// Fewer than `wanted` bytes are there of what begins at `start`: either the rest may still come, or the
// file is cut there, in the middle of `what`.
[[gnu::cold]] ParseStep need(const ParseInput& input, ParseReport& report, std::string_view what,
                             std::uint64_t start, std::uint64_t wanted);

// A record of `length` bytes at `offset`, which is more than capture_length_max.
[[gnu::cold]] ParseStep too_long(ParseReport& report, std::uint64_t offset, std::uint32_t length);

// Keeps the first packet whose link type cannot be decoded.
void note_unsupported_link(ParseReport& report, std::uint64_t offset, std::uint32_t link_number);

}  // namespace flowlock
