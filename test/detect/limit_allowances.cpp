// SPDX-License-Identifier: BSD-3-Clause
// Traffic that no limit counts, and what is said of it.
#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

const Sent backup{.to = "198.51.100.7"};
const Sent flood{.to = "192.0.2.1"};

LimitOptions options() {
    return {
        .rules = {{.name = "r", .per_second = 10, .window = seconds{2}}},
        .allowances = {allowance_for("backup", "198.51.100.0/24"), allowance_for("logs", "203.0.113.0/24")}};
}

}  // namespace

TEST_CASE(
    "a limit that is exceeded with allowed traffic only makes one exonerated finding, with the reason") {
    LimitStage stage(options());
    for (int second = 100; second < 110; ++second)
        stage.epoch(second, together({times(30, backup), times(2, {.to = "203.0.113.1"}), times(10, flood)}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    const Finding& found = findings[0];
    CHECK(found.verdict == Verdict::exonerated);
    CHECK(found.opened == at(101));
    // With what is allowed, since that is what exceeded it.
    CHECK(found.totals == Traffic{{84}, {8'400}, {3}});
    CHECK(found.externals_total == 3);
    CHECK(found.limit.allowed == std::vector<AllowedTraffic>{{"backup", 60, 6'000}, {"logs", 4, 400}});
    CHECK(found.limit.unattributed == Traffic{});
}

TEST_CASE(
    "a limit that is exceeded without allowed traffic locks; the totals are without it, and it is said") {
    LimitStage stage(options());
    stage.epoch(100, together({times(100, backup), times(21, flood)}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].verdict == Verdict::lock);
    CHECK(findings[0].totals == Traffic{{21}, {2'100}, {1}});
    CHECK(findings[0].trigger.value == 10);
    CHECK(findings[0].externals_total == 1);
    CHECK(findings[0].limit.allowed == std::vector<AllowedTraffic>{{"backup", 100, 10'000}});
}

TEST_CASE("a lock comes beside an exonerated finding when the rest exceeds the limit, too, and not before") {
    LimitStage stage(options());
    stage.epoch(100, times(100, backup));
    stage.epoch(101, times(20, flood));
    auto open = stage.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].verdict == Verdict::exonerated);
    CHECK(open[0].totals.packets == Packets{120});
    stage.epoch(102, times(1, flood));
    open = stage.open_cases();
    REQUIRE(open.size() == 2);
    CHECK(open[0].verdict == Verdict::lock);
    CHECK(open[0].opened == at(103));
    CHECK(open[0].totals.packets == Packets{21});
}

TEST_CASE("while a lock is open, no exonerated finding comes beside it") {
    LimitStage stage(options());
    stage.epoch(100, times(21, flood));
    for (int second = 101; second < 110; ++second) stage.epoch(second, times(100, backup));
    const auto open = stage.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].verdict == Verdict::lock);
    CHECK(open[0].totals.packets == Packets{21});
}

TEST_CASE("allowed traffic does not shorten the open_time of the rest, and the rest counts for both") {
    LimitOptions waits = options();
    waits.rules[0].window = seconds{1};
    waits.rules[0].open_time = seconds{4};
    LimitStage stage(waits);
    for (int second = 100; second < 103; ++second) stage.epoch(second, times(100, backup));
    for (int second = 103; second < 107; ++second) stage.epoch(second, times(11, flood));
    CHECK(stage.open_cases().empty());
    // Exceeded with what is allowed for 7 s, without it for 4 s.
    stage.epoch(107, times(11, flood));
    auto open = stage.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].verdict == Verdict::lock);
    CHECK(open[0].opened == at(108));

    LimitStage other(waits);
    for (int second = 100; second < 103; ++second) other.epoch(second, times(11, flood));
    for (int second = 103; second < 105; ++second) other.epoch(second, times(100, backup));
    open = other.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].verdict == Verdict::exonerated);
    CHECK(open[0].opened == at(105));
}

TEST_CASE("an allowance is for the directions that it names") {
    for (const bool out : {true, false})
        for (const bool in : {true, false}) {
            LimitOptions both{
                .rules = {{.name = "out", .per_second = 10, .window = seconds{1}},
                          {.name = "in", .direction = Direction::in, .per_second = 10, .window = seconds{1}}},
                .allowances = {allowance_for("backup", "198.51.100.0/24", out, in)}};
            LimitStage stage(both);
            stage.epoch(
                100,
                together(
                    {times(30, backup),
                     times(30, {.from = backup.to, .to = backup.from, .from_port = 80, .to_port = 40'000})}));
            for (const Finding& found : stage.finish()) {
                const bool allowed = found.direction == Direction::out ? out : in;
                CHECK((found.verdict == Verdict::exonerated) == allowed);
                CHECK(found.totals.packets == Packets{30});
            }
            CHECK(stage.findings.size() == 2);
        }
}

TEST_CASE("of two allowances for the same traffic the first one counts") {
    LimitOptions twice = options();
    twice.allowances.push_back(allowance_for("all", "0.0.0.0/0"));
    LimitStage stage(twice);
    stage.epoch(100, together({times(30, backup), times(7, flood)}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].verdict == Verdict::exonerated);
    CHECK(findings[0].limit.allowed == std::vector<AllowedTraffic>{{"backup", 30, 3'000}, {"all", 7, 700}});
}

TEST_CASE("what is allowed counts for networks and groups as little as for hosts, in every metric") {
    for (const Scope per : {Scope::host, Scope::network, Scope::group})
        for (const Metric metric : {Metric::packets, Metric::bits, Metric::flows, Metric::new_externals}) {
            LimitOptions one = options();
            one.rules = {{.name = "r",
                          .metric = metric,
                          .per_second = metric == Metric::bits ? 800u : 1u,
                          .window = seconds{2},
                          .per = per}};
            LimitStage stage(one);
            std::vector<Sent> allowed;
            for (int i = 0; i < 9; ++i) allowed.push_back({.to = "198.51.100." + std::to_string(i)});
            stage.epoch(100, together({allowed, times(2, flood)}));
            INFO(name_of(per) << " " << name_of(metric));
            REQUIRE(stage.open_cases().size() == 1);
            CHECK(stage.open_cases()[0].verdict == Verdict::exonerated);
            CHECK(stage.open_cases()[0].totals == Traffic{{11}, {1'100}, {10}});
        }
}

TEST_CASE("a reload changes what is allowed from then on, and the past keeps its reasons") {
    LimitStage stage(options());
    stage.epoch(100, together({times(30, backup), times(5, {.to = "203.0.113.1"})}));
    LimitOptions other = options();
    std::swap(other.allowances[0], other.allowances[1]);
    SECTION("in another order") {
        stage.reload(other);
        const auto open = stage.open_cases();
        REQUIRE(open.size() == 1);
        CHECK(open[0].limit.allowed == std::vector<AllowedTraffic>{{"backup", 30, 3'000}, {"logs", 5, 500}});
        stage.epoch(101, times(20, backup));
        CHECK(stage.open_cases()[0].limit.allowed ==
              std::vector<AllowedTraffic>{{"logs", 5, 500}, {"backup", 50, 5'000}});
    }
    SECTION("one less: its flows count from then on, its past does not") {
        other.allowances.pop_back();
        stage.reload(other);
        stage.epoch(101, times(20, backup));
        auto open = stage.open_cases();
        REQUIRE(open.size() == 1);
        CHECK(open[0].verdict == Verdict::exonerated);
        CHECK(open[0].limit.allowed ==
              std::vector<AllowedTraffic>{{"logs", 5, 500},
                                          {"allowed until the configuration was changed", 30, 3'000}});
        CHECK(open[0].totals.packets == Packets{55});
        stage.epoch(102, times(1, backup));
        open = stage.open_cases();
        REQUIRE(open.size() == 2);
        CHECK(open[0].verdict == Verdict::lock);
        CHECK(open[0].totals.packets == Packets{21});
    }
    SECTION("one more: flows that are known are allowed, too") {
        other.allowances.push_back(allowance_for("fine", "192.0.2.0/24"));
        stage.epoch(101, times(20, flood));
        CHECK(stage.open_cases().size() == 1);
        stage.reload(other);
        stage.epoch(102, times(20, flood));
        const auto open = stage.open_cases();
        REQUIRE(open.size() == 1);
        CHECK(open[0].verdict == Verdict::exonerated);
    }
}

TEST_CASE(
    "a flow of which a reload allows the rest counts once, as what it is now, and its packets as they were") {
    LimitOptions before{
        .rules = {{.name = "f", .metric = Metric::flows, .per_second = 1, .window = seconds{2}},
                  {.name = "p", .per_second = 10, .window = seconds{2}}}};
    LimitOptions after = before;
    after.allowances = {allowance_for("backup", "198.51.100.0/24")};
    std::vector<Sent> flows;
    for (std::uint16_t port = 0; port < 2; ++port)
        for (const Sent& sent : times(10, backup)) {
            flows.push_back(sent);
            flows.back().from_port = port;
        }
    LimitStage stage(before);
    stage.epoch(100, flows);  // 20 packets of two flows: the limits, and no more
    stage.reload(after);
    stage.epoch(101, together({flows, times(1, flood), times(1, {.to = "192.0.2.2"})}));
    const auto open = stage.open_cases();
    REQUIRE(open.size() == 2);
    CHECK(open[0].kind == Kind::packet_limit);
    CHECK(open[0].verdict == Verdict::lock);
    CHECK(open[0].totals.packets == Packets{22});
    CHECK(open[0].limit.allowed == std::vector<AllowedTraffic>{{"backup", 20, 2'000}});
    CHECK(open[1].kind == Kind::flow_limit);
    CHECK(open[1].verdict == Verdict::exonerated);
    CHECK(open[1].trigger.value == 2);  // four flows
}
