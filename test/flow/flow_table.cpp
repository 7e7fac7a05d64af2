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
        REQUIRE(table.count(packet, table.hash(packet.key), sent.time_ns));
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
    for (const std::uint32_t slot : table.used()) {
        const FlowEntry& entry = table.entry(slot);
        const Expected& flow = expected.at(table.key(slot));
        for (int i = 0; i < 2; ++i) {
            CHECK(entry.packets[i] == flow.packets[i]);
            CHECK(entry.bytes[i] == flow.bytes[i]);
            CHECK(entry.flags[i] == flow.flags[i]);
        }
        CHECK(entry.first_ns == flow.first);
        CHECK(entry.last_ns == flow.last);
        CHECK(entry.initiator == flow.initiator);
        CHECK(entry.first_flags == flow.first_flags);
    }
}

TEST_CASE("a full table says so, counts nothing, and goes on counting the flows it has") {
    FlowTable table(1024, HashKey{});
    for (std::uint16_t port = 0; port < 1024; ++port) {
        const Decoded packet = decoded({.from_port = port});
        REQUIRE(table.count(packet, table.hash(packet.key), 0));
    }
    const Decoded one_more = decoded({.from_port = 5000});
    CHECK_FALSE(table.count(one_more, table.hash(one_more.key), 0));
    CHECK(table.size() == 1024);
    const Decoded known = decoded({.from_port = 7});
    CHECK(table.count(known, table.hash(known.key), 0));

    table.clear();
    CHECK(table.size() == 0);
    CHECK(table.count(one_more, table.hash(one_more.key), 0));
    CHECK(table.entry(table.used().front()).packets[0] + table.entry(table.used().front()).packets[1] == 1);
}

TEST_CASE("flows whose hashes collide are never mixed up, and the search for them is bounded") {
    FlowTable table(1024, HashKey{});
    const bool ipv6 = GENERATE(false, true);
    const std::string block = ipv6 ? "2001:db8::" : "10.0.1.";
    const std::uint64_t hash = 4711;
    for (unsigned i = 1; i <= FlowTable::probes_max; ++i)
        REQUIRE(table.count(
            decoded({.from = block + std::to_string(i), .to = ipv6 ? "2001:db8::ffff" : "10.9.9.9"}), hash,
            0));
    CHECK(table.size() == FlowTable::probes_max);
    CHECK_FALSE(
        table.count(decoded({.from = block + "99", .to = ipv6 ? "2001:db8::ffff" : "10.9.9.9"}), hash, 0));
}
