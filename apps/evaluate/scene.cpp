// SPDX-License-Identifier: BSD-3-Clause
#include "scene.hpp"

#include <algorithm>
#include <cmath>

#include "addresses.hpp"

namespace flowlock::evaluate {

Scene::Scene(const SceneKind& kind, const std::vector<const HostClass*>& classes, std::uint64_t seed)
    : kind_(kind), random_(scene::mix_bits(seed)) {
    for (const HostClass* type : classes) {
        if (type->expected == Expected::innocent)
            add(*type, nullptr);
        else
            for (const Pace* pace : kind.paces) add(*type, pace);
    }
}

std::vector<IpAddress> Scene::addresses() const {
    std::vector<IpAddress> all;
    for (const SceneHost& host : hosts_) all.push_back(host.address);
    return all;
}

// Innocents are a quarter to all of the size that their class says; most are rather small.
void Scene::add(const HostClass& type, const Pace* pace) {
    const auto number = static_cast<std::uint32_t>(hosts_.size());
    hosts_.push_back({.type = &type, .pace = pace, .address = internal_address(number + 1, type.ipv6)});
    const double dice = static_cast<double>(random_.below(1'000)) / 999;
    const double size = std::pow(4, -dice);
    for (Dialler dialler : type.diallers) {
        if (pace == nullptr) {
            add_actor(dialler, number, size * kind_.scale);
            continue;
        }
        dialler.contacts_max = pace->contacts_max;
        const double ratio = pace->per_second.high / pace->per_second.low;
        add_actor(dialler, number,
                  std::min(type.per_second_max, pace->per_second.low * std::pow(ratio, dice)));
    }
    if (pace != nullptr && random_.below(2) == 0) add_scanner_life(number);
}

// Half of all scanners are servers that go on serving, as a broken-into one does.
void Scene::add_scanner_life(std::uint32_t host) {
    add_actor({.per_second = 20, .inwards = true, .known = 100, .fresh = 0.3, .ports = {.list = {443}}}, host,
              kind_.scale);
    add_actor({.per_second = 3, .known = 50, .fresh = 0.02, .ports = {.list = {443}}, .answers = 0.97}, host,
              kind_.scale);
}

void Scene::add_actor(Dialler dialler, std::uint32_t host, double scale) {
    dialler.one_way = dialler.one_way || kind_.one_way;
    actors_.emplace_back(dialler, Actor::Self{hosts_[host].address, host, random_.next(), scale});
}

void Scene::run(const std::function<void(std::int64_t, const std::vector<Packet>&)>& see) {
    for (std::int64_t second = 0; second < kind_.seconds + quiet_end_s; ++second) {
        if (second < kind_.seconds)
            for (Actor& actor : actors_) actor.act(second, calendar_);
        const std::vector<Packet>& packets = calendar_.take_second();
        note(second, packets);
        see(second, packets);
    }
}

void Scene::note(std::int64_t second, const std::vector<Packet>& packets) {
    for (const Packet& packet : packets) {
        SceneHost& host = hosts_[packet.host];
        host.packets += packet.outgoing;
        if (!packet.probe) continue;
        if (host.first_probe_ns < 0) host.first_probe_ns = packet.time_ns;
        ++host.probes;
    }
    for (SceneHost& host : hosts_) {
        if (host.pace == nullptr) continue;
        host.probes_until.resize(static_cast<std::size_t>(second) + 1, 0);
        host.probes_until.back() = static_cast<std::uint32_t>(host.probes);
    }
}

}  // namespace flowlock::evaluate
