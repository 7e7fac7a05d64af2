// SPDX-License-Identifier: BSD-3-Clause
// When a limit's case opens and ends: open_time, quiet_time, several rules in one case, a clock that is set back.
#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

LimitOptions one_rule(const LimitRule& rule) {
    return {.rules = {rule}};
}

}  // namespace

TEST_CASE("a case opens when the limit has been exceeded for its open_time, and not a second before") {
    LimitStage stage(
        one_rule({.name = "r", .per_second = 10, .window = seconds{1}, .open_time = seconds{5}}));
    for (int second = 100; second < 105; ++second) stage.epoch(second, times(11));
    CHECK(stage.open_cases().empty());
    stage.epoch(105, times(11));
    REQUIRE(stage.open_cases().size() == 1);
    CHECK(stage.open_cases()[0].opened == at(106));
}

TEST_CASE("a second in which the limit is not exceeded makes its open_time begin anew") {
    LimitStage stage(
        one_rule({.name = "r", .per_second = 10, .window = seconds{1}, .open_time = seconds{3}}));
    const bool silent = GENERATE(true, false);
    for (int second = 100; second < 103; ++second) stage.epoch(second, times(11));
    stage.epoch(103, times(silent ? 0 : 10));
    for (int second = 104; second < 107; ++second) stage.epoch(second, times(11));
    CHECK(stage.open_cases().empty());
    stage.epoch(107, times(11));
    REQUIRE(stage.open_cases().size() == 1);
    CHECK(stage.open_cases()[0].opened == at(108));
}

TEST_CASE("open_time goes on while the host is silent and its window is over the limit") {
    const std::int64_t step = GENERATE(1, 2, 4);
    for (const Scope per : {Scope::host, Scope::network, Scope::group}) {
        LimitStage stage(one_rule(
            {.name = "r", .per_second = 10, .window = seconds{60}, .per = per, .open_time = seconds{8}}));
        // 601 packets at once exceed the limit until they leave the window. Others send, so that there are epochs.
        stage.epoch(100, times(601));
        for (std::int64_t second = 100 + step; second < 108; second += step)
            stage.epoch(second, times(1, {.from = "2001:db8:1::1", .to = "2001:db8:2::1"}));
        CHECK(stage.open_cases().empty());
        stage.epoch(108, times(1, {.from = "2001:db8:1::1", .to = "2001:db8:2::1"}));
        REQUIRE(stage.open_cases().size() == 1);
        CHECK(stage.open_cases()[0].opened == at(109));
        CHECK(stage.open_cases()[0].totals.packets >= Packets{601});
    }
}

TEST_CASE("what was over the limit for less than open_time leaves nothing behind") {
    LimitStage stage(
        one_rule({.name = "r", .per_second = 10, .window = seconds{2}, .open_time = seconds{4}}));
    for (int round = 0; round < 20; ++round) {
        stage.epoch(100 + 10 * round, times(21));
        for (int second = 1; second < 10; ++second)
            stage.epoch(100 + 10 * round + second, times(1, {.from = "10.0.0.9"}));
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("a flood that goes on is one case, however short quiet_time is") {
    LimitStage stage(
        one_rule({.name = "r", .per_second = 10, .window = seconds{1}, .quiet_time = seconds{1}}));
    for (int second = 100; second < 110; ++second) stage.epoch(second, times(11));
    stage.epoch(110);
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings[0].opened == at(101));
    CHECK(stage.findings[0].closed == at(110));
    CHECK(stage.finish().size() == 1);
}

TEST_CASE("pulses with less than quiet_time between them are one case, which counts them") {
    constexpr int quiet = 20;
    const int pause = GENERATE(1, 19, 20, 21);
    const bool silent = GENERATE(true, false);  // no epoch at all between, or quiet ones
    LimitStage stage(
        one_rule({.name = "r", .per_second = 10, .window = seconds{1}, .quiet_time = seconds{quiet}}));
    std::int64_t second = 100;
    for (int pulse = 0; pulse < 5; ++pulse) {
        stage.epoch(second++, times(11 + static_cast<std::size_t>(pulse)));
        for (int i = 0; i < pause; ++i, ++second)
            if (!silent) stage.epoch(second, times(1));
    }
    const auto& findings = stage.finish();
    INFO("pause " << pause << (silent ? " without epochs" : ""));
    if (pause < quiet) {
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].limit.excesses == 5);
        CHECK(findings[0].totals.packets == Packets{15});
        CHECK(findings[0].opened == at(101));
    } else {
        REQUIRE(findings.size() == 5);
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK(findings[i].limit.excesses == 1);
            CHECK(findings[i].totals.packets == Packets{11 + i});
            if (i < 4) CHECK(findings[i].closed == findings[i].opened);
        }
    }
}

