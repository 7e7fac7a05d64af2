// SPDX-License-Identifier: BSD-3-Clause
// How DPDK's drivers reach a PCI device: IOMMU, vfio-pci, and the rights to it.
#include <algorithm>

#include <fmt/format.h>

#include "machine/checks.hpp"
#include "machine/mend.hpp"
#include "machine/nic_table.hpp"

namespace flowlock {
namespace {

bool wants_vfio(const PortFacts& port) {
    if (!port.pci) return false;
    const KnownNic* nic = find_nic(port.pci->vendor, port.pci->device);
    return nic == nullptr || nic->kernel_driver == "vfio-pci";
}

Check check_iommu(const MachineFacts& facts) {
    const std::string name = "vfio.iommu";
    if (facts.vfio.iommu_groups > 0) return ok(name, fmt::format("on, {} groups", facts.vfio.iommu_groups));
    if (facts.vfio.without_iommu)
        return warning(name,
                       "off, and vfio works without it: a NIC can write anywhere in this machine's memory",
                       "# switch the IOMMU on in the firmware (VT-d, AMD-Vi)");
    const std::string word = facts.processor.intel ? "intel_iommu=on" : "amd_iommu=on";
    if (facts.command_line.find(word) != std::string::npos)
        return wrong(name, "off, though the kernel's command line has " + word,
                     "# switch the IOMMU on in the firmware: VT-d (Intel) or AMD-Vi (AMD)");
    return wrong(name, "off: vfio-pci cannot hand a NIC to DPDK",
                 lines({kernel_words("iommu", word + " iommu=pt"),
                        "# and switch it on in the firmware: VT-d (Intel) or AMD-Vi (AMD)"}));
}

Check check_module(const VfioFacts& vfio) {
    if (vfio.module) return ok("vfio.module", "vfio-pci is loaded");
    return wrong("vfio.module", "vfio-pci is not loaded",
                 lines({"modprobe vfio-pci", "echo vfio-pci > /etc/modules-load.d/vfio-pci.conf"}));
}

void check_group(const PortFacts& port, const std::string& user, Checks& checks) {
    const PciFacts& pci = *port.pci;
    const std::string file = "/dev/vfio/" + pci.group;
    if (pci.group.empty()) return;
    if (!pci.group_strangers.empty())
        checks.push_back(
            wrong("vfio.group",
                  fmt::format(
                      "{}: the kernel still drives {} in the same IOMMU group {}, so vfio refuses all of it",
                      port.name.text, pci.group_strangers.front(), pci.group),
                  "dpdk-devbind.py -b vfio-pci " + shell_word(pci.group_strangers.front())));
    if (pci.driver != "vfio-pci") return;
    if (pci.group_accessible)
        checks.push_back(ok("vfio.access", fmt::format("{}: this user may open {}", port.name.text, file)));
    else
        checks.push_back(wrong(
            "vfio.access", fmt::format("{}: this user may not open {}", port.name.text, file),
            lines(
                {fmt::format("chown {} {}", shell_word(user), shell_word(file)), "# for good:",
                 fmt::format("echo 'SUBSYSTEM==\"vfio\", OWNER=\"{}\"' > /etc/udev/rules.d/60-flowlock.rules",
                             user),
                 "udevadm control --reload"})));
}

}  // namespace

Checks check_vfio(const MachineFacts& facts) {
    if (!facts.ports.empty() && std::ranges::none_of(facts.ports, wants_vfio)) return {};
    Checks checks{check_iommu(facts), check_module(facts.vfio)};
    // Nobody has said yet that a port will need it.
    if (facts.ports.empty())
        for (Check& check : checks)
            if (check.state == CheckState::wrong) check.state = CheckState::warning;
    for (const PortFacts& port : facts.ports)
        if (wants_vfio(port) && port.pci->exists) check_group(port, facts.process.user, checks);
    return checks;
}

}  // namespace flowlock
