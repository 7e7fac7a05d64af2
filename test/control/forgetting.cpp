// SPDX-License-Identifier: BSD-3-Clause
// A live control core for longer than its stores could remember everything.
#include <catch2/catch.hpp>

#include "tap.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

constexpr std::uint32_t flows_max = 3000;

ControlCore::Options small() {
    ControlCore::Options options = live_options();
    options.engine.flows_max = flows_max;
    options.limits.rules = {{.name = "p", .per_second = 10, .window = seconds{20}},
                            {.name = "f", .metric = Metric::flows, .per_second = 10, .window = seconds{10}}};
    options.scan.window = seconds{30};
    return options;
}

// `count` flows that no other call makes, from outside to hosts of their own.
std::vector<Sent> flood(int call, int count) {
    std::vector<Sent> packets;
    for (int i = 0; i < count; ++i)
        packets.push_back({.time_ns = i,
                           .from = "2001:db8:2::" + std::to_string(call),
                           .to = "2001:db8:1::" + std::to_string(call % 9000) + ":" + std::to_string(i),
                           .protocol = 17,
                           .bytes = 60,
                           .flags = 0});
    return packets;
}

// A scan by one host, too many packets and too many flows by two others.
std::vector<Sent> offences(int second) {
    std::vector<Sent> packets;
    for (int i = 0; i < 30; ++i)
        packets.push_back(
            {.time_ns = i, .from = "10.0.0.7", .to = "192.0.2." + std::to_string(1 + i), .to_port = 22});
    for (int i = 0; i < 40; ++i)
        packets.push_back({.time_ns = i, .from = "10.0.0.8", .protocol = 17, .flags = 0});
    for (int i = 0; i < 30; ++i)
        packets.push_back({.time_ns = i,
                           .from = "10.0.0.9",
                           .from_port = static_cast<std::uint16_t>(1024 + 30 * (second % 1000) + i),
                           .protocol = 17,
                           .flags = 0});
    return packets;
}

// What a minute and more of offences amounts to, without the times that differ.
std::vector<std::string> verdicts(Tap& tap, std::int64_t begin_s) {
    std::vector<std::string> said;
    for (int second = 0; second < 200; ++second) {
        tap.epoch(begin_s + second, second < 70 ? offences(second) : std::vector<Sent>{});
        for (const LockReport& report : tap.control().take_reports()) {
            const Finding& found = report.finding;
            said.push_back(std::to_string(second) + " " + found.host.to_string() + " " + name_of(found.kind) +
                           " " + name_of(report.state) + " " + std::to_string(found.totals.packets.value) +
                           " " + std::to_string(found.totals.flows.value) + " " +
                           std::to_string(found.targets_total) + " " + std::to_string(found.externals_total) +
                           " " + std::to_string(ns_of(found.first_seen) - begin_s * second_ns) + " " +
                           std::to_string(ns_of(found.last_seen) - begin_s * second_ns));
        }
    }
    std::sort(said.begin(), said.end());  // within an epoch they come by host numbers, which mean nothing
    return said;
}

}  // namespace

TEST_CASE("after a flood far beyond the store, flows have room again and are judged as by a fresh core") {
    Tap tap(small());
    constexpr int seconds_of_flood = 400;
    for (int second = 0; second < seconds_of_flood; ++second) tap.epoch(1000 + second, flood(second, 600));
    CHECK(tap.control().flows().end_id() <= flows_max);
    CHECK(tap.control().loss().at("flow_store_full") > Packets{0});
    tap.control().take_reports();
    for (int second = 0; second < 200; ++second) tap.epoch(1400 + second, {});
    CHECK(tap.control().flows().size() == 0);
    CHECK(tap.control().hosts().size() == 0);

    const Packets lost = tap.control().loss().at("flow_store_full");
    Tap fresh(small());
    const auto expected = verdicts(fresh, 2000);
    CHECK(expected.size() >= 6);  // three cases opened and closed
    CHECK(verdicts(tap, 2000) == expected);
    CHECK(tap.control().loss().at("flow_store_full") == lost);
}

