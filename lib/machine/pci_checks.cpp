// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "machine/live_needs.hpp"
#include "machine/mend.hpp"
#include "machine/nic_table.hpp"
#include "machine/port_checks.hpp"

namespace flowlock {
namespace {

constexpr std::uint32_t class_network = 0x02;

std::string ids_of(const PciFacts& pci) {
    return fmt::format("{:04x}:{:04x}", pci.vendor, pci.device);
}

Check check_device(const PortFacts& port, const KnownNic* nic) {
    const std::string name = "port.device";
    const PciFacts& pci = *port.pci;
    if (!pci.exists)
        return wrong(
            name, of(port) + "there is no such PCI device",
            lines({"# name a NIC that is there, under [live] ports:", "dpdk-devbind.py --status-dev net"}));
    if (pci.class_code >> 16 != class_network)
        return wrong(name, of(port) + ids_of(pci) + " is no network device",
                     lines({"# name a NIC, under [live] ports:", "dpdk-devbind.py --status-dev net"}));
    if (nic == nullptr)
        return warning(name, fmt::format("{}{} is a NIC that flowlock does not know", of(port), ids_of(pci)),
                       "# see whether DPDK 22.11 drives it: https://doc.dpdk.org/guides-22.11/nics/");
    return ok(name, fmt::format("{}{}, {} Gbit/s, {} ({})", of(port), nic->name, nic->gbit, nic->dpdk_driver,
                                ids_of(pci)));
}

std::string bind(std::string_view driver, const std::string& address) {
    const std::string words = fmt::format("{} {}", address, driver);
    return lines({fmt::format("dpdk-devbind.py -b {} {}", driver, address),
                  "# for good, with the package driverctl:", "driverctl set-override " + words});
}

Check check_driver(const PortFacts& port, const KnownNic* nic) {
    const PciFacts& pci = *port.pci;
    const std::string_view wanted = nic == nullptr ? "vfio-pci" : nic->kernel_driver;
    if (pci.driver == wanted) return ok("port.driver", fmt::format("{}bound to {}", of(port), wanted));
    const std::string is = pci.driver.empty() ? "not bound to a driver" : "bound to " + pci.driver;
    return wrong("port.driver", fmt::format("{}{}; DPDK reaches it through {}", of(port), is, wanted),
                 bind(wanted, port.name.device));
}

// Gbit/s that a PCIe link carries, after its line code; its packets' headers take about a tenth more.
double gbit_of(const PcieLink& link) {
    const double code = link.gigatransfers < 8 ? 0.8 : 128.0 / 130.0;
    return link.gigatransfers * link.lanes * code;
}

// All configured ports on the same card share its link.
std::uint32_t gbit_of_card(const std::string& address, const MachineFacts& facts) {
    const std::string_view card = std::string_view(address).substr(0, address.rfind('.'));
    std::uint32_t gbit = 0;
    for (const PortFacts& other : facts.ports)
        if (other.pci && other.name.device.starts_with(card)) gbit += gbit_of(other).value_or(0);
    return gbit;
}

void check_link(const PortFacts& port, const MachineFacts& facts, Checks& checks) {
    const PcieLink &link = port.pci->link, &most = port.pci->link_max;
    if (gbit_of(link) <= 0) return;  // a virtual device
    const std::uint32_t needed = gbit_of_card(port.name.device, facts);
    const std::string is = fmt::format("{}PCIe {} GT/s x{}: {:.0f} Gbit/s", of(port), link.gigatransfers,
                                       link.lanes, gbit_of(link));
    const bool could_more = gbit_of(most) > gbit_of(link);
    if (gbit_of(link) < needed)
        checks.push_back(
            warning("port.link", fmt::format("{}; its ports need {}: packets will be missed", is, needed),
                    could_more ? fmt::format("# put the card into a slot with {} GT/s x{}, which it can use",
                                             most.gigatransfers, most.lanes)
                               : std::string("# use fewer ports of this card, the others on a second card")));
    else
        checks.push_back(ok("port.link", is + (could_more ? fmt::format(" (the card can {} GT/s x{})",
                                                                        most.gigatransfers, most.lanes)
                                                          : "")));
}

}  // namespace

void check_pci(const PortFacts& port, const MachineFacts& facts, Checks& checks) {
    const KnownNic* nic = find_nic(port.pci->vendor, port.pci->device);
    checks.push_back(check_device(port, nic));
    if (checks.back().state == CheckState::wrong) return;
    checks.push_back(check_driver(port, nic));
    check_link(port, facts, checks);
}

}  // namespace flowlock
