// SPDX-License-Identifier: BSD-3-Clause
#include "flow/flow_table.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace flowlock {

FlowTable::FlowTable(std::uint32_t flows, const HashKey& secret)
    : secret_(secret),
      mask_(2 * flows - 1),
      flows_max_(flows),
      entries_(map_array<FlowEntry>(2 * std::size_t{flows})),
      ipv6_addresses_(map_array<AddressPair>(2 * std::size_t{flows})),
      used_(map_array<std::uint32_t>(flows)) {
    assert((flows & (flows - 1)) == 0);
}

bool FlowTable::count(const Decoded& packet, std::uint64_t hash, std::int64_t time_ns) noexcept {
    const FlowKey& key = packet.key;
    const bool ipv4 = key.family == 4;
    const std::uint64_t addresses = ipv4 ? key.ipv4_pair() : hash;
    const std::uint64_t rest = key.ports_and_protocol();

    for (std::uint32_t probe = 0; probe < probes_max; ++probe) {
        const std::uint32_t slot = static_cast<std::uint32_t>(hash + probe) & mask_;
        FlowEntry& entry = entries_[slot];
        if (entry.generation != generation_) {
            if (used_count_ == flows_max_) return false;
            begin_flow(slot, packet, addresses, time_ns);
            return true;
        }
        if (entry.addresses != addresses || entry.ports_and_protocol != rest) continue;
        if (!ipv4 && ipv6_addresses_[slot].address != key.address) continue;
        entry.flags[packet.sender] |= packet.flags;
        entry.packets[packet.sender] += 1;
        entry.bytes[packet.sender] += packet.ip_bytes;
        entry.first_ns = std::min(entry.first_ns, time_ns);
        entry.last_ns = std::max(entry.last_ns, time_ns);
        return true;
    }
    return false;
}

void FlowTable::begin_flow(std::uint32_t slot, const Decoded& packet, std::uint64_t addresses,
                           std::int64_t time_ns) noexcept {
    FlowEntry& entry = entries_[slot];
    entry = {};
    entry.addresses = addresses;
    entry.ports_and_protocol = packet.key.ports_and_protocol();
    entry.generation = generation_;
    entry.flags[packet.sender] = packet.flags;
    // All flags at once are no packet that was ever sent; they accuse nobody.
    entry.first_flags = packet.flags_cut ? first_flags_unknown : packet.flags;
    entry.initiator = packet.sender;
    entry.packets[packet.sender] = 1;
    entry.bytes[packet.sender] = packet.ip_bytes;
    entry.first_ns = time_ns;
    entry.last_ns = time_ns;
    if (packet.key.family != 4) ipv6_addresses_[slot].address = packet.key.address;
    used_[used_count_++] = slot;
}

FlowKey FlowTable::key(std::uint32_t slot) const noexcept {
    const FlowEntry& entry = entries_[slot];
    FlowKey key;
    std::memcpy(&key.port, &entry.ports_and_protocol, sizeof entry.ports_and_protocol);
    if (key.family == 4) {
        key.address[0] = {0, 0xffff0000u | entry.addresses << 32};
        key.address[1] = {0, 0xffff0000u | (entry.addresses & ~std::uint64_t{0xffffffff})};
    } else {
        key.address = ipv6_addresses_[slot].address;
    }
    return key;
}

void FlowTable::clear() noexcept {
    used_count_ = 0;
    if (++generation_ != 0) return;
    // After 2^32 epochs the generations begin again: old entries must not look alive.
    for (std::size_t slot = 0; slot <= mask_; ++slot) entries_[slot].generation = 0;
    generation_ = 1;
}

}  // namespace flowlock
