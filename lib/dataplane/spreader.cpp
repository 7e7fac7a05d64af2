// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/spreader.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_pause.h>

#include "packet/common_stack.hpp"

namespace flowlock {
namespace {

[[noreturn]] void fail(const std::string& name, const char* what, int error) {
    throw std::runtime_error(name + ": " + what + ": " + rte_strerror(error));
}

}  // namespace

Spreader::Spreader(const std::string& name, std::vector<RxQueue> sources, unsigned targets, rte_mempool* pool,
                   const HashKey& secret)
    : secret_(secret) {
    assert(!sources.empty() && targets >= 1 && targets <= targets_max);
    for (const RxQueue& source : sources) {
        gates_.push_back(std::make_unique<Gate>());
        gates_.back()->queue = source;
    }
    for (unsigned target = 0; target < targets; ++target) {
        rings_.emplace_back(rte_ring_create((name + "_" + std::to_string(target)).c_str(), ring_size,
                                            SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ));
        if (!rings_.back()) fail(name, "ring", rte_errno);
    }
    start_port(name, pool);
}

void Spreader::start_port(const std::string& name, rte_mempool* pool) {
    std::vector<rte_ring*> rings;
    for (const auto& ring : rings_) rings.push_back(ring.get());
    const auto targets = static_cast<std::uint16_t>(rings.size());
    const int port = rte_eth_from_rings(name.c_str(), rings.data(), targets, rings.data(), targets, 0);
    if (port < 0) fail(name, "port", rte_errno);
    port_ = static_cast<std::uint16_t>(port);
    const rte_eth_conf configuration{};
    if (const int error = rte_eth_dev_configure(port_, targets, targets, &configuration); error < 0)
        fail(name, "configure", -error);
    for (std::uint16_t queue = 0; queue < targets; ++queue) {
        if (const int error = rte_eth_rx_queue_setup(port_, queue, 0, SOCKET_ID_ANY, nullptr, pool);
            error < 0)
            fail(name, "receive queue", -error);
        if (const int error = rte_eth_tx_queue_setup(port_, queue, 0, SOCKET_ID_ANY, nullptr); error < 0)
            fail(name, "transmit queue", -error);
    }
    if (const int error = rte_eth_dev_start(port_); error < 0) fail(name, "start", -error);
}

Spreader::~Spreader() {
    rte_eth_dev_stop(port_);
    rte_eth_dev_close(port_);
    // What nobody has taken.
    std::array<rte_mbuf*, Worker::burst_size> left{};
    for (const auto& ring : rings_)
        while (const unsigned count =
                   rte_ring_sc_dequeue_burst(ring.get(), reinterpret_cast<void**>(left.data()),
                                             static_cast<unsigned>(left.size()), nullptr))
            rte_pktmbuf_free_bulk(left.data(), count);
}

void Spreader::set_open(std::uint16_t port, bool open) noexcept {
    for (const auto& gate : gates_)
        if (gate->queue.port == port) gate->open.store(open, std::memory_order_release);
}

void Spreader::renumber(std::uint16_t port, std::uint16_t to) noexcept {
    for (const auto& gate : gates_)
        if (gate->queue.port == port) gate->queue.port = to;
}

bool Spreader::is_drained() const noexcept {
    return std::ranges::all_of(rings_, [](const auto& ring) { return rte_ring_empty(ring.get()) != 0; });
}

void Spreader::run(const std::atomic<bool>& stop) noexcept {
    std::size_t next = 0;
    for (std::uint64_t round = 1; !stop.load(std::memory_order_relaxed); ++round) {
        const Gate& gate = *gates_[next];
        if (++next == gates_.size()) next = 0;
        const std::uint16_t received = receive(gate);
        rounds_.store(round, std::memory_order_release);
        if (received == 0)
            rte_pause();
        else
            spread(received);
    }
    // What stood in the queues, as far as the rings take it: they are a queue deep, and workers empty them.
    for (const auto& gate : gates_)
        for (unsigned bursts = 0; bursts < ring_size / Worker::burst_size; ++bursts) {
            const std::uint16_t received = receive(*gate);
            if (received == 0) break;
            spread(received);
        }
    finished_.store(true, std::memory_order_release);
}

std::uint16_t Spreader::receive(const Gate& gate) noexcept {
    if (!gate.open.load(std::memory_order_acquire)) [[unlikely]]
        return 0;
    return rte_eth_rx_burst(gate.queue.port, gate.queue.number, packets_.data(), Worker::burst_size);
}

// What is no flow goes to the first worker, who finds out why.
unsigned Spreader::target_of(rte_mbuf* packet) const noexcept {
    const std::span head{rte_pktmbuf_mtod(packet, const std::byte*), rte_pktmbuf_data_len(packet)};
    const std::uint32_t wire = rte_pktmbuf_pkt_len(packet);
    Decoded decoded;
    if (!decode_common(head, wire, decoded)) decoded = decode(LinkType::ethernet, head, wire);
    if (!is_decoded(decoded.outcome)) return 0;
    // The upper half: the lower chooses the place in the worker's table.
    return static_cast<unsigned>((hash_of(decoded.key, secret_) >> 32) * rings_.size() >> 32);
}

void Spreader::spread(std::uint16_t received) noexcept {
    for (std::uint16_t i = 0; i < received; ++i) {
        Parcel& parcel = parcels_[target_of(packets_[i])];
        parcel.packets[parcel.count++] = packets_[i];
    }
    for (std::size_t target = 0; target < rings_.size(); ++target) {
        Parcel& parcel = parcels_[target];
        if (parcel.count == 0) continue;
        const unsigned taken = rte_ring_sp_enqueue_burst(
            rings_[target].get(), reinterpret_cast<void**>(parcel.packets.data()), parcel.count, nullptr);
        if (taken < parcel.count) {
            rte_pktmbuf_free_bulk(parcel.packets.data() + taken, parcel.count - taken);
            ring_full_.store(ring_full_.load(std::memory_order_relaxed) + parcel.count - taken,
                             std::memory_order_relaxed);
        }
        parcel.count = 0;
    }
}

}  // namespace flowlock
