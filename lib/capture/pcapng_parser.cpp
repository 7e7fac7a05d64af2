// SPDX-License-Identifier: BSD-3-Clause
#include "capture/pcapng_parser.hpp"

#include <algorithm>
#include <string>

namespace flowlock {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a;  // reads the same in either byte order
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t packet_obsolete = 2;
constexpr std::uint32_t packet_simple = 3;
constexpr std::uint32_t packet_enhanced = 6;

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;

constexpr std::uint32_t header_size = 8;
constexpr std::uint32_t trailer_size = 4;
constexpr std::uint32_t block_size_min = header_size + trailer_size;
constexpr std::uint32_t section_size_min = 28;
constexpr std::uint32_t timed_data_offset = 28;  // in an Enhanced and in an obsolete Packet Block
constexpr std::uint32_t simple_data_offset = 12;

constexpr auto block_name = "a block";
constexpr auto packet_name = "a packet record";

bool is_packet(std::uint32_t type) noexcept {
    return type == packet_enhanced || type == packet_simple || type == packet_obsolete;
}

bool is_length(std::uint32_t length, std::uint32_t length_min) noexcept {
    return length >= length_min && length % 4 == 0;
}

// The reasons to stop are out of line: building their texts would weigh on every packet's way.
[[gnu::cold, gnu::noinline]] ParseStep corrupt(ParseReport& report, std::uint64_t offset,
                                               const std::string& what) {
    return fail(report, at_offset(offset, what + ": the file is corrupt here"));
}

[[gnu::cold, gnu::noinline]] ParseStep wrong_length(ParseReport& report, std::uint64_t offset,
                                                    std::uint32_t length) {
    return corrupt(report, offset, "a block says it is " + std::to_string(length) + " bytes long");
}

[[gnu::cold, gnu::noinline]] ParseStep wrong_trailer(ParseReport& report, std::uint64_t offset,
                                                     std::uint32_t length, std::uint32_t trailer) {
    return corrupt(report, offset,
                   "a block says it is " + std::to_string(length) + " bytes long at its begin and " +
                       std::to_string(trailer) + " at its end");
}

[[gnu::cold, gnu::noinline]] ParseStep no_interface(ParseReport& report, std::uint64_t offset,
                                                    std::uint32_t number, std::size_t described) {
    return corrupt(report, offset,
                   "a packet is of interface " + std::to_string(number) + ", but only " +
                       std::to_string(described) + " are described");
}

[[gnu::cold, gnu::noinline]] ParseStep beyond_block(ParseReport& report, std::uint64_t offset,
                                                    std::uint32_t captured, std::uint32_t length) {
    return corrupt(report, offset,
                   "a packet of " + std::to_string(captured) + " bytes is longer than its block of " +
                       std::to_string(length));
}

}  // namespace

bool PcapngParser::begins(const std::byte* magic) noexcept {
    return load_native<std::uint32_t>(magic) == section_header;
}

ParseStep PcapngParser::step(const ParseInput& input, CapturedFrame& frame, ParseReport& report) {
    if (skipped_left_ != 0) return skip_block(input, report);

    const auto available = input.unread.size();
    if (available < header_size) {
        if (available == 0 && !input.more_may_come) return {.status = ParseStatus::end};
        return need(input, report, block_name, input.offset, block_size_min);
    }
    const auto* bytes = input.unread.data();
    if (begins(bytes)) return open_section(input, report);

    const auto type = order_.u32(bytes);
    const auto length = order_.u32(bytes + 4);
    if (!is_length(length, block_size_min)) return wrong_length(report, input.offset, length);
    if (!is_packet(type) && type != interface_description) {
        skipped_offset_ = input.offset;
        skipped_length_ = skipped_left_ = length;
        return skip_block(input, report);
    }
    if (length > pcapng_block_size_max) return too_long(report, input.offset, length);
    if (available < length)
        return need(input, report, is_packet(type) ? packet_name : block_name, input.offset, length);
    return read_block({bytes, input.offset, type, length}, frame, report);
}

ParseStep PcapngParser::open_section(const ParseInput& input, ParseReport& report) {
    constexpr std::size_t needed = 16;  // up to the version
    if (input.unread.size() < needed)
        return need(input, report, "a section header", input.offset, section_size_min);

    const auto* bytes = input.unread.data();
    if (ByteOrder{false}.u32(bytes + 8) == byte_order_magic)
        order_ = {false};
    else if (ByteOrder{true}.u32(bytes + 8) == byte_order_magic)
        order_ = {true};
    else
        return corrupt(report, input.offset, "a section header has no byte-order magic");

    const auto length = order_.u32(bytes + 4);
    if (!is_length(length, section_size_min)) return wrong_length(report, input.offset, length);
    const auto major = order_.u16(bytes + 12);
    if (major != 1)
        return fail(report, at_offset(input.offset, "pcapng version " + std::to_string(major) + "." +
                                                        std::to_string(order_.u16(bytes + 14)) +
                                                        " is not known (1.x is)"));
    interfaces_.clear();
    skipped_offset_ = input.offset;
    skipped_length_ = skipped_left_ = length;
    return skip_block(input, report);
}

