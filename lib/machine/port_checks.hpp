// SPDX-License-Identifier: BSD-3-Clause
// The two kinds of ports, each judged in a file of its own. Within this library only.
#pragma once

#include "machine/checks.hpp"

namespace flowlock {

// A port with `pci`: the device, its driver, its PCIe link.
void check_pci(const PortFacts& port, const MachineFacts& facts, Checks& checks);
// A port with `interface`: a Linux interface, read by af_xdp or another DPDK device.
void check_interface(const PortFacts& port, const MachineFacts& facts, std::uint32_t workers, Checks& checks);

// "eth1: ", before what is said of a port.
inline std::string of(const PortFacts& port) {
    return port.name.text + ": ";
}

}  // namespace flowlock
