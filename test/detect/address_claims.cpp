// SPDX-License-Identifier: BSD-3-Clause
// Who contests an address, and who only looks as if: moves, failover, bonds, proxies.
#include <catch2/catch.hpp>

#include "fault_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr auto reply = NoticeKind::arp_reply, request = NoticeKind::arp_request,
               announcement = NoticeKind::arp_announcement;
const std::string contested = "10.0.0.50";

std::vector<Finding> after(FaultStage& stage, const std::vector<std::vector<LinkNotice>>& seconds,
                           const std::vector<Framed>& first = {}) {
    for (std::size_t i = 0; i < seconds.size(); ++i)
        stage.epoch(1'000 + static_cast<std::int64_t>(i), i == 0 ? first : std::vector<Framed>{}, seconds[i]);
    return stage.finish();
}

}  // namespace

TEST_CASE(
    "two stations that claim one address again and again contest it, and neither is called the intruder") {
    FaultStage stage;
    const auto both = std::vector{claim(announcement, contested, alice), claim(announcement, contested, bob)};
    const auto findings = after(stage, {both, both, both});
    REQUIRE(findings.size() == 1);
    const Finding& finding = findings.front();
    CHECK(finding.reason == Reason::misconfiguration);
    CHECK(finding.kind == Kind::address_conflict);
    CHECK(finding.host == ip(contested));
    CHECK(finding.fact.confidence == Confidence::low);
    CHECK(finding.fact.hardware_address.empty());
    // a b a b a b: all but the first two take it back.
    CHECK(finding.trigger.value == 4);
    CHECK(finding.trigger.threshold == 3);
    REQUIRE(finding.fact.facts.size() == 2);
    CHECK(finding.fact.facts[0].count == 2);
    CHECK(finding.fact.facts[0].words.find(contested) != std::string::npos);
}

TEST_CASE("an address that moves, fails over or fails over and back is not contested") {
    const LinkNotice a = claim(announcement, contested, alice), b = claim(announcement, contested, bob);
    for (const auto& seconds : std::vector<std::vector<std::vector<LinkNotice>>>{
             {{a, a, a}, {b, b, b}, {b}}, {{a}, {b}, {a}, {a}}, {{a}, {b, b}, {a}, {b}}}) {
        FaultStage stage;
        CHECK(after(stage, seconds).empty());
    }
}

TEST_CASE("takeovers that lie further apart than the window are moves") {
    FaultStage stage;
    for (int i = 0; i < 10; ++i)
        stage.epoch(1'000 + 400 * i, {}, {claim(announcement, contested, i % 2 == 0 ? alice : bob)});
    CHECK(stage.finish().empty());
}

TEST_CASE("addresses that failover pairs share are nobody's claim") {
    for (const char* shared : {"00:00:5e:00:01:07", "00:00:0c:07:ac:07"}) {
        FaultStage stage;
        const auto both = std::vector{claim(announcement, contested, hardware(shared)),
                                      claim(announcement, contested, bob)};
        CHECK(after(stage, {both, both, both, both}).empty());
    }
}

TEST_CASE("ports of one card, as in a bond, do not contest their address") {
    FaultStage stage;
    const auto both = std::vector{claim(reply, contested, hardware("00:25:90:00:00:10")),
                                  claim(reply, contested, hardware("00:25:90:00:00:11"))};
    CHECK(after(stage, {both, both, both, both}).empty());
}

TEST_CASE("probes and advertisements of proxies and anycast addresses are no claims") {
    FaultStage stage;
    LinkNotice a = claim(NoticeKind::neighbour_advertisement, "2001:db8:1::5", alice);
    a.flags = 0;
    LinkNotice b = a;
    b.hardware = b.frame_source = bob;
    const LinkNotice probe{.claimed = {},
                           .other = ip(contested),
                           .frame_source = bob,
                           .hardware = bob,
                           .kind = NoticeKind::arp_probe};
    CHECK(after(stage, {{a, b, a, b}, {a, b, a, b}, {probe, claim(reply, contested, alice), probe}}).empty());
}

TEST_CASE("advertisements that override contest an IPv6 address as ARP does an IPv4 one") {
    FaultStage stage;
    const auto both = std::vector{claim(NoticeKind::neighbour_advertisement, "2001:db8:1::5", alice),
                                  claim(NoticeKind::neighbour_advertisement, "2001:db8:1::5", bob)};
    const auto findings = after(stage, {both, both, both});
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().host == ip("2001:db8:1::5"));
}

