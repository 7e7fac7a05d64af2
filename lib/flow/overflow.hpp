// SPDX-License-Identifier: BSD-3-Clause
// What did not fit a worker's flow table in an epoch: exact packets and bytes by internal host, protocol, class
// of traffic and direction, and an estimate of how many flows they were. So a flood of random sources, which
// fills every table, still meets exact limits.
//
// Hosts: open addressing, 64 bytes a (host, protocol, class), load at most 1/2. Flows: adaptive distinct sampling
// (Wegman's, analysed by Flajolet, "On adaptive sampling", Computing 34, 1990): the flows whose hash begins
// with `level` zero bits are kept; when they are too many, the level grows and half of them go. The estimate
// is their number times 2^level, with a relative standard error of 1.2 / sqrt(samples_max) = 1.9 % over all,
// and 1.2 / sqrt(s) for a host with s of the samples. Up to samples_max flows it is exact.
//
// Owned like the flow table: the worker's while its epoch is open, then the control core's, which clears it.
// prefetch() and count() are data path: no allocation, no exception, bounded.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/mapped_array.hpp"
#include "base/prefetch.hpp"
#include "base/prefix.hpp"
#include "base/units.hpp"
#include "flow/traffic_class.hpp"
#include "packet/decode.hpp"

namespace flowlock {

// A host's traffic in one protocol and class. Index 0 is what it sent (out), 1 what it received (in).
struct alignas(64) HostCounts {
    IpAddress host;
    std::uint32_t generation = 0;  // in use when it is the table's
    std::uint8_t protocol = 0;
    std::uint8_t family = 4;
    TrafficClass traffic = TrafficClass::other;  // by the single packet: class_of_packet()
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};
    std::uint32_t first = 0;  // in the time of the epoch's flow table
    std::uint32_t last = 0;
};
static_assert(sizeof(HostCounts) == 64, "one host, one cache line");

class Overflow {
public:
    static constexpr std::uint32_t samples_max = 4096;
    static constexpr std::uint32_t probes_max = 64;

    // Room for so many of host, protocol and class, a power of two.
    Overflow(std::uint32_t hosts, const PrefixSet& internal, const HashKey& secret);
    void prefault() noexcept;
    // While it is empty.
    void change_internal(const PrefixSet& internal) { internal_ = internal; }

    // The place where this packet's host will be looked for.
    struct Place {
        std::uint32_t slot = 0;
        std::uint8_t inside = 0;  // the internal endpoint of the key
        bool has_host = false;    // exactly one endpoint is internal
        TrafficClass traffic = TrafficClass::other;
    };
    Place find_place(const Decoded& packet) const noexcept;
    [[gnu::always_inline]] void prefetch(const Place& place) const noexcept {
        prefetch_to_write(&hosts_[place.slot]);
    }
    void count(const Decoded& packet, const Place& place, std::uint64_t hash, std::uint32_t time) noexcept;

    // All packets that came here; among them those for whose host there was no room.
    Packets packets() const noexcept { return packets_; }
    Packets unattributed() const noexcept { return unattributed_; }
    std::uint32_t size() const noexcept { return used_count_; }
    // The i-th of size() hosts.
    const HostCounts& host(std::uint32_t i) const noexcept { return hosts_[used_[i]]; }
    // Estimated flows of the i-th host that had packets in each direction, for all hosts; for the control
    // core, who allocates.
    std::vector<std::array<Flows, 2>> flows() const;
    // What each sampled flow stands for: 1 means that the estimate is exact.
    std::uint64_t flows_per_sample() const noexcept { return std::uint64_t{1} << level_; }
    void clear() noexcept;

private:
    struct Sample {
        std::uint64_t hash;
        std::uint32_t slot_plus_1;  // of its host; 0: free
        std::uint32_t directions;   // bit 0: out, bit 1: in
    };

    bool is_sampled(std::uint64_t hash) const noexcept {
        return (hash >> 24 & ((std::uint64_t{1} << level_) - 1)) == 0;
    }
    HostCounts* find_host(const Decoded& packet, const Place& place) noexcept;
    HostCounts* begin_host(std::uint32_t slot, const FlowKey& key, const Place& place) noexcept;
    void sample(std::uint64_t hash, std::uint32_t slot, unsigned direction) noexcept;
    void insert(const Sample& added) noexcept;
    void thin_out() noexcept;

    PrefixSet internal_;
    HashKey secret_;
    std::uint32_t mask_;
    std::uint32_t hosts_max_;
    std::uint32_t used_count_ = 0;
    std::uint32_t generation_ = 1;  // 0 marks entries never used
    std::uint32_t level_ = 0;
    std::uint32_t sample_count_ = 0;
    Packets packets_;
    Packets unattributed_;
    MappedArray<HostCounts> hosts_;
    MappedArray<std::uint32_t> used_;
    MappedArray<Sample> samples_;  // open addressing, twice samples_max
    MappedArray<Sample> scratch_;  // of thin_out()
};

inline Overflow::Place Overflow::find_place(const Decoded& packet) const noexcept {
    const FlowKey& key = packet.key;
    const unsigned first_inside = internal_.contains(key.address[0]) ? 1 : 0;
    const unsigned second_inside = internal_.contains(key.address[1]) ? 1 : 0;
    if (first_inside == second_inside) return {};
    const auto inside = static_cast<std::uint8_t>(1 - first_inside);
    const IpAddress& host = key.address[inside];
    const TrafficClass traffic = class_of_packet(packet);
    const std::uint64_t kind = std::uint64_t{key.protocol} | static_cast<std::uint64_t>(traffic) << 8;
    const std::uint64_t hash = fold_multiply(host.high ^ secret_.a ^ kind, host.low ^ secret_.b ^ key.family);
    return {.slot = static_cast<std::uint32_t>(hash) & mask_,
            .inside = inside,
            .has_host = true,
            .traffic = traffic};
}

inline HostCounts* Overflow::find_host(const Decoded& packet, const Place& place) noexcept {
    const IpAddress& address = packet.key.address[place.inside];
    for (std::uint32_t probe = 0; probe < probes_max; ++probe) {
        const std::uint32_t slot = (place.slot + probe) & mask_;
        HostCounts& host = hosts_[slot];
        if (host.generation != generation_) return begin_host(slot, packet.key, place);
        if (host.host == address && host.traffic == place.traffic && host.protocol == packet.key.protocol &&
            host.family == packet.key.family)
            return &host;
    }
    return nullptr;
}

inline void Overflow::count(const Decoded& packet, const Place& place, std::uint64_t hash,
                            std::uint32_t time) noexcept {
    packets_ += {1};
    if (!place.has_host) return;
    HostCounts* host = find_host(packet, place);
    if (host == nullptr) {
        unattributed_ += {1};
        return;
    }
    const unsigned direction = packet.sender == place.inside ? 0 : 1;
    host->packets[direction] += 1;
    host->bytes[direction] += packet.ip_bytes;
    host->first = std::min(host->first, time);
    host->last = std::max(host->last, time);
    if (is_sampled(hash)) sample(hash, static_cast<std::uint32_t>(host - hosts_.get()), direction);
}

}  // namespace flowlock
