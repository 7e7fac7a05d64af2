// SPDX-License-Identifier: BSD-3-Clause
// DHCP servers and routers that nobody appointed, and those who look alike.
#include <catch2/catch.hpp>

#include "fault_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

LinkNotice advertises(const std::string& source, HardwareAddress station, bool default_router = true) {
    return {.claimed = ip(source),
            .other = ip("2001:db8:bad::"),
            .frame_source = station,
            .hardware = station,
            .kind = NoticeKind::router_advertisement,
            .flags = default_router ? notice_flag::default_router : std::uint8_t{0}};
}

FaultOptions with_router(HardwareAddress listed) {
    FaultOptions options;
    options.routers.hardware = {listed};
    return options;
}

}  // namespace

TEST_CASE("a DHCP server that is not listed is called a rogue at its third message") {
    for (const int messages : {2, 3}) {
        FaultStage stage{with_dhcp_server("10.0.0.1")};
        for (int i = 0; i < messages; ++i) stage.epoch(1'000 + i, {}, {offer("10.0.0.66", mallory)});
        const auto findings = stage.finish();
        REQUIRE(findings.size() == (messages == 3 ? 1 : 0));
        if (findings.empty()) continue;
        CHECK(findings.front().kind == Kind::rogue_dhcp);
        CHECK(findings.front().protocol == ProtocolClass::udp);
        CHECK(findings.front().host == ip("10.0.0.66"));
        CHECK(findings.front().trigger.value == 3);
        REQUIRE(findings.front().fact.facts.size() == 1);
        CHECK(findings.front().fact.facts[0].name == "dhcp_offer");
        CHECK(findings.front().fact.facts[0].words ==
              "gives 10.0.0.200 as 10.0.0.66, from " + mallory.to_string());
    }
}

TEST_CASE("a rogue with a foreign address is known by its station's own") {
    FaultStage stage{with_dhcp_server("10.0.0.1")};
    stage.epoch(1'000, talk("10.0.0.77", mallory), std::vector(3, offer("192.168.0.1", mallory)));
    const auto findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().host == ip("10.0.0.77"));
    CHECK(findings.front().fact.hardware_address == mallory.to_string());
}

TEST_CASE("a rogue of whom no internal address is known is nobody who could be locked") {
    FaultStage stage{with_dhcp_server("10.0.0.1")};
    stage.epoch(1'000, visit("10.0.0.5", router), std::vector(9, offer("192.168.0.1", router)));
    CHECK(stage.finish().empty());
}

TEST_CASE("without a list of servers and routers nobody is a rogue") {
    FaultStage stage;
    stage.epoch(
        1'000, talk("10.0.0.77", mallory),
        {offer("10.0.0.77", mallory), offer("10.0.0.77", mallory), offer("10.0.0.77", mallory),
         offer("10.0.0.1", bob), offer("10.0.0.1", bob), offer("10.0.0.1", bob),
         advertises("fe80::66", mallory), advertises("fe80::66", mallory), advertises("fe80::66", mallory)});
    CHECK(stage.finish().empty());
}

TEST_CASE("listed servers and routers are no rogues, by address or by hardware address") {
    FaultOptions options = with_dhcp_server("10.0.0.1");
    options.dhcp_servers.hardware = {bob};
    options.routers.hardware = {router};
    FaultStage stage{options};
    stage.epoch(
        1'000, talk("10.0.0.1", alice) + talk("10.0.0.2", bob) + talk("10.0.0.3", router),
        {offer("10.0.0.1", alice), offer("10.0.0.1", alice), offer("10.0.0.1", alice), offer("10.0.0.2", bob),
         offer("10.0.0.2", bob), offer("10.0.0.2", bob), advertises("fe80::1", router),
         advertises("fe80::1", router), advertises("fe80::1", router)});
    CHECK(stage.finish().empty());
}

TEST_CASE("who offers itself as a router and is not listed is a rogue; who only names prefixes is none") {
    for (const bool offers : {true, false}) {
        FaultStage stage{with_router(router)};
        stage.epoch(1'000, talk("10.0.0.77", mallory),
                    std::vector(3, advertises("fe80::66", mallory, offers)));
        const auto findings = stage.finish();
        REQUIRE(findings.size() == (offers ? 1 : 0));
        if (!offers) continue;
        CHECK(findings.front().kind == Kind::rogue_ra);
        CHECK(findings.front().host == ip("10.0.0.77"));
    }
}