TEST_CASE("the same addresses in another VLAN are another network's") {
    FaultStage stage;
    LinkNotice there = claim(announcement, contested, bob);
    there.segment = 7;
    const auto both = std::vector{claim(announcement, contested, alice), there};
    CHECK(after(stage, {both, both, both, both}).empty());
}

TEST_CASE("an address that is not internal is not judged") {
    FaultStage stage;
    const auto both =
        std::vector{claim(announcement, "192.168.1.1", alice), claim(announcement, "192.168.1.1", bob)};
    CHECK(after(stage, {both, both, both, both}).empty());
}

TEST_CASE("who answers for others without being asked is the intruder, by its own address") {
    FaultStage stage;
    // Mallory tells the gateway's address to a victim and the victim's to the gateway.
    const auto second = std::vector{
        claim(request, "10.0.0.1", alice, "10.0.0.50"), claim(reply, "10.0.0.1", mallory, "10.0.0.50"),
        claim(request, "10.0.0.50", bob, "10.0.0.60"), claim(reply, "10.0.0.50", mallory, "10.0.0.1")};
    const auto lull = std::vector{claim(request, "10.0.0.50", bob, "10.0.0.9"),
                                  claim(reply, "10.0.0.1", mallory, "10.0.0.50")};
    const auto findings = after(stage, {lull, lull, lull, lull, second, lull, lull, second, second, second},
                                talk("10.0.0.66", mallory));
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.host == ip("10.0.0.66"); });
    REQUIRE(found != findings.end());
    CHECK(found->fact.hardware_address == mallory.to_string());
    CHECK(found->fact.confidence == Confidence::high);
}

TEST_CASE(
    "who tells two of each other that he is the other stands between them, though nobody contradicts him") {
    const auto poison = std::vector{claim(reply, "10.0.0.9", mallory, contested),
                                    claim(reply, contested, mallory, "10.0.0.9")};
    FaultStage stage;
    auto findings = after(stage, {poison, poison}, talk("10.0.0.66", mallory));
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().kind == Kind::address_conflict);
    CHECK(findings.front().host == ip("10.0.0.66"));
    CHECK(findings.front().fact.confidence == Confidence::high);
    CHECK(findings.front().trigger.value == 3);  // all but the first: it was only a claim
    REQUIRE(findings.front().fact.facts.size() == 2);
    CHECK(findings.front().fact.facts[0].words ==
          "00:25:90:33:44:66 tells 10.0.0.9 that it is 10.0.0.50, and the other way round");

    // Whose own address is not known: one case, and it may not be the victim who is locked.
    FaultStage unknown;
    findings = after(unknown, {poison, poison});
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().host == ip("10.0.0.9"));
    CHECK(findings.front().fact.confidence == Confidence::low);
    CHECK(findings.front().fact.hardware_address == mallory.to_string());
}

