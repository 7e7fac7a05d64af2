// SPDX-License-Identifier: BSD-3-Clause
#include "flow/flow_table.hpp"

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "lab.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

Sent random_packet(std::mt19937& random, unsigned hosts) {
    const auto pick = [&](unsigned bound) { return random() % bound; };
    const bool ipv6 = pick(4) == 0;
    const std::string block = ipv6 ? "2001:db8::" : "10.0.0.";
    return {.time_ns = static_cast<std::int64_t>(pick(1000)),
            .from = block + std::to_string(1 + pick(hosts)),
            .to = block + std::to_string(1 + pick(hosts)),
            .from_port = static_cast<std::uint16_t>(pick(3)),
            .to_port = static_cast<std::uint16_t>(pick(3)),
            .protocol = static_cast<std::uint8_t>(pick(2) == 0 ? 6 : 17),
            .bytes = static_cast<std::uint32_t>(40 + pick(1400)),
            .flags = static_cast<std::uint8_t>(1u << pick(8))};
}

}  // namespace

TEST_CASE("every packet is counted in its own flow and in no other") {
    std::mt19937 random(1);
    FlowTable table(8192, HashKey{});
    struct Expected {
        std::array<std::uint64_t, 2> packets{}, bytes{};
        std::array<std::uint8_t, 2> flags{};
        std::int64_t first = 1 << 30, last = -1;
        int initiator = -1, first_flags = 0;
    };
    std::map<FlowKey, Expected> expected;
    for (int i = 0; i < 100'000; ++i) {
        const Sent sent = random_packet(random, 20);
        const Decoded packet = decoded(sent);
        REQUIRE(count(table, packet, sent.time_ns));
        Expected& flow = expected[packet.key];
        if (flow.initiator < 0) {
            flow.initiator = packet.sender;
            flow.first_flags = packet.flags;
        }
        flow.packets[packet.sender] += 1;
        flow.bytes[packet.sender] += sent.bytes;
        flow.flags[packet.sender] |= sent.flags;
        flow.first = std::min(flow.first, sent.time_ns);
        flow.last = std::max(flow.last, sent.time_ns);
    }
    REQUIRE(table.size() == expected.size());
    for (const FlowBirth& birth : table.births()) {
        const FlowCounters& counters = table.counters(birth.place);
        const Expected& flow = expected.at(birth.key);
        for (unsigned i = 0; i < 2; ++i) {
            CHECK(counters.packets[i] == flow.packets[i]);
            CHECK(counters.bytes[i] == flow.bytes[i]);
            CHECK(counters.flags(i) == flow.flags[i]);
        }
        CHECK(table.first_ns(counters) == flow.first);
        CHECK(table.last_ns(counters) == flow.last);
        CHECK(birth.initiator == flow.initiator);
        CHECK(birth.first_flags == flow.first_flags);
        CHECK(birth.hash == table.hash(birth.key));
    }
}

TEST_CASE("a full table says so, counts nothing, and goes on counting the flows it has, displaced ones too") {
    constexpr std::uint16_t room = 4'096;
    FlowTable table(room, HashKey{});
    const auto count_ports = [&](std::uint16_t first, std::uint16_t last) {
        int counted = 0;
        for (std::uint16_t port = first; port < last; ++port)
            counted += count(table, decoded({.from_port = port}), 0) ? 1 : 0;
        return counted;
    };
    REQUIRE(count_ports(0, room) == room);
    CHECK(count_ports(room, 2 * room) == 0);
    CHECK(table.size() == room);
    CHECK(count_ports(0, room) == room);
    int with_two = 0;
    for (const FlowBirth& birth : table.births()) {
        const FlowCounters& counters = table.counters(birth.place);
        with_two += counters.packets[0] + counters.packets[1] == 2 ? 1 : 0;
    }
    CHECK(with_two == room);

    table.clear();
    CHECK(table.size() == 0);
    const Decoded packet = decoded({.from_port = 5000});
    CHECK(count(table, packet, 0));
    const FlowCounters& counters = table.counters(table.births().front().place);
    CHECK(counters.packets[0] + counters.packets[1] == 1);
}

TEST_CASE("a table at its load limit finds room for every flow within the probes it makes") {
    // A load of 1/2 in buckets of two: the longest run of full buckets stays below the bound.
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        FlowTable table(1 << 18, HashKey{seed * 0x9e3779b97f4a7c15, seed ^ 0xd1b54a32d192ed03, 3});
        std::mt19937_64 random(seed);
        int counted = 0;
        Decoded packet = decoded({});
        for (int i = 0; i < 1 << 18; ++i) {
            packet.key.address[0].low = 0xffff0000u | random() << 32;
            packet.key.address[1].low = 0xffff0000u | random() << 32;
            counted += count(table, packet, 0) ? 1 : 0;
        }
        CHECK(counted == 1 << 18);
    }
}

