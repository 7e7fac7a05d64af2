// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "machine/read_parts.hpp"

namespace flowlock {
namespace {

constexpr std::uint64_t flag_up = 0x1;  // IFF_UP

std::uint32_t small_number(const Tree& tree, const std::string& file) {
    const auto number = tree.number(file);
    return number && *number <= UINT32_MAX ? static_cast<std::uint32_t>(*number) : 0;
}

// "8.0 GT/s PCIe" and "8".
PcieLink read_link(const Tree& tree, const std::string& folder, const std::string& which) {
    const double speed = std::strtod(tree.line(folder + which + "_link_speed").c_str(), nullptr);
    return {.gigatransfers = speed > 0 && speed < 1000 ? speed : 0,
            .lanes = small_number(tree, folder + which + "_link_width")};
}

// Drivers that do not keep VFIO from opening the group.
bool is_harmless(const std::string& driver) {
    return driver.empty() || driver == "vfio-pci" || driver == "pci-stub" || driver == "pcieport";
}

std::vector<std::string> strangers_in(const Tree& tree, const std::string& group, const std::string& own) {
    std::vector<std::string> strangers;
    for (const std::string& device : tree.names("/sys/kernel/iommu_groups/" + group + "/devices"))
        if (device != own && !is_harmless(tree.link_name("/sys/bus/pci/devices/" + device + "/driver")))
            strangers.push_back(plain(device));
    return strangers;
}

// Below the device, or below the virtio device that it carries.
std::vector<std::string> interfaces_of(const Tree& tree, const std::string& folder) {
    std::vector<std::string> interfaces = tree.names(folder + "net");
    for (const std::string& name : tree.names(folder))
        if (name.starts_with("virtio"))
            for (const std::string& interface : tree.names(folder + name + "/net"))
                interfaces.push_back(interface);
    for (std::string& interface : interfaces) interface = plain(interface);
    return interfaces;
}

PciFacts read_pci(const Tree& tree, const std::string& address) {
    const std::string folder = "/sys/bus/pci/devices/" + address + "/";
    PciFacts pci;
    pci.exists = tree.exists(folder + "vendor");
    pci.vendor = small_number(tree, folder + "vendor");
    pci.device = small_number(tree, folder + "device");
    pci.class_code = small_number(tree, folder + "class");
    pci.driver = tree.link_name(folder + "driver");
    pci.node = read_node(tree, folder + "numa_node");
    pci.link = read_link(tree, folder, "current");
    pci.link_max = read_link(tree, folder, "max");
    pci.interfaces = interfaces_of(tree, folder);
    pci.group = tree.link_name(folder + "iommu_group");
    if (pci.group.empty()) return pci;
    pci.group_strangers = strangers_in(tree, pci.group, address);
    const std::string file = tree.path("/dev/vfio/" + pci.group);
    pci.group_accessible = ::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) == 0;
    return pci;
}

// A name with a slash would leave the folder of the interfaces.
bool is_interface_name(const std::string& name) {
    return !name.empty() && name.size() < 16 && name != "." && name != ".." && name.find('/') == name.npos;
}

InterfaceFacts read_interface(const Tree& tree, const std::string& name) {
    InterfaceFacts interface;
    if (!is_interface_name(name)) return interface;
    const std::string folder = "/sys/class/net/" + name + "/";
    interface.exists = tree.exists(folder + "flags");
    interface.up = (tree.number(folder + "flags").value_or(0) & flag_up) != 0;
    if (const auto carrier = tree.number(folder + "carrier")) interface.carrier = *carrier == 1;
    interface.driver = tree.link_name(folder + "device/driver");
    interface.node = read_node(tree, folder + "device/numa_node");
    interface.mtu = tree.number(folder + "mtu").value_or(0);
    // -1 and errors: no link, or a device without a speed.
    const auto mbit = small_number(tree, folder + "speed");
    if (mbit > 0 && mbit < 10'000'000) interface.mbit = mbit;
    for (const std::string& queue : tree.names(folder + "queues"))
        if (queue.starts_with("rx-")) ++interface.queues;
    return interface;
}

// Whether a row of /proc/net/route begins with the name.
bool has_route(const std::string& routes, const std::string& name) {
    return routes.starts_with(name + "\t") || routes.find("\n" + name + "\t") != std::string::npos;
}

}  // namespace

PortFacts read_port(const Tree& tree, const std::string& text) {
    PortFacts port{.name = PortName::parse(text), .pci = {}, .interface = {}, .routed = {}};
    std::vector<std::string> interfaces;
    if (port.name.kind == PortName::Kind::pci) {
        port.pci = read_pci(tree, port.name.device);
        interfaces = port.pci->interfaces;
    } else if (!port.name.interface.empty()) {
        port.interface = read_interface(tree, port.name.interface);
        interfaces = {port.name.interface};
    }
    const std::string routes = tree.text("/proc/net/route");
    std::ranges::copy_if(interfaces, std::back_inserter(port.routed),
                         [&](const std::string& name) { return has_route(routes, name); });
    return port;
}

}  // namespace flowlock
