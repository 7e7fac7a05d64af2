// SPDX-License-Identifier: BSD-3-Clause
// GRE (RFC 1701, 2784, 2890) and the enhanced GRE of PPTP (RFC 2637).
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr unsigned checksum_flag = 0x8000, routing_flag = 0x4000, key_flag = 0x2000, sequence_flag = 0x1000,
                   ack_flag = 0x0080;
constexpr std::uint16_t teb = 0x6558, ppp = 0x880b, ipv4 = 0x0800, ipv6 = 0x86dd, mpls = 0x8847;

// Reads the header field by field, as far as both the packet and the capture go.
class Fields {
public:
    Fields(Line& line, const View& view, std::uint32_t length) : line_(line), rest_(view), left_(length) {}

    // Goes on behind the next `size` bytes and gives a view that begins with them; cuts the line where they end.
    View take(std::uint32_t size) {
        const View field = rest_;
        if (!rest_.has(0, size) || left_ < size) line_.cut();
        skip(size);
        return field;
    }
    void skip(std::uint32_t size) {
        rest_ = rest_.from(size);
        left_ -= size;
    }
    const View& rest() const { return rest_; }
    std::uint32_t left() const { return left_; }

private:
    Line& line_;
    View rest_;
    std::uint32_t left_;
};

struct RouteEntry {
    std::uint8_t offset, size;
    std::uint8_t unit;  // bytes of one hop
};

// " 192.0.2.1 *192.0.2.2": the hops, and a star at the one that is next.
void add_hops(Line& line, Fields fields, const RouteEntry& entry) {
    if (entry.offset % entry.unit != 0) return line.add(", badoffset={}", entry.offset);
    if (entry.size % entry.unit != 0) return line.add(", badlength={}", entry.size);
    if (entry.offset >= entry.size) return line.add(", badoff/len={}/{}", entry.offset, entry.size);
    for (unsigned at = 0; at < entry.size && line.open(); at += entry.unit) {
        // The bracket is closed even where the route is cut off.
        if (!fields.rest().has(0, entry.unit) || fields.left() < entry.unit) {
            line.add_text(")");
            return line.cut();
        }
        const View hop = fields.take(entry.unit);
        const std::string_view mark = at == entry.offset ? "*" : "";
        if (entry.unit == 4)
            line.add(" {}{}", mark, hop.ipv4(0));
        else
            line.add(" {}{:x}", mark, hop.be16(0));
    }
}

void add_routing(Line& line, Fields& fields) {
    constexpr std::uint16_t family_ip = 0x0800, family_as = 0xfffe;
    while (line.open()) {
        const View head = fields.take(4);
        const std::uint16_t family = head.be16(0);
        const std::uint8_t size = head.u8(3);
        if (!line.open() || (family == 0 && size == 0)) return;
        if (family == family_ip || family == family_as) {
            line.add(", (rtaf={}", family == family_ip ? "ip" : "asn");
            add_hops(line, fields,
                     {head.u8(2), size, static_cast<std::uint8_t>(family == family_ip ? 4 : 2)});
            line.add_text(")");
        } else {
            line.add(", (rtaf=0x{:x})", family);
        }
        // tcpdump skips what was not captured, too, if the packet has it, and is cut at the next entry.
        if (fields.left() < size) return line.cut();
        fields.skip(size);
    }
}

void add_payload(Line& line, std::uint16_t protocol, const Fields& fields) {
    switch (protocol) {
        case ipv4:
            return add_ipv4(line, fields.rest(), fields.left());
        case ipv6:
            return add_ipv6(line, fields.rest(), fields.left());
        case mpls:
            return add_mpls(line, fields.rest(), fields.left());
        case teb:
            return add_ethernet(line, fields.rest(), fields.left());
        default:
            line.add("gre-proto-0x{:x}", protocol);
    }
}

void add_version_0(Line& line, const View& view, std::uint32_t length) {
    Fields fields(line, view, length);
    const unsigned flags = fields.take(2).be16(0);
    const std::uint16_t protocol = fields.take(2).be16(0);
    if ((flags & (checksum_flag | routing_flag)) != 0) {
        fields.take(2);
        line.add(", off 0x{:x}", fields.take(2).be16(0));
    }
    if ((flags & key_flag) != 0) line.add(", key=0x{:x}", fields.take(4).be32(0));
    if ((flags & sequence_flag) != 0) line.add(", seq {}", fields.take(4).be32(0));
    if ((flags & routing_flag) != 0) add_routing(line, fields);
    line.add(", length {}: ", length);
    if (line.open()) add_payload(line, protocol, fields);
}

void add_version_1(Line& line, const View& view, std::uint32_t length) {
    Fields fields(line, view, length);
    const unsigned flags = fields.take(2).be16(0);
    const std::uint16_t protocol = fields.take(2).be16(0);
    if ((flags & key_flag) != 0) line.add(", call {}", fields.take(4).be32(0) & 0xffff);
    if ((flags & sequence_flag) != 0) line.add(", seq {}", fields.take(4).be32(0));
    if ((flags & ack_flag) != 0) line.add(", ack {}", fields.take(4).be32(0));
    if ((flags & sequence_flag) == 0) return line.add(", no-payload, length {}", length);
    line.add(", length {}: ", length);
    if (protocol == ppp)
        add_ppp(line, fields.rest(), fields.left());
    else
        line.add("gre-proto-0x{:x}", protocol);
}

}  // namespace

void add_gre(Line& line, const View& view, std::uint32_t length) {
    line.enter("gre");
    if (!view.has(0, 2) || length < 2) return line.cut();
    const unsigned version = view.be16(0) & 7;
    line.add("GREv{}", version);
    if (version == 0)
        add_version_0(line, view, length);
    else if (version == 1)
        add_version_1(line, view, length);
    else
        line.add_text(" ERROR: unknown-version");
}

}  // namespace flowlock::dump
