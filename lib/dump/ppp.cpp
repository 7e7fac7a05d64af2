// SPDX-License-Identifier: BSD-3-Clause
// PPPoE (RFC 2516) and PPP (RFC 1661) up to IP or the kind of control message.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

constexpr std::array protocol_names{
    Name{0x0021, "IP"},     Name{0x0023, "OSI"},        Name{0x0025, "NS"},       Name{0x0027, "DECNET"},
    Name{0x0029, "APPLE"},  Name{0x002b, "IPX"},        Name{0x002d, "VJC IP"},   Name{0x002f, "VJNC IP"},
    Name{0x0031, "BRPDU"},  Name{0x0033, "STII"},       Name{0x0035, "VINES"},    Name{0x0281, "MPLS"},
    Name{0x0283, "MPLS"},   Name{0x00fd, "Compressed"}, Name{0x003d, "MLPPP"},    Name{0x0057, "IP6"},
    Name{0x0201, "HELLO"},  Name{0x0231, "LUXCOM"},     Name{0x0233, "SNS"},      Name{0x8021, "IPCP"},
    Name{0x8023, "OSICP"},  Name{0x8025, "NSCP"},       Name{0x8027, "DECNETCP"}, Name{0x8029, "APPLECP"},
    Name{0x802b, "IPXCP"},  Name{0x8033, "STIICP"},     Name{0x8035, "VINESCP"},  Name{0x8057, "IP6CP"},
    Name{0x8281, "MPLSCP"}, Name{0xc021, "LCP"},        Name{0xc023, "PAP"},      Name{0xc025, "LQM"},
    Name{0xc223, "CHAP"},   Name{0xc227, "EAP"},        Name{0xc027, "SPAP"},     Name{0xc123, "Old-SPAP"},
    Name{0xc02b, "BACP"},   Name{0xc02d, "BAP"},        Name{0xc03d, "MLPPP-CP"}, Name{0x80fd, "CCP"},
};

constexpr std::array control_names{
    Name{0, "Vendor-Extension"}, Name{1, "Conf-Request"}, Name{2, "Conf-Ack"},    Name{3, "Conf-Nack"},
    Name{4, "Conf-Reject"},      Name{5, "Term-Request"}, Name{6, "Term-Ack"},    Name{7, "Code-Reject"},
    Name{8, "Prot-Reject"},      Name{9, "Echo-Request"}, Name{10, "Echo-Reply"}, Name{11, "Disc-Req"},
    Name{12, "Ident"},           Name{13, "Time-Rem"},    Name{14, "Reset-Req"},  Name{15, "Reset-Ack"},
};

void add_control(Line& line, const View& view, std::uint32_t length, std::uint16_t protocol) {
    const std::string name = name_of(protocol_names, protocol, "unknown ctrl-proto (0x{:04x})");
    line.add("{}, ", name);
    if (length < 4 || !view.has(0, 2)) return line.add("[|{}]", name);
    const std::uint8_t code = view.u8(0);
    line.add("{} (0x{:02x}), id {}, length {}", name_of(control_names, code, "Unknown Opcode"), code,
             view.u8(1), length + 2);
}

void add_ppp_payload(Line& line, const View& view, std::uint32_t length, std::uint16_t protocol) {
    switch (protocol) {
        case 0x0021:
        case 0x002f:
        case 0x0800:
            return add_ipv4(line, view, length);
        case 0x0057:
        case 0x86dd:
            return add_ipv6(line, view, length);
        case 0x0281:
        case 0x0283:
            return add_mpls(line, view, length);
        case 0x8021:
        case 0x8023:
        case 0x8057:
        case 0x80fd:
        case 0x8281:
        case 0xc021:
        case 0xc02b:
            return add_control(line, view, length, protocol);
        case 0x00fd:
            return line.add_text("compressed PPP data");
        default:
            line.add("{} ", name_of(protocol_names, protocol, "unknown PPP protocol (0x{:04x})"));
    }
}

}  // namespace

