// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/epoch_channel.hpp"

#include <cassert>
#include <stdexcept>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_lcore.h>

namespace flowlock {

EpochChannel::Ring EpochChannel::make_ring(const std::string& name, unsigned entries) {
    Ring ring{rte_ring_create(name.c_str(), rte_align32pow2(entries + 1), SOCKET_ID_ANY,
                              RING_F_SP_ENQ | RING_F_SC_DEQ)};
    if (!ring) throw std::runtime_error("ring " + name + ": " + rte_strerror(rte_errno));
    return ring;
}

EpochChannel::EpochChannel(const std::string& name, unsigned epochs, const EpochSizes& sizes,
                           const PrefixSet& internal, const HashKey& secret)
    : full_(make_ring(name + "_full", epochs)), empty_(make_ring(name + "_empty", epochs)) {
    for (unsigned i = 0; i < epochs; ++i) {
        epochs_.push_back(std::make_unique<Epoch>(sizes, internal, secret));
        rte_ring_sp_enqueue(empty_.get(), epochs_.back().get());
    }
}

void EpochChannel::prefault() noexcept {
    for (const auto& epoch : epochs_) epoch->prefault();
}

Epoch* EpochChannel::take_empty() noexcept {
    void* epoch = nullptr;
    return rte_ring_sc_dequeue(empty_.get(), &epoch) == 0 ? static_cast<Epoch*>(epoch) : nullptr;
}

void EpochChannel::hand_over(Epoch* epoch) noexcept {
    // Each ring has room for every epoch there is.
    [[maybe_unused]] const int failed = rte_ring_sp_enqueue(full_.get(), epoch);
    assert(failed == 0);
}

Epoch* EpochChannel::take_full() noexcept {
    void* epoch = nullptr;
    return rte_ring_sc_dequeue(full_.get(), &epoch) == 0 ? static_cast<Epoch*>(epoch) : nullptr;
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
    [[maybe_unused]] const int failed = rte_ring_sp_enqueue(empty_.get(), epoch);
    assert(failed == 0);
}

}  // namespace flowlock
