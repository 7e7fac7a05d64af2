// SPDX-License-Identifier: BSD-3-Clause
// Stations as an operator names them: by network, by hardware address; and an inventory of which address belongs to
// which hardware address. Built at start, then only read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/hardware_address.hpp"
#include "base/prefix.hpp"

namespace flowlock {

struct StationList {
    PrefixSet networks;
    std::vector<HardwareAddress> hardware;

    bool empty() const noexcept { return networks.empty() && hardware.empty(); }
    bool lists(const IpAddress& address) const noexcept { return networks.contains(address); }
    bool lists(HardwareAddress address) const noexcept {
        return std::find(hardware.begin(), hardware.end(), address) != hardware.end();
    }
};

struct InventoryRow {
    HardwareAddress hardware;
    Prefix network;

    friend bool operator==(const InventoryRow&, const InventoryRow&) = default;
};

// Of the networks that hold an address, the longest says whose it is; several stations may share one.
class Inventory {
public:
    Inventory() = default;
    explicit Inventory(std::vector<InventoryRow> rows);

    bool empty() const noexcept { return rows_.empty(); }
    std::size_t size() const noexcept { return rows_.size(); }
    // Those of the longest network that holds the address; none: it says nothing of it.
    std::span<const InventoryRow> owners(const IpAddress& address) const;
    // False: the inventory says whose the address is, and it is not this one's.
    bool allows(const IpAddress& address, HardwareAddress hardware) const;
    // The lowest single address that the inventory gives to it.
    std::optional<IpAddress> address_of(HardwareAddress hardware) const;

private:
    std::vector<InventoryRow> rows_;  // by family, length descending, network, hardware
    struct Length {
        bool ipv4;
        int length;
        std::size_t begin;
        std::size_t end;
    };
    std::vector<Length> lengths_;  // as they stand in rows_
};

}  // namespace flowlock