void add_ppp(Line& line, const View& view, std::uint32_t length) {
    // Address and control; the first two are pppd's, for the direction.
    constexpr std::array<std::uint16_t, 3> framings{0x0003, 0x0103, 0xff03};
    line.enter("ppp");
    View rest = view;
    const auto skip = [&](std::uint32_t size) {
        rest = rest.from(size);
        length -= size;
    };
    if (length < 2) return line.cut();
    if (std::ranges::find(framings, rest.be16(0)) != framings.end()) skip(2);
    if (length < 2) return line.cut();
    // An odd first byte is a protocol that has been compressed to it.
    const bool compressed = rest.u8(0) % 2 != 0;
    const std::uint16_t protocol = compressed ? rest.u8(0) : rest.be16(0);
    skip(compressed ? 1 : 2);
    if (line.open()) add_ppp_payload(line, rest, length, protocol);
}

namespace {

constexpr std::uint32_t pppoe_header = 6;
constexpr std::uint8_t session_data = 0x00, initiation = 0x09;

constexpr std::array pppoe_codes{
    Name{initiation, "PADI"}, Name{0x07, "PADO"}, Name{0x19, "PADR"},
    Name{0x65, "PADS"},       Name{0xa7, "PADT"}, Name{session_data, ""},
};

constexpr std::array tag_names{
    Name{0x0000, "EOL"},
    Name{0x0101, "Service-Name"},
    Name{0x0102, "AC-Name"},
    Name{0x0103, "Host-Uniq"},
    Name{0x0104, "AC-Cookie"},
    Name{0x0105, "Vendor-Specific"},
    Name{0x0110, "Relay-Session-ID"},
    Name{0x0120, "PPP-Max-Payload"},
    Name{0x0201, "Service-Name-Error"},
    Name{0x0202, "AC-System-Error"},
    Name{0x0203, "Generic-Error"},
};

// As text where most of it can be read, else in hexadecimal.
void add_tag_value(Line& line, const View& value, std::uint32_t size, const std::string& name) {
    constexpr std::size_t text_size_max = 79;
    if (!value.need(0, size)) return;
    std::string text;
    std::uint32_t readable = 0;
    for (std::uint32_t i = 0; i < size && text.size() < text_size_max; ++i) {
        const std::uint8_t octet = value.u8(i);
        const bool plain = octet >= 0x20 && octet < 0x7f;
        text += plain ? static_cast<char>(octet) : '.';
        if (plain) ++readable;
    }
    if (readable > text.size() - readable) return line.add(" [{} \"{}\"]", name, text);
    line.add(" [{} 0x", name);
    for (std::uint32_t i = 0; i < size && line.open(); ++i) line.add("{:02X}", value.u8(i));
    line.add_text("]");
}

void add_tags(Line& line, const View& view, std::uint32_t size) {
    std::uint32_t type = 0xffff;
    for (std::uint32_t at = 0; type != 0 && at < size && line.open();) {
        type = view.be16(at);
        const std::uint32_t length = view.be16(at + 2);
        const std::string name = name_of(tag_names, type, "TAG-0x{:x}");
        if (length == 0)
            line.add(" [{}]", name);
        else
            add_tag_value(line, view.from(at + 4), length, name);
        at += 4 + length;
    }
}

}  // namespace

void add_pppoe(Line& line, const View& view, std::uint32_t length) {
    line.enter("pppoe");
    if (length < pppoe_header) {
        line.add(" (length {} < {})", length, pppoe_header);
        return line.invalid();
    }
    length -= pppoe_header;
    if (!view.need(0, pppoe_header)) return;
    const unsigned version = view.u8(0) >> 4, type = view.u8(0) & 0xfu;
    const std::uint8_t code = view.u8(1);
    std::uint32_t payload = view.be16(4);
    if (version != 1) line.add(" [ver {}]", version);
    if (type != 1) line.add(" [type {}]", type);
    line.add("PPPoE {}", name_of(pppoe_codes, code, "PAD-{:x}"));
    if (code == initiation && payload > 1484 - pppoe_header) line.add(" [len {}!]", payload);
    if (payload > length) {
        line.add(" [len {} > {}!]", payload, length);
        payload = length;
    }
    if (const auto session = view.be16(2); session != 0) line.add(" [ses 0x{:x}]", session);
    if (code != session_data) return add_tags(line, view.from(pppoe_header), payload);
    line.add_text(" ");
    add_ppp(line, view.from(pppoe_header), payload);
}

}  // namespace flowlock::dump