TEST_CASE("what no longer fits a flow's 32 bits of bytes is refused, not wrapped") {
    FlowTable table(1024, HashKey{});
    const Decoded big = decoded({.bytes = 0xf0000000});
    REQUIRE(count(table, big, 0));
    CHECK_FALSE(count(table, big, 0));
    const FlowCounters& counters = table.counters(table.births().front().place);
    CHECK(counters.bytes[0] + counters.bytes[1] == 0xf0000000);
    CHECK(counters.packets[0] + counters.packets[1] == 1);
}

TEST_CASE("times are exact from the table's base on for four seconds, and as near as can be beyond") {
    FlowTable table(1024, HashKey{});
    table.set_time_base(5 * second_ns);
    CHECK(table.time_ns(table.time_of(5 * second_ns)) == 5 * second_ns);
    CHECK(table.time_ns(table.time_of(9 * second_ns + 1)) == 9 * second_ns + 1);
    CHECK(table.time_ns(table.time_of(4 * second_ns)) == 5 * second_ns);
    CHECK(table.time_ns(table.time_of(100 * second_ns)) == 5 * second_ns + FlowTable::time_range_ns);
}

TEST_CASE("flows that live in one bucket are told apart, and the search for them is bounded") {
    FlowTable table(1024, HashKey{});
    const bool ipv6 = GENERATE(false, true);
    const std::string block = ipv6 ? "2001:db8::" : "10.0.1.";
    // The same home, other fingerprints.
    const auto send = [&](std::uint64_t i) {
        const Decoded packet =
            decoded({.from = block + std::to_string(i), .to = ipv6 ? "2001:db8::ffff" : "10.9.9.9"});
        return count(table, packet, 17 | i << 20, 0);
    };
    constexpr std::uint64_t room = 2 * FlowTable::buckets_probed;
    for (std::uint64_t i = 1; i <= room; ++i) REQUIRE(send(i));
    CHECK_FALSE(send(room + 1));
    for (std::uint64_t i = 1; i <= room; ++i) REQUIRE(send(i));
    CHECK(table.size() == room);
    for (const FlowBirth& birth : table.births()) {
        const FlowCounters& counters = table.counters(birth.place);
        CHECK(counters.packets[0] + counters.packets[1] == 2);
    }
}

TEST_CASE("flows crafted to collide under a known key are spread like any others under a secret one") {
    constexpr std::uint32_t room = 1 << 14;
    const HashKey known;
    const HashKey secret{0x1234567890abcdef, 0xfedcba0987654321, 0x0f1e2d3c4b5a6978};
    const auto share_displaced = [&](const HashKey& key, bool crafted) {
        FlowTable table(room, key);
        std::mt19937_64 random(11);
        std::uint32_t displaced = 0;
        std::uint32_t refused = 0;
        Decoded packet = decoded({});
        for (std::uint32_t flows = 0; flows < room;) {
            packet.key.address[0].low = 0xffff0000u | random() << 32;
            packet.key.port[0] = static_cast<std::uint16_t>(random());
            // All in one of 256 parts of the table, if its key were the known one.
            if (crafted && (hash_of(packet.key, known) & 0xff) != 0) continue;
            ++flows;
            const std::uint64_t hash = table.hash(packet.key);
            if (table.count(packet, hash, 0) != FlowTable::Counted::displaced) continue;
            ++displaced;
            refused += is_counted(table.count_displaced(packet, hash, 0)) ? 0 : 1;
        }
        CHECK((refused == 0) == !(crafted && key.a == known.a));
        return static_cast<double>(displaced) / room;
    };
    CHECK(share_displaced(secret, true) == Approx(share_displaced(secret, false)).margin(0.01));
    // The attack is a real one: with the key in hand nearly no flow finds its place.
    CHECK(share_displaced(known, true) > 0.9);
}

TEST_CASE("the first packets of each side are early, in each epoch anew, as many as was said") {
    FlowTable table(64, HashKey{});
    const Sent there{.from = "10.0.0.1", .to = "192.0.2.1", .from_port = 40000, .to_port = 80};
    const Sent back{.from = "192.0.2.1", .to = "10.0.0.1", .from_port = 80, .to_port = 40000};
    const auto early_ones = [&](const Sent& sent) {
        const Decoded packet = decoded(sent);
        int early = 0;
        for (int i = 0; i < 200; ++i)
            early += table.count(packet, table.hash(packet.key), 0) == FlowTable::Counted::early ? 1 : 0;
        return early;
    };
    for (const std::uint32_t packets : {FlowTable::early_packets_default, 1u, 3u, 100u}) {
        table.set_early_packets(packets);
        CHECK(early_ones(there) == static_cast<int>(packets));
        CHECK(early_ones(back) == static_cast<int>(packets));
        table.clear();
    }
}
