// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_name.hpp"

#include <algorithm>

namespace flowlock {
namespace {

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// "3b:00.0" or "0000:3b:00.0", as lspci prints them.
bool is_pci(std::string_view text) {
    const auto dot = text.rfind('.');
    const auto colon = text.rfind(':', dot);
    if (dot == std::string_view::npos || colon == std::string_view::npos) return false;
    const auto bus_at = text.rfind(':', colon - 1);
    const bool has_domain = colon > 0 && bus_at != std::string_view::npos;
    const auto bus = has_domain ? text.substr(bus_at + 1, colon - bus_at - 1) : text.substr(0, colon);
    return (!has_domain || is_hex(text.substr(0, bus_at))) && is_hex(bus) &&
           is_hex(text.substr(colon + 1, dot - colon - 1)) && is_hex(text.substr(dot + 1));
}

// The value of "iface=eth1" among a device's arguments, also where it is called otherwise.
std::string interface_of(std::string_view arguments) {
    for (const std::string_view key : {"iface=", "rx_iface=", "rx_iface_in="}) {
        for (auto at = arguments.find(key); at != std::string_view::npos; at = arguments.find(key, at + 1)) {
            if (at > 0 && arguments[at - 1] != ',') continue;
            const auto value = arguments.substr(at + key.size());
            return std::string(value.substr(0, value.find(',')));
        }
    }
    return {};
}

}  // namespace

PortName PortName::parse(std::string_view text) {
    PortName name;
    name.text = text;
    if (is_pci(text)) {
        name.kind = Kind::pci;
        name.device =
            std::count(text.begin(), text.end(), ':') == 1 ? "0000:" + std::string(text) : std::string(text);
    } else if (text.starts_with("net_") || text.starts_with("eth_") ||
               text.find(',') != std::string_view::npos) {
        name.kind = Kind::device;
        const auto comma = text.find(',');
        name.device = text.substr(0, comma);
        if (comma != std::string_view::npos) name.arguments = text.substr(comma + 1);
        name.interface = interface_of(name.arguments);
    } else {
        name.kind = Kind::kernel;
        name.device = "net_af_xdp_" + std::string(text);
        name.interface = text;
        name.arguments = "iface=" + name.interface;
    }
    return name;
}

}  // namespace flowlock
