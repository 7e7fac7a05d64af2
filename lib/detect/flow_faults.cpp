// SPDX-License-Identifier: BSD-3-Clause
#include "detect/flow_faults.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <span>
#include <tuple>

#include "detect/fault_words.hpp"
#include "detect/special_networks.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17;

PrefixSet set_of(std::span<const char* const> texts, const PrefixSet& without) {
    std::vector<Prefix> prefixes;
    for (const char* text : texts) {
        const auto prefix = Prefix::parse(text);
        assert(prefix);
        if (!without.overlaps(*prefix)) prefixes.push_back(*prefix);
    }
    return PrefixSet{std::move(prefixes)};
}

// Answers to what somebody else began accuse nobody: they go to whoever was asked for, or to the victim of a forgery.
bool is_question(const FlowRecord& flow) {
    const std::uint16_t from = flow.key.port[flow.initiator];
    const std::uint16_t to = flow.key.port[1 - flow.initiator];
    constexpr std::uint16_t well_known = 1024;
    switch (flow.key.protocol) {
        case tcp:
            return tcp_flag::opens(flow.first_flags);
        case udp:
            return (flow.first_flags & fragment_flag) == 0 && (from >= well_known || to < well_known);
        case icmp:
            return flow.first_flags == icmp_class::echo_request;
        default:
            return flow.key.family == 6 && flow.first_flags == icmp_class::echo_request;
    }
}

// The initiator goes on as only somebody can who has heard the other side, seen here or not.
bool is_conversation(const FlowRecord& flow) {
    if (flow.packets[1 - flow.initiator] > 0) return true;
    return flow.key.protocol == tcp && (flow.flags[flow.initiator] & tcp_flag::ack) != 0;
}

bool answers(TrafficClass traffic) {
    switch (traffic) {
        case TrafficClass::tcp_established:
        case TrafficClass::tcp_answer:
        case TrafficClass::udp_conversation:
        case TrafficClass::udp_exchange:
        case TrafficClass::icmp_answer:
        case TrafficClass::other_conversation:
            return true;
        default:
            return false;
    }
}

template <class Items>
void sort_by_time(Items& items) {
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.order() < b.order(); });
}

FaultRule rule_of(const char* name, Metric metric, std::uint64_t needed, std::chrono::seconds window) {
    return {name, metric, needed, static_cast<std::uint32_t>(window.count())};
}

}  // namespace

