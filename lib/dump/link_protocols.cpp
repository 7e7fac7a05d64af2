// SPDX-License-Identifier: BSD-3-Clause
// What the stations of one link say to each other: LLDP, LACP, 802.1X, and the test and tag protocols of switches.
#include <array>

#include "dump/layers.hpp"
#include "dump/names.hpp"

namespace flowlock::dump {

void add_lldp(Line& line, const View& view, std::uint32_t length) {
    constexpr unsigned system_name = 5;
    line.enter("lldp");
    line.add("LLDP, length {}", length);
    View rest = view;
    while (length >= 2 && line.open()) {
        const unsigned head = rest.be16(0);
        const unsigned type = head >> 9, size = head & 0x1ff;
        length -= 2;
        rest = rest.from(2);
        if (type == 0 || size == 0) return;
        if (!rest.has(0, size) || length < size) return line.cut();
        if (type == system_name) line.add(": {}", rest.printable(0, size));
        rest = rest.from(size);
        length -= size;
    }
}

void add_slow(Line& line, const View& view, std::uint32_t length) {
    constexpr std::array names{Name{1, "LACP"}, Name{2, "MARKER"}, Name{3, "OAM"}};
    line.enter("slow");
    const std::uint8_t subtype = length < 1 ? 0 : view.u8(0);
    const bool versioned = subtype == 1 || subtype == 2;
    if (length < 1 || (versioned && length < 2)) return line.add_text(" (packet is too short)");
    const std::string name = name_of(names, subtype, "unknown ({})");
    if (!versioned) return line.add("{}, length {}", name, length);
    const std::uint8_t version = view.u8(1);
    if (version != 1) return line.add("{} version {} packet not supported", name, version);
    line.add("{}v{}, length {}", name, version, length);
}

void add_eapol(Line& line, const View& view) {
    constexpr std::array names{Name{0, "EAP packet"}, Name{1, "EAPOL start"}, Name{2, "EAPOL logoff"},
                               Name{3, "EAPOL key"}, Name{4, "Encapsulated ASF alert"}};
    line.enter("eap");
    if (!view.need(0, 4)) return;
    const std::uint8_t type = view.u8(1);
    line.add("{} ({}) v{}, len {}", name_of(names, type, "unknown"), type, view.u8(0), view.be16(2));
}

namespace {

// Realtek's remote control protocol.
void add_remote_control(Line& line, const View& view) {
    constexpr std::array names{Name{0, "hello"}, Name{1, "get"}, Name{2, "set"}};
    line.enter("rrcp");
    const bool reply = (view.u8(1) & 0x80) != 0;
    const unsigned operation = view.u8(1) & 0x7f;
    line.add("RRCP {}: {}", reply ? "reply" : "query",
             name_of(names, operation, "unknown opcode (0x{:02x})"));
    const bool names_register = operation == 1 || operation == 2;
    if (names_register) line.add(" addr=0x{:04x}, data=0x{:08x}", view.le16(4), view.le32(6));
    line.add(", auth=0x{:04x}", view.be16(2));
    if (operation == 0 && reply)
        line.add(" downlink_port={}, uplink_port={}, uplink_mac={}, vendor_id={:08x} ,chip_id={:04x} ",
                 view.u8(4), view.u8(5), view.mac(6), view.be32(14), view.be16(12));
    else if (names_register)
        line.add(", cookie=0x{:08x}{:08x} ", view.be32(14), view.be32(10));
}

}  // namespace

void add_realtek(Line& line, const View& view, const std::optional<MacAddresses>& macs) {
    constexpr std::array names{Name{0x02, "REP"}, Name{0x03, "RLDP"}, Name{0x23, "RLDP"},
                               Name{0x04, "Realtek 8-byte DSA tag"}};
    constexpr std::uint8_t remote_control = 0x01;
    line.enter("rtl");
    if (macs) line.add("{} > {}, ", macs->source, macs->target);
    const std::uint8_t protocol = view.u8(0);
    if (protocol == remote_control)
        add_remote_control(line, view);
    else if ((protocol & 0xf0) == 0x90)
        line.add_text("Realtek RTL8306 4-byte DSA tag");
    else if ((protocol & 0xf0) == 0xa0)
        line.add_text("Realtek RTL8366RB 4-byte DSA tag");
    else
        line.add_text(name_of(names, protocol, "Realtek unknown type 0x{:02x}"));
}

namespace {

constexpr std::uint32_t mac_size = 6;

// " (invalid)", unless the rest was not captured.
void end_invalid(Line& line, const View& view, std::uint32_t length) {
    line.add_text(" (invalid)");
    view.need(0, length);
}

void add_loopback_message(Line& line, const View& view, std::uint32_t length) {
    constexpr unsigned reply = 1, forward = 2;
    if (length < 2) return end_invalid(line, view, length);
    const unsigned function = view.le16(0);
    const View body = view.from(2);
    length -= 2;
    std::uint32_t head = 0;
    if (function == reply) {
        line.add_text(", Reply");
        head = 2;
        if (length < head) return end_invalid(line, body, length);
        line.add(", receipt number {}", body.le16(0));
    } else if (function == forward) {
        line.add_text(", Forward Data");
        head = mac_size;
        if (length < head) return end_invalid(line, body, length);
        line.add(", forwarding address {}", body.mac(0));
    } else {
        line.add(",  invalid ({})", function);
    }
    if (head != 0) line.add(", data ({} octets)", length - head);
    body.need(head, length - head);
}

}  // namespace

// The configuration test protocol of Ethernet 2.0.
void add_ethernet_loopback(Line& line, const View& view, std::uint32_t length) {
    line.enter("loopback");
    line.add_text("Loopback");
    if (length < 2) return end_invalid(line, view, length);
    const std::uint32_t skip = view.le16(0);
    const View rest = view.from(2);
    length -= 2;
    line.add(", skipCount {}", skip);
    if (skip % 8 != 0) line.add_text(" (bogus)");
    if (skip > length) return end_invalid(line, rest, length);
    if (rest.need(0, skip)) add_loopback_message(line, rest.from(skip), length - skip);
}

}  // namespace flowlock::dump
