// SPDX-License-Identifier: BSD-3-Clause
#include "peer_rules.hpp"

#include <catch2/catch.hpp>

#include "addresses.hpp"

using namespace flowlock;
using namespace flowlock::evaluate;

namespace {

// In the order of PeerRules::names().
enum Rule { zeek25, zeek250, snort, syn100 };

constexpr std::int64_t second = 1'000 * ms;

struct Tape {
    std::vector<Packet> packets;

    Packet& add(std::int64_t time_ns, std::uint32_t target, std::uint8_t flags, bool outgoing = true) {
        Packet packet;
        packet.time_ns = time_ns;
        const IpAddress own = internal_address(1, false);
        const IpAddress other = public_address(target, false);
        packet.source = outgoing ? own : other;
        packet.target = outgoing ? other : own;
        packet.source_port = outgoing ? 40'000 : 443;
        packet.target_port = outgoing ? 443 : 40'000;
        packet.flags = flags;
        packet.outgoing = outgoing;
        packets.push_back(packet);
        return packets.back();
    }
    void silent(std::int64_t time_ns, std::uint32_t target) { add(time_ns, target, tcp_flag::syn); }
    void answered(std::int64_t time_ns, std::uint32_t target) {
        add(time_ns, target, tcp_flag::syn);
        add(time_ns + 1, target, tcp_flag::syn | tcp_flag::ack, false);
        add(time_ns + 2, target, tcp_flag::ack);
    }
    std::int64_t locked(Rule rule) const {
        PeerRules rules(1);
        rules.see(packets);
        rules.end();
        return rules.judges()[rule]->judgements()[0].locked_ns;
    }
};

}  // namespace

TEST_CASE("Zeek's rule calls 25 strangers, or 250 locals, who failed within 15 minutes of each other") {
    Tape few;
    for (std::uint32_t i = 0; i < 19; ++i) few.silent(i * second, i);
    CHECK(few.locked(zeek25) == never);
    few.silent(19 * second, 19);  // 20 on one port are enough
    CHECK(few.locked(zeek25) == 24 * second);
    CHECK(few.locked(zeek250) == never);

    Tape many;
    for (std::uint32_t i = 0; i < 250; ++i) many.silent(i * second, i);
    CHECK(many.locked(zeek250) == 254 * second);

    Tape slow;
    for (std::uint32_t i = 0; i < 100; ++i) slow.silent(i * 901 * second, i);
    CHECK(slow.locked(zeek25) == never);
}

TEST_CASE("Zeek's rule does not count who answered, and counts who refused at once") {
    Tape answered;
    for (std::uint32_t i = 0; i < 300; ++i) answered.answered(i * second, i);
    CHECK(answered.locked(zeek25) == never);

    Tape refused;
    for (std::uint32_t i = 0; i < 20; ++i) {
        refused.silent(i * second, i);
        refused.add(i * second + 1, i, tcp_flag::rst | tcp_flag::ack, false);
    }
    CHECK(refused.locked(zeek25) == 19 * second + 1);
}

TEST_CASE("Snort's rule counts 30 tries to changing addresses within 90 s, less those that were answered") {
    Tape fast;
    for (std::uint32_t i = 0; i < 30; ++i) fast.silent(i * second, i);
    CHECK(fast.locked(snort) == 29 * second);

    Tape slow;
    for (std::uint32_t i = 0; i < 100; ++i) slow.silent(i * 4 * second, i);
    CHECK(slow.locked(snort) == never);

    Tape answered;
    for (std::uint32_t i = 0; i < 300; ++i) answered.answered(i * second / 10, i);
    CHECK(answered.locked(snort) == never);
}

TEST_CASE("100 SYN targets in 300 s are counted whether they answer or not, and each once") {
    Tape answered;
    for (std::uint32_t i = 0; i < 100; ++i) answered.answered(i * second, i);
    CHECK(answered.locked(syn100) == 99 * second);

    Tape repeated;
    for (std::uint32_t i = 0; i < 500; ++i) repeated.silent(i * second / 10, i % 99);
    CHECK(repeated.locked(syn100) == never);

    Tape slow;
    for (std::uint32_t i = 0; i < 400; ++i) slow.silent(i * 4 * second, i);
    CHECK(slow.locked(syn100) == never);
}

TEST_CASE("what strangers begin accuses nobody") {
    Tape served;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        served.add(i * ms, i, tcp_flag::syn, false);
        served.add(i * ms + 1, i, tcp_flag::syn | tcp_flag::ack);
        served.add(i * ms + 2, i, tcp_flag::ack, false);
        served.add(i * ms + 3, i, tcp_flag::fin | tcp_flag::ack);
    }
    for (const Rule rule : {zeek25, zeek250, snort, syn100}) CHECK(served.locked(rule) == never);
}
