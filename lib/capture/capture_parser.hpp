// SPDX-License-Identifier: BSD-3-Clause
// From the bytes of a capture to its frames, one step at a time, whatever pieces the bytes come in. Finds out
// by the first bytes whether it is pcap or pcapng. Owned by one thread. No I/O; no allocation per frame.
//
// After frame or skip, give the unread bytes less the consumed ones; after need_more, the same and at least
// one more, or say that no more will come. End and error are final.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "capture/parse_step.hpp"
#include "capture/pcap_parser.hpp"
#include "capture/pcapng_parser.hpp"

namespace flowlock {

// With this many unread bytes a step never says need_more.
constexpr std::size_t parse_size_max = pcapng_block_size_max;
static_assert(parse_size_max >= capture_length_max + PcapParser::file_header_size,
              "pcap records are shorter");

class CaptureParser {
public:
    ParseStep step(std::span<const std::byte> unread, bool more_may_come, CapturedFrame& frame) {
        const ParseInput input{unread, offset_, more_may_come};
        auto* pcap = std::get_if<PcapParser>(&format_);
        const auto step = pcap != nullptr ? pcap->step(input, frame, report_) : step_other(input, frame);
        offset_ += step.consumed;
        return step;
    }

    // In the file, of the first byte not consumed.
    std::uint64_t offset() const noexcept { return offset_; }
    const ParseReport& report() const noexcept { return report_; }

private:
    ParseStep step_other(const ParseInput& input, CapturedFrame& frame);
    ParseStep open(const ParseInput& input, CapturedFrame& frame);

    std::variant<std::monostate, PcapParser, PcapngParser> format_;
    std::uint64_t offset_ = 0;
    ParseReport report_;
};

}  // namespace flowlock
