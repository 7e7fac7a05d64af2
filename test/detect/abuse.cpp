// SPDX-License-Identifier: BSD-3-Clause
#include "detect/abuse.hpp"

#include <catch2/catch.hpp>

#include "abuse_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

std::string server(int number) {
    return "192.0.2." + std::to_string(number);
}

std::uint16_t port(int number) {
    return static_cast<std::uint16_t>(number);
}

}  // namespace

TEST_CASE("one match is no case, however clear it is") {
    AbuseStage stage;
    stage.talk("10.0.0.1", server(1), 40000, 3333, miner, std::nullopt);
    stage.epoch(100);
    stage.talk("10.0.0.2", server(1), 40000, 8080, exploit_try, std::nullopt);
    stage.epoch(101);
    CHECK(stage.open() == 0);
    CHECK(stage.finish().empty());
}

TEST_CASE("a host that mines is locked, with the signatures, the pool and the flow's exact figures") {
    AbuseStage stage;
    stage.talk("10.0.0.1", server(1), 40000, 3333, miner, pool);
    stage.epoch(100);
    CHECK(stage.open() == 0);
    stage.says({.from = "10.0.0.1", .to = server(1), .to_port = 3333, .bytes = 300, .flags = 0x18}, miner);
    stage.epoch(110);
    CHECK(stage.open() == 1);

    REQUIRE(stage.finish().size() == 1);
    const Finding& finding = stage.findings[0];
    CHECK(finding.reason == Reason::abuse);
    CHECK(finding.kind == Kind::mining);
    CHECK(finding.direction == Direction::out);
    CHECK(finding.protocol == ProtocolClass::tcp);
    CHECK(finding.host.to_string() == "10.0.0.1");
    CHECK(ns_of(finding.opened) == 111 * second_ns);
    CHECK_FALSE(finding.closed);
    CHECK(ns_of(finding.first_seen) == 100 * second_ns);
    CHECK(ns_of(finding.last_seen) == 110 * second_ns);
    CHECK(finding.trigger.rule == "abuse.mining");
    CHECK(finding.trigger.metric == Metric::matches);
    CHECK(finding.trigger.value == 3);
    CHECK(finding.trigger.threshold == 3);
    CHECK(finding.trigger.window_s == 3600);
    // SYN, SYN-ACK, two payloads of 100 bytes each, and one of 300.
    CHECK(finding.totals.packets.value == 5);
    CHECK(finding.totals.bytes.value == 700);
    CHECK(finding.totals.flows.value == 1);
    REQUIRE(finding.externals.size() == 1);
    CHECK(finding.externals[0].address.to_string() == server(1));
    REQUIRE(finding.targets.size() == 1);
    CHECK(finding.targets[0].port == 3333);
    CHECK(finding.targets[0].source_port == 40000);
    REQUIRE(finding.fact.facts.size() == 2);
    CHECK(finding.fact.facts[0].name == "miner");
    CHECK(finding.fact.facts[0].words == "what miner is");
    CHECK(finding.fact.facts[0].reference == "RFC 1");
    CHECK(finding.fact.facts[0].count == 2);
    CHECK(ns_of(finding.fact.facts[0].first) == 100 * second_ns);
    CHECK(ns_of(finding.fact.facts[0].last) == 110 * second_ns);
    CHECK(finding.fact.facts[1].name == "pool");
    CHECK(finding.fact.facts[1].count == 1);
}

