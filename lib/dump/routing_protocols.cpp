// SPDX-License-Identifier: BSD-3-Clause
// What routers say to each other directly over IP: the kind of message and its length.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {

void add_egp(Line& line, const View& view, std::uint32_t length) {
    constexpr std::uint32_t header_size = 12;
    line.enter("egp");
    if (length < header_size || !view.has(0, header_size)) return line.cut();
    line.add("EGPv{}, AS {}, seq {}, length {}", view.u8(0), view.be16(6), view.be16(8), length);
}

void add_eigrp(Line& line, const View& view, std::uint32_t length) {
    constexpr std::array names{Name{1, "Update"}, Name{3, "Query"},   Name{4, "Reply"},
                               Name{5, "Hello"},  Name{6, "IPX SAP"}, Name{7, "Probe"}};
    constexpr std::uint32_t header_size = 20;
    line.enter("eigrp");
    if (!view.need(0, header_size)) return;
    const std::uint8_t version = view.u8(0);
    if (version != 2) return line.add("EIGRP version {} packet not supported", version);
    line.add("EIGRP {}, length: {}", name_of(names, view.u8(1), "unknown ({})"), length);
}

void add_ospf(Line& line, const View& view, std::uint32_t length, int ip_version) {
    constexpr std::array names{Name{1, "Hello"}, Name{2, "Database Description"}, Name{3, "LS-Request"},
                               Name{4, "LS-Update"}, Name{5, "LS-Ack"}};
    constexpr std::uint16_t md5 = 2;
    constexpr std::uint32_t md5_size = 16;
    const bool v3 = ip_version == 6;
    line.enter(v3 ? "ospf3" : "ospf2");
    // A trailing hash is no part of the message.
    if (!v3 && view.be16(14) == md5) length -= md5_size;
    const std::uint8_t type = view.u8(1);
    const std::string name =
        v3 ? name_of(names, type, "unknown packet type ({})") : name_of(names, type, "unknown LS-type {}");
    line.add("OSPFv{}, {}, length {}", view.u8(0), name, length);
}

void add_pim(Line& line, const View& view, std::uint32_t length) {
    constexpr std::array names{
        Name{0, "Hello"},
        Name{1, "Register"},
        Name{2, "Register Stop"},
        Name{3, "Join / Prune"},
        Name{4, "Bootstrap"},
        Name{5, "Assert"},
        Name{6, "Graft"},
        Name{7, "Graft Acknowledgement"},
        Name{8, "Candidate RP Advertisement"},
        Name{9, "Prune Refresh"},
        Name{10, "DF Election"},
        Name{11, "ECMP Redirect"},
    };
    line.enter("pim");
    const unsigned version = view.u8(0) >> 4, type = view.u8(0) & 0xfu;
    if (version == 2)
        line.add("PIMv2, {}, length {}", name_of(names, type, "Unknown Type"), length);
    else
        line.add("PIMv{}, length {}", version, length);
}

void add_rsvp(Line& line, const View& view, std::uint32_t length) {
    constexpr std::array names{
        Name{1, "Path"},         Name{2, "Resv"},     Name{3, "PathErr"},
        Name{4, "ResvErr"},      Name{5, "PathTear"}, Name{6, "ResvTear"},
        Name{7, "ResvConf"},     Name{12, "Bundle"},  Name{13, "Acknowledgement"},
        Name{14, "Hello (Old)"}, Name{15, "Refresh"}, Name{20, "Hello"},
    };
    constexpr std::uint32_t header_size = 8;
    line.enter("rsvp");
    if (!view.need(0, header_size)) return;
    const unsigned version = view.u8(0) >> 4;
    if (version != 1) return line.add("ERROR: RSVP version {} packet not supported", version);
    line.add("RSVPv1 {} Message, length: {}", name_of(names, view.u8(1), "unknown ({})"), length);
}

void add_vrrp(Line& line, const View& view, std::uint32_t length, std::uint8_t hop_limit) {
    constexpr std::array authentication_names{Name{0, "none"}, Name{1, "simple"}, Name{2, "ah"}};
    line.enter("vrrp");
    line.add_text("VRRP");
    const unsigned version = view.u8(0) >> 4, type = view.u8(0) & 0xfu;
    line.add("v{}, {}", version, type == 1 ? "Advertisement" : fmt::format("unknown type ({})", type));
    if (hop_limit != 255) line.add(", (ttl {})", hop_limit);
    if (version < 2 || version > 3 || type != 1) return;
    line.add(", vrid {}, prio {}", view.u8(1), view.u8(2));
    if (version == 2) {
        line.add(", authtype {}", name_of(authentication_names, view.u8(4), "#{}"));
        line.add(", intvl {}s, length {}", view.u8(5), length);
    } else {
        line.add(", intvl {}cs, length {}", (view.u8(4) & 0xf) << 8 | view.u8(5), length);
    }
}

}  // namespace flowlock::dump
