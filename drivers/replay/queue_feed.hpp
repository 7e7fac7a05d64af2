// SPDX-License-Identifier: BSD-3-Clause
// One receive queue of the replay port: shows the frames of chunks in packet buffers. Belongs to the worker
// thread that polls the queue; called by DPDK as the queue's receive callback.
#pragma once

#include <cstdint>

#include "chunk.hpp"
#include "chunk_queue.hpp"
#include "dataplane/mbuf_fields.hpp"
#include "dataplane/packet_clock.hpp"

namespace flowlock {

class QueueFeed {
public:
    QueueFeed(unsigned queue, const MbufFields& fields, ChunkQueue& returned)
        : queue_(queue), fields_(fields), returned_(returned) {}

    // Fills up to `given` empty packet buffers, all of one epoch, which the clock then names; frees those it
    // does not need. Returns how many it filled. Waits while the reader has nothing ready.
    std::uint16_t fill(rte_mbuf** packets, std::uint16_t given) noexcept;

    ChunkQueue& incoming() noexcept { return incoming_; }
    const PacketClock& clock() const noexcept { return clock_; }

private:
    bool have_chunk() noexcept;
    std::size_t frames() const noexcept;
    std::uint32_t frame_index(std::size_t place) const noexcept;
    bool next_epoch_begins_at(std::uint32_t frame) const noexcept;
    void show(std::uint32_t index, rte_mbuf* packet) const noexcept;
    void finish_chunk() noexcept;

    unsigned queue_;
    MbufFields fields_;
    ChunkQueue& returned_;
    ChunkQueue incoming_;
    PacketClock clock_;
    Chunk* chunk_ = nullptr;  // null between chunks
    std::size_t place_ = 0;   // the next frame, among this queue's
    std::size_t mark_ = 0;    // the epoch mark that is in force
};

}  // namespace flowlock
