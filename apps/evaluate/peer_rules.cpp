// SPDX-License-Identifier: BSD-3-Clause
#include "peer_rules.hpp"

#include <algorithm>

#include "random.hpp"

namespace flowlock::evaluate {

void ZeekRule::hear(const ConnectionEvent& event) {
    const bool failed =
        event.event == Event::failed || (event.event == Event::refused && event.first_flags == tcp_flag::syn);
    if (event.protocol != protocol::tcp || !failed || is_locked(event.host)) return;
    Source& source = sources_[event.host];
    if (event.time_ns - source.last_ns > expire_ns) source = {};
    source.last_ns = event.time_ns;
    if (!source.attempts.emplace(event.server, event.port).second) return;
    const std::size_t on_port = ++source.ports[event.port];
    const std::size_t threshold = side_ == Side::local ? local_threshold : remote_threshold;
    if (source.attempts.size() < threshold && (side_ == Side::local || on_port < knock_threshold)) return;
    lock(event.host, event.time_ns);
    source = {};
}

std::size_t SnortRule::Hash::operator()(const IpAddress& address) const noexcept {
    return scene::mix_bits(address.high ^ scene::mix_bits(address.low));
}

SnortRule::Class SnortRule::class_of(std::uint8_t number) {
    if (number == protocol::tcp) return tcp;
    if (number == protocol::udp) return udp;
    return protocol::is_icmp(number) ? icmp : ip;
}

void SnortRule::update(Tracker& tracker, const ConnectionEvent& event, const IpAddress& other, Class kind) {
    switch (event.event) {
        case Event::asked:
            break;
        case Event::refused:
            ++tracker.rejects;
            return;
        case Event::established:
            tracker.scans = std::max<std::int64_t>(0, tracker.scans - 1);
            return;
        case Event::answered:
            if (kind == udp) tracker.scans = std::max<std::int64_t>(0, tracker.scans - 1);
            return;
        case Event::failed:
            return;
    }
    // Of other protocols than TCP, UDP and ICMP neither the window nor the addresses are looked at.
    if (kind != ip && event.time_ns > tracker.window_end_ns) {
        tracker = {};
        tracker.window_end_ns = event.time_ns + window_ns;
    }
    ++tracker.scans;
    if (kind != ip && tracker.last_address != other) {
        ++tracker.nets;
        tracker.last_address = other;
    }
    const std::uint16_t port = kind == ip ? event.protocol : event.port;
    if (tracker.last_port != port) {
        ++tracker.ports;
        tracker.last_port = port;
    }
}

bool SnortRule::is_sweep(const Tracker& source, Class kind) {
    constexpr Thresholds at[] = {{30, 7, 7, 10}, {30, 5, 5, 20}, {20, 5, 5, 5}, {30, 10, 10, 10}};
    const Thresholds& least = at[kind];
    return source.nets >= least.nets && source.ports <= least.ports &&
           (source.rejects >= least.rejects || source.scans >= least.scans);
}

bool SnortRule::is_port_scan(const Tracker& source, const Tracker& destination, Class kind) {
    if (kind == icmp) return false;
    constexpr Thresholds at[] = {{200, 10, 60, 15}, {200, 10, 60, 15}, {}, {200, 10, 10, 50}};
    const Thresholds& least = at[kind];
    if (destination.nets >= least.nets || destination.ports < least.ports) return false;
    return (destination.rejects >= least.rejects && source.rejects >= least.rejects) ||
           destination.scans >= least.scans;
}

// Now and then, those whose windows are over are forgotten.
SnortRule::Tracker& SnortRule::destination(const ConnectionEvent& event, Class kind) {
    if (event.time_ns - swept_ns_ > window_ns) {
        swept_ns_ = event.time_ns;
        for (const Class each : {tcp, udp, icmp})
            std::erase_if(destinations_[each],
                          [&](const auto& entry) { return entry.second.window_end_ns < event.time_ns; });
    }
    return destinations_[kind][event.server];
}

void SnortRule::hear(const ConnectionEvent& event) {
    if (is_locked(event.host)) return;
    const Class kind = class_of(event.protocol);
    Tracker& source = sources_[event.host][kind];
    Tracker& target = destination(event, kind);
    update(source, event, event.server, kind);
    update(target, event, IpAddress{0, event.host + 1}, kind);
    if (is_sweep(source, kind) || is_port_scan(source, target, kind)) lock(event.host, event.time_ns);
}

void SynRule::hear(const ConnectionEvent& event) {
    if (event.event != Event::asked || event.first_flags != tcp_flag::syn ||
        event.protocol != protocol::tcp || is_locked(event.host))
        return;
    Source& source = sources_[event.host];
    const Target target{event.server, event.port};
    source.last_ns[target] = event.time_ns;
    source.by_time.emplace_back(event.time_ns, target);
    for (; source.by_time.front().first <= event.time_ns - window_ns; source.by_time.pop_front()) {
        const auto at = source.last_ns.find(source.by_time.front().second);
        if (at != source.last_ns.end() && at->second == source.by_time.front().first)
            source.last_ns.erase(at);
    }
    if (source.last_ns.size() < targets_min) return;
    lock(event.host, event.time_ns);
    source = {};
}

PeerRules::PeerRules(std::size_t hosts) {
    rules_.push_back(std::make_unique<ZeekRule>(hosts, ZeekRule::Side::remote));
    rules_.push_back(std::make_unique<ZeekRule>(hosts, ZeekRule::Side::local));
    rules_.push_back(std::make_unique<SnortRule>(hosts));
    rules_.push_back(std::make_unique<SynRule>(hosts));
}

void PeerRules::see(const std::vector<Packet>& packets) {
    for (const Packet& packet : packets)
        connections_.see(packet, [&](const ConnectionEvent& event) { hear(event); });
}

void PeerRules::end() {
    connections_.end([&](const ConnectionEvent& event) { hear(event); });
}

std::vector<const Judge*> PeerRules::judges() const {
    std::vector<const Judge*> all;
    for (const auto& rule : rules_) all.push_back(rule.get());
    return all;
}

}  // namespace flowlock::evaluate
