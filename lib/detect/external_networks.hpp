// SPDX-License-Identifier: BSD-3-Clause
// External addresses rolled up: what the hosts of one network, or of one autonomous system, had together. Of
// thousands of addresses in an attack, few networks are often left, and those have somebody to write to. Made by
// lib/config, checked there; then only read, by any thread.
//
// Memory: by AS 48 bytes for each network of the table, about 100 for each AS; a million networks of a hundred
// thousand ASes are 58 MB. Otherwise none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/prefix.hpp"
#include "detect/finding.hpp"

namespace flowlock {

struct AsNetwork {
    Prefix prefix;
    std::uint32_t as = 0;
};

class ExternalNetworks {
public:
    // Off.
    ExternalNetworks() = default;
    // By /24, IPv6 by /48.
    static ExternalNetworks by_network();
    // By autonomous system. No network stands there twice; of several that hold an address the longest counts. An
    // AS need not have a name.
    static ExternalNetworks by_as(std::span<const AsNetwork> networks,
                                  const std::unordered_map<std::uint32_t, std::string>& names);

    bool enabled() const noexcept { return by_ != By::address; }

    // By packets, descending, then by name: "203.0.113.0/24"; "AS64496 Example", and "unknown" for addresses that
    // no network of the table holds. Sums are exact: no flow has two external addresses. Each address stands once
    // in `externals`.
    std::vector<ExternalNetwork> roll_up(std::span<const External> externals) const;

private:
    enum class By : std::uint8_t { address, network, as };

    static constexpr std::uint32_t none = 0xffffffff;

    // Sorted so that networks stand before those that they hold.
    struct Node {
        Prefix prefix;
        std::uint32_t as = none;      // in as_names_
        std::uint32_t around = none;  // in nodes_: the smallest network that holds it
    };

    std::uint32_t as_of(const IpAddress& address) const noexcept;
    IpAddress key_of(const IpAddress& address) const noexcept;
    std::string name_of_key(const IpAddress& key) const;

    By by_ = By::address;
    std::vector<Node> nodes_;
    std::vector<std::string> as_names_;
};

}  // namespace flowlock