TEST_CASE(
    "who answers for two because he is asked, is their router, or has both addresses, does not stand between "
    "them") {
    const LinkNotice one = claim(reply, "10.0.0.9", router, contested),
                     other = claim(reply, contested, router, "10.0.0.9");
    const auto asked = std::vector{claim(request, "10.0.0.77", bob, "10.0.0.9"), one,
                                   claim(request, "10.0.0.77", bob, contested), other};
    const auto unasked = std::vector{one, other};
    SECTION("asked") {
        FaultStage stage;
        CHECK(after(stage, {asked, asked, asked}).empty());
    }
    SECTION("it passes on what comes from outside") {
        FaultStage stage;
        stage.epoch(999, visit(contested, router));
        CHECK(after(stage, {unasked, unasked, unasked}).empty());
    }
    SECTION("it is listed") {
        FaultOptions options;
        options.routers.hardware = {router};
        FaultStage stage{options};
        CHECK(after(stage, {unasked, unasked, unasked}).empty());
    }
    SECTION("it tells others") {
        FaultStage stage;
        const auto told = std::vector{claim(reply, "10.0.0.9", router, "10.0.0.1"),
                                      claim(reply, contested, router, "10.0.0.1")};
        CHECK(after(stage, {told, told, told}).empty());
    }
    SECTION("it tells everybody, as a cluster does that takes over") {
        FaultStage stage;
        auto told = unasked;
        for (LinkNotice& notice : told) notice.flags |= notice_flag::to_all;
        CHECK(after(stage, {told, told, told}).empty());
    }
    SECTION("the inventory gives it both") {
        FaultOptions options;
        options.inventory =
            Inventory{{{router, *Prefix::parse(contested)}, {router, *Prefix::parse("10.0.0.9")}}};
        FaultStage stage{options};
        CHECK(after(stage, {unasked, unasked, unasked}).empty());
    }
}

TEST_CASE("where questions are not seen, who answers is not the intruder for it") {
    FaultStage stage;
    // The owner answers somebody whose requests the tap does not see.
    const auto second =
        std::vector{claim(reply, contested, alice, "10.0.0.1"), claim(announcement, contested, mallory)};
    const auto findings =
        after(stage, {second, second, second, second, second, second, second}, talk("10.0.0.10", alice));
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().host == ip(contested));
    CHECK(findings.front().fact.hardware_address.empty());
}

TEST_CASE("a router that answers for those behind it, when it is asked, is no intruder") {
    FaultStage stage;
    const auto second =
        std::vector{claim(request, "10.0.0.9", bob, contested), claim(reply, contested, router, "10.0.0.9"),
                    claim(request, contested, alice, "10.0.0.1")};
    CHECK(after(stage, {second, second, second, second, second}, visit(contested, router)).empty());
}

TEST_CASE("a listed router may answer for anybody") {
    FaultOptions options;
    options.routers.hardware = {router};
    FaultStage stage{options};
    const auto both = std::vector{claim(reply, contested, router), claim(announcement, contested, alice)};
    CHECK(after(stage, {both, both, both, both}).empty());
}

TEST_CASE("who has an address by the inventory is not the intruder") {
    FaultOptions options;
    options.foreign_uses = 0;
    options.inventory = Inventory{{{bob, *Prefix::parse(contested)}}};
    FaultStage stage{options};
    const auto both = std::vector{claim(announcement, contested, alice), claim(announcement, contested, bob)};
    const auto findings = after(stage, {both, both, both}, talk("10.0.0.10", alice) + talk("10.0.0.11", bob));
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().host == ip("10.0.0.10"));
}

TEST_CASE("a case ends when its address has been quiet, and says until when it was contested") {
    FaultStage stage;
    const auto both = std::vector{claim(announcement, contested, alice), claim(announcement, contested, bob)};
    for (int second = 1'000; second < 1'003; ++second) stage.epoch(second, {}, both);
    CHECK(stage.open() == 1);
    for (int second = 1'003; second < 1'302; ++second) stage.epoch(second, {});
    CHECK(stage.open() == 1);
    stage.epoch(1'302, {});
    CHECK(stage.open() == 0);
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings.front().closed == end_of_epoch(1'002));
}

TEST_CASE("a flood of claims to ever new addresses is counted where there is no room") {
    AddressClaims claims{HashKey{}};
    TimedNotice timed{1, claim(announcement, "10.0.0.1", alice)};
    for (std::size_t i = 0; i < AddressClaims::addresses_max + 10; ++i) {
        timed.notice.claimed.low = std::uint64_t{i} << 32 | 0xffff0000u;
        (void)claims.add(timed, second_ns);
    }
    CHECK(claims.untracked() == 10);
}
