// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "addresses.hpp"
#include "scene.hpp"

using namespace flowlock;
using namespace flowlock::evaluate;

namespace {

std::vector<Packet> packets_of(const Dialler& dialler, std::int64_t seconds, std::uint64_t seed = 1) {
    Actor actor(dialler, {internal_address(1, false), 0, seed, 1});
    Calendar calendar;
    std::vector<Packet> all;
    for (std::int64_t second = 0; second < seconds + 15; ++second) {
        if (second < seconds) actor.act(second, calendar);
        const auto& packets = calendar.take_second();
        all.insert(all.end(), packets.begin(), packets.end());
    }
    return all;
}

bool opens(const Packet& packet) {
    return packet.protocol == protocol::tcp && packet.flags == tcp_flag::syn;
}

std::size_t count_if(const std::vector<Packet>& packets, bool (*is)(const Packet&)) {
    return static_cast<std::size_t>(std::count_if(packets.begin(), packets.end(), is));
}

std::set<std::tuple<std::int64_t, IpAddress, IpAddress, std::uint16_t, std::uint16_t, std::uint8_t>> as_set(
    const std::vector<Packet>& packets) {
    decltype(as_set({})) set;
    for (const Packet& packet : packets)
        set.emplace(packet.time_ns, packet.source, packet.target, packet.source_port, packet.target_port,
                    packet.flags);
    return set;
}

const HostClass& class_named(const std::string& name) {
    for (const auto* all : {&scanner_classes(), &innocent_classes()})
        for (const HostClass& type : *all)
            if (type.name == name) return type;
    throw std::runtime_error(name);
}

}  // namespace

