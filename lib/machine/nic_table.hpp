// SPDX-License-Identifier: BSD-3-Clause
// The NICs that flowlock knows by their PCI ids: what they are called, which of DPDK 22.11's drivers drives
// them and through which kernel driver it reaches them. Constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace flowlock {

struct KnownNic {
    std::uint16_t vendor;
    std::uint16_t device;
    std::string_view name;
    std::string_view dpdk_driver;
    std::uint32_t gbit;  // per second and port
    // Nearly all are handed to DPDK through vfio-pci; Mellanox's stay with the kernel's driver.
    std::string_view kernel_driver = "vfio-pci";
};

std::span<const KnownNic> known_nics();

// Null: not in the table.
const KnownNic* find_nic(std::uint32_t vendor, std::uint32_t device);

}  // namespace flowlock
