// SPDX-License-Identifier: BSD-3-Clause
#include "packet/payload.hpp"

#include <algorithm>

#include "base/wire.hpp"
#include "packet/common_stack.hpp"
#include "packet/headers.hpp"

namespace flowlock {
namespace {

// Where its IP packet and its transport header begin. Of a frame of the common stack without a walk: these are
// asked for on the data path, and nearly all are of it.
struct Place {
    std::size_t ip_at = 0;
    std::size_t transport_at = 0;
};

bool place_common(std::span<const std::byte> head, const Decoded& decoded, Place& place) noexcept {
    using namespace common_stack;
    if (head.size() < ethernet_header + ipv6_header || decoded.fragment) return false;
    const std::uint16_t type = load_be16(head.data() + 12);
    const std::byte* ip = head.data() + ethernet_header;
    place.ip_at = ethernet_header;
    if (type == 0x0800 && load_u8(ip) == 0x45) {
        place.transport_at = ethernet_header + ipv4_header;
        return true;
    }
    if (type == 0x86dd && load_u8(ip + 6) == decoded.key.protocol) {
        place.transport_at = ethernet_header + ipv6_header;
        return true;
    }
    return false;
}

bool place_other(LinkType link, std::span<const std::byte> head, Place& place) noexcept {
    const Headers headers = find_headers(link, head, static_cast<std::uint32_t>(head.size()));
    if (!headers.found || headers.later_fragment) return false;
    place = {headers.ip_at, headers.transport_at};
    return true;
}

}  // namespace

std::span<const std::byte> payload_of(LinkType link, std::span<const std::byte> head,
                                      const Decoded& decoded) noexcept {
    constexpr std::size_t tcp_header_min = 20, udp_header = 8;
    const bool tcp = decoded.key.protocol == common_stack::tcp;
    if (!tcp && decoded.key.protocol != common_stack::udp) return {};
    Place place;
    const bool common = link == LinkType::ethernet && place_common(head, decoded, place);
    if (!common && !place_other(link, head, place)) return {};
    const std::size_t end = std::min(head.size(), place.ip_at + decoded.ip_bytes);
    const std::size_t header_min = tcp ? tcp_header_min : udp_header;
    if (end < place.transport_at + header_min) return {};
    std::size_t header = udp_header;
    if (tcp)
        header =
            std::max(tcp_header_min, std::size_t{4} * (load_u8(head.data() + place.transport_at + 12) >> 4));
    const std::size_t begin = place.transport_at + header;
    if (begin >= end) return {};
    return head.subspan(begin, end - begin);
}

}  // namespace flowlock