TEST_CASE("a dialler begins as many contacts as its rate says, evenly") {
    const Dialler dialler{.per_second = 50, .ports = {.list = {443}}};
    std::map<std::int64_t, int> by_second;
    for (const Packet& packet : packets_of(dialler, 100))
        if (opens(packet)) ++by_second[packet.time_ns / ns_per_second];
    int sum = 0;
    for (const auto& [second, count] : by_second) {
        CHECK(count > 40);
        CHECK(count < 60);
        sum += count;
    }
    CHECK(sum > 4'900);
    CHECK(sum < 5'100);
}

TEST_CASE("the shares of targets that answer and refuse are as said, and the rest is silent") {
    const Dialler dialler{
        .per_second = 100, .ports = {.list = {443}}, .answers = 0.3, .refuses = 0.2, .hangs_up = true};
    const auto packets = packets_of(dialler, 100);
    const auto contacts = static_cast<double>(count_if(packets, opens));
    const auto answered = count_if(packets, [](const Packet& packet) {
        return packet.flags == (tcp_flag::syn | tcp_flag::ack) && !packet.outgoing;
    });
    const auto refused = count_if(packets, [](const Packet& packet) {
        return (packet.flags & tcp_flag::rst) != 0 && !packet.outgoing;
    });
    CHECK(static_cast<double>(answered) / contacts == Approx(0.3).margin(0.02));
    CHECK(static_cast<double>(refused) / contacts == Approx(0.2).margin(0.02));
}

TEST_CASE("a target is dead or alive each time") {
    const Dialler dialler{.per_second = 100,
                          .known = 50,
                          .fresh = 0,
                          .ports = {.list = {443}},
                          .answers = 0.5,
                          .hangs_up = true};
    std::set<IpAddress> answered;
    std::map<IpAddress, int> asked;
    const auto packets = packets_of(dialler, 60);
    for (const Packet& packet : packets) {
        if (opens(packet)) ++asked[packet.target];
        if (packet.flags == (tcp_flag::syn | tcp_flag::ack)) answered.insert(packet.source);
    }
    CHECK(asked.size() == 50);
    std::map<IpAddress, int> answers;
    for (const Packet& packet : packets)
        if (packet.flags == (tcp_flag::syn | tcp_flag::ack)) ++answers[packet.source];
    for (const IpAddress& target : answered) CHECK(answers[target] == asked[target]);
    CHECK(answered.size() > 10);
    CHECK(answered.size() < 40);
}

TEST_CASE("whoever is silent gets the retries of TCP, after 1, 3 and 7 seconds") {
    const Dialler dialler{.per_second = 1, .ports = {.list = {443}}, .answers = 0, .retries = 3};
    std::map<IpAddress, std::vector<std::int64_t>> times;
    for (const Packet& packet : packets_of(dialler, 10)) times[packet.target].push_back(packet.time_ns / ms);
    REQUIRE(times.size() >= 8);
    for (const auto& [target, at] : times) {
        REQUIRE(at.size() == 4);
        CHECK(at[1] - at[0] == 1'000);
        CHECK(at[2] - at[0] == 3'000);
        CHECK(at[3] - at[0] == 7'000);
    }
}

TEST_CASE("the same seed makes the same packets, another one others") {
    const Dialler& dialler = class_named("bittorrent").diallers.front();
    CHECK(as_set(packets_of(dialler, 20, 7)) == as_set(packets_of(dialler, 20, 7)));
    CHECK(as_set(packets_of(dialler, 20, 7)) != as_set(packets_of(dialler, 20, 8)));
}

TEST_CASE("a sequential scan goes from address to address, a vertical one from port to port") {
    const auto sequential =
        packets_of({.per_second = 100, .where = Where::block, .ports = {.list = {22}}}, 2);
    std::set<std::uint32_t> addresses;
    for (const Packet& packet : sequential)
        if (opens(packet)) addresses.insert(packet.target.ipv4());
    CHECK(addresses.size() == *addresses.rbegin() - *addresses.begin() + 1);

    std::set<IpAddress> hosts;
    std::set<std::uint16_t> ports;
    std::size_t probes = 0;
    for (const Packet& packet : packets_of({.per_second = 100, .where = Where::few, .answers = 0}, 10)) {
        hosts.insert(packet.target);
        ports.insert(packet.target_port);
        ++probes;
    }
    CHECK(hosts.size() == 1);
    CHECK(ports.size() == probes);
}

TEST_CASE("nobody is dialled at a private address but by those whose lists have them") {
    for (std::uint64_t number = 0; number < 20'000; ++number) {
        const IpAddress address = public_address(number, false);
        CHECK_FALSE(internal_networks().contains(address));
        const auto first = address.ipv4() >> 24;
        CHECK((first != 0 && first != 10 && first != 127 && first < 224));
    }
    CHECK(private_address(1).is_ipv4());
}

TEST_CASE("where no reply crosses the tap, an answered connection still shows the client's acknowledgement") {
    Dialler dialler{.per_second = 10, .ports = {.list = {443}}};
    dialler.one_way = true;
    const auto packets = packets_of(dialler, 10);
    CHECK(count_if(packets, [](const Packet& packet) { return !packet.outgoing; }) == 0);
    CHECK(count_if(packets, [](const Packet& packet) { return packet.flags == tcp_flag::ack; }) >=
          count_if(packets, opens));
}

TEST_CASE("every class has a name of its own, and scanners have probes, which innocents do not") {
    std::set<std::string> names;
    for (const HostClass& type : scanner_classes()) {
        CHECK(names.insert(type.name).second);
        CHECK(type.expected != Expected::innocent);
        for (const Dialler& dialler : type.diallers) CHECK(dialler.probe);
    }
    for (const HostClass& type : innocent_classes()) {
        CHECK(names.insert(type.name).second);
        CHECK(type.expected == Expected::innocent);
        for (const Dialler& dialler : type.diallers) CHECK_FALSE(dialler.probe);
    }
}

TEST_CASE("every scanner reaches 100 targets at its pace within its scene") {
    const std::vector<std::pair<const Pace*, std::int64_t>> scenes{{&paces()[0], 90}, {&paces()[1], 90}};
    for (const auto& scene : scenes) {
        std::vector<const HostClass*> classes;
        for (const HostClass& type : scanner_classes()) classes.push_back(&type);
        Scene built({.name = "test", .seconds = scene.second, .innocents = false, .paces = {scene.first}},
                    classes, 3);
        built.run([](std::int64_t, const std::vector<Packet>&) {});
        for (const SceneHost& host : built.hosts()) {
            INFO(host.type->name << " " << scene.first->name);
            CHECK(host.probes >= 100);
        }
    }
}
