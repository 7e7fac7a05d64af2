// SPDX-License-Identifier: BSD-3-Clause
// TCP with flags and absolute sequence numbers, up to the length of the segment.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"
#include "packet/decode.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t header_min = 20;

constexpr std::array flag_names{
    Name{tcp_flag::fin, "F"}, Name{tcp_flag::syn, "S"}, Name{tcp_flag::rst, "R"}, Name{tcp_flag::psh, "P"},
    Name{tcp_flag::ack, "."}, Name{tcp_flag::urg, "U"}, Name{tcp_flag::ece, "E"}, Name{tcp_flag::cwr, "W"},
};

void add_numbers(Line& line, const View& view, std::uint8_t flags, std::uint32_t payload) {
    const std::uint32_t sequence = view.be32(4);
    if (payload > 0)
        line.add(", seq {}:{}", sequence, sequence + payload);
    else if ((flags & (tcp_flag::syn | tcp_flag::fin | tcp_flag::rst)) != 0)
        line.add(", seq {}", sequence);
    if ((flags & tcp_flag::ack) != 0) line.add(", ack {}", view.be32(8));
    line.add(", win {}", view.be16(14));
    if ((flags & tcp_flag::urg) != 0) line.add(", urg {}", view.be16(18));
}

void add_segment(Line& line, const View& view, std::uint32_t length) {
    if (!view.need(0, header_min)) return;
    const std::uint32_t header = (view.u8(12) >> 4) * 4u;
    if (header < header_min)
        return line.add(" tcp {} [bad hdr length {} - too short, < {}]", length - header, header, header_min);
    const std::uint8_t flags = view.u8(13);
    line.add("Flags [{}]", flags_of(flag_names, flags, ""));
    if (header > length) return line.add(" [bad hdr length {} - too long, > {}]", header, length);
    add_numbers(line, view, flags, length - header);
    if (header > header_min && !add_tcp_options(line, view.from(header_min), header - header_min, flags))
        return;
    line.add(", length {}", length - header);
}

}  // namespace

void add_tcp(Line& line, const View& view, std::uint32_t length, const IpHead& ip) {
    line.enter("tcp");
    if (!view.has(2, 2)) {
        line.add("{} > {}:", ip.source, ip.target);
        return line.cut();
    }
    const std::uint16_t source = view.be16(0), target = view.be16(2);
    // Behind extension headers the addresses are printed already.
    if (ip.names == ip_protocol::tcp)
        line.add("{}.{} > {}.{}: ", ip.source, source, ip.target, target);
    else
        line.add("{} > {}: ", source, target);
    add_segment(line, view, length);
}

}  // namespace flowlock::dump
