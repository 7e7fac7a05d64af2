// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/epoch_channel.hpp"

#include <cassert>
#include <stdexcept>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_lcore.h>

namespace flowlock {
namespace {

constexpr unsigned inspectors_max = 2;

}  // namespace

EpochChannel::Ring EpochChannel::make_ring(const std::string& name, unsigned entries) {
    Ring ring{rte_ring_create(name.c_str(), rte_align32pow2(entries + 1), SOCKET_ID_ANY,
                              RING_F_SP_ENQ | RING_F_SC_DEQ)};
    if (!ring) throw std::runtime_error("ring " + name + ": " + rte_strerror(rte_errno));
    return ring;
}

EpochChannel::EpochChannel(const std::string& name, unsigned epochs, const EpochSizes& sizes,
                           const PrefixSet& internal, const HashKey& secret)
    : keeps_heads_(sizes.heads),
      full_(make_ring(name + "_full", epochs)),
      empty_(make_ring(name + "_empty", epochs)),
      orders_sent_(make_ring(name + "_orders", orders_.size())),
      orders_returned_(make_ring(name + "_ordered", orders_.size())),
      inspectors_sent_(make_ring(name + "_sets", inspectors_max)),
      inspectors_returned_(make_ring(name + "_unset", inspectors_max)) {
    for (unsigned i = 0; i < epochs; ++i) {
        epochs_.push_back(std::make_unique<Epoch>(sizes, internal, secret));
        put(empty_, epochs_.back().get());
    }
    for (WatchOrder& order : orders_) put(orders_returned_, &order);
}

template <class T>
T* EpochChannel::take(Ring& ring) noexcept {
    void* item = nullptr;
    return rte_ring_sc_dequeue(ring.get(), &item) == 0 ? static_cast<T*>(item) : nullptr;
}

// Each ring has room for everything that goes through it.
template <class T>
void EpochChannel::put(Ring& ring, T* item) noexcept {
    [[maybe_unused]] const int failed = rte_ring_sp_enqueue(ring.get(), item);
    assert(failed == 0);
}

void EpochChannel::prefault() noexcept {
    for (const auto& epoch : epochs_) epoch->prefault();
}

Epoch* EpochChannel::take_empty() noexcept {
    return take<Epoch>(empty_);
}

void EpochChannel::hand_over(Epoch* epoch) noexcept {
    put(full_, epoch);
}

WatchOrder* EpochChannel::take_order() noexcept {
    return take<WatchOrder>(orders_sent_);
}

void EpochChannel::return_order(WatchOrder* order) noexcept {
    put(orders_returned_, order);
}

bool EpochChannel::send_order(std::uint64_t from_sequence, bool alarm,
                              std::span<const IpAddress> hosts) noexcept {
    WatchOrder* order = take<WatchOrder>(orders_returned_);
    if (order == nullptr) return false;
    order->from_sequence = from_sequence;
    order->alarm = alarm;
    order->list.assign(hosts);
    put(orders_sent_, order);
    return true;
}

InspectorOrder* EpochChannel::take_inspector() noexcept {
    return take<InspectorOrder>(inspectors_sent_);
}

void EpochChannel::return_inspector(InspectorOrder* order) noexcept {
    put(inspectors_returned_, order);
}

bool EpochChannel::send_inspector(std::unique_ptr<InspectorOrder>& order) {
    while (const InspectorOrder* returned = take<InspectorOrder>(inspectors_returned_))
        std::erase_if(inspectors_, [=](const auto& owned) { return owned.get() == returned; });
    if (inspectors_.size() >= inspectors_max) return false;
    inspectors_.push_back(std::move(order));
    put(inspectors_sent_, inspectors_.back().get());
    return true;
}

Epoch* EpochChannel::take_full() noexcept {
    return take<Epoch>(full_);
}

void EpochChannel::change_internal(const PrefixSet& internal) {
    internal_ = internal;
    ++networks_;
}

void EpochChannel::give_back(Epoch* epoch) {
    epoch->clear();
    epoch->scale = scale_;
    epoch->sample_level = sample_level_;
    if (epoch->networks != networks_) {
        if (epoch->overflow) epoch->overflow->change_internal(internal_);
        epoch->networks = networks_;
    }
    put(empty_, epoch);
}

}  // namespace flowlock
