// SPDX-License-Identifier: BSD-3-Clause
// Spreads the packets of a port that has too few queues over the workers, by the hash of their flow, on an lcore
// of its own. To a worker the result looks like any port: it is DPDK's ring driver over one single-producer
// single-consumer ring for each worker. Data path: what finds a full ring is given back and counted.
//
// The port's queues are read in turn. Both directions of a flow come to the same worker.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "base/hash.hpp"
#include "base/units.hpp"
#include "dataplane/worker.hpp"

namespace flowlock {

class Spreader {
public:
    // As deep as a NIC's queue.
    static constexpr unsigned ring_size = 4096;
    static constexpr unsigned targets_max = 64;

    // `name` is unique in the process. `pool`: of any receive queue; the ring driver asks for one and leaves it
    // alone. Throws std::runtime_error.
    Spreader(const std::string& name, std::vector<RxQueue> sources, unsigned targets, rte_mempool* pool,
             const HashKey& secret);
    ~Spreader();
    Spreader(const Spreader&) = delete;
    Spreader& operator=(const Spreader&) = delete;

    // The port whose queues 0 … targets − 1 the workers poll.
    std::uint16_t port() const noexcept { return port_; }
    void run(const std::atomic<bool>& stop) noexcept;

    // Any thread.
    void set_open(std::uint16_t port, bool open) noexcept;
    void renumber(std::uint16_t port, std::uint16_t to) noexcept;  // only while it is closed
    std::uint64_t rounds() const noexcept { return rounds_.load(std::memory_order_acquire); }
    Packets ring_full() const noexcept { return {ring_full_.load(std::memory_order_relaxed)}; }
    bool is_drained() const noexcept;
    // run() has returned.
    bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

private:
    struct FreeRing {
        void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
    };
    struct Gate {
        RxQueue queue;
        std::atomic<bool> open = true;
    };
    // One burst on its way to one worker.
    struct Parcel {
        std::array<rte_mbuf*, Worker::burst_size> packets{};
        unsigned count = 0;
    };

    void start_port(const std::string& name, rte_mempool* pool);
    std::uint16_t receive(const Gate& gate) noexcept;
    unsigned target_of(rte_mbuf* packet) const noexcept;
    void spread(std::uint16_t received) noexcept;

    std::vector<std::unique_ptr<Gate>> gates_;
    std::vector<std::unique_ptr<rte_ring, FreeRing>> rings_;
    HashKey secret_;
    std::uint16_t port_ = 0;
    std::array<rte_mbuf*, Worker::burst_size> packets_{};
    std::array<Parcel, targets_max> parcels_{};
    alignas(64) std::atomic<std::uint64_t> rounds_ = 0;
    std::atomic<std::uint64_t> ring_full_ = 0;
    std::atomic<bool> finished_ = false;
};

}  // namespace flowlock
