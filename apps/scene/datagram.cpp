// SPDX-License-Identifier: BSD-3-Clause
// Fragments as a host with an MTU of 1,500 makes them (RFC 791): all but the last are as long as fits.
#include <algorithm>

#include "acts.hpp"

namespace flowlock::scene {

void put_datagram(std::vector<PacketSpec>& parts, const PacketSpec& whole, std::uint32_t payload) {
    constexpr std::uint32_t header = 8;
    constexpr std::uint32_t part_max = 1'480;  // a multiple of 8
    parts.clear();
    const auto length = header + payload;
    for (std::uint32_t at = 0; at < length; at += part_max) {
        auto& part = parts.emplace_back(whole);
        const auto bytes = std::min(part_max, length - at);
        part.payload = static_cast<std::uint16_t>(at == 0 ? bytes - header : bytes);
        part.fragment_offset = static_cast<std::uint16_t>(at);
        part.more_fragments = at + bytes < length;
        part.udp_length = static_cast<std::uint16_t>(length);
    }
}

}  // namespace flowlock::scene
