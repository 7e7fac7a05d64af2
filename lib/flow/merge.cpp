// SPDX-License-Identifier: BSD-3-Clause
#include "flow/merge.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace flowlock {
namespace {

// Enough that a memory access is over when its turn comes, few enough for the L1: 2 * 16 flows of 6 lines.
constexpr std::size_t flows_ahead = 16;

constexpr std::uint8_t protocol_tcp = 6;

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

// How many seconds of traffic a part holds: one, unless it went on beyond its end.
std::int64_t Merger::span_of(const Epoch& part) noexcept {
    if (part.last_ns <= part.name.start_s * ns_per_second) return epoch_length.count();
    return (part.last_ns - part.name.start_s * ns_per_second + ns_per_second - 1) / ns_per_second;
}

void Merger::open(const EpochName& name) {
    if (totals_.epochs++ > 0 && name.start_s < merged_.name.start_s) ++totals_.time_steps;
    merged_.name = name;
    merged_.number = totals_.epochs;
    merged_.last_ns = std::numeric_limits<std::int64_t>::min();
    merged_.deltas.clear();
    merged_.new_flows.clear();
    merged_.newly_answered.clear();
    merged_.unrecorded.clear();
    merged_.span_s = epoch_length.count();
    merged_.incomplete = false;
    open_ = true;
}

void Merger::add(const Epoch& part) {
    if (!open_) open(part.name);
    assert(part.name == merged_.name);
    count(part);
}

void Merger::add_late(const Epoch& part) {
    if (!open_) open(merged_.name);
    if (!part.late) ++totals_.late;
    const std::int64_t before_s = merged_.span_s;
    count(part);
    merged_.span_s = before_s + span_of(part);
}

void Merger::count(const Epoch& part) {
    totals_.tally += part.tally;
    totals_.first_ns = std::min(totals_.first_ns, part.first_ns);
    totals_.last_ns = std::max(totals_.last_ns, part.last_ns);

    merged_.last_ns = std::max(merged_.last_ns, part.last_ns);
    totals_.late += part.late ? 1 : 0;
    if (part.late) merged_.span_s = std::max(merged_.span_s, span_of(part));

    // A flow is looked at in three steps, each a memory access ahead of the next: its birth, which comes by
    // itself, asks for its counters and its slot of the store's index; the slot asks for the record.
    const auto births = part.flows.births();
    const auto ask_for_slot = [&](std::size_t i) __attribute__((always_inline)) {
        if (i >= births.size()) return;
        part.flows.prefetch_counters(births[i].place);
        flows_.prefetch_slot(births[i].hash);
    };
    const auto ask_for_record = [&](std::size_t i) __attribute__((always_inline)) {
        if (i < births.size()) flows_.prefetch_record(births[i].hash);
    };
    for (std::size_t i = 0; i < 2 * flows_ahead; ++i) ask_for_slot(i);
    for (std::size_t i = 0; i < flows_ahead; ++i) ask_for_record(i);
    for (std::size_t i = 0; i < births.size(); ++i) {
        ask_for_slot(i + 2 * flows_ahead);
        ask_for_record(i + flows_ahead);
        const FlowCounters& counters = part.flows.counters(births[i].place);
        add_flow({births[i], counters, part.flows.first_ns(counters), part.flows.last_ns(counters)});
    }
    if (part.overflow && part.overflow->packets().value > 0) add_overflow(part);
    keep_unreachables(part.unreachables);
}

void Merger::add_flow(const Part& part) {
    const FlowKey& key = part.birth.key;
    const auto [id, added] = flows_.find_or_add(key, part.birth.hash);
    if (id == no_flow) return add_unrecorded(part);

    FlowRecord& record = flows_[id];
    if (added) {
        begin_record(record, part);
        merged_.new_flows.push_back(id);
    }
    // By the number of the opening: an epoch that was opened once more has the same name, but other deltas.
    if (added || record.merge != totals_.epochs) {
        record.merge = totals_.epochs;
        record.delta = static_cast<std::uint32_t>(merged_.deltas.size());
        merged_.deltas.push_back({.flow = id,
                                  .host = record.host,
                                  .inside = record.inside,
                                  .protocol = key.protocol,
                                  .family = key.family,
                                  .begun = added,
                                  .first_ns = part.first_ns,
                                  .last_ns = part.last_ns});
    }
    const unsigned outside = 1 - record.inside;
    if (!merged_.deltas[record.delta].begun && record.packets[outside] == 0 &&
        part.counters.packets[outside] > 0)
        merged_.newly_answered.push_back(id);
    FlowDelta& delta = merged_.deltas[record.delta];
    if (!added && delta.begun && parts_ == FlowParts::in_any_order) take_initiator(record, part);
    for (unsigned i = 0; i < 2; ++i) {
        record.flags[i] |= part.counters.flags(i);
        record.packets[i] += part.counters.packets[i];
        record.bytes[i] += part.counters.bytes[i];
        delta.packets[i] += part.counters.packets[i];
        delta.bytes[i] += part.counters.bytes[i];
    }
    if (!delta.begun || parts_ == FlowParts::in_order)
        record.first_ns = std::min(record.first_ns, part.first_ns);
    record.last_ns = std::max(record.last_ns, part.last_ns);
    delta.first_ns = std::min(delta.first_ns, part.first_ns);
    delta.last_ns = std::max(delta.last_ns, part.last_ns);
}

void Merger::begin_record(FlowRecord& record, const Part& part) {
    const Side side = side_of(record.key, hosts_);
    record.host = side.host;
    record.inside = side.inside;
    record.initiator = part.birth.initiator;
    record.first_flags = part.birth.first_flags;
    record.tools = part.birth.tools;
    record.first_ns = part.first_ns;
    record.last_ns = part.last_ns;
}

// Whoever sent a SYN without ACK began it; else whoever was first. Until the epoch is complete, first_ns is
// that of the initiator's part, so that the order in which parts are merged does not matter.
void Merger::take_initiator(FlowRecord& record, const Part& part) {
    const auto rank = [&](const auto& first, std::int64_t first_ns) {
        const bool opens = record.key.protocol == protocol_tcp && tcp_flag::opens(first.first_flags);
        return std::tuple(!opens, first_ns, first.initiator, first.first_flags, first.tools);
    };
    const FlowBirth& birth = part.birth;
    if (rank(birth, part.first_ns) >= rank(record, record.first_ns)) return;
    record.initiator = birth.initiator;
    record.first_flags = birth.first_flags;
    record.tools = birth.tools;
    record.first_ns = part.first_ns;
}

UnrecordedDelta& Merger::unrecorded_of(HostId host, std::uint8_t protocol, std::uint8_t family) {
    const std::uint64_t place = std::uint64_t{host} << 16 | std::uint64_t{family} << 8 | protocol;
    UnrecordedDelta& sum = merged_.unrecorded[place];
    sum.host = host;
    sum.protocol = protocol;
    sum.family = family;
    return sum;
}

void Merger::add_unrecorded(const Part& part) {
    const FlowCounters& counters = part.counters;
    totals_.unrecorded += {std::uint64_t{counters.packets[0]} + counters.packets[1]};
    const Side side = side_of(part.birth.key, hosts_);
    if (side.host == no_host) return;
    UnrecordedDelta& sum = unrecorded_of(side.host, part.birth.key.protocol, part.birth.key.family);
    const auto traffic = [&](unsigned endpoint) -> Traffic {
        return {{counters.packets[endpoint]},
                {counters.bytes[endpoint]},
                {counters.packets[endpoint] > 0 ? 1u : 0u}};
    };
    sum.out += traffic(side.inside);
    sum.in += traffic(1u - side.inside);
    sum.first_ns = std::min(sum.first_ns, part.first_ns);
    sum.last_ns = std::max(sum.last_ns, part.last_ns);
}

void Merger::add_overflow(const Epoch& part) {
    const Overflow& overflow = *part.overflow;
    totals_.overflowed += overflow.packets();
    totals_.unattributed += overflow.unattributed();
    const auto flows = overflow.flows();
    for (std::uint32_t i = 0; i < overflow.size(); ++i) {
        const HostCounts& host = overflow.host(i);
        // Epochs that were on their way when the networks changed were counted by the old ones.
        if (!hosts_.internal().contains(host.host)) continue;
        const HostId id = hosts_.find_or_add(host.host);
        if (id == no_host) continue;
        UnrecordedDelta& sum = unrecorded_of(id, host.protocol, host.family);
        sum.out += {{host.packets[0]}, {host.bytes[0]}, flows[i][0]};
        sum.in += {{host.packets[1]}, {host.bytes[1]}, flows[i][1]};
        sum.first_ns = std::min(sum.first_ns, part.flows.time_ns(host.first));
        sum.last_ns = std::max(sum.last_ns, part.flows.time_ns(host.last));
    }
}

void Merger::keep_unreachables(const UnreachableList& part) {
    const auto packets = part.packets();
    const std::size_t kept = std::min(packets.size(), unreachables_max - unreachables_.size());
    unreachables_.insert(unreachables_.end(), packets.begin(),
                         packets.begin() + static_cast<std::ptrdiff_t>(kept));
    totals_.unreachables_refused += part.refused();
    totals_.unreachables_refused += {packets.size() - kept};
}

// Only now are the flows of all workers known. An error about what the external side sent says nothing of the host.
void Merger::mark_unreachables() {
    for (const QuotedPacket& packet : unreachables_) {
        const FlowId id = flows_.find(packet.key, flows_.hash(packet.key));
        if (id == no_flow) continue;
        FlowRecord& record = flows_[id];
        if (record.host != no_host && record.inside == packet.sender) record.unreachable = true;
    }
    unreachables_.clear();
}

void Merger::judge_anew() {
    assert(!open_);
    for (FlowId id = 0; id < flows_.end_id(); ++id) {
        if (!flows_.is_kept(id)) continue;
        const Side side = side_of(flows_[id].key, hosts_);
        flows_[id].host = side.host;
        if (side.host != no_host) flows_[id].inside = side.inside;
    }
}

const MergedEpoch& Merger::close(bool incomplete) {
    assert(open_);
    merged_.incomplete = incomplete;
    open_ = false;
    mark_unreachables();
    if (parts_ == FlowParts::in_any_order)
        for (const FlowId id : merged_.new_flows) {
            FlowRecord& record = flows_[id];
            record.first_ns = std::min(record.first_ns, merged_.deltas[record.delta].first_ns);
        }
    return merged_;
}

}  // namespace flowlock
