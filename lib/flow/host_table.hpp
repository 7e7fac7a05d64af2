// SPDX-License-Identifier: BSD-3-Clause
// The internal hosts seen so far, numbered densely in the order they were met; numbers are never shown.
// Bounded: beyond hosts_max an address gets no number, so its traffic is counted, but judged by no limit.
// Owned by the control core.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/prefix.hpp"
#include "base/units.hpp"
#include "flow/flow_store.hpp"

namespace flowlock {

// Internal addresses with traffic; a /32 of IPv6 has more, but not more that are in use.
constexpr std::uint32_t hosts_max = 4'000'000;

class HostTable {
public:
    HostTable(PrefixSet internal, const HashKey& secret)
        : internal_(std::move(internal)), ids_(64, Hash{secret}) {}

    const PrefixSet& internal() const noexcept { return internal_; }
    // no_host: the table is full.
    HostId find_or_add(const IpAddress& address) {
        if (addresses_.size() >= hosts_max) {
            const auto known = ids_.find(address);
            if (known == ids_.end()) ++refused_;
            return known == ids_.end() ? no_host : known->second;
        }
        const auto [at, added] = ids_.try_emplace(address, static_cast<HostId>(addresses_.size()));
        if (added) addresses_.push_back(address);
        return at->second;
    }
    const IpAddress& address(HostId id) const noexcept { return addresses_[id]; }
    // Flows that began at a host for which there was no room.
    Flows refused() const noexcept { return {refused_}; }
    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(addresses_.size()); }

private:
    struct Hash {
        HashKey secret;
        std::size_t operator()(const IpAddress& address) const noexcept {
            return fold_multiply(address.high ^ secret.a, address.low ^ secret.b);
        }
    };

    std::uint64_t refused_ = 0;
    PrefixSet internal_;
    std::unordered_map<IpAddress, HostId, Hash> ids_;
    std::vector<IpAddress> addresses_;
};

}  // namespace flowlock