void FlowFaults::take_networks() {
    // :: and 0.0.0.0 ask for an address; fe80::/10 and 169.254.0.0/16 speak to neighbours.
    constexpr std::array martians{"127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "ff00::/8"};
    constexpr std::array neighbours{"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
                                    "::/127",    "fe80::/10",      "ff00::/8"};
    constexpr std::array to_all{"255.255.255.255/32", "224.0.0.0/24", "ff01::/16", "ff02::/16"};
    const PrefixSet& internal = hosts_.internal();
    martians_ = set_of(martians, internal);
    special_ = unanswering_networks(internal);
    const PrefixSet near = set_of(neighbours, {});
    std::vector<Prefix> bogons;
    for (const Prefix& prefix : special_.prefixes())
        if (!near.contains(prefix.network())) bogons.push_back(prefix);
    bogons_ = PrefixSet{std::move(bogons)};
    to_all_ = set_of(to_all, internal);
    answered_.clear();
}

void FlowFaults::clear() {
    waiting_.clear();
    answered_.clear();
    sees_answers_ = false;
}

FaultRule FlowFaults::storm_rule() const {
    return rule_of("broadcast_storm", Metric::packets, options_.storm_frames_per_second,
                   options_.storm_window);
}

void FlowFaults::advance(const MergedEpoch& epoch) {
    const std::int64_t now_s = epoch.name.start_s;
    const bool sees_now = epoch.view != TapView::one_way && !epoch.incomplete;
    // While the flows of the last epoch wait, those of this one are collected.
    std::swap(waiting_, judged_);
    look_at(epoch);
    sees_answers_ = sees_answers_ && sees_now;
    judge(judged_, waiting_s_);
    sees_answers_ = sees_now;
    waiting_s_ = now_s;
    accuse_martians(now_s);
    if (sees_now) accuse_bogons(now_s);
    accuse_floods(now_s);
    accuse_foreign(now_s);
}

void FlowFaults::look_at(const MergedEpoch& epoch) {
    for (auto* list : {&forged_, &martian_, &bogon_, &flood_, &foreign_}) list->clear();
    const HostId outsiders = hosts_.outsiders();
    constexpr std::size_t ahead = 16;
    for (std::size_t i = 0; i < epoch.deltas.size(); ++i) {
        if (i + ahead < epoch.deltas.size() && epoch.deltas[i + ahead].begun) {
            const auto* record = reinterpret_cast<const std::byte*>(&flows_[epoch.deltas[i + ahead].flow]);
            prefetch_to_read(record);
            prefetch_to_read(record + 64);
        }
        const FlowDelta& delta = epoch.deltas[i];
        if (delta.begun) look_at_begun(delta, outsiders, epoch.name.start_s);
        if (delta.host == no_host) {
            // Between two of ours: only what is for all of them matters.
            if (delta.packets[0] == 0) look_at_unanswered(delta, 1);
            if (delta.packets[1] == 0) look_at_unanswered(delta, 0);
        } else if (delta.host == outsiders) {
            look_at_outside(delta, flows_[delta.flow]);
        } else if (delta.packets[delta.inside] > 0 && !answers(delta.traffic[delta.inside])) {
            look_at_unanswered(delta, delta.inside);
        }
    }
}

// Only who begins has chosen to send: replies are sent to wherever the question came from.
void FlowFaults::look_at_begun(const FlowDelta& delta, HostId outsiders, std::int64_t now_s) {
    const FlowRecord& flow = flows_[delta.flow];
    const IpAddress& source = flow.key.address[flow.initiator];
    const HardwareAddress station = flow.first_hardware();
    if (!station) return;
    const bool is_between_outsiders = delta.host != no_host && delta.host == outsiders;
    if (is_between_outsiders || (delta.host != no_host && flow.initiator != flow.inside)) {
        // What a router brings in says nothing more when it is known to be one.
        const bool is_wanted = is_between_outsiders || !stations_.still_forwards(station, now_s);
        if (is_wanted && waiting_.size() < waiting_max) waiting_.push_back(delta.flow);
        return;
    }
    if (delta.host == no_host && !hosts_.internal().contains(source)) return;
    stations_.add_source(station, source, now_s);
    if (options_.inventory.empty() || options_.inventory.allows(source, station)) return;
    foreign_.push_back({.first_ns = flow.first_ns,
                        .last_ns = flow.last_ns,
                        .source = source,
                        .destination = flow.key.address[1 - flow.initiator],
                        .station = station,
                        .traffic = {{1}, {flow.first_ip_bytes}, {1}}});
}

void FlowFaults::look_at_outside(const FlowDelta& delta, const FlowRecord& flow) {
    const IpAddress& source = flow.key.address[flow.initiator];
    if (!is_martian(source)) return;
    martian_.push_back(sent_now(delta, flow, flow.initiator));
}

void FlowFaults::look_at_unanswered(const FlowDelta& delta, unsigned sender) {
    const FlowRecord& flow = flows_[delta.flow];
    const IpAddress& destination = flow.key.address[1 - sender];
    const bool is_flood = flow.to_all || to_all_.contains(destination);
    // An allowance says that somebody knows of it.
    const bool is_bogon = delta.host != no_host && delta.allowance[0] == 0 && bogons_.contains(destination);
    if (!is_flood && !is_bogon) return;
    (is_flood ? flood_ : bogon_).push_back(sent_now(delta, flow, sender));
}

// What an endpoint sent in this epoch. Whose frames they are is known only of the first packet.
FlowFaults::Suspicious FlowFaults::sent_now(const FlowDelta& delta, const FlowRecord& flow, unsigned sender) {
    return {.first_ns = delta.first_ns,
            .last_ns = delta.last_ns,
            .source = flow.key.address[sender],
            .destination = flow.key.address[1 - sender],
            .station = flow.initiator == sender ? flow.first_hardware() : HardwareAddress{},
            .traffic = {{delta.packets[sender]}, {delta.bytes[sender]}, {delta.begun ? 1u : 0u}}};
}

// As much as the rule counts it for: packets, or one claim.
FaultEvent FlowFaults::event_of(const Suspicious& packets, const FaultFact& fact,
                                const std::optional<IpAddress>& external, Metric metric) {
    return {.fact = fact,
            .first_ns = packets.first_ns,
            .last_ns = packets.last_ns,
            .weight = metric == Metric::packets ? packets.traffic.packets.value : 1,
            .traffic = packets.traffic,
            .external = external};
}

// Flows that external addresses began in the epoch before: they show who passes traffic on, which external senders are
// real, and which are forged.
void FlowFaults::judge(std::vector<FlowId>& waiting, std::int64_t epoch_s) {
    forged_.clear();
    for (const FlowId id : waiting) {
        if (!flows_.is_kept(id)) continue;
        const FlowRecord& flow = flows_[id];
        const IpAddress& source = flow.key.address[flow.initiator];
        const IpAddress& destination = flow.key.address[1 - flow.initiator];
        const bool is_real = is_conversation(flow);
        if (hosts_.internal().contains(destination)) {
            // A forged SYN is answered, too, but nobody goes on from there.
            const bool went_on = flow.key.protocol == tcp ? (flow.flags[flow.initiator] & tcp_flag::ack) != 0
                                                          : flow.packets[flow.initiator] > 1;
            if (is_real && went_on && flow.packets[flow.inside] > 0)
                stations_.add_forwarding(flow.first_hardware(), epoch_s);
            continue;
        }
        if (is_real) {
            if (answered_.size() < networks_max) answered_.insert(network_around(source));
            continue;
        }
        if (!sees_answers_ || !is_question(flow) || special_.contains(source) ||
            special_.contains(destination) || options_.transit.contains(source))
            continue;
        forged_.push_back({.first_ns = flow.first_ns,
                           .last_ns = flow.last_ns,
                           .source = source,
                           .destination = destination,
                           .station = flow.first_hardware(),
                           .traffic = {{flow.packets[flow.initiator]}, {flow.bytes[flow.initiator]}, {1}}});
    }
    waiting.clear();
    accuse_forged(epoch_s);
}

void FlowFaults::accuse_forged(std::int64_t epoch_s) {
    if (options_.forged_networks == 0 || answered_.size() >= networks_max) return;
    const FaultRule rule =
        rule_of("spoofed_source", Metric::claims, options_.forged_networks, options_.rate_window);
    sort_by_time(forged_);
    for (const Suspicious& packet : forged_) {
        const IpAddress network = network_around(packet.source);
        if (!stations_.is_inner(packet.station) || options_.routers.lists(packet.station) ||
            answered_.contains(network))
            continue;
        book_.add_network(
            {Kind::spoofed_source, packet.station, {}}, network,
            event_of(packet, {"forged_source", network, {}, {}}, packet.destination, rule.metric), rule,
            epoch_s);
    }
}

void FlowFaults::accuse_martians(std::int64_t epoch_s) {
    const FaultRule rule =
        rule_of("martian_source", Metric::packets, options_.martians_per_second, options_.rate_window);
    sort_by_time(martian_);
    for (const Suspicious& packet : martian_)
        if (stations_.host(packet.station))
            book_.add(
                {Kind::martian_source, packet.station, {}},
                event_of(packet, {"martian_source", packet.source, {}, {}}, packet.destination, rule.metric),
                rule, epoch_s);
}

void FlowFaults::accuse_bogons(std::int64_t epoch_s) {
    const FaultRule rule =
        rule_of("bogon_destination", Metric::packets, options_.bogons_per_second, options_.rate_window);
    sort_by_time(bogon_);
    for (const Suspicious& packet : bogon_)
        book_.add({Kind::bogon_destination, {}, packet.source},
                  event_of(packet, {"bogon_destination", packet.destination, {}, {}}, packet.destination,
                           rule.metric),
                  rule, epoch_s);
}

void FlowFaults::accuse_floods(std::int64_t epoch_s) {
    const FaultRule rule = storm_rule();
    sort_by_time(flood_);
    for (const Suspicious& packet : flood_)
        if (stations_.host(packet.station) && !options_.routers.lists(packet.station))
            book_.add(
                {Kind::broadcast_storm, packet.station, {}},
                event_of(packet, {"packets_to_all", packet.destination, {}, {}}, std::nullopt, rule.metric),
                rule, epoch_s);
}

// Between two segments the router stands for all hosts; who sends as many addresses as one is not judged by them.
void FlowFaults::accuse_foreign(std::int64_t epoch_s) {
    const FaultRule rule =
        rule_of("foreign_address", Metric::claims, options_.foreign_uses, options_.claim_window);
    sort_by_time(foreign_);
    for (const Suspicious& packet : foreign_) {
        if (!stations_.host(packet.station) || packet.station.is_shared() ||
            options_.routers.lists(packet.station))
            continue;
        const HardwareAddress owner = options_.inventory.owners(packet.source).front().hardware;
        book_.add({Kind::foreign_address, packet.station, packet.source},
                  event_of(packet, {"flow", packet.source, {}, owner}, packet.source, rule.metric), rule,
                  epoch_s);
    }
}

}  // namespace flowlock
