// SPDX-License-Identifier: BSD-3-Clause
// One captured frame as one line of text, in the brief form in which tcpdump 4.99.3 prints it:
//
//     21:44:53.145756 IP 192.0.2.1.55008 > 76.9.23.182.29615: UDP, length 9216
//
// Everything but TCP is what `TZ=UTC tcpdump -n -q` prints; TCP is what `tcpdump -n -S` does, up to the length of the
// segment, since the flags are what a flood of SYNs is known by. What tcpdump prints on further lines (hex dumps of
// what it does not know) is left out. Control path, any thread: pure, allocates its text, throws nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/time.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

// The longest line; more of it, which only a frame of nothing but headers has, is replaced by " [...]".
constexpr std::size_t packet_line_size_max = 4096;
// Headers of IP and Ethernet within each other; a tunnel deeper than that ends the line as cut off.
constexpr int packet_line_depth_max = 32;

// `head`: the bytes of the frame that are there, from its first on; `wire_length`: bytes on the wire, at least as many.
// Lengths in the line are those of the headers, and "bytes missing" is what was missing on the wire, so the line of a
// frame is the same from any head that has its headers. Where a header is not there in full, the line ends with
// tcpdump's mark of its protocol, "[|tcp]".
// Time is the time of day in UTC, microseconds (nanoseconds are cut off, not rounded). No line feed; never empty.
std::string packet_line(LinkType link, std::span<const std::byte> head, std::uint32_t wire_length, Time time);

}  // namespace flowlock
