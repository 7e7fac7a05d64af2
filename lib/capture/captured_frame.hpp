// SPDX-License-Identifier: BSD-3-Clause
// One frame of a capture, as the parsers find it. Plain value; any thread.
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

// One captured frame: `captured` bytes at `offset` of its block.
struct CapturedFrame {
    Time time;
    std::uint32_t offset = 0;
    std::uint32_t captured = 0;  // at most capture_length_max
    std::uint32_t wire = 0;      // length on the wire; never less than captured
    LinkType link = LinkType::ethernet;
};

// The longest frame a capture may hold: libpcap's MAXIMUM_SNAPLEN, which tcpdump and Wireshark enforce, too.
constexpr std::uint32_t capture_length_max = 262'144;

}  // namespace flowlock
