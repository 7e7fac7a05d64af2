// SPDX-License-Identifier: BSD-3-Clause
#include "live/port_name.hpp"

#include <algorithm>
#include <cctype>

namespace flowlock {
namespace {

// From its end: function, device, bus, and a domain of four digits or more, which lspci leaves out.
std::string pci_address(std::string_view text) {
    const auto is_hex = [](std::string_view part) {
        return !part.empty() &&
               std::ranges::all_of(part, [](unsigned char c) { return std::isxdigit(c) != 0; });
    };
    std::string address = text.size() == 7 ? "0000:" + std::string(text) : std::string(text);
    if (address.size() < 12 || address.size() > 16) return {};
    const std::string_view domain = std::string_view(address).substr(0, address.size() - 8);
    const std::string_view rest = std::string_view(address).substr(address.size() - 8);
    if (!is_hex(domain) || rest[0] != ':' || !is_hex(rest.substr(1, 2)) || rest[3] != ':' ||
        !is_hex(rest.substr(4, 2)) || rest[6] != '.' || rest[7] < '0' || rest[7] > '7')
        return {};
    for (char& c : address) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return address;
}

// The value of "key=" among a device's arguments.
std::string argument(std::string_view arguments, std::string_view key) {
    while (!arguments.empty()) {
        const std::string_view part = arguments.substr(0, arguments.find(','));
        if (part.starts_with(key)) return std::string(part.substr(key.size()));
        arguments.remove_prefix(std::min(part.size() + 1, arguments.size()));
    }
    return {};
}

void read_device(std::string_view text, PortName& name) {
    const auto comma = text.find(',');
    name.kind = PortName::Kind::device;
    name.device = text.substr(0, comma);
    name.driver = name.device.substr(0, name.device.find_last_not_of("0123456789") + 1);
    if (comma != std::string_view::npos) name.arguments = text.substr(comma + 1);
    // net_tap's iface is an interface that it makes itself.
    if (name.driver == "net_tap") return;
    for (const char* key : {"iface=", "rx_iface=", "rx_iface_in="})
        if (name.interface.empty()) name.interface = argument(name.arguments, key);
}

}  // namespace

PortName PortName::parse(std::string_view text) {
    PortName name;
    name.text = text;
    if (const std::string address = pci_address(text); !address.empty()) {
        name.kind = Kind::pci;
        name.device = address;
    } else if (text.starts_with("net_") || text.starts_with("eth_") ||
               text.find(',') != std::string_view::npos) {
        read_device(text, name);
    } else {
        name.driver = "net_af_xdp";
        name.device = "net_af_xdp_" + name.text;
        name.interface = name.text;
        name.arguments = "iface=" + name.interface;
    }
    return name;
}

}  // namespace flowlock
