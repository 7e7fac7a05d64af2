// SPDX-License-Identifier: BSD-3-Clause
// Capture files as a NIC: a DPDK port whose receive queues hand out the frames of the files, in order, spread
// by a symmetric hash of the flow so that both directions of a conversation meet the same queue. Packet time
// is the clock. Nothing is ever dropped: a queue waits for the reader, and the reader for the queues.
//
// The port is DPDK's net_null, which hands out empty packet buffers, with one receive callback per queue that
// fills them. The reader thread belongs to the source; the callbacks run in the workers. No root, hugepages
// or network.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "base/units.hpp"
#include "capture/capture_file.hpp"
#include "flow/epoch_sequence.hpp"
#include "queue_feed.hpp"

struct rte_eth_rxtx_callback;
struct rte_mempool;

namespace flowlock {

// What became of one input file.
struct ReplayInput {
    std::string file;
    Packets packets;
    Bytes bytes;  // on the wire
    bool truncated = false;
    std::string error;  // empty: read to its end
};

class ReplaySource {
public:
    struct Options {
        std::vector<std::string> files;  // "-" is standard input
        unsigned queues = 1;
        HashKey secret;  // of the hash that spreads flows over queues
        MbufFields fields;
    };

    // Makes and starts the port. Throws std::runtime_error when DPDK refuses it. One source at a time.
    explicit ReplaySource(Options options);
    // Waits for the reader, which ends early when stop() was called.
    ~ReplaySource();
    ReplaySource(const ReplaySource&) = delete;
    ReplaySource& operator=(const ReplaySource&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    const PacketClock& clock(unsigned queue) const noexcept { return feeds_[queue]->clock(); }

    // Begins to read. Each queue must be polled until its clock has ended.
    void start();
    // The input ends after what has been read. Any thread, also a signal handler.
    void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
    // All files are read; inputs() may be called.
    void join();
    const std::vector<ReplayInput>& inputs() const noexcept { return inputs_; }

    // For a progress line; any thread.
    std::uint64_t bytes_read() const noexcept { return bytes_read_.load(std::memory_order_relaxed); }
    // Size of all files together; none when one of them has no size (a pipe).
    const std::optional<std::uint64_t>& bytes_total() const noexcept { return bytes_total_; }

private:
    void make_port();
    void read_all();
    void hand_on(Chunk& chunk);
    Chunk& take_free_chunk();
    void mark_epochs(Chunk& chunk);
    void spread(Chunk& chunk);

    struct FreePool {
        void operator()(rte_mempool* pool) const noexcept;
    };

    Options options_;
    std::uint16_t port_ = 0;
    std::unique_ptr<rte_mempool, FreePool> pool_;
    ChunkQueue returned_;  // chunks that a queue is done with, once for each queue
    std::vector<std::unique_ptr<QueueFeed>> feeds_;
    std::vector<const rte_eth_rxtx_callback*> callbacks_;  // one per queue
    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<Chunk*> free_;       // reader
    EpochSequence epochs_;           // reader
    std::uint64_t frames_read_ = 0;  // reader
    std::vector<ReplayInput> inputs_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::uint64_t> bytes_read_ = 0;
    std::optional<std::uint64_t> bytes_total_;
    std::thread reader_;
};

}  // namespace flowlock
