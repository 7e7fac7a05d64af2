// SPDX-License-Identifier: BSD-3-Clause
// Any bytes, as any link type: decoded to one outcome, without reading beyond the captured bytes.
// Where the fast path decodes, it comes to the same. The print by which copies are known reads no further either, nor
// do marks of tools and quotes in ICMP errors.
#include <cstdlib>

#include "packet/common_stack.hpp"
#include "packet/frame_print.hpp"
#include "packet/quoted_packet.hpp"

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

    // Reads no byte beyond, and comes to the same twice.
    require(frame_print(frame, HashKey{}) == frame_print(frame, HashKey{}));
    const Decoded decoded = decode(link, frame, wire);
    Decoded fast;
    if (link == LinkType::ethernet && decode_common(frame, wire, fast))
        require(fast.key == decoded.key && fast.sender == decoded.sender && fast.outcome == decoded.outcome &&
                fast.ip_bytes == decoded.ip_bytes && fast.flags == decoded.flags &&
                fast.fragment == decoded.fragment && fast.flags_cut == decoded.flags_cut &&
                fast.tools == decoded.tools);
    require(static_cast<std::size_t>(decoded.outcome) < outcome_count);
    if (!is_decoded(decoded.outcome)) return 0;
    require(decoded.ip_bytes <= wire);
    require(decoded.sender <= 1);
    require(decoded.key.family == 4 || decoded.key.family == 6);
    // Only what opens a TCP connection is looked at for marks.
    const bool is_probe = decoded.key.protocol == 6 && !decoded.fragment && tcp_flag::opens(decoded.flags);
    require(decoded.tools == 0 || is_probe);
    // The endpoints are in order, so that the other direction has the same key.
    const FlowKey& key = decoded.key;
    const bool ordered = key.address[0].high != key.address[1].high
                             ? key.address[0].high < key.address[1].high
                         : key.address[0].low != key.address[1].low ? key.address[0].low < key.address[1].low
                                                                    : key.port[0] <= key.port[1];
    require(ordered);
    QuotedPacket quoted;
    if (decode_quoted(frame, decoded, quoted))
        require(is_unreachable(decoded) && quoted.sender <= 1 &&
                quoted.key.address[quoted.sender] == key.address[1 - decoded.sender]);
    return 0;
}
