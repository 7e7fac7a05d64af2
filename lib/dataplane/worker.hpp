// SPDX-License-Identifier: BSD-3-Clause
// The data path: one thread, one queue. Takes bursts, decodes them, counts them in the flow table of its
// epoch, and hands the epoch over when the clock says that it is over, or when its table is full. Everything
// run() reaches is data path: no allocation, lock, exception, log line or virtual call, every loop bounded.
// It makes a system call in one place only, where a replay has to wait for the control core (a capture file
// can wait, a NIC cannot).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/epoch_channel.hpp"
#include "dataplane/mbuf_fields.hpp"
#include "dataplane/packet_clock.hpp"
#include "packet/decode.hpp"

namespace flowlock {

class Worker {
public:
    static constexpr std::uint16_t burst_size = 32;

    struct Options {
        std::uint16_t port = 0;
        std::uint16_t queue = 0;
        MbufFields fields;
    };
    // The channel and the queue's clock outlive the worker.
    Worker(const Options& options, EpochChannel& channel, const PacketClock& clock);

    // Until the clock has ended; then the last epoch has been handed over.
    void run() noexcept;
    // run() has returned, and what it wrote may be read. Any thread.
    bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

private:
    void count(std::uint16_t received) noexcept;
    void decode_burst(std::uint16_t received) noexcept;
    void count_flow(std::uint16_t i) noexcept;
    void change_epoch(std::uint64_t next_sequence) noexcept;

    Options options_;
    EpochChannel& channel_;
    const PacketClock& clock_;
    Epoch* epoch_;  // never null: the worker always has one to count in

    // One burst on its way from the queue to the table.
    std::array<rte_mbuf*, burst_size> packets_{};
    std::array<Decoded, burst_size> decoded_{};
    std::array<std::uint64_t, burst_size> hashes_{};
    std::array<std::int64_t, burst_size> times_ns_{};
    std::uint32_t packets_in_epoch_ = 0;
    std::atomic<bool> finished_ = false;
};

}  // namespace flowlock