TEST_CASE("while there is room, nothing is forgotten before its window is over") {
    Tap tap(small());
    for (int second = 0; second < 300; ++second) tap.epoch(1000 + second, flood(second, 15));
    CHECK(tap.control().flows().size() < 2'250);  // three quarters
    CHECK(tap.control().flows().size() > 15 * 70);
    CHECK(tap.control().loss().at("flows_forgotten_early") == Packets{0});
}

TEST_CASE("what is forgotten is still counted: the number of flows is that of all there were") {
    Tap tap(small());
    for (int second = 0; second < 300; ++second) tap.epoch(1000 + second, flood(second, 5));
    CHECK(tap.control().flows().seen() == Flows{1500});
    CHECK(tap.control().flows().size() < 1500);
    CHECK(tap.control().loss().at("flow_store_full") == Packets{0});
}

TEST_CASE("hosts that nobody speaks of any more make room for others") {
    Tap tap(small());
    std::uint32_t most = 0;
    for (int second = 0; second < 600; ++second) {
        tap.epoch(1000 + second, flood(second, 10));
        most = std::max(most, tap.control().hosts().end_id());
    }
    // A flow is forgotten after 70 s of silence and a sweep of 60 s, its host after another sweep.
    CHECK(most <= 10 * (70 + 60 + 60 + 2));
}

TEST_CASE("a scan that goes on for long keeps its figures, but not its flows") {
    Tap tap(small());
    std::vector<LockReport> reports;
    const int rounds = 100;  // each over one of two halves, so that a target is a new contact each time
    for (int second = 0; second < rounds * 20 + 100; ++second) {
        std::vector<Sent> packets;
        const int round = second / 20;
        if (second % 20 == 0 && round < rounds)
            for (int i = 0; i < 30; ++i)
                packets.push_back({.time_ns = i,
                                   .to = "192.0.2." + std::to_string(1 + i + 30 * (round % 2)),
                                   .from_port = static_cast<std::uint16_t>(1024 + round),
                                   .to_port = 22});
        tap.epoch(1000 + second, packets);
        for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    }
    CHECK(tap.control().flows().end_id() < 30 * 10);
    REQUIRE(!reports.empty());
    const LockReport& last = reports.back();
    CHECK(last.state == CaseState::closed);
    CHECK(last.finding.targets_total == 60);
    CHECK(last.finding.totals == Traffic{{30 * rounds}, {3000 * rounds}, {30 * rounds}});
    CHECK(last.finding.scan.unanswered == 60);
    CHECK(last.finding.first_seen == time_from_ns(1000 * second_ns));
}

TEST_CASE("a scanner that begins when a flood has filled the store is found within seconds") {
    ControlCore::Options options = small();
    options.engine.flows_max = 20'000;
    Tap tap(options);
    constexpr int flood_a_second = 1'200;  // in 17 s as many as the store holds
    int begun = 0;
    for (; begun < 60; ++begun) tap.epoch(1000 + begun, flood(begun, flood_a_second));
    CHECK(tap.control().loss().at("flows_forgotten_early") > Packets{0});
    const Packets unrecorded = tap.control().loss().at("flow_store_full");
    tap.control().take_reports();

    std::vector<LockReport> reports;
    for (int second = 0; second < 5; ++second) {
        std::vector<Sent> packets = flood(begun + second, flood_a_second);
        for (int i = 0; i < 10; ++i)
            packets.push_back({.time_ns = 100 + i,
                               .from = "10.0.0.7",
                               .to = "192.0.2." + std::to_string(1 + 10 * second + i),
                               .to_port = 22});
        tap.epoch(1000 + begun + second, packets);
        for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    }
    CHECK(tap.control().loss().at("flow_store_full") == unrecorded);
    const auto of_scanner = std::find_if(reports.begin(), reports.end(), [](const LockReport& report) {
        return report.finding.host.to_string() == "10.0.0.7";
    });
    REQUIRE(of_scanner != reports.end());
    CHECK(of_scanner->finding.kind == Kind::netscan);
    CHECK(of_scanner->finding.targets_total >= 20);
}

TEST_CASE("sums of packets and bits are exact, although flows are forgotten before their window is over") {
    ControlCore::Options options = small();
    options.engine.flows_max = 20'000;
    options.limits.rules = {
        {.name = "p", .per_second = 100, .window = seconds{40}},
        {.name = "b", .metric = Metric::bits, .per_second = 80'000, .window = seconds{40}},
        {.name = "f", .metric = Metric::flows, .per_second = 1, .window = seconds{40}}};
    Tap tap(options);
    // 101 packets of 100 bytes a second in flows of their own: a hundredth more than allowed, so a window that
    // lacks one second of them does not exceed any limit.
    const auto load = [](int second) {
        std::vector<Sent> packets = flood(second, 1'200);
        for (int i = 0; i < 101; ++i)
            packets.push_back({.time_ns = i,
                               .from = "10.0.0.8",
                               .from_port = static_cast<std::uint16_t>(1024 + 101 * second + i),
                               .protocol = 17,
                               .flags = 0});
        return packets;
    };
    std::vector<LockReport> reports;
    for (int second = 0; second < 240; ++second) {
        tap.epoch(1000 + second, second < 60 ? load(second) : flood(second, 1'200));
        for (LockReport& report : tap.control().take_reports())
            if (report.state == CaseState::closed) reports.push_back(std::move(report));
    }
    CHECK(tap.control().loss().at("flows_forgotten_early") > Packets{0});
    CHECK(tap.control().loss().at("history_full") > Packets{0});
    const auto value_of = [&](const std::string& rule) -> std::uint64_t {
        for (const LockReport& report : reports)
            if (report.finding.trigger.rule == rule) return report.finding.trigger.value;
        return 0;
    };
    CHECK(value_of("p") == 101);
    CHECK(value_of("b") == 80'800);
    CHECK(value_of("f") <= 101);  // a lower bound
}

TEST_CASE("an external address is new again to a host after its flows have been forgotten") {
    ControlCore::Options options = live_options();
    options.limits.rules = {
        {.name = "n", .metric = Metric::new_externals, .per_second = 15, .window = seconds{2}}};
    options.scan.window = seconds{30};
    Tap tap(options);
    const auto strangers = [](std::uint16_t port) {
        std::vector<Sent> packets;
        for (int i = 1; i <= 31; ++i)
            packets.push_back({.time_ns = i,
                               .from = "192.0.2." + std::to_string(i),
                               .to = "10.0.0.1",
                               .from_port = port,
                               .to_port = 443,
                               .flags = 0x10});
        return packets;
    };
    // Limits on what comes in.
    auto reload = ControlCore::Reload{.internal = options.internal,
                                      .limits = options.limits,
                                      .scan = options.scan,
                                      .report = options.report};
    reload.limits.rules[0].direction = Direction::in;
    tap.control().reload(reload);
    const auto opened_by = [&](std::int64_t second, std::uint16_t port) {
        tap.epoch(second, strangers(port));
        std::size_t opened = 0;
        for (const LockReport& report : tap.control().take_reports())
            opened += report.state == CaseState::open ? 1 : 0;
        return opened;
    };
    std::int64_t second = 100;
    CHECK(opened_by(second++, 1) == 1);
    for (; second < 140; ++second) tap.epoch(second, {});
    CHECK(opened_by(second++, 2) == 0);  // known by the flows of before
    // The case is quiet after two minutes, and the flows are forgotten: idle time, margin and a sweep.
    for (; second < 400; ++second) tap.epoch(second, {});
    tap.control().take_reports();
    CHECK(tap.control().flows().size() == 0);
    CHECK(opened_by(second, 1) == 1);
}

TEST_CASE("a flood over many hosts leaves neither waiting limits nor hosts behind") {
    ControlCore::Options options = live_options();
    options.limits.rules = {{.name = "waits",
                             .direction = Direction::in,
                             .per_second = 1,
                             .window = seconds{1},
                             .open_time = seconds{2}}};
    options.scan.window = seconds{30};
    Tap tap(options);
    for (int second = 0; second < 20; ++second) {
        std::vector<Sent> packets;
        for (int i = 0; i < 1'000; ++i)
            for (int copy = 0; copy < 2; ++copy)
                packets.push_back({.time_ns = i,
                                   .from = "192.0.2.1",
                                   .to = "10.1." + std::to_string(second) + "." + std::to_string(i % 250),
                                   .from_port = static_cast<std::uint16_t>(i / 250)});
        tap.epoch(100 + second, packets);
    }
    for (int second = 120; second < 400; ++second) tap.epoch(second, {});
    CHECK(tap.control().take_reports().empty());
    CHECK(tap.control().hosts().size() == 0);
    // Who gets the numbers of those hosts begins to wait, too.
    for (int second = 400; second < 402; ++second)
        tap.epoch(second, std::vector<Sent>(2, {.from = "192.0.2.1", .to = "10.2.0.1"}));
    CHECK(tap.control().take_reports().empty());
    tap.epoch(402, std::vector<Sent>(2, {.from = "192.0.2.1", .to = "10.2.0.1"}));
    CHECK(tap.control().take_reports().size() == 1);
}
