// SPDX-License-Identifier: BSD-3-Clause
// pcapng: sections, each in its own byte order with its own interfaces, made of blocks with their length at
// both ends. Enhanced, Simple and (obsolete) Packet Blocks are frames; blocks of other types are skipped as
// they come, however large. Owned by the thread that reads the file. No I/O. Memory: 65536 interfaces at
// most; nothing per frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/byte_order.hpp"
#include "capture/parse_step.hpp"
#include "capture/pcapng_interface.hpp"

namespace flowlock {

constexpr std::size_t pcapng_interfaces_max = 65'536;  // in one section

// Packet and interface blocks are read whole. This leaves as much room for a
// packet's options as for the packet.
constexpr std::uint32_t pcapng_block_size_max = 2 * capture_length_max + 4096;

class PcapngParser {
public:
    // Whether these 4 bytes begin a pcapng file.
    static bool begins(const std::byte* magic) noexcept;

    ParseStep step(const ParseInput& input, CapturedFrame& frame, ParseReport& report);

private:
    // A block that is read whole, and where it stands in the file.
    struct Block {
        const std::byte* bytes;
        std::uint64_t offset;
        std::uint32_t type;
        std::uint32_t length;  // all of it: header of 8 bytes, body, trailer of 4
    };

    // What every kind of packet block says, each in its own place.
    struct Packet {
        const PcapngInterface* interface;
        Time time;
        std::uint32_t captured;
        std::uint32_t wire;
        std::uint32_t data_offset;  // in the block
    };

    ParseStep open_section(const ParseInput& input, ParseReport& report);
    ParseStep skip_block(const ParseInput& input, ParseReport& report);
    ParseStep read_block(const Block& block, CapturedFrame& frame, ParseReport& report);
    ParseStep add_interface(const Block& block, ParseReport& report);
    ParseStep read_timed_packet(const Block& block, CapturedFrame& frame, ParseReport& report);
    ParseStep read_simple_packet(const Block& block, CapturedFrame& frame, ParseReport& report);
    ParseStep deliver(const Block& block, const Packet& packet, CapturedFrame& frame, ParseReport& report);

    ByteOrder order_;
    std::vector<PcapngInterface> interfaces_;  // of this section
    Time time_before_{};  // of the last frame: Simple Packet Blocks have none of their own

    // The block being skipped: its place, length and what is left of it; nothing left: none is.
    std::uint64_t skipped_offset_ = 0;
    std::uint32_t skipped_length_ = 0;
    std::uint32_t skipped_left_ = 0;
};

}  // namespace flowlock
