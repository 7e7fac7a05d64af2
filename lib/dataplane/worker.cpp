// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/worker.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include <rte_ethdev.h>

#include "base/backoff.hpp"

namespace flowlock {
namespace {

// Keeps a flow's 32-bit packet count from overflowing when the packet clock stands still.
constexpr std::uint32_t packets_per_epoch_max = std::uint32_t{1} << 31;

}  // namespace

Worker::Worker(const Options& options, EpochChannel& channel, const PacketClock& clock)
    : options_(options), channel_(channel), clock_(clock), epoch_(channel.take_empty()) {
    assert(epoch_ != nullptr);
    epoch_->name = {};
}

void Worker::run() noexcept {
    for (;;) {
        const std::uint16_t received =
            rte_eth_rx_burst(options_.port, options_.queue, packets_.data(), burst_size);
        if (clock_.epoch != epoch_->name) change_epoch(clock_.epoch.sequence);
        if (received > 0)
            count(received);
        else if (clock_.ended)
            break;
    }
    epoch_->next_sequence = std::numeric_limits<std::uint64_t>::max();
    channel_.hand_over(epoch_);
    epoch_ = nullptr;
    finished_.store(true, std::memory_order_release);
}

void Worker::count(std::uint16_t received) noexcept {
    decode_burst(received);
    for (std::uint16_t i = 0; i < received; ++i)
        if (is_decoded(decoded_[i].outcome)) count_flow(i);
    rte_pktmbuf_free_bulk(packets_.data(), received);
}

// Everything but the flow table, whose lines are on their way meanwhile.
void Worker::decode_burst(std::uint16_t received) noexcept {
    packets_in_epoch_ += received;
    if (packets_in_epoch_ >= packets_per_epoch_max) change_epoch(epoch_->name.sequence);
    for (std::uint16_t i = 0; i < received; ++i) {
        rte_mbuf* packet = packets_[i];
        const auto* bytes = rte_pktmbuf_mtod(packet, const std::byte*);
        const std::uint32_t wire = rte_pktmbuf_pkt_len(packet);
        Decoded& decoded = decoded_[i];
        decoded = decode(options_.fields.link(packet), {bytes, rte_pktmbuf_data_len(packet)}, wire);
        times_ns_[i] = options_.fields.time_ns(packet);

        epoch_->tally[decoded.outcome] += {1};
        epoch_->tally.wire_bytes += {wire};
        epoch_->first_ns = std::min(epoch_->first_ns, times_ns_[i]);
        epoch_->last_ns = std::max(epoch_->last_ns, times_ns_[i]);
        if (!is_decoded(decoded.outcome)) continue;
        epoch_->tally.fragments += {decoded.fragment ? 1u : 0u};
        hashes_[i] = epoch_->flows.hash(decoded.key);
        epoch_->flows.prefetch(hashes_[i]);
    }
}

void Worker::count_flow(std::uint16_t i) noexcept {
    if (epoch_->flows.count(decoded_[i], hashes_[i], times_ns_[i])) [[likely]]
        return;
    // The table is full: the rest of the epoch goes into another one, and the control core joins the parts.
    change_epoch(epoch_->name.sequence);
    [[maybe_unused]] const bool counted = epoch_->flows.count(decoded_[i], hashes_[i], times_ns_[i]);
    assert(counted);  // an empty table has room
}

// Hands the epoch over and goes on with an empty one, which is the same epoch's next part when the sequence
// stays.
void Worker::change_epoch(std::uint64_t next_sequence) noexcept {
    epoch_->next_sequence = next_sequence;
    const EpochName name = next_sequence == epoch_->name.sequence ? epoch_->name : clock_.epoch;
    channel_.hand_over(epoch_);
    Backoff backoff;
    while ((epoch_ = channel_.take_empty()) == nullptr) backoff.wait();
    epoch_->name = name;
    packets_in_epoch_ = 0;
}

}  // namespace flowlock
