// SPDX-License-Identifier: BSD-3-Clause
// A worker's flow table for one epoch.
//
// Layout: an array of 64-byte entries, one cache line each, so a packet touches one line of state. An IPv4
// key stands in its entry. Of an IPv6 key the entry holds a 64-bit keyed fingerprint, and the addresses stand
// in a second array that is read only when the fingerprint agrees: a hit costs two lines, and no two flows
// are ever mixed up. Probe sequence: linear from hash mod slots, at most probes_max entries; slots are twice
// the flows, so the load is at most 1/2 and a search touches 1.5 lines on average (Knuth, TAOCP 3, 6.4,
// unsuccessful 2.5). Emptying: entries carry the generation they were written in, so a new epoch costs
// nothing; the list of used slots makes reading proportional to the flows, not to the table.
//
// Owned by one thread at a time: the worker while its epoch is open, the control core from the hand-over on.
// count() is data path: no allocation, no exception, bounded.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/mapped_array.hpp"
#include "base/time.hpp"
#include "packet/decode.hpp"

namespace flowlock {

// Stands for the flags of a first packet that was captured too short to show them.
constexpr std::uint8_t first_flags_unknown = 0xff;

// One flow in one epoch. Index 0 and 1 are the endpoints of the flow's key: what endpoint i sent.
struct alignas(64) FlowEntry {
    std::uint64_t addresses;               // IPv4: the key's ipv4_pair(); IPv6: fingerprint
    std::uint64_t ports_and_protocol;      // as in the key
    std::uint32_t generation;              // in use when it is the table's
    std::array<std::uint8_t, 2> flags;     // TCP flags or icmp_class, or-ed
    std::uint8_t first_flags;              // … of the first packet
    std::uint8_t initiator;                // endpoint that sent the first packet
    std::array<std::uint32_t, 2> packets;  // an epoch is handed over before 2^31 packets
    std::array<std::uint64_t, 2> bytes;    // IP bytes
    std::int64_t first_ns;                 // earliest and latest packet, nanoseconds since 1970
    std::int64_t last_ns;
};
static_assert(sizeof(FlowEntry) == 64, "one flow, one cache line");

class FlowTable {
public:
    static constexpr std::uint32_t probes_max = 64;

    // Room for `flows` flows, a power of two.
    FlowTable(std::uint32_t flows, const HashKey& secret);

    std::uint64_t hash(const FlowKey& key) const noexcept { return hash_of(key, secret_); }
    void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&entries_[hash & mask_], 1); }
    // Counts a decoded packet. False: the table is full, or the probe sequence is; nothing was counted.
    bool count(const Decoded& packet, std::uint64_t hash, std::int64_t time_ns) noexcept;

    std::uint32_t size() const noexcept { return used_count_; }
    // The slots in use, in the order in which their flows began.
    std::span<const std::uint32_t> used() const noexcept { return {used_.get(), used_count_}; }
    const FlowEntry& entry(std::uint32_t slot) const noexcept { return entries_[slot]; }
    FlowKey key(std::uint32_t slot) const noexcept;
    // Forgets all flows.
    void clear() noexcept;

private:
    struct AddressPair {
        std::array<IpAddress, 2> address;
    };

    void begin_flow(std::uint32_t slot, const Decoded& packet, std::uint64_t addresses,
                    std::int64_t time_ns) noexcept;

    HashKey secret_;
    std::uint32_t mask_;
    std::uint32_t flows_max_;
    std::uint32_t used_count_ = 0;
    std::uint32_t generation_ = 1;  // 0 marks entries never used
    MappedArray<FlowEntry> entries_;
    MappedArray<AddressPair> ipv6_addresses_;
    MappedArray<std::uint32_t> used_;
};

}  // namespace flowlock
