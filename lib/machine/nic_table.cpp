// SPDX-License-Identifier: BSD-3-Clause
#include "machine/nic_table.hpp"

namespace flowlock {
namespace {

constexpr std::uint16_t intel = 0x8086;

// Ports of servers, not of notebooks. A test compares ids and drivers with what DPDK's drivers say themselves.
constexpr KnownNic nics[] = {
    // 82599 and its kin
    {intel, 0x10f7, "82599 backplane", "net_ixgbe", 10},
    {intel, 0x10f8, "82599 backplane", "net_ixgbe", 10},
    {intel, 0x10f9, "82599 CX4", "net_ixgbe", 10},
    {intel, 0x10fb, "82599ES/X520 SFP+", "net_ixgbe", 10},
    {intel, 0x10fc, "82599 XAUI", "net_ixgbe", 10},
    {intel, 0x1507, "X520-P2", "net_ixgbe", 10},
    {intel, 0x1517, "82599ES KR", "net_ixgbe", 10},
    {intel, 0x151c, "82599 10GBASE-T", "net_ixgbe", 10},
    {intel, 0x1528, "X540-AT2", "net_ixgbe", 10},
    {intel, 0x1529, "82599 SFP+ FCoE", "net_ixgbe", 10},
    {intel, 0x154a, "X520-4", "net_ixgbe", 10},
    {intel, 0x154d, "X520 SFP+", "net_ixgbe", 10},
    {intel, 0x1557, "82599EN SFP+", "net_ixgbe", 10},
    {intel, 0x1558, "X520-Q1 QSFP+", "net_ixgbe", 40},
    {intel, 0x1560, "X540-AT1", "net_ixgbe", 10},
    {intel, 0x1563, "X550-T2", "net_ixgbe", 10},
    {intel, 0x15d1, "X550-T1", "net_ixgbe", 10},
    {intel, 0x15ac, "X552 SFP+", "net_ixgbe", 10},
    {intel, 0x15ad, "X552 10GBASE-T", "net_ixgbe", 10},
    {intel, 0x15c4, "X553 SFP+", "net_ixgbe", 10},
    {intel, 0x15c8, "X553 10GBASE-T", "net_ixgbe", 10},
    // X710, XL710, XXV710, X722
    {intel, 0x1572, "X710 SFP+", "net_i40e", 10},
    {intel, 0x1580, "XL710 backplane", "net_i40e", 40},
    {intel, 0x1581, "X710 backplane", "net_i40e", 10},
    {intel, 0x1583, "XL710 QSFP+ (two ports)", "net_i40e", 40},
    {intel, 0x1584, "XL710 QSFP+ (one port)", "net_i40e", 40},
    {intel, 0x1585, "X710 QSFP+", "net_i40e", 10},
    {intel, 0x1586, "X710 10GBASE-T", "net_i40e", 10},
    {intel, 0x1589, "X710-T4", "net_i40e", 10},
    {intel, 0x158a, "XXV710 backplane", "net_i40e", 25},
    {intel, 0x158b, "XXV710 SFP28", "net_i40e", 25},
    {intel, 0x15ff, "X710-TL 10GBASE-T", "net_i40e", 10},
    {intel, 0x104e, "X710 SFP+", "net_i40e", 10},
    {intel, 0x104f, "X710 backplane", "net_i40e", 10},
    {intel, 0x37d0, "X722 SFP+", "net_i40e", 10},
    {intel, 0x37d2, "X722 10GBASE-T", "net_i40e", 10},
    {intel, 0x37d3, "X722 SFP+", "net_i40e", 10},
    // E810, E823
    {intel, 0x1591, "E810-C backplane", "net_ice", 100},
    {intel, 0x1592, "E810-C QSFP", "net_ice", 100},
    {intel, 0x1593, "E810-C SFP", "net_ice", 25},
    {intel, 0x1599, "E810-XXV backplane", "net_ice", 25},
    {intel, 0x159a, "E810-XXV QSFP", "net_ice", 25},
    {intel, 0x159b, "E810-XXV SFP", "net_ice", 25},
    {intel, 0x124d, "E823-L SFP", "net_ice", 25},
    {intel, 0x188c, "E823-C SFP", "net_ice", 25},
    // 1 GbE: e1000e and igb, also as virtual machines imitate them
    {intel, 0x100e, "82540EM", "net_e1000_em", 1},
    {intel, 0x100f, "82545EM", "net_e1000_em", 1},
    {intel, 0x105e, "82571EB", "net_e1000_em", 1},
    {intel, 0x107d, "82572EI", "net_e1000_em", 1},
    {intel, 0x10d3, "82574L", "net_e1000_em", 1},
    {intel, 0x10a7, "82575EB", "net_e1000_igb", 1},
    {intel, 0x10c9, "82576", "net_e1000_igb", 1},
    {intel, 0x150e, "82580", "net_e1000_igb", 1},
    {intel, 0x1521, "I350", "net_e1000_igb", 1},
    {intel, 0x1522, "I350 fibre", "net_e1000_igb", 1},
    {intel, 0x1533, "I210", "net_e1000_igb", 1},
    {intel, 0x1536, "I210 fibre", "net_e1000_igb", 1},
    {intel, 0x157b, "I210 flashless", "net_e1000_igb", 1},
    {intel, 0x1539, "I211", "net_e1000_igb", 1},
    {intel, 0x1f41, "I354", "net_e1000_igb", 1},
    {intel, 0x15f2, "I225-LM", "net_igc", 2},
    {intel, 0x15f3, "I225-V", "net_igc", 2},
    {intel, 0x125b, "I226-LM", "net_igc", 2},
    {intel, 0x125c, "I226-V", "net_igc", 2},
    // Virtual machines, and the one family that DPDK shares with the kernel
    {0x1af4, 0x1000, "virtio", "net_virtio", 10},
    {0x1af4, 0x1041, "virtio 1.0", "net_virtio", 10},
    {0x15b3, 0x1013, "ConnectX-4", "mlx5_eth", 100, "mlx5_core"},
    {0x15b3, 0x1015, "ConnectX-4 Lx", "mlx5_eth", 25, "mlx5_core"},
    {0x15b3, 0x1017, "ConnectX-5", "mlx5_eth", 100, "mlx5_core"},
    {0x15b3, 0x1019, "ConnectX-5 Ex", "mlx5_eth", 100, "mlx5_core"},
    {0x15b3, 0x101b, "ConnectX-6", "mlx5_eth", 200, "mlx5_core"},
    {0x15b3, 0x101d, "ConnectX-6 Dx", "mlx5_eth", 100, "mlx5_core"},
    {0x15b3, 0x101f, "ConnectX-6 Lx", "mlx5_eth", 25, "mlx5_core"},
};

}  // namespace

std::span<const KnownNic> known_nics() {
    return nics;
}

const KnownNic* find_nic(std::uint32_t vendor, std::uint32_t device) {
    for (const KnownNic& nic : nics)
        if (nic.vendor == vendor && nic.device == device) return &nic;
    return nullptr;
}

}  // namespace flowlock
