// SPDX-License-Identifier: BSD-3-Clause
// AH (RFC 4302), ESP (RFC 4303) and IPComp (RFC 3173).
#include "dump/layers.hpp"

namespace flowlock::dump {

std::uint32_t add_ah(Line& line, const View& view) {
    constexpr std::uint32_t fixed = 12;
    line.add_text("AH");
    const std::uint32_t size = (view.u8(1) + 2u) * 4;
    line.add_text("(");
    if (const auto reserved = view.be16(2); reserved != 0) line.add("reserved=0x{:x}[MustBeZero],", reserved);
    line.add("spi=0x{:08x},", view.be32(4));
    line.add("seq=0x{:x},", view.be32(8));
    line.add_text("icv=0x");
    for (std::uint32_t at = fixed; at < size && line.open(); ++at) line.add("{:02x}", view.u8(at));
    line.add_text("): ");
    return size;
}

void add_esp(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t header = 8;
    line.enter("esp");
    if (view.captured() <= header) return line.cut();
    line.add("ESP(spi=0x{:08x},seq=0x{:x}), length {}", view.be32(0), view.be32(4), length);
}

void add_ipcomp(Line& line, const View& view) {
    line.enter("ipcomp");
    line.add("IPComp(cpi=0x{:04x})", view.be16(2));
}

}  // namespace flowlock::dump
