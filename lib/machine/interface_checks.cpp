// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "machine/mend.hpp"
#include "machine/port_checks.hpp"

namespace flowlock {
namespace {

struct Capability {
    unsigned bit;  // as in linux/capability.h
    const char* name;
};
constexpr Capability net_admin{12, "CAP_NET_ADMIN"};
constexpr Capability net_raw{13, "CAP_NET_RAW"};
constexpr Capability sys_admin{21, "CAP_SYS_ADMIN"};

constexpr std::uint64_t mtu_ethernet = 1500;
// af_xdp keeps a frame in one page with its head room; drivers refuse XDP above about this.
constexpr std::uint64_t mtu_xdp_max = 3498;

Check check_up(const PortFacts& port) {
    const std::string name = "port.interface";
    const InterfaceFacts& interface = *port.interface;
    const std::string set_up = "ip link set dev " + shell_word(port.name.interface) + " up";
    if (!interface.exists)
        return wrong(name, fmt::format("{}there is no interface {}", of(port), port.name.interface),
                     lines({"# name one that is there, under [live] ports:", "ip -brief link"}));
    if (!interface.up) return wrong(name, of(port) + "is down", set_up);
    const std::string driver = interface.driver.empty() ? "virtual" : "driver " + interface.driver;
    if (interface.carrier == false)
        return warning(name, fmt::format("{}is up, without a carrier; {}", of(port), driver),
                       "# plug in the tap's fibre, and look whether there is light: ethtool -m " +
                           shell_word(port.name.interface));
    const std::string speed = interface.mbit ? fmt::format(", {} Mbit/s", *interface.mbit) : "";
    return ok(name, fmt::format("{}is up, {}{}", of(port), driver, speed));
}

Check check_queues(const PortFacts& port, std::uint32_t workers) {
    const std::uint32_t queues = port.interface->queues;
    const std::string text = fmt::format("{}receive queues: {}, workers: {}", of(port), queues, workers);
    // More queues than workers go round: all are read.
    if (queues >= workers) return ok("port.queues", text);
    return warning("port.queues", text + "; packets are spread by software, which takes one more CPU",
                   lines({fmt::format("ethtool -L {} combined {}", shell_word(port.name.interface), workers),
                          fmt::format("# or, in the configuration, under [live]: workers = {}", queues)}));
}

// With XDP the kernel leaves frames apart, but a NIC that joins them itself (LRO) does so before.
Check check_offloads(const PortFacts& port) {
    const std::string name = "port.offloads";
    const std::string word = shell_word(port.name.interface);
    if (!port.interface->offloads)
        return warning(name, of(port) + "not checked: the kernel does not say", "ethtool -k " + word);
    const OffloadFacts& offloads = *port.interface->offloads;
    const bool joins = offloads.lro || (offloads.gro && port.name.driver != "net_af_xdp");
    const std::string strip = offloads.vlan_strip ? " rxvlan off" : "";
    if (joins)
        return wrong(name, of(port) + "frames are joined before they are counted (GRO, LRO)",
                     fmt::format("ethtool -K {} gro off lro off{}", word, strip));
    if (offloads.vlan_strip)
        return warning(name, of(port) + "VLAN tags are taken off before flowlock sees the frame",
                       fmt::format("ethtool -K {}{}", word, strip));
    return ok(name, of(port) + "none that changes frames");
}

Check check_mtu(const PortFacts& port) {
    const std::uint64_t mtu = port.interface->mtu;
    const auto set = [&](std::uint64_t to) {
        return fmt::format("ip link set dev {} mtu {}", shell_word(port.name.interface), to);
    };
    const std::string text = fmt::format("{}MTU {}", of(port), mtu);
    if (mtu < mtu_ethernet)
        return warning("port.mtu", text + ": larger frames of the link may be dropped", set(mtu_ethernet));
    if (port.name.driver == "net_af_xdp" && mtu > mtu_xdp_max)
        return warning("port.mtu", text + ": many drivers refuse XDP with so large frames", set(mtu_xdp_max));
    return ok("port.mtu", text);
}

// af_xdp loads a program (SYS_ADMIN), sets the interface to promiscuous (NET_ADMIN) and opens raw sockets.
Check check_rights(const PortFacts& port, std::uint64_t capabilities) {
    std::string missing, ambient;
    for (const Capability& capability : {net_raw, net_admin, sys_admin}) {
        if (capability.bit == sys_admin.bit && port.name.driver != "net_af_xdp") continue;
        ambient += (ambient.empty() ? "" : " ") + std::string(capability.name);
        if ((capabilities >> capability.bit & 1) == 0)
            missing += (missing.empty() ? "" : ", ") + std::string(capability.name);
    }
    if (missing.empty()) return ok("port.rights", fmt::format("{}{}", of(port), ambient));
    return wrong("port.rights", fmt::format("{}this process lacks {}", of(port), missing),
                 lines({"# run it as root, or in a systemd service, under [Service]:",
                        "# AmbientCapabilities=" + ambient}));
}

}  // namespace

void check_interface(const PortFacts& port, const MachineFacts& facts, std::uint32_t workers,
                     Checks& checks) {
    checks.push_back(check_up(port));
    if (!port.interface->exists) return;
    if (port.name.driver == "net_af_xdp") checks.push_back(check_queues(port, workers));
    checks.push_back(check_offloads(port));
    checks.push_back(check_mtu(port));
    checks.push_back(check_rights(port, facts.process.capabilities));
}

}  // namespace flowlock
