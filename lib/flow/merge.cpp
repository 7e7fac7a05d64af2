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

// Without internal networks nothing is known of inside and outside.
bool is_outside(const FlowKey& key, const HostTable& hosts) {
    return !hosts.internal().empty() && !hosts.internal().contains(key.address[0]) &&
           !hosts.internal().contains(key.address[1]);
}

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
    merged_.matches.clear();
    merged_.unrecorded.clear();
    merged_.notices.clear();
    merged_.group_frames.clear();
    merged_.span_s = epoch_length.count();
    merged_.incomplete = false;
    overdue_ = false;
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
    overdue_ = true;
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
    keep_matches(part.matches);
    keep_notices(part.notices);
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
                                  .host = host_of(record),
                                  .inside = record.inside,
                                  .protocol = key.protocol,
                                  .family = key.family,
                                  .begun = added,
                                  .allowance = record.allowance,
                                  .first_ns = part.first_ns,
                                  .last_ns = part.last_ns});
    }
    const unsigned outside = 1 - record.inside;
    if (!merged_.deltas[record.delta].begun && record.packets[outside] == 0 &&
        part.counters.packets[outside] > 0)
        merged_.newly_answered.push_back(id);
    FlowDelta& delta = merged_.deltas[record.delta];
    if (!added && delta.begun && parts_ == FlowParts::in_any_order) take_initiator(record, part);
    if (key.protocol == protocol_tcp && tcp_flag::opens(record.first_flags) &&
        (record.flags[record.initiator] & tcp_flag::ack) == 0 &&
        (part.counters.flags(record.initiator) & tcp_flag::ack) != 0)
        handshakes_.push_back(id);
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
    classify(record, delta, delta.packets);
}

// Anew with each part: the last one has seen all.
void Merger::classify(const FlowRecord& record, FlowDelta& delta,
                      const std::array<std::uint64_t, 2>& packets_now) noexcept {
    if (delta.host == no_host) return;
    const FlowView view{.key = record.key,
                        .flags = record.flags,
                        .packets = record.packets,
                        .bytes = record.bytes,
                        .packets_now = packets_now,
                        .first_flags = record.first_flags,
                        .initiator = record.initiator,
                        .inside = record.inside};
    for (unsigned i = 0; i < 2; ++i)
        if (delta.packets[i] != 0) delta.traffic[i] = class_of_flow(view, i);
}

void Merger::begin_record(FlowRecord& record, const Part& part) {
    const Side side = side_of(record.key, hosts_);
    const bool outside = side.host == no_host && is_outside(record.key, hosts_);
    record.host = side.host;
    record.inside = outside ? part.birth.initiator : side.inside;
    record.initiator = part.birth.initiator;
    record.first_ip_bytes = part.birth.first_ip_bytes;
    record.first_flags = part.birth.first_flags;
    record.tools = part.birth.tools;
    record.hardware = part.birth.hardware;
    record.to_all = part.birth.to_all;
    record.allowance = allowance_of(record.key);
    record.first_ns = part.first_ns;
    record.last_ns = part.last_ns;
}

// The first one that applies.
std::array<std::uint8_t, 2> Merger::allowance_of(const FlowKey& key) const noexcept {
    std::array<std::uint8_t, 2> found{};
    for (std::size_t i = 0; i < allowances_.size(); ++i) {
        const Allowance& allowance = allowances_[i];
        if (!allowance.matches(key)) continue;
        if (allowance.out && found[0] == 0) found[0] = static_cast<std::uint8_t>(i + 1);
        if (allowance.in && found[1] == 0) found[1] = static_cast<std::uint8_t>(i + 1);
    }
    return found;
}

void Merger::change_allowances(std::vector<Allowance> allowances) {
    assert(!open_);
    allowances_ = std::move(allowances);
    for (FlowId id = 0; id < flows_.end_id(); ++id)
        if (flows_.is_kept(id)) flows_[id].allowance = allowance_of(flows_[id].key);
}

HostId Merger::host_of(const FlowRecord& record) {
    if (record.host != no_host || !is_outside(record.key, hosts_)) return record.host;
    return hosts_.find_or_add_outsiders();
}

// Whoever sent a SYN without ACK began it; else whoever was first. Until the epoch is complete, first_ns is
// that of the initiator's part, so that the order in which parts are merged does not matter.
void Merger::take_initiator(FlowRecord& record, const Part& part) {
    const auto rank = [&](const auto& first, std::int64_t first_ns) {
        const bool opens = record.key.protocol == protocol_tcp && tcp_flag::opens(first.first_flags);
        return std::tuple(!opens, first_ns, std::uint8_t{first.initiator}, first.first_flags,
                          std::uint8_t{first.tools}, first.first_ip_bytes, std::uint64_t{first.hardware},
                          std::uint64_t{first.to_all});
    };
    const FlowBirth& birth = part.birth;
    if (rank(birth, part.first_ns) >= rank(record, record.first_ns)) return;
    record.initiator = birth.initiator;
    record.first_ip_bytes = birth.first_ip_bytes;
    record.first_flags = birth.first_flags;
    record.tools = birth.tools;
    record.hardware = birth.hardware;
    record.to_all = birth.to_all;
    record.first_ns = part.first_ns;
}

