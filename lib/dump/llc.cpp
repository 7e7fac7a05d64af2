// SPDX-License-Identifier: BSD-3-Clause
// 802.2 LLC and SNAP.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {
namespace {

namespace sap {
constexpr std::uint8_t ip = 0x06, spanning_tree = 0x42, snap = 0xaa;
}
constexpr std::array sap_names{
    Name{0x00, "Null"},  Name{0xff, "Global"},  Name{0x02, "802.1B I"},  Name{0x03, "802.1B G"},
    Name{0x06, "IP"},    Name{0x04, "SNA"},     Name{0x0e, "ProWay NM"}, Name{0x42, "STP"},
    Name{0x4e, "RS511"}, Name{0x7e, "ISO8208"}, Name{0x8e, "ProWay"},    Name{0xaa, "SNAP"},
    Name{0xe0, "IPX"},   Name{0xf0, "NetBeui"}, Name{0xfe, "OSI"},
};

namespace control {
constexpr std::uint16_t unnumbered = 0x03, xid = 0xaf, poll = 0x10, sequence_poll = 0x0100;
}
constexpr std::array command_names{
    Name{0x03, "ui"},   Name{0xe3, "test"}, Name{0xaf, "xid"},   Name{0x63, "ua"},
    Name{0x43, "disc"}, Name{0x0f, "dm"},   Name{0x6f, "sabme"}, Name{0x87, "frmr"},
};
constexpr std::array supervisory_names{Name{0, "Receiver Ready"}, Name{1, "Receiver not Ready"},
                                       Name{2, "Reject"}};
namespace organisation {
constexpr std::uint32_t ethernet = 0x000000, cisco = 0x00000c, cisco_bridged = 0x0000f8, bridged = 0x0080c2,
                        appletalk = 0x080007;
}
constexpr std::array organisation_names{
    Name{organisation::ethernet, "Ethernet"},
    Name{organisation::cisco, "Cisco"},
    Name{0x00005e, "IANA"},
    Name{0x000081, "Nortel Networks SONMP"},
    Name{organisation::cisco_bridged, "Cisco bridged"},
    Name{organisation::bridged, "Ethernet bridged"},
    Name{0x00a03e, "ATM Forum"},
    Name{0x00e02f, "DOCSIS Spanning Tree"},
    Name{organisation::appletalk, "Appletalk"},
    Name{0x009069, "Juniper"},
    Name{0x080009, "Hewlett-Packard"},
    Name{0x00120f, "IEEE 802.3 Private"},
    Name{0x0012bb, "ANSI/TIA"},
};
constexpr std::array bridged_names{
    Name{0x0001, "Ethernet + FCS"},
    Name{0x0007, "Ethernet w/o FCS"},
    Name{0x0002, "802.4 + FCS"},
    Name{0x0008, "802.4 w/o FCS"},
    Name{0x0003, "Token Ring + FCS"},
    Name{0x0009, "Token Ring w/o FCS"},
    Name{0x0004, "FDDI + FCS"},
    Name{0x000a, "FDDI w/o FCS"},
    Name{0x0005, "802.6 + FCS"},
    Name{0x000b, "802.6 w/o FCS"},
    Name{0x000e, "BPDU"},
};
constexpr std::array cisco_names{
    Name{0x2000, "CDP"},  Name{0x2003, "VTP"},  Name{0x2004, "DTP"},
    Name{0x0111, "UDLD"}, Name{0x010b, "PVST"}, Name{0x010c, "VLAN Bridge"},
};

struct LlcHead {
    std::uint8_t target, source;  // service access points, with their lowest bit
    std::uint16_t control = 0;
    bool unnumbered = false;
    std::uint32_t size() const { return unnumbered ? 3 : 4; }
    std::uint8_t target_sap() const { return target & 0xfe; }
    std::uint8_t source_sap() const { return source & 0xfe; }
    std::string_view kind(std::uint16_t poll_bit) const {
        const bool response = (source & 1) != 0, poll = (control & poll_bit) != 0;
        if (response) return poll ? "Final" : "Response";
        return poll ? "Poll" : "Command";
    }
};

std::string protocol_name(std::uint32_t organisation, std::uint16_t protocol) {
    switch (organisation) {
        case organisation::cisco:
            return name_of(cisco_names, protocol, "Unknown");
        case organisation::bridged:
            return name_of(bridged_names, protocol, "Unknown");
        case organisation::ethernet:
        case organisation::cisco_bridged:
        case organisation::appletalk:
            return ethertype_name(protocol, "Unknown");
        default:
            return "Unknown";
    }
}

// What a bridge has taken from another kind of network. False: not known.
bool add_bridged(Line& line, const View& view, std::uint32_t length, std::uint16_t protocol) {
    constexpr std::uint16_t ethernet_with_check = 0x0001, ethernet = 0x0007, spanning_tree = 0x000e;
    constexpr std::uint32_t padding = 2;
    if (protocol == spanning_tree) {
        add_spanning_tree(line, view, length);
        return true;
    }
    if (protocol != ethernet_with_check && protocol != ethernet) return false;
    if (view.need(0, padding)) add_ethernet(line, view.from(padding), length - padding);
    return true;
}

// The organisation says whose numbers the protocol's are. False: not known.
bool add_snap_payload(Line& line, const View& view, std::uint32_t length, std::uint32_t organisation,
                      std::uint16_t protocol, const std::optional<MacAddresses>& macs) {
    constexpr std::uint16_t per_vlan_spanning_tree = 0x010b, vlan_bridge = 0x010c;
    switch (organisation) {
        case organisation::ethernet:
        case organisation::cisco_bridged:
            return add_ethertype(line, protocol, view, length, macs);
        case organisation::bridged:
            return add_bridged(line, view, length, protocol);
        case organisation::cisco:
            if (protocol != per_vlan_spanning_tree && protocol != vlan_bridge) return false;
            add_spanning_tree(line, view, length);
            return true;
        default:
            return false;
    }
}

void add_snap(Line& line, const View& view, std::uint32_t length, const std::optional<MacAddresses>& macs) {
    constexpr std::uint32_t header_size = 5;
    line.enter("snap");
    if (!view.has(0, header_size) || length < header_size) return line.cut();
    const std::uint32_t organisation = view.be24(0);
    const std::uint16_t protocol = view.be16(3);
    length -= header_size;
    if (add_snap_payload(line, view.from(header_size), length, organisation, protocol, macs)) return;
    if (macs) line.add("{} > {} ", macs->source, macs->target);
    if (organisation == 0)
        line.add("SNAP, ethertype {} (0x{:04x}), length {}: ", protocol_name(organisation, protocol),
                 protocol, length);
    else
        line.add("SNAP, oui {} (0x{:06x}), pid {} (0x{:04x}), length {}: ",
                 name_of(organisation_names, organisation, "Unknown"), organisation,
                 protocol_name(organisation, protocol), protocol, length);
}

void add_service_points(Line& line, const LlcHead& head, const std::optional<MacAddresses>& macs) {
    const std::string source = name_of(sap_names, head.source_sap(), "Unknown SSAP 0x{:02x}");
    const std::string target = name_of(sap_names, head.target_sap(), "Unknown DSAP 0x{:02x}");
    const bool same = head.source_sap() == head.target_sap();
    if (macs && same)
        line.add("{} > {} {} ", macs->source, macs->target, target);
    else if (macs)
        line.add("{} {} > {} {} ", macs->source, source, macs->target, target);
    else if (same)
        line.add("{} ", target);
    else
        line.add("{} > {} ", source, target);
}

void add_unnumbered(Line& line, const View& view, std::uint32_t length, const LlcHead& head) {
    constexpr std::uint8_t xid_format = 0x81;
    line.add("Unnumbered, {}, Flags [{}], length {}", name_of(command_names, head.control & 0xef, "{:02x}"),
             head.kind(control::poll), length + head.size());
    if ((head.control & ~control::poll) != control::xid || length == 0) return;
    if (view.captured() < 1) return line.cut();
    if (view.u8(0) != xid_format) return;
    if (view.captured() < 3 || length < 3) return line.cut();
    line.add(": {:02x} {:02x}", view.u8(1), view.u8(2));
}

void add_sequenced(Line& line, std::uint32_t length, const LlcHead& head) {
    const unsigned received = head.control >> 9 & 0x7f;
    if ((head.control & 1) != 0)
        line.add("Supervisory, {}, rcv seq {}, Flags [{}], length {}",
                 name_of(supervisory_names, head.control >> 2 & 3, "?"), received,
                 head.kind(control::sequence_poll), length + head.size());
    else
        line.add("Information, send seq {}, rcv seq {}, Flags [{}], length {}", head.control >> 1 & 0x7f,
                 received, head.kind(control::sequence_poll), length + head.size());
}

}  // namespace

void add_llc(Line& line, const View& view, std::uint32_t length, const std::optional<MacAddresses>& macs) {
    line.enter("llc");
    if (!view.has(0, 3) || length < 3) return line.cut();
    LlcHead head{view.u8(0), view.u8(1), view.u8(2)};
    head.unnumbered = (head.control & control::unnumbered) == control::unnumbered;
    if (!view.has(0, head.size()) || length < head.size()) return line.cut();
    if (!head.unnumbered) head.control = view.le16(2);
    const View rest = view.from(head.size());
    length -= head.size();
    const bool plain = head.source_sap() == head.target_sap() && head.control == control::unnumbered;
    if (plain && head.source_sap() == sap::snap) return add_snap(line, rest, length, macs);
    if (plain && head.source_sap() == sap::spanning_tree) return add_spanning_tree(line, rest, length);
    if (plain && head.source_sap() == sap::ip) return add_ipv4(line, rest, length);
    add_service_points(line, head, macs);
    if (head.unnumbered)
        add_unnumbered(line, rest, length, head);
    else
        add_sequenced(line, length, head);
}

}  // namespace flowlock::dump
