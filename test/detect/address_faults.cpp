// SPDX-License-Identifier: BSD-3-Clause
// Forged, martian and foreign sources, bogon destinations and storms: the guilty, and those who look alike. And what
// holds of all wrong configuration: workers, clocks, other options.
#include "detect/address_faults.hpp"

#include <catch2/catch.hpp>

#include "fault_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// UDP to a victim from `count` networks, so many in each second; none is answered.
std::vector<Framed> forged(int count, int first, HardwareAddress station) {
    std::vector<Framed> packets;
    for (int i = first; i < first + count; ++i)
        packets.push_back({{.from = "51." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".9",
                            .to = "198.51.100.99",
                            .from_port = 40'000,
                            .to_port = 53,
                            .protocol = 17,
                            .flags = 0},
                           station});
    return packets;
}

std::vector<Framed> many(int count, const Sent& packet, HardwareAddress station, bool to_all = false) {
    return std::vector<Framed>(static_cast<std::size_t>(count), {packet, station, to_all});
}

Sent datagram(const std::string& from, const std::string& to) {
    return {.from = from, .to = to, .from_port = 40'000, .to_port = 514, .protocol = 17, .flags = 0};
}

const Finding* of_kind(const std::vector<Finding>& findings, Kind kind) {
    for (const Finding& finding : findings)
        if (finding.kind == kind) return &finding;
    return nullptr;
}

}  // namespace

