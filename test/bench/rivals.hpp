// SPDX-License-Identifier: BSD-3-Clause
// What the data path is measured against, each as a loop over the same port and queue until `stop` is set:
// the source alone; the floor, which is the least that any flow monitor does (parse, hash, and change one
// cache line of a table of the same size, whatever stands there); and the same work on DPDK's rte_hash.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/hash.hpp"
#include "base/mapped_array.hpp"

struct rte_hash;

namespace flowlock::bench {

struct Queue {
    std::uint16_t port = 0;
    std::uint16_t number = 0;
};
using Stop = std::atomic<bool>;

// Receives and frees.
void run_source(Queue queue, const Stop& stop);

class Floor {
public:
    // A table of so many bytes, a power of two.
    Floor(std::size_t bytes, const HashKey& secret);
    void run(Queue queue, const Stop& stop);

private:
    struct alignas(64) Line {
        std::uint64_t packets;
        std::uint64_t bytes;
    };
    HashKey secret_;
    std::size_t mask_;
    MappedArray<Line> lines_;
};

// The same counters per flow as ours, in an array that rte_hash_lookup_with_hash_bulk_data points into.
class RteHashTable {
public:
    // Keys of 16 bytes (IPv4: addresses, ports, protocol).
    RteHashTable(std::uint32_t flows, const HashKey& secret);
    void run(Queue queue, const Stop& stop);

private:
    struct Free {
        void operator()(rte_hash* table) const noexcept;
    };
    struct alignas(64) Entry {
        std::uint64_t packets[2];
        std::uint64_t bytes[2];
        std::uint64_t first, last;
        std::uint8_t flags[2];
    };
    HashKey secret_;
    std::unique_ptr<rte_hash, Free> table_;
    MappedArray<Entry> entries_;
};

}  // namespace flowlock::bench
