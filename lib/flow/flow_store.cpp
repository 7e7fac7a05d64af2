// SPDX-License-Identifier: BSD-3-Clause
#include "flow/flow_store.hpp"

#include <utility>

namespace flowlock {

static_assert(no_flow == IdIndex::none);

FlowStore::FlowStore(std::uint32_t flows_max, const HashKey& secret)
    : secret_(secret), flows_max_(flows_max) {}

FlowId FlowStore::find(const FlowKey& key, std::uint64_t hash) const noexcept {
    return index_.find(hash, [&](FlowId id) { return (*this)[id].key == key; });
}

FlowStore::Found FlowStore::find_or_add(const FlowKey& key, std::uint64_t hash) {
    const auto [id, added] = index_.find_or_add(
        hash, [&](FlowId known) { return (*this)[known].key == key; },
        [&] {
            if (size() == flows_max_) return no_flow;
            const FlowId taken = take_id();
            seen_ += {1};
            (*this)[taken] = {};
            (*this)[taken].key = key;
            return taken;
        });
    return {id, added};
}

FlowId FlowStore::take_id() {
    if (first_free_ != no_flow) return std::exchange(first_free_, (*this)[first_free_].delta);
    if (end_id_ % chunk_size == 0) chunks_.push_back(map_array<FlowRecord>(chunk_size));
    return end_id_++;
}

void FlowStore::forget(FlowId id) noexcept {
    FlowRecord& record = (*this)[id];
    index_.erase(hash(record.key), id);
    record.key.family = free_family;
    record.delta = std::exchange(first_free_, id);
}

}  // namespace flowlock
