// SPDX-License-Identifier: BSD-3-Clause
// UDP, and DCCP, of which no more is said than of UDP.
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t udp_header = 8;

// Behind extension headers the addresses are printed already.
void add_udp_ends(Line& line, const IpHead& ip, std::uint16_t source, std::uint16_t target) {
    if (ip.names == ip_protocol::udp)
        line.add("{}.{} > {}.{}: ", ip.source, source, ip.target, target);
    else
        line.add("{} > {}: ", source, target);
}

}  // namespace

void add_udp(Line& line, const View& view, std::uint32_t length, const IpHead& ip) {
    line.enter("udp");
    if (!view.has(2, 2)) {
        if (ip.names == ip_protocol::udp) line.add("{} > {}: ", ip.source, ip.target);
        return line.cut();
    }
    add_udp_ends(line, ip, view.be16(0), view.be16(2));
    if (length < udp_header) return line.add("truncated-udp {}", length);
    std::uint32_t says = view.be16(4);
    // A jumbogram (RFC 2675) cannot say its length.
    if (says == 0 && length > 65'535) says = length;
    if (!line.open()) return;
    if (says < udp_header) return line.add("truncated-udplength {}", says);
    if (!view.need(udp_header, 0)) return;
    says -= udp_header;
    const std::uint32_t payload = std::min(says, length - udp_header);
    if (says > payload && !ip.fragment)
        line.add("UDP, bad length {} > {}", says, payload);
    else
        line.add("UDP, length {}", says);
}

void add_dccp(Line& line, const View& view, std::uint32_t length, const IpHead& ip) {
    constexpr std::uint32_t short_header = 12, long_header = 16;
    line.enter("dccp");
    if (!view.need(0, short_header)) return;
    const std::uint32_t fixed = (view.u8(8) & 1) != 0 ? long_header : short_header;
    // tcpdump computes the first of these in 64 bits.
    if (length < short_header)
        return line.add("truncated-dccp - {} bytes missing!", std::uint64_t{short_header} - length);
    if (length < fixed) return line.add("truncated-dccp - {} bytes missing!", fixed - length);
    if (!view.need(0, fixed)) return;
    const std::uint32_t header = view.u8(4) * 4u;
    line.add("{}.{} > {}.{}: DCCP {}", ip.source, view.be16(0), ip.target, view.be16(2), length - header);
    if (header > length) line.add(" [bad hdr length {} - too long, > {}]", header, length);
}

}  // namespace flowlock::dump
