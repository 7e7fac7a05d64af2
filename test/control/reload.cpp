// SPDX-License-Identifier: BSD-3-Clause
// A reload changes what the new settings say, and nothing else.
#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "report/json_report.hpp"
#include "tap.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

ControlCore::Reload reload_of(const ControlCore::Options& options) {
    return {.internal = options.internal,
            .limits = options.limits,
            .scan = options.scan,
            .report = options.report};
}

std::vector<Sent> times(std::size_t count, const Sent& packet = {}) {
    return std::vector<Sent>(count, packet);
}

std::vector<Sent> random_packets(std::mt19937& random) {
    std::vector<Sent> packets;
    for (std::size_t i = random() % 60; i > 0; --i) {
        Sent sent{.time_ns = static_cast<std::int64_t>(random() % second_ns),
                  .from = "10.0.0." + std::to_string(1 + random() % 3),
                  .to = "192.0.2." + std::to_string(1 + random() % 200),
                  .from_port = static_cast<std::uint16_t>(random() % 4),
                  .to_port = static_cast<std::uint16_t>(random() % 3)};
        if (random() % 4 == 0) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        packets.push_back(sent);
    }
    return packets;
}

}  // namespace

TEST_CASE("a reload of the same settings after every epoch changes no report") {
    ControlCore::Options options = live_options();
    options.limits.rules = {{.name = "p", .per_second = 15, .window = seconds{3}},
                            {.name = "b", .metric = Metric::bits, .per_second = 12'000, .window = seconds{2}},
                            {.name = "f", .metric = Metric::flows, .per_second = 13, .window = seconds{5}}};
    options.engine.history_max = GENERATE(1'000'000u, 150u);  // 150: records are forgotten all the time
    const auto run = [&](int reload) {
        Tap tap(options);
        std::mt19937 random(5);
        std::vector<std::string> lines;
        for (int second = 0; second < 300; ++second) {
            tap.epoch(1000 + second, second < 200 ? random_packets(random) : std::vector<Sent>{});
            auto settings = reload_of(options);
            // In another order all sums are made anew.
            if (second % 2 == 0) std::reverse(settings.limits.rules.begin(), settings.limits.rules.end());
            if (reload == 1) settings.limits = options.limits;
            if (reload > 0) tap.control().reload(settings);
            for (const LockReport& report : tap.control().take_reports())
                lines.push_back(json_report_line(report));
        }
        return lines;
    };
    const auto expected = run(0);
    REQUIRE(expected.size() > 5);
    CHECK(run(1) == expected);
    CHECK(run(2) == expected);
}

TEST_CASE("a limit that a reload adds fires with what the history already holds, one it removes is closed") {
    ControlCore::Options options = live_options();
    options.limits.rules = {{.name = "high", .per_second = 1000, .window = seconds{10}}};
    Tap tap(options);
    for (int second = 100; second < 105; ++second) tap.epoch(second, times(20));
    CHECK(tap.control().take_reports().empty());

    auto settings = reload_of(options);
    settings.limits.rules.push_back({.name = "low", .per_second = 10, .window = seconds{10}});
    settings.limits.rules.push_back(
        {.name = "flows", .metric = Metric::flows, .per_second = 1, .window = seconds{3}});
    tap.control().reload(settings);
    tap.epoch(105, times(1));
    auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.trigger.rule == "low");
    CHECK(reports[0].finding.opened == Time{seconds{106}});
    CHECK(reports[0].finding.totals == Traffic{{101}, {10100}, {1}});

    // Another threshold is the same limit.
    settings.limits.rules[1].per_second = 12;
    tap.control().reload(settings);
    tap.epoch(106, times(1));
    CHECK(tap.control().take_reports().empty());

    settings.limits.rules.erase(settings.limits.rules.begin() + 1);
    tap.control().reload(settings);
    reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].state == CaseState::closed);
    CHECK(reports[0].finding.closed == Time{seconds{106}});
}

