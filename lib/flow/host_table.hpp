// SPDX-License-Identifier: BSD-3-Clause
// The internal hosts, numbered densely in the order they were met; numbers are never shown. A host that is
// forgotten leaves its number to a later one. With each goes where it belongs. Bounded: beyond hosts_max an address gets no number, so its traffic is counted, but judged by no limit.
// Owned by the control core.
#pragma once

#include <vector>

#include "base/prefix.hpp"
#include "base/units.hpp"
#include "flow/flow_store.hpp"
#include "flow/host_places.hpp"
#include "flow/id_index.hpp"

namespace flowlock {

// Internal addresses with traffic; a /32 of IPv6 has more, but not more that are in use.
constexpr std::uint32_t hosts_max = 4'000'000;

class HostTable {
public:
    // A test may want fewer hosts.
    HostTable(PrefixSet internal, const HashKey& secret, std::uint32_t hosts = hosts_max)
        : secret_(secret), hosts_max_(hosts), internal_(std::move(internal)), networks_(secret) {}

    const PrefixSet& internal() const noexcept { return internal_; }
    // Hosts that are no longer internal stay until they are forgotten.
    void change_internal(PrefixSet internal) { internal_ = std::move(internal); }
    // Judges anew where each host belongs.
    void change_groups(const std::vector<HostGroup>& groups) {
        groups_ = GroupIndex(groups);
        for (HostId id = 0; id < end_id(); ++id) places_[id].group = groups_.group_of(addresses_[id]);
    }
    // 0: in none.
    GroupNumber group_of(HostId id) const noexcept { return places_[id].group; }
    NetworkNumber network_of(HostId id) const noexcept { return places_[id].network; }
    const HostNetworks& networks() const noexcept { return networks_; }
    // no_host: the table is full.
    HostId find_or_add(const IpAddress& address) {
        return ids_
            .find_or_add(
                hash(address), [&](HostId id) { return addresses_[id] == address; },
                [&] { return take_id(address); })
            .first;
    }
    // no_host: it is not there.
    HostId find(const IpAddress& address) const noexcept {
        return ids_.find(hash(address), [&](HostId id) { return addresses_[id] == address; });
    }
    // Nobody refers to it any more. Once only.
    void forget(HostId id) {
        ids_.erase(hash(addresses_[id]), id);
        free_.push_back(id);
    }
    // Stands for all hosts that are not internal, where they talk to each other. The address :: is nobody's.
    HostId find_or_add_outsiders() { return find_or_add(IpAddress{}); }
    // no_host: there are none now.
    HostId outsiders() const noexcept { return find({}); }
    bool is_outsiders(HostId id) const noexcept { return addresses_[id] == IpAddress{}; }
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
    struct Place {
        NetworkNumber network;
        GroupNumber group;
    };
    Place place_of(const IpAddress& address) {
        return {networks_.find_or_add(address), groups_.group_of(address)};
    }
    // no_host: there is no room.
    HostId take_id(const IpAddress& address) {
        if (size() >= hosts_max_) {
            ++refused_;
            return no_host;
        }
        if (free_.empty()) {
            addresses_.push_back(address);
            places_.push_back(place_of(address));
            return end_id() - 1;
        }
        const HostId id = free_.back();
        free_.pop_back();
        addresses_[id] = address;
        places_[id] = place_of(address);
        return id;
    }

    HashKey secret_;
    std::uint32_t hosts_max_;
    std::uint64_t refused_ = 0;
    PrefixSet internal_;
    IdIndex ids_;
    GroupIndex groups_{{}};
    HostNetworks networks_;
    std::vector<IpAddress> addresses_;
    std::vector<Place> places_;
    std::vector<HostId> free_;
};

}  // namespace flowlock
