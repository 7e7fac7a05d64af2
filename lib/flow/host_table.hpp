// SPDX-License-Identifier: BSD-3-Clause
// The internal hosts, numbered densely in the order they were met; numbers are never shown. A host that is
// forgotten leaves its number to a later one. Bounded: beyond hosts_max an address gets no number, so its traffic is counted, but judged by no limit.
// Owned by the control core.
#pragma once

#include <vector>

#include "base/prefix.hpp"
#include "base/units.hpp"
#include "flow/flow_store.hpp"
#include "flow/id_index.hpp"

namespace flowlock {

// Internal addresses with traffic; a /32 of IPv6 has more, but not more that are in use.
constexpr std::uint32_t hosts_max = 4'000'000;

class HostTable {
public:
    // A test may want fewer hosts.
    HostTable(PrefixSet internal, const HashKey& secret, std::uint32_t hosts = hosts_max)
        : secret_(secret), hosts_max_(hosts), internal_(std::move(internal)) {}

    const PrefixSet& internal() const noexcept { return internal_; }
    // Hosts that are no longer internal stay until they are forgotten.
    void change_internal(PrefixSet internal) { internal_ = std::move(internal); }
    // no_host: the table is full.
    HostId find_or_add(const IpAddress& address) {
        return ids_
            .find_or_add(
                hash(address), [&](HostId id) { return addresses_[id] == address; },
                [&] { return take_id(address); })
            .first;
    }
    // Nobody refers to it any more. Once only.
    void forget(HostId id) {
        ids_.erase(hash(addresses_[id]), id);
        free_.push_back(id);
    }
    const IpAddress& address(HostId id) const noexcept { return addresses_[id]; }
    // Flows that began at a host for which there was no room.
    Flows refused() const noexcept { return {refused_}; }
    // All numbers are below.
    std::uint32_t end_id() const noexcept { return static_cast<std::uint32_t>(addresses_.size()); }
    std::uint32_t size() const noexcept { return ids_.size(); }

private:
    static_assert(no_host == IdIndex::none);

    std::uint64_t hash(const IpAddress& address) const noexcept {
        return fold_multiply(address.high ^ secret_.a, address.low ^ secret_.b);
    }
    // no_host: there is no room.
    HostId take_id(const IpAddress& address) {
        if (size() >= hosts_max_) {
            ++refused_;
            return no_host;
        }
        if (free_.empty()) {
            addresses_.push_back(address);
            return end_id() - 1;
        }
        const HostId id = free_.back();
        free_.pop_back();
        addresses_[id] = address;
        return id;
    }

    HashKey secret_;
    std::uint32_t hosts_max_;
    std::uint64_t refused_ = 0;
    PrefixSet internal_;
    IdIndex ids_;
    std::vector<IpAddress> addresses_;
    std::vector<HostId> free_;
};

}  // namespace flowlock
