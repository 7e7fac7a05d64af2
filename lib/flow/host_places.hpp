// SPDX-License-Identifier: BSD-3-Clause
// Where an internal host belongs: its group of the configuration, and its network, the smallest one that is routed
// on the Internet (/24; /48 in IPv6), which is also what carpet bombing aims at. Owned by the control core.
#pragma once

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "flow/host_group.hpp"
#include "flow/id_index.hpp"

namespace flowlock {

using NetworkNumber = std::uint32_t;

// Finds the group of an address. The groups do not overlap.
class GroupIndex {
public:
    explicit GroupIndex(const std::vector<HostGroup>& groups);
    // 0: in none.
    GroupNumber group_of(const IpAddress& address) const noexcept;

private:
    struct Entry {
        Prefix prefix;
        GroupNumber group;
    };
    std::vector<Entry> entries_;  // by family, then address; none within another
};

// The networks in which hosts were met, numbered from 0; they stay, since an internal network has few of them.
class HostNetworks {
public:
    static constexpr std::uint32_t networks_max = 1'000'000;
    static constexpr NetworkNumber none = ~NetworkNumber{0};

    explicit HostNetworks(const HashKey& secret) : secret_(secret) {}

    // none: there are too many.
    NetworkNumber find_or_add(const IpAddress& host);
    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(addresses_.size()); }
    const IpAddress& address(NetworkNumber number) const noexcept { return addresses_[number]; }
    // "192.0.2.0/24".
    std::string text(NetworkNumber number) const;

private:
    HashKey secret_;
    IdIndex numbers_;
    std::vector<IpAddress> addresses_;
};

}  // namespace flowlock
