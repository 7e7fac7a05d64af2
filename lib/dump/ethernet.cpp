// SPDX-License-Identifier: BSD-3-Clause
// Ethernet with VLAN tags, of which nothing is printed.
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t header_size = 14, addresses_size = 12, tag_size = 4;
constexpr std::uint16_t length_max = 1500;  // up to that the type is the length of an 802.2 frame
constexpr std::uint16_t jumbo = 0x8870;

bool is_vlan_tag(std::uint16_t type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

}  // namespace

void add_ethernet(Line& line, const View& view, std::uint32_t length) {
    if (!line.enter_stack("ether")) return;
    if (length < view.captured()) {
        line.add("[length {} < caplen {}]", length, view.captured());
        return line.invalid();
    }
    if (!view.need(0, header_size)) return;
    const std::uint32_t frame_length = length;
    const MacAddresses macs{view.mac(6), view.mac(0)};
    std::uint16_t type = view.be16(addresses_size);
    View rest = view.from(header_size);
    length -= header_size;
    while (is_vlan_tag(type)) {
        if (rest.captured() < tag_size || length < tag_size) {
            line.enter("vlan");
            return line.cut();
        }
        type = rest.be16(2);
        rest = rest.from(tag_size);
        length -= tag_size;
    }
    if (type <= length_max) {
        length = std::min<std::uint32_t>(length, type);
        return add_llc(line, rest.first(length), length, macs);
    }
    if (type == jumbo) return add_llc(line, rest, length, macs);
    if (add_ethertype(line, type, rest, length, macs)) return;
    line.add("{} > {}, {}, length {}: ", macs.source, macs.target,
             ethertype_name(type, "Unknown Ethertype (0x{:04x})"), frame_length);
}

}  // namespace flowlock::dump
