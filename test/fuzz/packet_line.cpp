// SPDX-License-Identifier: BSD-3-Clause
// Any bytes, as any link type: one line of printable text that is not longer than promised, without reading beyond
// the captured bytes.
#include "dump/packet_line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace flowlock;

namespace {
void require(bool holds) {
    if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const auto link = static_cast<LinkType>(data[0] % (static_cast<int>(LinkType::unsupported) + 1));
    const std::span frame{reinterpret_cast<const std::byte*>(data + 3), size - 3};
    const auto wire = static_cast<std::uint32_t>(frame.size() + data[1] + 256u * data[2]);
    const std::string line = packet_line(link, frame, wire, Time{});
    require(line.starts_with("00:00:00.000000 ") && line.size() > 16);
    require(line.size() <= packet_line_size_max);
    require(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));
    return 0;
}
