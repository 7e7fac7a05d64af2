// SPDX-License-Identifier: BSD-3-Clause
// Classic pcap: a file header of 24 bytes, then records. Microseconds or nanoseconds, either byte order, one
// link type for the whole file. Also Kuznetzov's "modified" form (magic a1b2cd34), whose records have 8 more
// bytes of header. Owned by the thread that reads the file. No I/O; no allocation but for error texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/byte_order.hpp"
#include "capture/parse_step.hpp"

namespace flowlock {

class PcapParser {
public:
    static constexpr std::size_t file_header_size = 24;

    // Whether these 4 bytes begin a pcap file.
    static bool begins(const std::byte* magic) noexcept;

    // Reads the file header, of which all bytes are there. Nothing, and a reason in the
    // report, if it is of no known version.
    static std::optional<PcapParser> open(const std::byte* header, ParseReport& report);

    // The usual record is parsed here, in line with the caller's loop; the rest is for step_unusual.
    ParseStep step(const ParseInput& input, CapturedFrame& frame, ParseReport& report) {
        const auto available = input.unread.size();
        if (available >= record_header_size_ && is_usual_) [[likely]] {
            const auto* header = input.unread.data();
            const auto captured = order_.u32(header + 8);
            if (captured <= std::min<std::size_t>(capture_length_max, available - record_header_size_))
                [[likely]]
                return deliver(header, captured, order_.u32(header + 12), frame);
        }
        return step_unusual(input, frame, report);
    }

private:
    // libpcap wrote the two lengths of a record in the other order before
    // version 2.3, and 2.3 did so at times.
    enum class Lengths : std::uint8_t { captured_first, wire_first, smaller_is_captured };

    PcapParser() = default;

    ParseStep step_unusual(const ParseInput& input, CapturedFrame& frame, ParseReport& report);

    ParseStep deliver(const std::byte* header, std::uint32_t captured, std::uint32_t wire,
                      CapturedFrame& frame) const noexcept {
        // 2^32 seconds and 2^32 microseconds are below 2^63 ns: this cannot overflow. Sub-second fields
        // beyond a second are just added, as everyone does.
        const auto ns = std::int64_t{order_.u32(header)} * 1'000'000'000 +
                        std::int64_t{order_.u32(header + 4)} * std::int64_t{fraction_ns_};
        set(frame, time_from_ns(ns), record_header_size_, captured, wire, link_);
        return {ParseStatus::frame, std::size_t{record_header_size_} + captured};
    }

    ByteOrder order_;
    bool is_usual_ = false;  // nothing is to be done for each record but to check its length
    Lengths lengths_ = Lengths::captured_first;
    LinkType link_ = LinkType::unsupported;
    std::uint32_t link_number_ = 0;
    std::uint32_t record_header_size_ = 16;
    std::uint32_t fraction_ns_ = 1000;  // what one unit of the sub-second field is worth
};

}  // namespace flowlock
