// SPDX-License-Identifier: BSD-3-Clause
// How many descriptors and packet buffers a receive queue gets, and how much memory they are. Pure.
//
// Descriptors bridge the time in which a worker does not poll: a change of epoch, an interrupt. 4,096 are the
// most that ixgbe and i40e have; at 10 GbE in 64-byte frames they last 275 microseconds, in full-size frames 5 ms.
// Each descriptor holds a buffer; beside them are a burst in the worker's hands and the lcore's cache, which
// DPDK fills up to half again its size. Buffers are 2 KiB: a longer frame spans several where the NIC can
// scatter, so jumbo frames cost no memory while there are none.
#pragma once

#include <cstdint>

namespace flowlock {

struct PortSizes {
    static constexpr std::uint16_t descriptors = 4096;
    static constexpr unsigned buffer_cache = 256;
    static constexpr unsigned bursts_in_hand = 2 * 32;

    // Packet buffers of one queue with so many descriptors.
    static constexpr unsigned buffers(unsigned queue_descriptors) {
        return queue_descriptors + bursts_in_hand + buffer_cache * 3 / 2;
    }
    // For so many queues in all: a buffer is 2 KiB with 128 bytes of headroom, as much of DPDK's own, and the
    // pool's share; beside them the rings, and what DPDK's drivers take for themselves.
    static constexpr unsigned memory_mib(unsigned queues) {
        constexpr unsigned bytes_per_buffer = 2048 + 128 + 128 + 64 + 8;
        constexpr unsigned for_drivers = 64;
        return for_drivers + queues * (buffers(descriptors) * bytes_per_buffer / (1 << 20) + 2);
    }
};

}  // namespace flowlock