TEST_CASE("who only offers to mine, and is never answered, does not mine") {
    AbuseStage stage;
    for (int i = 0; i < 10; ++i) {
        stage.says({.from = "10.0.0.1", .to = server(1), .to_port = 3333}, miner);
        stage.epoch(100 + i);
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("who guesses passwords is locked, and whose passwords are guessed is not") {
    AbuseStage stage;
    for (int i = 0; i < 20; ++i) {
        stage.talk("10.0.0.1", server(1), port(40000 + i), 21, std::nullopt, failed_login);
        stage.talk(server(2), "10.0.0.2", port(40000 + i), 21, std::nullopt, failed_login);
        stage.epoch(100 + i);
    }
    REQUIRE(stage.finish().size() == 1);
    const Finding& finding = stage.findings[0];
    CHECK(finding.host.to_string() == "10.0.0.1");
    CHECK(finding.kind == Kind::brute_force);
    CHECK(finding.totals.flows.value == 20);
    CHECK(ns_of(finding.opened) == 120 * second_ns);
    CHECK(finding.fact.confidence == Confidence::high);
}

TEST_CASE(
    "a program whose password was changed may be meant where one database refuses it, not where two do") {
    AbuseStage stage;
    for (int i = 0; i < 20; ++i) {
        stage.talk("10.0.0.1", server(1), port(40000 + i), 3306, std::nullopt, failed_login);
        stage.talk("10.0.0.2", server(2 + i % 2), port(40000 + i), 3306, std::nullopt, failed_login);
    }
    stage.epoch(100);
    REQUIRE(stage.finish().size() == 2);
    CHECK(stage.findings[0].host.to_string() == "10.0.0.1");
    CHECK(stage.findings[0].fact.confidence == Confidence::low);
    CHECK(stage.findings[1].fact.confidence == Confidence::high);
}

TEST_CASE("matches count within the window only") {
    AbuseStage stage;
    for (int i = 0; i < 60; ++i) {
        stage.talk("10.0.0.1", server(1), port(40000 + i), 21, std::nullopt, failed_login);
        stage.epoch(100 + 16 * i);  // 19 in any 300 seconds
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("a reflector is locked where only its answers are seen, too; who gets them is not") {
    AbuseOptions options;
    options.amplification.matches = 20;
    AbuseStage stage(options);
    for (int second = 100; second < 120; ++second) {
        stage.says({.from = "10.0.0.1", .to = server(1), .from_port = 53, .to_port = 5000, .protocol = 17},
                   reflected);
        stage.says({.from = server(2), .to = "10.0.0.2", .from_port = 53, .to_port = 5000, .protocol = 17},
                   reflected);
        stage.epoch(second);
    }
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].kind == Kind::amplification);
    CHECK(stage.findings[0].host.to_string() == "10.0.0.1");
    CHECK(stage.findings[0].trigger.value == 20);
}

TEST_CASE("exploits must be tried on several: one server may be the customer's own") {
    AbuseStage stage;
    for (int i = 0; i < 50; ++i)
        stage.talk("10.0.0.1", server(1 + i % 2), port(40000 + i), 80, exploit_try, std::nullopt);
    stage.epoch(100);
    CHECK(stage.open() == 0);
    stage.talk("10.0.0.1", server(3), 50000, 80, exploit_try, std::nullopt);
    stage.epoch(101);
    CHECK(stage.open() == 1);
    CHECK(stage.finish()[0].externals_total == 3);
}

TEST_CASE("whose servers others try to break into is no attacker") {
    AbuseStage stage;
    for (int i = 0; i < 50; ++i)
        stage.talk(server(1 + i), "10.0.0.1", port(40000 + i), 80, exploit_try, std::nullopt);
    stage.epoch(100);
    CHECK(stage.finish().empty());
}

TEST_CASE("a phishing site is accused by what its visitors send, its visitors are not") {
    AbuseStage stage;
    for (int i = 0; i < 5; ++i) {
        stage.talk(server(1 + i), "10.0.0.1", port(40000 + i), 80, form_post, std::nullopt);
        stage.talk("10.0.0.2", server(100 + i), port(40000 + i), 80, form_post, std::nullopt);
    }
    stage.epoch(100);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].host.to_string() == "10.0.0.1");
    CHECK(stage.findings[0].kind == Kind::phishing);
    CHECK(stage.findings[0].targets.empty());
}

TEST_CASE("what innocent hosts send, too, is shown beside what counts, and counts for nothing") {
    AbuseStage stage;
    for (int i = 0; i < 100; ++i)
        stage.talk("10.0.0.1", server(1), port(40000 + i), 22, login_library, std::nullopt);
    stage.epoch(100);
    CHECK(stage.open() == 0);
    for (int i = 0; i < 20; ++i)
        stage.talk("10.0.0.1", server(1), port(50000 + i), 22, std::nullopt, failed_login);
    stage.epoch(101);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].trigger.value == 20);
    CHECK(stage.findings[0].fact.facts[0].name == "login-library");
    CHECK(stage.findings[0].fact.facts[0].count == 100);
}

TEST_CASE("file sharing locks nobody unless that is asked for, nor does a tool's name") {
    const auto findings = [](const AbuseOptions& options) {
        AbuseStage stage(options);
        for (int i = 0; i < 50; ++i) {
            stage.talk("10.0.0.1", server(1 + i), port(40000 + i), 6881, torrent, torrent);
            stage.talk("10.0.0.1", server(1 + i), port(50000 + i), 80, tool, std::nullopt);
        }
        stage.epoch(100);
        return stage.finish().size();
    };
    CHECK(findings({}) == 0);
    AbuseOptions strict;
    strict.p2p.enabled = true;
    CHECK(findings(strict) == 1);
    strict.enabled = false;
    CHECK(findings(strict) == 0);
}

