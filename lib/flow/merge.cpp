// SPDX-License-Identifier: BSD-3-Clause
#include "flow/merge.hpp"

#include <algorithm>
#include <cassert>

namespace flowlock {
namespace {

// How many flows are looked ahead: enough that a memory access is over when its turn comes, few enough for
// the L1.
constexpr std::size_t batch_size = 16;

struct Side {
    HostId host = no_host;
    std::uint8_t inside = 0;
};

// Only a flow between an internal and an external address has a direction.
Side side_of(const FlowKey& key, HostTable& hosts) {
    const bool first_inside = hosts.internal().contains(key.address[0]);
    const bool second_inside = hosts.internal().contains(key.address[1]);
    if (first_inside == second_inside) return {};
    const std::uint8_t inside = first_inside ? 0 : 1;
    return {hosts.find_or_add(key.address[inside]), inside};
}

}  // namespace

void Merger::open(const EpochName& name) {
    if (totals_.epochs++ > 0 && name.start_s < merged_.name.start_s) ++totals_.time_steps;
    merged_.name = name;
    merged_.deltas.clear();
    merged_.new_flows.clear();
    merged_.unrecorded.clear();
    open_ = true;
}

void Merger::add(const Epoch& part) {
    if (!open_) open(part.name);
    assert(part.name == merged_.name);
    totals_.tally += part.tally;
    totals_.first_ns = std::min(totals_.first_ns, part.first_ns);
    totals_.last_ns = std::max(totals_.last_ns, part.last_ns);

    const auto used = part.flows.used();
    std::array<FlowKey, batch_size> keys;
    std::array<std::uint64_t, batch_size> hashes;
    for (std::size_t begin = 0; begin < used.size(); begin += batch_size) {
        const std::size_t count = std::min(batch_size, used.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            if (begin + batch_size + i < used.size())
                __builtin_prefetch(&part.flows.entry(used[begin + batch_size + i]));
            keys[i] = part.flows.key(used[begin + i]);
            hashes[i] = flows_.hash(keys[i]);
            flows_.prefetch_slot(hashes[i]);
        }
        for (std::size_t i = 0; i < count; ++i) flows_.prefetch_record(hashes[i]);
        for (std::size_t i = 0; i < count; ++i)
            add_flow(keys[i], hashes[i], part.flows.entry(used[begin + i]));
    }
}

void Merger::add_flow(const FlowKey& key, std::uint64_t hash, const FlowEntry& entry) {
    const auto [id, added] = flows_.find_or_add(key, hash);
    if (id == no_flow) return add_unrecorded(key, entry);

    FlowRecord& record = flows_[id];
    if (added) {
        begin_record(record, entry);
        merged_.new_flows.push_back(id);
    }
    if (added || record.sequence != merged_.name.sequence) {
        record.sequence = merged_.name.sequence;
        record.delta = static_cast<std::uint32_t>(merged_.deltas.size());
        merged_.deltas.push_back({.flow = id,
                                  .host = record.host,
                                  .inside = record.inside,
                                  .protocol = key.protocol,
                                  .family = key.family,
                                  .first_ns = entry.first_ns,
                                  .last_ns = entry.last_ns});
    }
    FlowDelta& delta = merged_.deltas[record.delta];
    for (int i = 0; i < 2; ++i) {
        record.flags[i] |= entry.flags[i];
        record.packets[i] += entry.packets[i];
        record.bytes[i] += entry.bytes[i];
        delta.packets[i] += entry.packets[i];
        delta.bytes[i] += entry.bytes[i];
    }
    record.first_ns = std::min(record.first_ns, entry.first_ns);
    record.last_ns = std::max(record.last_ns, entry.last_ns);
    delta.first_ns = std::min(delta.first_ns, entry.first_ns);
    delta.last_ns = std::max(delta.last_ns, entry.last_ns);
}

void Merger::begin_record(FlowRecord& record, const FlowEntry& entry) {
    const Side side = side_of(record.key, hosts_);
    record.host = side.host;
    record.inside = side.inside;
    record.initiator = entry.initiator;
    record.first_flags = entry.first_flags;
    record.first_ns = entry.first_ns;
    record.last_ns = entry.last_ns;
}

void Merger::add_unrecorded(const FlowKey& key, const FlowEntry& entry) {
    totals_.unrecorded += {std::uint64_t{entry.packets[0]} + entry.packets[1]};
    const Side side = side_of(key, hosts_);
    if (side.host == no_host) return;
    const std::uint64_t place =
        std::uint64_t{side.host} << 16 | std::uint64_t{key.family} << 8 | key.protocol;
    UnrecordedDelta& sum = merged_.unrecorded[place];
    sum.host = side.host;
    sum.protocol = key.protocol;
    sum.family = key.family;
    sum.out += {{entry.packets[side.inside]}, {entry.bytes[side.inside]}, {}};
    sum.in += {{entry.packets[1 - side.inside]}, {entry.bytes[1 - side.inside]}, {}};
    sum.first_ns = std::min(sum.first_ns, entry.first_ns);
    sum.last_ns = std::max(sum.last_ns, entry.last_ns);
}

const MergedEpoch& Merger::close() {
    assert(open_);
    open_ = false;
    return merged_;
}

}  // namespace flowlock
