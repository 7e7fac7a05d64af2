// SPDX-License-Identifier: BSD-3-Clause
// Frames without the header of their link: Linux's "any" device, and BSD's loopback.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint16_t length_max = 1500, llc = 4, vlan = 0x8100;
constexpr std::array packet_types{
    Name{0, "In"}, Name{1, "B"}, Name{2, "M"}, Name{3, "P"}, Name{4, "Out"},
};

// What follows the pseudo header. False: unknown, and `length` is then what is left of it.
bool add_cooked(Line& line, std::uint16_t type, View view, std::uint32_t& length) {
    while (type == vlan) {
        if (view.captured() < 4) {
            line.enter("vlan");
            line.cut();
            return true;
        }
        type = view.be16(2);
        if (type <= length_max) type = llc;
        view = view.from(4);
        length -= 4;
    }
    if (type == llc) add_llc(line, view, length, std::nullopt);
    if (type <= length_max) return true;
    return add_ethertype(line, type, view, length, std::nullopt);
}

}  // namespace

void add_cooked_v1(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t header_size = 16;
    line.enter("sll");
    if (!view.need(0, header_size)) return;
    length -= header_size;
    if (add_cooked(line, view.be16(14), view.from(header_size), length)) return;
    line.add("{} ", name_of(packet_types, view.be16(0), "?"));
    if (view.be16(4) == 6) line.add("{} ", view.mac(6));
}

// The interface has only a number here; its name is not in the frame.
void add_cooked_v2(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t header_size = 20;
    line.enter("sll2");
    if (!view.need(0, header_size)) return;
    length -= header_size;
    line.add("{:<5} {:<3} ", "?", name_of(packet_types, view.u8(10), "?"));
    if (add_cooked(line, view.be16(0), view.from(header_size), length)) return;
    line.add("ifindex {} ", view.be32(4));
    if (view.u8(11) == 6) line.add("{} ", view.mac(12));
}

void add_loopback(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t header_size = 4;
    line.enter("null");
    if (!view.need(0, header_size)) return;
    // In the byte order of the machine that captured it: an address family is a small number.
    std::uint32_t family = view.le32(0);
    if (family > 0xffff) family = view.be32(0);
    const View packet = view.from(header_size);
    switch (family) {
        case 2:
            return add_ipv4(line, packet, length - header_size);
        case 24:
        case 28:
        case 30:
            return add_ipv6(line, packet, length - header_size);
        default:
            line.add("Unknown AF {}, length {}: ", family, length);
    }
}

}  // namespace flowlock::dump