TEST_CASE("rules of one metric and direction share a case, each with its own time, window and peak") {
    LimitStage stage(
        {.rules = {{.name = "slow", .per_second = 10, .window = seconds{4}},
                   {.name = "fast", .per_second = 30, .window = seconds{1}},
                   {.name = "never", .per_second = 1'000, .window = seconds{1}},
                   {.name = "bits", .metric = Metric::bits, .per_second = 40 * 800, .window = seconds{1}},
                   {.name = "in", .direction = Direction::in, .per_second = 1}}});
    stage.epoch(100, times(25));
    stage.epoch(101, times(16));  // 41 in 4 s
    stage.epoch(102, times(35));  // 35 in 1 s
    stage.epoch(103, times(50));  // peaks: 126 in 4 s, 50 in 1 s
    stage.epoch(104, times(5));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 2);
    const Finding& packets = findings[0];
    CHECK(packets.kind == Kind::packet_limit);
    CHECK(packets.opened == at(102));
    REQUIRE(packets.limit.rules.size() == 2);
    CHECK(packets.limit.rules[0].rule == "slow");
    CHECK(packets.limit.rules[0].first_exceeded == at(102));
    CHECK(packets.limit.rules[0].peak == at(104));
    CHECK(packets.limit.rules[0].value == 126 / 4);
    CHECK(packets.limit.rules[0].threshold == 10);
    CHECK(packets.limit.rules[0].window_s == 4);
    CHECK(packets.limit.rules[1].rule == "fast");
    CHECK(packets.limit.rules[1].first_exceeded == at(103));
    CHECK(packets.limit.rules[1].peak == at(104));
    CHECK(packets.limit.rules[1].value == 50);
    // The figures are those of the first one's peak.
    CHECK(packets.trigger.rule == "slow");
    CHECK(packets.totals == Traffic{{126}, {12'600}, {1}});
    CHECK(findings[1].kind == Kind::bandwidth_limit);
    CHECK(findings[1].opened == at(104));
    CHECK(findings[1].totals.packets == Packets{50});
}

TEST_CASE("a case lasts until every rule that was exceeded has been quiet for its own quiet_time") {
    LimitStage stage(
        {.rules = {{.name = "short", .per_second = 10, .window = seconds{1}, .quiet_time = seconds{5}},
                   {.name = "long", .per_second = 2, .window = seconds{3}, .quiet_time = seconds{10}}}});
    stage.epoch(100, times(11));  // the long one is exceeded until 102
    for (int second = 101; second < 112; ++second) stage.epoch(second);
    CHECK(stage.findings.empty());
    stage.epoch(112);
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings[0].closed == at(103));
}

TEST_CASE("a clock that is set back ends cases, windows and open_time") {
    LimitStage stage({.rules = {{.name = "r", .per_second = 10, .window = seconds{10}},
                                {.name = "waits",
                                 .direction = Direction::in,
                                 .per_second = 10,
                                 .window = seconds{1},
                                 .open_time = seconds{2}}}});
    const Sent in{.from = "192.0.2.1", .to = "10.0.0.1"};
    stage.epoch(1'000, times(101));
    stage.epoch(1'001, times(11, in));
    REQUIRE(stage.open_cases().size() == 1);
    stage.epoch(500, together({times(90), times(11, in)}));
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings[0].totals.packets == Packets{101});
    // Not by what was in the windows, but by what comes now.
    CHECK(stage.open_cases().empty());
    stage.epoch(501, times(11, in));
    CHECK(stage.open_cases().empty());
    stage.epoch(502, together({times(11), times(11, in)}));
    REQUIRE(stage.open_cases().size() == 2);
    CHECK(stage.open_cases()[0].totals.packets == Packets{101});
    CHECK(stage.open_cases()[0].opened == at(503));
}

TEST_CASE("an epoch that is opened once more adds to its second, once, and keeps the case") {
    LimitStage stage(
        {.rules = {{.name = "p", .per_second = 10, .window = seconds{2}},
                   {.name = "f", .metric = Metric::flows, .per_second = 1, .window = seconds{2}}}});
    std::vector<Sent> flows;
    for (std::uint16_t port = 0; port < 3; ++port) flows.push_back({.from_port = port});
    stage.epoch(100, together({times(20), flows}));
    stage.epoch(100, flows);  // by a late worker: the same flows, and the same second
    auto open = stage.open_cases();
    REQUIRE(open.size() == 2);
    CHECK(open[0].totals == Traffic{{26}, {2'600}, {4}});
    CHECK(open[0].trigger.peak == at(101));
    CHECK(open[1].trigger.value == 2);  // four flows in 2 s
    // What both brought leaves the window with their second.
    for (int second = 101; second < 104; ++second) stage.epoch(second);
    stage.epoch(300, times(21));
    CHECK(stage.findings.size() == 2);
    open = stage.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].totals.packets == Packets{21});
}