TEST_CASE("a network that a reload adds is judged from then on, one it removes no more") {
    ControlCore::Options options = live_options();
    options.limits.rules = {{.name = "r", .per_second = 10, .window = seconds{2}},
                            {.name = "f", .metric = Metric::flows, .per_second = 10, .window = seconds{2}}};
    Tap tap(options, 1, {.flows = 1024, .hosts = 64});
    const Sent inside{.from = "10.0.0.1", .to = "198.51.100.1"};
    const Sent other{.from = "198.51.100.1", .to = "192.0.2.1"};
    const auto both = [&] {
        std::vector<Sent> packets = times(30, inside);
        for (const Sent& sent : times(30, other)) packets.push_back(sent);
        return packets;
    };
    tap.epoch(100, both());
    tap.epoch(101, both());
    auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.host.to_string() == "10.0.0.1");

    // 10.0.0.1 is outside now, and what it sends comes in to the other.
    auto settings = reload_of(options);
    settings.internal = PrefixSet{{*Prefix::parse("198.51.100.0/24")}};
    tap.control().reload(settings);
    reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].state == CaseState::closed);
    tap.epoch(102, both());
    reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.host.to_string() == "198.51.100.1");
    CHECK(reports[0].finding.opened == Time{seconds{103}});
    CHECK(reports[0].finding.totals.packets == Packets{30});
    for (int second = 103; second < 300; ++second) tap.epoch(second, {});
    reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].state == CaseState::closed);
}

TEST_CASE("the workers' epochs count by new networks once they have come back empty") {
    EpochChannel channel("networks", 2, {.flows = 1024, .hosts = 64}, internal(), {});
    const Decoded packet = decoded({.from = "198.51.100.1", .to = "192.0.2.1"});
    channel.change_internal(PrefixSet{{*Prefix::parse("198.51.100.0/24")}});
    for (int round = 0; round < 4; ++round) {
        Epoch* epoch = channel.take_empty();
        CHECK(epoch->overflow->find_place(packet).has_host == (round >= 2));
        channel.hand_over(epoch);
        channel.give_back(channel.take_full());
    }
}

TEST_CASE("scans that are switched off are closed, and begin anew when they are switched on") {
    ControlCore::Options options = live_options();
    Tap tap(options);
    std::vector<Sent> sweep;
    for (int i = 0; i < 40; ++i)
        sweep.push_back({.time_ns = i, .to = "192.0.2." + std::to_string(1 + i), .to_port = 22});
    const auto run = [&](std::int64_t begin_s, std::uint16_t from_port) {
        for (Sent& sent : sweep) sent.from_port = from_port;
        for (int second = 0; second < 5; ++second)
            tap.epoch(begin_s + second, second == 0 ? sweep : std::vector<Sent>{});
        return tap.control().take_reports();
    };
    REQUIRE(run(100, 1).size() == 1);
    auto settings = reload_of(options);
    settings.scan.enabled = false;
    tap.control().reload(settings);
    const auto closed = tap.control().take_reports();
    REQUIRE(closed.size() == 1);
    CHECK(closed[0].state == CaseState::closed);
    CHECK(run(110, 2).empty());
    settings.scan.enabled = true;
    tap.control().reload(settings);
    const auto again = run(120, 3);
    REQUIRE(again.size() == 1);
    CHECK(again[0].finding.targets_total == 40);
    CHECK(again[0].finding.totals.packets == Packets{40});
}

TEST_CASE("a reload says in whose name the next reports accuse") {
    ControlCore::Options options = live_options();
    Tap tap(options);
    auto settings = reload_of(options);
    settings.tap = "rack 3";
    settings.report.reporter = {
        .organisation = "Example", .contact = "abuse@example.com", .domain = "example.com"};
    tap.control().reload(settings);
    std::vector<Sent> sweep;
    for (int i = 0; i < 40; ++i)
        sweep.push_back({.time_ns = i, .to = "192.0.2." + std::to_string(1 + i), .to_port = 22});
    for (int second = 0; second < 5; ++second)
        tap.epoch(100 + second, second == 0 ? sweep : std::vector<Sent>{});
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].origin.tap == "rack 3");
    CHECK(reports[0].origin.reporter == settings.report.reporter);
}