TEST_CASE("a host that sends from hundreds of networks, none of which is answered, forges its sources") {
    for (const int networks : {255, 256}) {
        FaultStage stage;
        stage.epoch(1'000, talk("10.0.0.77", mallory));
        stage.epoch(1'001, forged(networks, 0, mallory));
        // Again: the same networks count once.
        stage.epoch(1'002, forged(networks, 0, mallory));
        stage.epoch(1'003, {});
        const auto findings = stage.finish();
        REQUIRE(findings.size() == (networks == 256 ? 1 : 0));
        if (findings.empty()) continue;
        const Finding& finding = findings.front();
        CHECK(finding.kind == Kind::spoofed_source);
        CHECK(finding.host == ip("10.0.0.77"));
        CHECK(finding.scope == Scope::host);
        CHECK(finding.fact.hardware_address == mallory.to_string());
        CHECK(finding.trigger.value == 256);
        REQUIRE(finding.externals.size() == 1);
        CHECK(finding.externals[0].address == ip("198.51.100.99"));
        CHECK(finding.fact.facts.size() == facts_max);
        CHECK(finding.fact.facts_total == 256);
    }
}

TEST_CASE("behind a router on our side nobody is named, but somebody forges") {
    FaultStage stage;
    std::vector<Framed> talks;
    for (int host = 1; host <= 9; ++host) talks = talks + talk("10.0.0." + std::to_string(host), bob);
    stage.epoch(1'000, talks);
    stage.epoch(1'001, forged(300, 0, bob));
    const auto findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().scope == Scope::outside);
    CHECK(findings.front().fact.hardware_address == bob.to_string());
}

TEST_CASE("what comes through a router from outside is not forged by anybody here") {
    // As when networks.internal lacks a network that the Internet's noise goes to.
    FaultStage stage;
    stage.epoch(1'000, visit("10.0.0.5", router) + talk("10.0.0.1", router));
    stage.epoch(1'001, forged(2'000, 0, router));
    // A station of which nothing is known.
    stage.epoch(1'002, forged(2'000, 4'000, hardware("00:1b:21:00:00:02")));
    CHECK(stage.finish().empty());
}

TEST_CASE("networks that are answered, and those of configured transit, are not forged") {
    FaultOptions options;
    options.transit = PrefixSet{{*Prefix::parse("51.0.0.0/8")}};
    FaultStage transit{options};
    transit.epoch(1'000, talk("10.0.0.77", mallory));
    transit.epoch(1'001, forged(2'000, 0, mallory));
    CHECK(transit.finish().empty());

    FaultStage answered;
    answered.epoch(1'000, talk("10.0.0.77", mallory));
    auto packets = forged(2'000, 0, mallory);
    for (std::size_t i = 0; i < 2'000; ++i) {
        Framed back = packets[i];
        std::swap(back.packet.from, back.packet.to);
        std::swap(back.packet.from_port, back.packet.to_port);
        packets.push_back({back.packet, router});
    }
    answered.epoch(1'001, packets);
    answered.epoch(1'002, forged(2'000, 0, mallory));
    CHECK(answered.finish().empty());
}

TEST_CASE("answers to others, private sources and neighbours' talk are not forged") {
    FaultStage stage;
    stage.epoch(1'000, talk("10.0.0.77", mallory));
    std::vector<Framed> packets = forged(600, 0, mallory);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        Sent& packet = packets[i].packet;
        if (i < 200) {  // backscatter
            packet.protocol = 6;
            packet.flags = 0x12;
        } else if (i < 400) {  // a name server's answers
            std::swap(packet.from_port, packet.to_port);
        } else {
            packet.from = "192.168." + std::to_string(i % 256) + ".9";
        }
    }
    stage.epoch(1'001, packets);
    CHECK(stage.finish().empty());
}

TEST_CASE("a host that sends from loopback addresses is told, one stray packet is not") {
    for (const int per_second : {9, 10}) {
        FaultStage stage;
        stage.epoch(1'000, talk("10.0.0.77", mallory));
        for (int second = 0; second < 60; ++second)
            stage.epoch(1'001 + second, many(per_second, datagram("127.0.0.1", "198.51.100.9"), mallory));
        const Finding* finding = of_kind(stage.finish(), Kind::martian_source);
        REQUIRE((finding != nullptr) == (per_second == 10));
        if (finding == nullptr) continue;
        CHECK(finding->host == ip("10.0.0.77"));
        CHECK(finding->trigger.value == 10);
        CHECK(finding->fact.facts.at(0).words == "packets from 127.0.0.1");
    }
}

TEST_CASE("a host that floods private addresses which nobody answers is told, a peer-to-peer node is not") {
    for (const int per_second : {100, 1'000}) {
        FaultStage stage;
        for (int second = 0; second < 60; ++second)
            stage.epoch(1'000 + second, many(per_second, datagram("10.0.0.5", "192.168.7.7"), alice));
        const Finding* finding = of_kind(stage.finish(), Kind::bogon_destination);
        REQUIRE((finding != nullptr) == (per_second == 1'000));
        if (finding == nullptr) continue;
        CHECK(finding->host == ip("10.0.0.5"));
        CHECK(finding->externals.at(0).address == ip("192.168.7.7"));
        CHECK(finding->fact.confidence == Confidence::low);
        CHECK(finding->totals.packets == Packets{60'000});
    }
}

TEST_CASE("a private network that answers is no bogon, nor is multicast") {
    FaultStage stage;
    for (int second = 0; second < 60; ++second) {
        const Sent out = datagram("10.0.0.5", "192.168.7.7");
        Sent back = out;
        std::swap(back.from, back.to);
        std::swap(back.from_port, back.to_port);
        stage.epoch(1'000 + second, many(1'000, out, alice) + many(1'000, back, router) +
                                        many(1'000, datagram("10.0.0.6", "239.1.2.3"), bob));
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("what an allowance speaks of is no bogon") {
    FaultStage stage;
    stage.merger.change_allowances(
        {{.reason = "logs", .prefixes = PrefixSet{{*Prefix::parse("192.168.7.0/24")}}, .ports = {}}});
    for (int second = 0; second < 60; ++second)
        stage.epoch(1'000 + second, many(1'000, datagram("10.0.0.5", "192.168.7.7"), alice));
    CHECK(stage.finish().empty());
}

TEST_CASE("who floods its segment with broadcasts is told, whatever they are") {
    const auto storm = [](auto&& act) {
        FaultStage stage;
        stage.epoch(1'000, talk("10.0.0.77", mallory));
        for (int second = 0; second < 10; ++second) act(stage, 1'001 + second);
        const auto findings = stage.finish();
        const Finding* finding = of_kind(findings, Kind::broadcast_storm);
        return finding != nullptr && finding->host == ip("10.0.0.77");
    };
    const auto with_arp = [](std::uint64_t frames) {
        return [frames](FaultStage& stage, std::int64_t second) {
            stage.group_frames = {{.sender = mallory, .frames = frames}};
            stage.epoch(second, {});
        };
    };
    CHECK(storm(with_arp(1'000)));
    CHECK_FALSE(storm(with_arp(900)));
    CHECK(storm([](FaultStage& stage, std::int64_t second) {
        stage.epoch(second, many(1'000, datagram("10.0.0.77", "224.0.0.251"), mallory));
    }));
    // To a network's own broadcast address, as the frame shows.
    CHECK(storm([](FaultStage& stage, std::int64_t second) {
        stage.epoch(second, many(1'000, datagram("10.0.0.77", "10.0.0.255"), mallory, true));
    }));
    CHECK_FALSE(storm([](FaultStage& stage, std::int64_t second) {
        stage.epoch(second, many(1'000, datagram("10.0.0.77", "10.0.0.255"), mallory));
    }));
}

TEST_CASE("a router that asks for many addresses, and a stream to a multicast group, are no storm") {
    FaultStage stage;
    stage.epoch(1'000, visit("10.0.0.5", router) + talk("10.0.0.1", router));
    stage.group_frames = {{.sender = router, .frames = 3'000}};
    for (int second = 0; second < 20; ++second)
        stage.epoch(1'001 + second, many(3'000, datagram("10.0.0.5", "232.1.2.3"), alice));
    CHECK(stage.finish().empty());
}

TEST_CASE("who uses an address that the inventory gives to another is told by its own") {
    FaultOptions options;
    options.inventory = Inventory{{{alice, *Prefix::parse("10.0.0.10")},
                                   {bob, *Prefix::parse("10.0.0.11")},
                                   {alice, *Prefix::parse("2001:db8:1:a::/64")}}};
    FaultStage stage{options};
    stage.epoch(1'000, talk("10.0.0.11", bob) + talk("10.0.0.10", alice) + talk("10.0.0.12", bob) +
                           talk("2001:db8:1:a::5", alice, "2001:db8:9::1"));
    CHECK(stage.open() == 0);
    stage.epoch(1'001, talk("10.0.0.10", bob, "198.51.100.8"),
                std::vector(2, claim(NoticeKind::arp_announcement, "10.0.0.10", bob)));
    const auto findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().kind == Kind::foreign_address);
    CHECK(findings.front().host == ip("10.0.0.11"));
    CHECK(findings.front().fact.hardware_address == bob.to_string());
    CHECK(findings.front().fact.facts_total == 2);
    CHECK(findings.front().fact.facts.at(0).words == "uses 10.0.0.10, which belongs to " + alice.to_string());
}

TEST_CASE("a router that passes on what an inventory's host sent does not use its address") {
    FaultOptions options;
    options.inventory = Inventory{{{alice, *Prefix::parse("10.0.0.10")}}};
    FaultStage stage{options};
    stage.epoch(1'000, visit("10.0.0.10", router));
    stage.epoch(1'001, {});
    for (int second = 0; second < 5; ++second) stage.epoch(1'002 + second, talk("10.0.0.10", router));
    CHECK(stage.finish().empty());
}

TEST_CASE("what is said does not depend on the number of workers") {
    std::vector<std::vector<Finding>> results;
    for (const unsigned workers : {1u, 4u}) {
        FaultStage stage{with_dhcp_server("10.0.0.1")};
        stage.workers = workers;
        stage.epoch(1'000, talk("10.0.0.77", mallory) + talk("10.0.0.5", alice));
        for (int second = 0; second < 5; ++second)
            stage.epoch(1'001 + second, forged(1'000, 1'000 * second, mallory),
                        {offer("10.0.0.66", mallory), claim(NoticeKind::arp_announcement, "10.0.0.50", alice),
                         claim(NoticeKind::arp_announcement, "10.0.0.50", bob)});
        results.push_back(stage.finish());
    }
    REQUIRE(results[0].size() == 3);
    REQUIRE(results[1].size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(results[0][i].kind == results[1][i].kind);
        CHECK(results[0][i].host == results[1][i].host);
        CHECK(results[0][i].opened == results[1][i].opened);
        CHECK(results[0][i].trigger.value == results[1][i].trigger.value);
        CHECK(results[0][i].fact == results[1][i].fact);
        CHECK(results[0][i].externals_total == results[1][i].externals_total);
    }
}

TEST_CASE("when the clock is set back, what was seen before does not count") {
    FaultStage stage{with_dhcp_server("10.0.0.1")};
    stage.epoch(1'000, {}, std::vector(3, offer("10.0.0.66", mallory)));
    CHECK(stage.open() == 1);
    stage.epoch(500, {}, {offer("10.0.0.66", mallory)});
    CHECK(stage.open() == 0);
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.finish().size() == 1);
}

TEST_CASE("other options close what they switch off, other networks what is no longer internal") {
    FaultStage stage{with_dhcp_server("10.0.0.1")};
    const auto rogue = std::vector(3, offer("10.0.0.66", mallory));
    stage.epoch(1'000, {}, rogue);
    stage.detector.change_options(stage.options, 100, stage.findings);
    CHECK(stage.open() == 1);
    stage.detector.close_outside(PrefixSet{{*Prefix::parse("10.1.0.0/16")}}, stage.findings);
    CHECK(stage.open() == 0);
    stage.epoch(1'001, {}, rogue);
    CHECK(stage.open() == 1);
    FaultOptions off = stage.options;
    off.rogue_messages = 0;
    stage.detector.change_options(off, 100, stage.findings);
    CHECK(stage.open() == 0);
    CHECK(stage.findings.size() == 2);
    stage.epoch(1'002, {}, rogue);
    CHECK(stage.open() == 0);
}

TEST_CASE("an inventory's longest network says whose an address is") {
    const Inventory inventory{{{alice, *Prefix::parse("10.0.0.0/24")},
                               {bob, *Prefix::parse("10.0.0.7")},
                               {mallory, *Prefix::parse("10.0.0.7")}}};
    CHECK(inventory.allows(ip("10.0.0.7"), bob));
    CHECK(inventory.allows(ip("10.0.0.7"), mallory));
    CHECK_FALSE(inventory.allows(ip("10.0.0.7"), alice));
    CHECK(inventory.allows(ip("10.0.0.8"), alice));
    CHECK_FALSE(inventory.allows(ip("10.0.0.8"), bob));
    CHECK(inventory.allows(ip("10.0.1.8"), bob));
    CHECK(inventory.address_of(bob) == ip("10.0.0.7"));
    CHECK_FALSE(inventory.address_of(alice));
}