UnrecordedDelta& Merger::unrecorded_of(HostId host, bool out, TrafficClass traffic, std::uint8_t allowance) {
    const std::uint64_t place = std::uint64_t{host} << 24 | std::uint64_t{out} << 16 |
                                static_cast<std::uint64_t>(traffic) << 8 | allowance;
    UnrecordedDelta& sum = merged_.unrecorded[place];
    sum.host = host;
    sum.out = out;
    sum.traffic = traffic;
    sum.allowance = allowance;
    return sum;
}

void Merger::add_unrecorded(const Part& part) {
    const FlowCounters& counters = part.counters;
    totals_.unrecorded += {std::uint64_t{counters.packets[0]} + counters.packets[1]};
    const FlowKey& key = part.birth.key;
    const Side side = side_of(key, hosts_);
    if (side.host == no_host) return;
    const FlowView view{.key = key,
                        .flags = {counters.flags(0), counters.flags(1)},
                        .packets = {counters.packets[0], counters.packets[1]},
                        .bytes = {counters.bytes[0], counters.bytes[1]},
                        .packets_now = {counters.packets[0], counters.packets[1]},
                        .first_flags = part.birth.first_flags,
                        .initiator = part.birth.initiator,
                        .inside = side.inside};
    const auto allowance = allowance_of(key);
    for (const bool out : {true, false}) {
        const unsigned sender = out ? side.inside : 1u - side.inside;
        if (counters.packets[sender] == 0) continue;
        UnrecordedDelta& sum =
            unrecorded_of(side.host, out, class_of_flow(view, sender), allowance[out ? 0 : 1]);
        sum.volume += {{counters.packets[sender]}, {counters.bytes[sender]}, {1}};
        sum.first_ns = std::min(sum.first_ns, part.first_ns);
        sum.last_ns = std::max(sum.last_ns, part.last_ns);
    }
}

// Whoever acknowledges has got an answer, so one that was not seen was not visible.
void Merger::count_handshakes() {
    constexpr std::uint64_t handshakes_max = 10'000, handshakes_min = 20;
    for (const FlowId id : handshakes_) {
        const FlowRecord& record = flows_[id];
        ++handshakes_seen_;
        if ((record.flags[1 - record.initiator] & tcp_flag::syn) != 0) ++handshakes_whole_;
    }
    handshakes_.clear();
    if (handshakes_seen_ >= handshakes_min)
        view_ = handshakes_whole_ * 2 >= handshakes_seen_ ? TapView::both_ways : TapView::one_way;
    while (handshakes_seen_ > handshakes_max) {
        handshakes_seen_ /= 2;
        handshakes_whole_ /= 2;
    }
}

// The answers may be what is missing, as where the two fibres of a link are two workers': a flow in which both sides
// ever took part is a conversation, however many packets there are for each of the other's.
void Merger::doubt_silence() {
    merged_.view = TapView::one_way;
    for (FlowDelta& delta : merged_.deltas) classify(flows_[delta.flow], delta, {});
}

void Merger::keep_unreachables(const UnreachableList& part) {
    const auto packets = part.packets();
    const std::size_t kept = std::min(packets.size(), unreachables_max - unreachables_.size());
    unreachables_.insert(unreachables_.end(), packets.begin(),
                         packets.begin() + static_cast<std::ptrdiff_t>(kept));
    totals_.unreachables_refused += part.refused();
    totals_.unreachables_refused += {packets.size() - kept};
}

void Merger::keep_notices(const NoticeList& part) {
    const auto notices = part.notices();
    const std::size_t kept = std::min(notices.size(), notices_max - merged_.notices.size());
    merged_.notices.insert(merged_.notices.end(), notices.begin(),
                           notices.begin() + static_cast<std::ptrdiff_t>(kept));
    totals_.notices_refused += part.refused();
    totals_.notices_refused += {notices.size() - kept};
    for (const GroupFrames& sender : part.senders()) merged_.group_frames.push_back(sender);
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

void Merger::keep_matches(const MatchList& part) {
    const auto matches = part.matches();
    const std::size_t kept = std::min(matches.size(), matches_max - matches_.size());
    matches_.insert(matches_.end(), matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(kept));
    totals_.inspection += part.inspection;
    totals_.inspection.refused += {matches.size() - kept};
}

void Merger::find_matched_flows() {
    const auto order = [](const ContentMatch& match) {
        return std::tuple(match.time_ns, match.key, match.signature, match.sender);
    };
    std::sort(matches_.begin(), matches_.end(),
              [&](const ContentMatch& a, const ContentMatch& b) { return order(a) < order(b); });
    for (const ContentMatch& match : matches_)
        if (const FlowId id = flows_.find(match.key, flows_.hash(match.key)); id != no_flow)
            merged_.matches.push_back({.flow = id,
                                       .set = match.set,
                                       .signature = match.signature,
                                       .sender = match.sender,
                                       .time_ns = match.time_ns});
    matches_.clear();
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
    find_matched_flows();
    put_in_order(merged_.notices);
    add_up(merged_.group_frames);
    settle_overflow();
    count_handshakes();
    merged_.view = view_;
    if (incomplete || overdue_) doubt_silence();
    if (parts_ == FlowParts::in_any_order)
        for (const FlowId id : merged_.new_flows) {
            FlowRecord& record = flows_[id];
            record.first_ns = std::min(record.first_ns, merged_.deltas[record.delta].first_ns);
        }
    return merged_;
}

}  // namespace flowlock
