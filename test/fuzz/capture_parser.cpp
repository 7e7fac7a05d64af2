// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as a capture: the parser ends, finds its frames within the bytes, and finds the same ones
// whatever pieces the bytes come in.
#include "capture/capture_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace flowlock;

struct FoundFrame {
    std::uint64_t offset;  // in the input
    std::int64_t ns;
    std::uint32_t captured;
    std::uint32_t wire;
    LinkType link;

    friend bool operator==(const FoundFrame&, const FoundFrame&) = default;
};

struct Found {
    std::vector<FoundFrame> frames;
    std::string error;
    std::string unsupported_link;
    bool truncated = false;

    friend bool operator==(const Found&, const Found&) = default;
};

constexpr std::size_t whole_input = 0;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_frame(const CapturedFrame& frame, const ParseStep& step) {
    require(frame.captured <= capture_length_max);
    require(frame.wire >= frame.captured);
    require(std::uint64_t{frame.offset} + frame.captured <= step.consumed);
    require(frame.time >= packet_time_min && frame.time <= packet_time_max);
}

// Gives the parser the input in pieces: all of it, or 1 to `piece_size_max`
// bytes in an order that does not change.
Found parse(std::span<const std::byte> input, std::size_t piece_size_max) {
    Found found;
    CaptureParser parser;
    std::vector<std::byte> unread;  // of just the size it has, so that a sanitizer sees a read beyond it
    std::size_t given = 0;
    std::size_t piece = 0;
    const auto give = [&] {
        piece = piece_size_max == whole_input ? input.size() : piece * 7 % piece_size_max + 1;
        piece = std::min(piece, input.size() - given);
        std::vector<std::byte> longer;
        longer.reserve(unread.size() + piece);
        longer.insert(longer.end(), unread.begin(), unread.end());
        longer.insert(longer.end(), input.begin() + static_cast<std::ptrdiff_t>(given),
                      input.begin() + static_cast<std::ptrdiff_t>(given + piece));
        given += piece;
        unread = std::move(longer);
    };

    std::size_t at = 0;
    while (true) {
        const auto offset = parser.offset();
        CapturedFrame frame;
        const bool more_may_come = given < input.size();
        const auto step = parser.step(std::span(unread).subspan(at), more_may_come, frame);
        require(step.consumed <= unread.size() - at);
        require(parser.offset() == offset + step.consumed);
        if (step.status == ParseStatus::need_more) {
            require(more_may_come && step.consumed == 0 && unread.size() - at < parse_size_max);
            unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(at));
            at = 0;
            give();
            continue;
        }
        if (step.status == ParseStatus::frame) {
            check_frame(frame, step);
            found.frames.push_back(
                {offset + frame.offset, ns_of(frame.time), frame.captured, frame.wire, frame.link});
        } else if (step.status != ParseStatus::skip) {
            require(step.consumed == 0);
            break;
        }
        // Each step gets on, so reading ends.
        require(step.consumed > 0);
        at += step.consumed;
    }
    found.error = parser.report().error;
    found.unsupported_link = parser.report().unsupported_link;
    found.truncated = parser.report().truncated;
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    const auto whole = parse(input, whole_input);
    require(parse(input, 1) == whole);
    require(parse(input, 61) == whole);
    return 0;
}
