// SPDX-License-Identifier: BSD-3-Clause
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t header_min = 20;
constexpr unsigned more_fragments = 0x2000, offset_mask = 0x1fff;

void add_other_version(Line& line, unsigned version) {
    if (version == 6)
        line.add_text("IP6, wrong link-layer encapsulation");
    else
        line.add("IP{}", version);
    line.invalid();
}

// The size of the header and of the packet by the header; false: the line is done with.
bool read_sizes(Line& line, const View& view, std::uint32_t length, std::uint32_t& header,
                std::uint32_t& total) {
    if (!view.need(0, header_min)) return false;
    header = (view.u8(0) & 0xfu) * 4;
    total = view.be16(2);
    if (length < header_min) {
        line.add("truncated-ip {}", length);
        return false;
    }
    if (header < header_min) {
        line.add("bad-hlen {}", header);
        return false;
    }
    if (length < total) line.add("truncated-ip - {} bytes missing! ", total - length);
    if (total < header) line.add("bad-len {}", total);
    return total >= header;
}

}  // namespace

void add_ipv4(Line& line, const View& view, std::uint32_t length) {
    if (!line.enter_stack("ip")) return;
    const unsigned version = view.u8(0) >> 4;
    if (!line.open()) return;
    if (version != 4) return add_other_version(line, version);
    line.add_text("IP ");
    std::uint32_t header = 0, total = 0;
    if (!read_sizes(line, view, length, header, total)) return;

    const View packet = view.first(total);
    const unsigned fragment = packet.be16(6);
    const std::uint8_t protocol = packet.u8(9);
    const IpHead ip{.version = 4,
                    .source = packet.ipv4(12),
                    .target = packet.ipv4(16),
                    .names = protocol,
                    .hop_limit = packet.u8(8),
                    .fragment = (fragment & more_fragments) != 0};
    if ((fragment & offset_mask) != 0)
        return line.add("{} > {}: ip-proto-{}", ip.source, ip.target, protocol);
    if (!prints_addresses(protocol)) line.add("{} > {}: ", ip.source, ip.target);
    if (!packet.has(0, header)) {
        line.add(" [remaining caplen({}) < header length({})]", packet.captured(), header);
        return line.cut();
    }
    add_ip_payload(line, packet.from(header), total - header, protocol, ip);
}

void add_ip(Line& line, const View& view, std::uint32_t length) {
    line.enter("ipn");
    if (length < 1) return line.add("truncated-ip {}", length);
    const unsigned version = view.u8(0) >> 4;
    if (version == 4) return add_ipv4(line, view, length);
    if (version == 6) return add_ipv6(line, view, length);
    line.add("unknown ip {}", version);
}

}  // namespace flowlock::dump