// Consumes what is there of the block, but its trailer only in one piece.
ParseStep PcapngParser::skip_block(const ParseInput& input, ParseReport& report) {
    const auto available = input.unread.size();
    if (skipped_left_ > trailer_size && available > 0) {
        const auto taken = std::min<std::size_t>(available, skipped_left_ - trailer_size);
        skipped_left_ -= static_cast<std::uint32_t>(taken);
        return {.status = ParseStatus::skip, .consumed = taken};
    }
    if (skipped_left_ > trailer_size || available < trailer_size)
        return need(input, report, block_name, skipped_offset_, skipped_length_);

    const auto trailer = order_.u32(input.unread.data());
    if (trailer != skipped_length_) return wrong_trailer(report, skipped_offset_, skipped_length_, trailer);
    skipped_left_ = 0;
    return {.status = ParseStatus::skip, .consumed = trailer_size};
}

ParseStep PcapngParser::read_block(const Block& block, CapturedFrame& frame, ParseReport& report) {
    const auto trailer = order_.u32(block.bytes + block.length - trailer_size);
    if (trailer != block.length) return wrong_trailer(report, block.offset, block.length, trailer);
    if (block.type == packet_simple) return read_simple_packet(block, frame, report);
    if (is_packet(block.type)) return read_timed_packet(block, frame, report);
    return add_interface(block, report);
}

ParseStep PcapngParser::add_interface(const Block& block, ParseReport& report) {
    if (interfaces_.size() == pcapng_interfaces_max)
        return fail(report,
                    at_offset(block.offset, "a section has more than " +
                                                std::to_string(pcapng_interfaces_max) + " interfaces"));
    const std::span body(block.bytes + header_size, block.length - block_size_min);
    std::string_view reason;
    const auto interface = read_interface(body, order_, reason);
    if (!interface) return corrupt(report, block.offset, std::string(reason));
    interfaces_.push_back(*interface);
    return {.status = ParseStatus::skip, .consumed = block.length};
}

// The Enhanced Packet Block and its obsolete forerunner differ only in the width of the interface's number.
ParseStep PcapngParser::read_timed_packet(const Block& block, CapturedFrame& frame, ParseReport& report) {
    if (block.length < timed_data_offset + trailer_size)
        return wrong_length(report, block.offset, block.length);
    const auto* fields = block.bytes + header_size;
    const std::uint32_t number = block.type == packet_enhanced ? order_.u32(fields) : order_.u16(fields);
    if (number >= interfaces_.size()) return no_interface(report, block.offset, number, interfaces_.size());
    const auto& interface = interfaces_[number];
    const auto ticks = std::uint64_t{order_.u32(fields + 4)} << 32 | order_.u32(fields + 8);
    return deliver(block,
                   {.interface = &interface,
                    .time = interface.time_scale.time_of(ticks),
                    .captured = order_.u32(fields + 12),
                    .wire = order_.u32(fields + 16),
                    .data_offset = timed_data_offset},
                   frame, report);
}

// Of the first interface always; captured is what its snap length leaves.
ParseStep PcapngParser::read_simple_packet(const Block& block, CapturedFrame& frame, ParseReport& report) {
    if (block.length < simple_data_offset + trailer_size)
        return wrong_length(report, block.offset, block.length);
    if (interfaces_.empty())
        return corrupt(report, block.offset, "a packet stands before any interface is described");
    const auto& interface = interfaces_.front();
    const auto wire = order_.u32(block.bytes + header_size);
    return deliver(block,
                   {.interface = &interface,
                    .time = time_before_,
                    .captured = interface.snap_length == 0 ? wire : std::min(wire, interface.snap_length),
                    .wire = wire,
                    .data_offset = simple_data_offset},
                   frame, report);
}

ParseStep PcapngParser::deliver(const Block& block, const Packet& packet, CapturedFrame& frame,
                                ParseReport& report) {
    if (packet.captured > capture_length_max) return too_long(report, block.offset, packet.captured);
    if (packet.captured > block.length - packet.data_offset - trailer_size)
        return beyond_block(report, block.offset, packet.captured, block.length);
    if (packet.interface->link == LinkType::unsupported)
        note_unsupported_link(report, block.offset, packet.interface->link_number);
    time_before_ = packet.time;
    set(frame, packet.time, packet.data_offset, packet.captured, packet.wire, packet.interface->link);
    return {ParseStatus::frame, block.length};
}

}  // namespace flowlock
