// SPDX-License-Identifier: BSD-3-Clause
// MPLS label stacks (RFC 3032). What they carry is known by the label or guessed by its first byte.
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t entry_size = 4, last_entry = 0x100;
constexpr std::uint32_t ipv4_null = 0, ipv6_null = 2, implicit_null = 3;

void add_payload(Line& line, const View& view, std::uint32_t length, std::uint32_t label) {
    bool is_ipv4 = label == ipv4_null || label == implicit_null;
    bool is_ipv6 = label == ipv6_null;
    if (!is_ipv4 && !is_ipv6) {
        if (length < 1) return;
        const std::uint8_t first = view.u8(0);
        is_ipv4 = first >= 0x45 && first <= 0x4f;
        is_ipv6 = first >= 0x60 && first <= 0x6f;
    }
    if (!is_ipv4 && !is_ipv6) return;
    line.add_text(" ");
    if (is_ipv4)
        add_ipv4(line, view, length);
    else
        add_ipv6(line, view, length);
}

}  // namespace

void add_mpls(Line& line, const View& view, std::uint32_t length) {
    line.enter("mpls");
    line.add_text("MPLS");
    View rest = view;
    std::uint32_t entry = 0;
    while ((entry & last_entry) == 0 && line.open()) {
        if (length < entry_size) return line.invalid();
        entry = rest.be32(0);
        line.add(" (label {}, tc {}{}, ttl {})", entry >> 12, entry >> 9 & 7,
                 (entry & last_entry) != 0 ? ", [S]" : "", entry & 0xff);
        rest = rest.from(entry_size);
        length -= entry_size;
    }
    if (line.open()) add_payload(line, rest, length, entry >> 12);
}

}  // namespace flowlock::dump
