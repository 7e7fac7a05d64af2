// SPDX-License-Identifier: BSD-3-Clause
// Made-up traffic as a NIC: a DPDK port whose receive queues hand out frames as fast as they are polled. It
// has no timestamps and says nothing about its packets, like the plainest of NICs. The port is DPDK's
// net_null with one receive callback per queue that writes the frames into the buffers: no thread, no copy.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "frame_maker.hpp"
#include "traffic.hpp"

struct rte_mempool;
struct rte_mbuf;
struct rte_eth_rxtx_callback;

namespace flowlock {

class SyntheticSource {
public:
    struct Options {
        SyntheticTraffic traffic;
        unsigned queues = 1;
    };

    // Makes and starts the port. Throws std::runtime_error when DPDK refuses it.
    explicit SyntheticSource(Options options);
    ~SyntheticSource();
    SyntheticSource(const SyntheticSource&) = delete;
    SyntheticSource& operator=(const SyntheticSource&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    // Frames a queue has handed out so far. Any thread.
    std::uint64_t sent(unsigned queue) const noexcept {
        return feeds_[queue]->sent.load(std::memory_order_relaxed);
    }

private:
    // A line of its own: queues of different cores do not disturb each other.
    struct alignas(64) Feed {
        Feed(const SyntheticTraffic& traffic, unsigned queue, unsigned queues)
            : maker(traffic, queue, queues) {}
        FrameMaker maker;
        std::atomic<std::uint64_t> sent = 0;  // written by the queue's thread only
    };
    struct FreePool {
        void operator()(rte_mempool* pool) const noexcept;
    };

    static void put_payload(rte_mempool*, void* source, void* buffer, unsigned);
    static std::uint16_t fill(std::uint16_t port, std::uint16_t queue, rte_mbuf** packets,
                              std::uint16_t given, std::uint16_t room, void* feed);
    void make_port();

    Options options_;
    std::string name_;
    std::uint16_t port_ = 0;
    std::unique_ptr<rte_mempool, FreePool> pool_;
    std::vector<std::unique_ptr<Feed>> feeds_;
    std::vector<const rte_eth_rxtx_callback*> callbacks_;  // one per queue
};

}  // namespace flowlock
