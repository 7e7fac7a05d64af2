// SPDX-License-Identifier: BSD-3-Clause
#include "queue_feed.hpp"

#include <algorithm>

namespace flowlock {

std::uint16_t QueueFeed::fill(rte_mbuf** packets, std::uint16_t given) noexcept {
    if (given == 0) return 0;  // DPDK had no buffer; the frames wait
    std::uint16_t filled = 0;
    if (have_chunk()) {
        for (; filled < given && place_ < frames(); ++place_) {
            const std::uint32_t index = frame_index(place_);
            while (filled == 0 && next_epoch_begins_at(index)) clock_.epoch = chunk_->marks[++mark_].name;
            if (next_epoch_begins_at(index)) break;
            show(index, packets[filled++]);
        }
        // Other queues may have frames in later epochs of the chunk: the clock goes on for this one, too.
        if (filled == 0) finish_chunk();
    }
    if (filled < given) rte_pktmbuf_free_bulk(packets + filled, given - filled);
    return filled;
}

bool QueueFeed::have_chunk() noexcept {
    if (chunk_ != nullptr) return true;
    if (clock_.ended) return false;
    chunk_ = incoming_.take();
    clock_.ended = chunk_ == nullptr;
    if (clock_.ended) return false;
    place_ = 0;
    mark_ = 0;
    clock_.epoch = chunk_->marks.front().name;
    return true;
}

std::size_t QueueFeed::frames() const noexcept {
    return chunk_->frames_of_queue.empty() ? chunk_->block.frames.size()
                                           : chunk_->frames_of_queue[queue_].size();
}

std::uint32_t QueueFeed::frame_index(std::size_t place) const noexcept {
    return chunk_->frames_of_queue.empty() ? static_cast<std::uint32_t>(place)
                                           : chunk_->frames_of_queue[queue_][place];
}

bool QueueFeed::next_epoch_begins_at(std::uint32_t frame) const noexcept {
    return mark_ + 1 < chunk_->marks.size() && chunk_->marks[mark_ + 1].frame <= frame;
}

// The buffer shows the frame where it stands in the chunk, which stays until the worker asks for the next
// burst: no copy. Only this port uses the pool, so nobody meets a buffer's own memory. As with a NIC, a frame
// longer than a buffer keeps its head, and the length on the wire stays.
void QueueFeed::show(std::uint32_t index, rte_mbuf* packet) const noexcept {
    const CapturedFrame& frame = chunk_->block.frames[index];
    const auto kept = std::min<std::uint32_t>(frame.captured, RTE_MBUF_DEFAULT_DATAROOM);
    packet->buf_addr = chunk_->block.bytes.get() + frame.offset;
    packet->data_off = 0;
    packet->data_len = static_cast<std::uint16_t>(kept);
    packet->pkt_len = frame.wire;
    fields_.time_ns(packet) = ns_of(frame.time);
    fields_.serial(packet) = chunk_->first_serial + index;
    fields_.link(packet) = frame.link;
}

void QueueFeed::finish_chunk() noexcept {
    clock_.epoch = chunk_->marks.back().name;
    returned_.put(chunk_);
    chunk_ = nullptr;
}

}  // namespace flowlock
