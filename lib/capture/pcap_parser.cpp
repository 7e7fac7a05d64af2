// SPDX-License-Identifier: BSD-3-Clause
#include "capture/pcap_parser.hpp"

#include <string>
#include <utility>

#include "capture/link_number.hpp"

namespace flowlock {
namespace {

constexpr std::uint32_t magic_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanoseconds = 0xa1b23c4d;
constexpr std::uint32_t magic_modified = 0xa1b2cd34;

// The low 16 bits are the link type. Bits 16 to 25 are the "class" of libpcap: with any of them set it is
// another numbering, so they stay in and make the type unknown. The upper 6 tell of a frame check sequence
// and are cut off.
constexpr std::uint32_t link_number_mask = 0x03ff'ffff;

bool is_magic(std::uint32_t value) noexcept {
    return value == magic_microseconds || value == magic_nanoseconds || value == magic_modified;
}

}  // namespace

bool PcapParser::begins(const std::byte* magic) noexcept {
    return is_magic(ByteOrder{false}.u32(magic)) || is_magic(ByteOrder{true}.u32(magic));
}

std::optional<PcapParser> PcapParser::open(const std::byte* header, ParseReport& report) {
    PcapParser parser;
    parser.order_.swapped = !is_magic(ByteOrder{false}.u32(header));
    const auto& order = parser.order_;

    const auto magic = order.u32(header);
    if (magic == magic_nanoseconds) parser.fraction_ns_ = 1;
    if (magic == magic_modified) parser.record_header_size_ = 24;

    // 543.0 is what the tcpdump of DG/UX wrote; libpcap reads it as 2.2.
    const auto major = order.u16(header + 4);
    const auto minor = order.u16(header + 6);
    const bool is_dg_ux = major == 543 && minor == 0;
    if (!is_dg_ux && (major != 2 || minor > 4)) {
        fail(report, at_offset(4, "pcap version " + std::to_string(major) + "." + std::to_string(minor) +
                                      " is not known (2.0 to 2.4 are)"));
        return std::nullopt;
    }
    if (is_dg_ux || minor < 3) parser.lengths_ = Lengths::wire_first;
    if (!is_dg_ux && minor == 3) parser.lengths_ = Lengths::smaller_is_captured;

    parser.link_number_ = order.u32(header + 20) & link_number_mask;
    parser.link_ = link_type_of(parser.link_number_);
    parser.is_usual_ = parser.lengths_ == Lengths::captured_first && parser.link_ != LinkType::unsupported;
    return parser;
}

ParseStep PcapParser::step_unusual(const ParseInput& input, CapturedFrame& frame, ParseReport& report) {
    constexpr auto what = "a packet record";
    const auto available = input.unread.size();
    if (available < record_header_size_) {
        if (available == 0 && !input.more_may_come) return {.status = ParseStatus::end};
        return need(input, report, what, input.offset, record_header_size_);
    }

    const auto* header = input.unread.data();
    auto captured = order_.u32(header + 8);
    auto wire = order_.u32(header + 12);
    if (lengths_ != Lengths::captured_first)
        if (lengths_ == Lengths::wire_first || captured > wire) std::swap(captured, wire);

    if (captured > capture_length_max) return too_long(report, input.offset, captured);
    const auto record_size = std::size_t{record_header_size_} + captured;
    if (available < record_size) return need(input, report, what, input.offset, record_size);
    if (link_ == LinkType::unsupported) note_unsupported_link(report, input.offset, link_number_);

    return deliver(header, captured, wire, frame);
}

}  // namespace flowlock
