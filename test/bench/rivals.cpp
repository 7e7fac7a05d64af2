// SPDX-License-Identifier: BSD-3-Clause
#include "rivals.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_hash.h>
#include <rte_jhash.h>
#include <rte_mbuf.h>

#include "dataplane/burst.hpp"
#include "packet/common_stack.hpp"

namespace flowlock::bench {
namespace {

constexpr std::uint16_t burst_size = 32;

struct Burst {
    std::array<rte_mbuf*, burst_size> packets;
    std::array<Decoded, burst_size> decoded;
    std::array<std::uint64_t, burst_size> hashes;
    std::uint16_t received = 0;

    void receive(Queue queue) {
        received = rte_eth_rx_burst(queue.port, queue.number, packets.data(), burst_size);
    }
    void decode_packet(std::uint16_t i) {
        const std::span head{rte_pktmbuf_mtod(packets[i], const std::byte*),
                             rte_pktmbuf_data_len(packets[i])};
        const std::uint32_t wire = rte_pktmbuf_pkt_len(packets[i]);
        if (!decode_common(head, wire, decoded[i])) decoded[i] = decode(LinkType::ethernet, head, wire);
    }
    void free() { free_burst(packets.data(), received); }
};

}  // namespace

void run_source(Queue queue, const Stop& stop) {
    Burst burst;
    while (!stop.load(std::memory_order_relaxed)) {
        burst.receive(queue);
        burst.free();
    }
}

Floor::Floor(std::size_t bytes, const HashKey& secret)
    : secret_(secret), mask_(bytes / sizeof(Line) - 1), lines_(map_array<Line>(mask_ + 1)) {
    std::memset(static_cast<void*>(lines_.get()), 0, bytes);
}

void Floor::run(Queue queue, const Stop& stop) {
    Burst burst;
    while (!stop.load(std::memory_order_relaxed)) {
        burst.receive(queue);
        for (std::uint16_t i = 0; i < burst.received; ++i) {
            burst.decode_packet(i);
            burst.hashes[i] = hash_of(burst.decoded[i].key, secret_);
            __builtin_prefetch(&lines_[burst.hashes[i] & mask_], 1);
        }
        for (std::uint16_t i = 0; i < burst.received; ++i) {
            Line& line = lines_[burst.hashes[i] & mask_];
            line.packets += 1;
            line.bytes += burst.decoded[i].ip_bytes;
        }
        burst.free();
    }
}

void RteHashTable::Free::operator()(rte_hash* table) const noexcept {
    rte_hash_free(table);
}

RteHashTable::RteHashTable(std::uint32_t flows, const HashKey& secret)
    : secret_(secret), entries_(map_array<Entry>(flows)) {
    rte_hash_parameters parameters{};
    parameters.name = "twin";
    // Its buckets of 8 do not fill to the last place.
    parameters.entries = flows + flows / 4;
    parameters.key_len = 16;
    parameters.hash_func = rte_jhash;
    parameters.socket_id = SOCKET_ID_ANY;
    table_.reset(rte_hash_create(&parameters));
    if (!table_) throw std::runtime_error(std::string("rte_hash: ") + rte_strerror(rte_errno));
    std::memset(static_cast<void*>(entries_.get()), 0, flows * sizeof(Entry));
}

void RteHashTable::run(Queue queue, const Stop& stop) {
    Burst burst;
    std::array<std::array<std::uint64_t, 2>, burst_size> keys;
    std::array<const void*, burst_size> key_pointers;
    std::array<hash_sig_t, burst_size> signatures;
    std::array<void*, burst_size> found;
    std::uint64_t flows = 0;
    for (std::uint16_t i = 0; i < burst_size; ++i) key_pointers[i] = &keys[i];
    while (!stop.load(std::memory_order_relaxed)) {
        burst.receive(queue);
        if (burst.received == 0) continue;
        const std::uint64_t now = rte_rdtsc();
        for (std::uint16_t i = 0; i < burst.received; ++i) {
            burst.decode_packet(i);
            const FlowKey& key = burst.decoded[i].key;
            keys[i] = {key.ipv4_pair(), key.ports_and_protocol()};
            // Our keyed hash for both, so that only the tables differ.
            signatures[i] = static_cast<hash_sig_t>(hash_of(key, secret_));
        }
        std::uint64_t hits = 0;
        rte_hash_lookup_with_hash_bulk_data(table_.get(), key_pointers.data(), signatures.data(),
                                            burst.received, &hits, found.data());
        for (std::uint16_t i = 0; i < burst.received; ++i)
            if ((hits >> i & 1) != 0) __builtin_prefetch(found[i], 1);
        for (std::uint16_t i = 0; i < burst.received; ++i) {
            if ((hits >> i & 1) == 0) {
                found[i] = &entries_[flows];
                if (rte_hash_add_key_with_hash_data(table_.get(), &keys[i], signatures[i], found[i]) != 0)
                    continue;
                ++flows;
            }
            const Decoded& packet = burst.decoded[i];
            Entry& entry = *static_cast<Entry*>(found[i]);
            entry.packets[packet.sender] += 1;
            entry.bytes[packet.sender] += packet.ip_bytes;
            entry.flags[packet.sender] |= packet.flags;
            entry.first = std::min(entry.first, now);
            entry.last = std::max(entry.last, now);
        }
        burst.free();
    }
}

}  // namespace flowlock::bench