TEST_CASE("a tool that says its name is shown beside what its host is accused of") {
    AbuseStage stage;
    for (int i = 0; i < 5; ++i) {
        stage.talk("10.0.0.1", server(1 + i), port(40000 + i), 80, exploit_try, std::nullopt);
        stage.talk("10.0.0.1", server(1 + i), port(50000 + i), 80, tool, std::nullopt);
        stage.epoch(100 + i);
    }
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].trigger.value == 5);
    REQUIRE(stage.findings[0].fact.facts.size() == 2);
    CHECK(stage.findings[0].fact.facts[1].name == "tool");
}

TEST_CASE("a case ends when it was quiet, and a later one is another") {
    AbuseStage stage;
    const auto mine = [&](std::int64_t at) {
        for (int i = 0; i < 3; ++i)
            stage.talk("10.0.0.1", server(1), port(40000 + i), 3333, miner, std::nullopt);
        stage.epoch(at);
    };
    mine(100);
    stage.epoch(3699);
    CHECK(stage.open() == 1);
    stage.epoch(3700);
    CHECK(stage.open() == 0);
    REQUIRE(stage.findings.size() == 1);
    CHECK(ns_of(stage.findings[0].closed.value()) == 3701 * second_ns);
    mine(5000);
    REQUIRE(stage.finish().size() == 2);
    CHECK(stage.findings[0].case_number != stage.findings[1].case_number);
}

TEST_CASE("where the clock is set back all begins anew") {
    AbuseStage stage;
    stage.talk("10.0.0.1", server(1), 40000, 3333, miner, pool);
    stage.epoch(1000);
    stage.talk("10.0.0.1", server(1), 40001, 3333, miner, std::nullopt);
    stage.epoch(10);
    CHECK(stage.finish().empty());
}

TEST_CASE("of a connection that was there before nobody knows who began it, so nobody is accused for it") {
    AbuseStage stage;
    for (int i = 0; i < 30; ++i) {
        stage.says(
            {.from = "10.0.0.1", .to = server(1), .from_port = port(40000 + i), .to_port = 21, .flags = 0x18},
            login_library);
        stage.says(
            {.from = server(1), .to = "10.0.0.1", .from_port = 21, .to_port = port(40000 + i), .flags = 0x18},
            failed_login);
    }
    stage.epoch(100);
    CHECK(stage.finish().empty());
}

TEST_CASE("a reload closes cases of hosts that are no longer ours, and of what is no longer looked for") {
    AbuseStage stage;
    for (int i = 0; i < 3; ++i) {
        stage.talk("10.0.0.1", server(1), port(40000 + i), 3333, miner, std::nullopt);
        stage.talk("10.1.0.1", server(1), port(40000 + i), 3333, miner, std::nullopt);
    }
    stage.epoch(100);
    CHECK(stage.open() == 2);
    stage.detector.close_outside(PrefixSet{{*Prefix::parse("10.1.0.0/16")}}, stage.findings);
    CHECK(stage.open() == 1);
    CHECK(stage.findings.size() == 1);
    AbuseOptions options;
    options.mining.enabled = false;
    stage.detector.change_options(options, {}, stage.findings);
    CHECK(stage.open() == 0);
    CHECK(stage.findings.size() == 2);
}

TEST_CASE("numbers that no set of signatures has accuse nobody") {
    AbuseStage stage;
    for (int i = 0; i < 30; ++i)
        stage.talk("10.0.0.1", server(1), port(40000 + i), 3333, static_cast<Signed>(1000 + i), std::nullopt);
    stage.epoch(100);
    CHECK(stage.finish().empty());
}

TEST_CASE("however much matches, memory is bounded, and what had no room is counted") {
    AbuseStage stage;
    for (int second = 0; second < 20; ++second) {
        for (int i = 0; i < 4000; ++i)
            stage.talk("10.0.0.1", "198.51." + std::to_string(second) + "." + std::to_string(i / 250),
                       port(1000 + i % 60000), 80, exploit_try, std::nullopt);
        stage.epoch(100 + second);
    }
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].trigger.value == AbuseCase::sightings_max);
    CHECK(stage.findings[0].totals.flows.value == AbuseCase::flows_max);
    CHECK(stage.findings[0].fact.facts[0].count == 80'000);
}
