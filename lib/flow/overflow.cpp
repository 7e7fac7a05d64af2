// SPDX-License-Identifier: BSD-3-Clause
#include "flow/overflow.hpp"

#include <cassert>
#include <cstring>

namespace flowlock {
namespace {
constexpr std::uint32_t sample_slots = 2 * Overflow::samples_max;
}

Overflow::Overflow(std::uint32_t hosts, const PrefixSet& internal, const HashKey& secret)
    : internal_(internal),
      secret_(secret),
      mask_(2 * hosts - 1),
      hosts_max_(hosts),
      hosts_(map_array<HostCounts>(2 * std::size_t{hosts})),
      used_(map_array<std::uint32_t>(hosts)),
      samples_(map_array<Sample>(sample_slots)),
      scratch_(map_array<Sample>(samples_max)) {
    assert((hosts & (hosts - 1)) == 0);
}

void Overflow::prefault() noexcept {
    std::memset(static_cast<void*>(hosts_.get()), 0, (std::size_t{mask_} + 1) * sizeof(HostCounts));
    std::memset(used_.get(), 0, hosts_max_ * sizeof(std::uint32_t));
    std::memset(static_cast<void*>(samples_.get()), 0, sample_slots * sizeof(Sample));
    std::memset(static_cast<void*>(scratch_.get()), 0, samples_max * sizeof(Sample));
}

// nullptr: there is no room.
HostCounts* Overflow::begin_host(std::uint32_t slot, const FlowKey& key, const Place& place) noexcept {
    if (used_count_ == hosts_max_) return nullptr;
    used_[used_count_++] = slot;
    HostCounts& host = hosts_[slot];
    host = {};
    host.host = key.address[place.inside];
    host.generation = generation_;
    host.protocol = key.protocol;
    host.family = key.family;
    host.traffic = place.traffic;
    host.first = ~std::uint32_t{0};
    return &host;
}

void Overflow::sample(std::uint64_t hash, std::uint32_t slot, unsigned direction) noexcept {
    std::uint32_t at = static_cast<std::uint32_t>(hash) % sample_slots;
    for (; samples_[at].slot_plus_1 != 0; at = (at + 1) % sample_slots)
        if (samples_[at].hash == hash) {
            samples_[at].directions |= 1u << direction;
            return;
        }
    if (sample_count_ == samples_max) {
        while (sample_count_ == samples_max) thin_out();
        if (!is_sampled(hash)) return;
    }
    insert({hash, slot + 1, 1u << direction});
}

void Overflow::insert(const Sample& added) noexcept {
    std::uint32_t at = static_cast<std::uint32_t>(added.hash) % sample_slots;
    while (samples_[at].slot_plus_1 != 0) at = (at + 1) % sample_slots;
    samples_[at] = added;
    ++sample_count_;
}

void Overflow::thin_out() noexcept {
    ++level_;
    std::uint32_t kept = 0;
    for (std::uint32_t at = 0; at < sample_slots; ++at)
        if (samples_[at].slot_plus_1 != 0 && is_sampled(samples_[at].hash)) scratch_[kept++] = samples_[at];
    std::memset(static_cast<void*>(samples_.get()), 0, sample_slots * sizeof(Sample));
    sample_count_ = 0;
    for (std::uint32_t i = 0; i < kept; ++i) insert(scratch_[i]);
}

std::vector<std::array<Flows, 2>> Overflow::flows() const {
    std::vector<std::array<Flows, 2>> by_host(used_count_);
    std::vector<std::uint32_t> number_of_slot(std::size_t{mask_} + 1);
    for (std::uint32_t i = 0; i < used_count_; ++i) number_of_slot[used_[i]] = i;
    for (std::uint32_t at = 0; at < sample_slots; ++at) {
        const Sample& sample = samples_[at];
        if (sample.slot_plus_1 == 0) continue;
        auto& flows = by_host[number_of_slot[sample.slot_plus_1 - 1]];
        for (unsigned direction = 0; direction < 2; ++direction)
            if ((sample.directions >> direction & 1) != 0) flows[direction] += {flows_per_sample()};
    }
    return by_host;
}

void Overflow::clear() noexcept {
    if (packets_.value == 0) return;
    used_count_ = 0;
    level_ = 0;
    sample_count_ = 0;
    packets_ = {};
    unattributed_ = {};
    std::memset(static_cast<void*>(samples_.get()), 0, sample_slots * sizeof(Sample));
    if (++generation_ != 0) return;
    // After 2^32 epochs the generations begin again: old entries must not look alive.
    for (std::size_t slot = 0; slot <= mask_; ++slot) hosts_[slot].generation = 0;
    generation_ = 1;
}

}  // namespace flowlock
