// SPDX-License-Identifier: BSD-3-Clause
#include "flow/flow_store.hpp"

#include <utility>

namespace flowlock {

namespace {
constexpr std::uint32_t slots_at_start = 65'536;
}

FlowStore::FlowStore(std::uint32_t flows_max, const HashKey& secret)
    : secret_(secret),
      flows_max_(flows_max),
      mask_(slots_at_start - 1),
      index_(map_array<Slot>(slots_at_start)) {}

inline std::uint32_t FlowStore::slot_of(const FlowKey& key, std::uint32_t tag) const noexcept {
    std::uint32_t place = tag & mask_;
    for (; index_[place].id_plus_1 != 0; place = (place + 1) & mask_)
        if (index_[place].tag == tag && (*this)[index_[place].id_plus_1 - 1].key == key) break;
    return place;
}

FlowId FlowStore::find(const FlowKey& key, std::uint64_t hash) const noexcept {
    const Slot& slot = index_[slot_of(key, static_cast<std::uint32_t>(hash))];
    return slot.id_plus_1 != 0 ? slot.id_plus_1 - 1 : no_flow;
}

FlowStore::Found FlowStore::find_or_add(const FlowKey& key, std::uint64_t hash) {
    const auto tag = static_cast<std::uint32_t>(hash);
    const std::uint32_t place = slot_of(key, tag);
    if (index_[place].id_plus_1 != 0) return {index_[place].id_plus_1 - 1, false};
    if (size_ == flows_max_) return {};

    const FlowId id = take_id();
    ++size_;
    seen_ += {1};
    (*this)[id] = {};
    (*this)[id].key = key;
    index_[place] = {tag, id + 1};
    if (size_ > mask_ / 2) grow();
    return {id, true};
}

FlowId FlowStore::take_id() {
    if (first_free_ != no_flow) return std::exchange(first_free_, (*this)[first_free_].delta);
    if (end_id_ % chunk_size == 0) chunks_.push_back(map_array<FlowRecord>(chunk_size));
    return end_id_++;
}

// Slots behind the free one move up, if a search for them begins at it or before.
void FlowStore::forget(FlowId id) noexcept {
    FlowRecord& record = (*this)[id];
    std::uint32_t free = static_cast<std::uint32_t>(hash(record.key)) & mask_;
    while (index_[free].id_plus_1 != id + 1) free = (free + 1) & mask_;
    for (std::uint32_t at = (free + 1) & mask_; index_[at].id_plus_1 != 0; at = (at + 1) & mask_) {
        const std::uint32_t home = index_[at].tag & mask_;
        if (((at - home) & mask_) < ((at - free) & mask_)) continue;
        index_[free] = index_[at];
        free = at;
    }
    index_[free] = {};
    record.key.family = free_family;
    record.delta = std::exchange(first_free_, id);
    --size_;
}

// The tag holds 32 bits of the hash, enough for 2^32 slots: no record is touched.
void FlowStore::grow() {
    const std::uint32_t old_mask = mask_;
    const MappedArray<Slot> old = std::move(index_);
    mask_ = 2 * mask_ + 1;
    index_ = map_array<Slot>(std::size_t{mask_} + 1);
    for (std::uint32_t i = 0; i <= old_mask; ++i) {
        if (old[i].id_plus_1 == 0) continue;
        std::uint32_t place = old[i].tag & mask_;
        while (index_[place].id_plus_1 != 0) place = (place + 1) & mask_;
        index_[place] = old[i];
    }
}

}  // namespace flowlock
