// SPDX-License-Identifier: BSD-3-Clause
#include "flow/overflow.hpp"

#include <map>
#include <random>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>

#include "lab.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

void count(Overflow& overflow, const Decoded& packet) {
    overflow.count(packet, overflow.find_place(packet), hash_of(packet.key, {}), 0);
}

}  // namespace

TEST_CASE("packets and bytes of each internal host, protocol and direction are exact, whatever the flows") {
    Overflow overflow(1024, internal(), HashKey{});
    std::mt19937 random(7);
    using Key = std::tuple<std::string, int, int>;  // host, protocol, direction
    std::map<Key, std::pair<std::uint64_t, std::uint64_t>> expected;
    for (int i = 0; i < 50'000; ++i) {
        Sent sent{.from = "10.0.0." + std::to_string(1 + random() % 50),
                  .to = "192.0.2." + std::to_string(1 + random() % 200),
                  .from_port = static_cast<std::uint16_t>(random()),
                  .protocol = static_cast<std::uint8_t>(random() % 2 == 0 ? 6 : 17),
                  .bytes = static_cast<std::uint32_t>(40 + random() % 1400)};
        const std::string host = sent.from;
        const int direction = random() % 3 == 0 ? 0 : 1;
        if (direction == 1) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        count(overflow, decoded(sent));
        auto& [packets, bytes] = expected[{host, sent.protocol, direction}];
        packets += 1;
        bytes += sent.bytes;
    }
    // Neither end is internal, or both are: no host's traffic.
    count(overflow, decoded({.from = "192.0.2.1", .to = "192.0.2.2"}));
    count(overflow, decoded({.from = "10.0.0.1", .to = "10.0.0.2"}));

    CHECK(overflow.packets() == Packets{50'002});
    CHECK(overflow.unattributed() == Packets{0});
    // A host has several classes of traffic in one protocol.
    std::map<Key, std::pair<std::uint64_t, std::uint64_t>> seen;
    for (std::uint32_t i = 0; i < overflow.size(); ++i) {
        const HostCounts& host = overflow.host(i);
        for (int direction = 0; direction < 2; ++direction) {
            if (host.packets[direction] == 0) continue;
            auto& [packets, bytes] = seen[{host.host.to_string(), host.protocol, direction}];
            packets += host.packets[direction];
            bytes += host.bytes[direction];
        }
    }
    CHECK(seen == expected);
}

TEST_CASE(
    "the number of flows is exact while they are few, and within four standard errors when they are many") {
    Overflow overflow(1024, internal(), HashKey{});
    const auto flood = [&](std::uint32_t flows, int packets_each) {
        for (int i = 0; i < packets_each; ++i)
            for (std::uint32_t n = 0; n < flows; ++n)
                count(overflow, decoded({.from = "192.0." + std::to_string(n >> 16 & 255) + "." +
                                                 std::to_string(n >> 8 & 255),
                                         .to = "10.0.0.1",
                                         .from_port = static_cast<std::uint16_t>(n & 255)}));
    };
    flood(Overflow::samples_max, 3);
    CHECK(overflow.flows_per_sample() == 1);
    CHECK(overflow.flows()[0][1] == Flows{Overflow::samples_max});
    CHECK(overflow.flows()[0][0] == Flows{0});

    overflow.clear();
    CHECK(overflow.size() == 0);
    flood(100'000, 2);
    const double estimate = static_cast<double>(overflow.flows()[0][1].value);
    CHECK(overflow.flows_per_sample() > 1);
    CHECK(estimate == Approx(100'000).epsilon(4 * 0.019));
}

TEST_CASE("packets of hosts for which there is no room are counted as such") {
    Overflow overflow(32, internal(), HashKey{});
    for (int host = 1; host <= 200; ++host)
        count(overflow, decoded({.from = "192.0.2.1", .to = "10.0.0." + std::to_string(host)}));
    CHECK(overflow.size() == 32);
    CHECK(overflow.packets() == Packets{200});
    CHECK(overflow.unattributed() == Packets{168});
}

TEST_CASE("what overflows reaches its host's sums, with an estimate of its flows") {
    Lab lab;
    const EpochName name{1, 100};
    Epoch epoch({.flows = 1024, .hosts = 32}, internal(), HashKey{});
    epoch.begin(name);
    for (std::uint16_t i = 1; i <= 100; ++i) {
        const Decoded packet = decoded({.from = "192.0.2.7",
                                        .to = "10.0.0.9",
                                        .from_port = static_cast<std::uint16_t>(40'000 + i),
                                        .protocol = 17,
                                        .bytes = 60});
        epoch.overflow->count(packet, epoch.overflow->find_place(packet), hash_of(packet.key, {}),
                              epoch.flows.time_of(100 * second_ns + i));
    }
    lab.merger.add(epoch);
    const MergedEpoch& merged = lab.merger.close();
    REQUIRE(merged.unrecorded.size() == 1);
    const UnrecordedDelta& host = merged.unrecorded.begin()->second;
    CHECK(lab.hosts.address(host.host).to_string() == "10.0.0.9");
    CHECK_FALSE(host.out);
    CHECK(host.volume == Traffic{{100}, {6000}, {100}});
    CHECK(host.traffic == TrafficClass::udp_one_way);
    CHECK(host.first_ns == 100 * second_ns + 1);
    CHECK(host.last_ns == 100 * second_ns + 100);
    CHECK(lab.merger.totals().overflowed == Packets{100});
}
