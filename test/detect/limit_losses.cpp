// SPDX-License-Identifier: BSD-3-Clause
// What stays exact, and what is said, when only a sample is seen, or stores and history have no room.
#include <random>

#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

LimitOptions options(std::int64_t window = 3) {
    return {.rules = {{.name = "r", .per_second = 10, .window = seconds{window}}}};
}

// From one port each.
std::vector<Sent> flows(int first, int count, std::size_t packets_each = 1) {
    std::vector<Sent> all;
    for (int i = first; i < first + count; ++i)
        for (std::size_t packet = 0; packet < packets_each; ++packet)
            all.push_back(
                {.to = "192.0.2." + std::to_string(i % 7), .from_port = static_cast<std::uint16_t>(i)});
    return all;
}

Traffic attributed(const Finding& found) {
    Traffic sum;
    for (const External& external : found.externals) sum += external.traffic;
    return sum;
}

}  // namespace

TEST_CASE("with sampling, packets and bytes are multiplied, flows and addresses are those of the sample") {
    LimitOptions sampled = options(1);
    sampled.sampling = 1'000;
    sampled.rules[0].per_second = 20'000;
    sampled.rules.push_back(
        {.name = "bits", .metric = Metric::bits, .per_second = 16'000'000, .window = seconds{1}});
    sampled.rules.push_back(
        {.name = "flows", .metric = Metric::flows, .per_second = 7, .window = seconds{1}});
    sampled.rules.push_back(
        {.name = "new", .metric = Metric::new_externals, .per_second = 6, .window = seconds{1}});
    LimitStage stage(sampled);
    stage.epoch(100, flows(0, 7, 2));
    CHECK(stage.open_cases().size() == 1);  // seven new addresses
    stage.epoch(101, flows(0, 10, 2));
    stage.epoch(102, flows(0, 7, 3));
    for (const Finding& found : stage.finish()) {
        CHECK(found.limit.sampling == 1'000);
        CHECK(found.externals_total == 7);
        if (found.trigger.metric == Metric::new_externals)
            CHECK(found.totals == Traffic{{14'000}, {1'400'000}, {7}});
        else if (found.trigger.metric == Metric::flows)
            CHECK(found.totals == Traffic{{20'000}, {2'000'000}, {10}});
        else
            CHECK(found.totals == Traffic{{21'000}, {2'100'000}, {7}});
        CHECK(attributed(found).packets == found.totals.packets);
        CHECK(found.limit.unattributed == Traffic{});
    }
    CHECK(stage.findings.size() == 4);
}

TEST_CASE("a reload of the sampling is for what comes then") {
    LimitOptions sampled = options(2);
    LimitStage stage(sampled);
    stage.epoch(100, times(20));
    sampled.sampling = 10;
    stage.reload(sampled);
    CHECK(stage.open_cases().empty());
    stage.epoch(101, times(1));
    REQUIRE(stage.open_cases().size() == 1);
    CHECK(stage.open_cases()[0].totals.packets == Packets{30});
    stage.epoch(102, times(2));
    CHECK(stage.open_cases()[0].totals.packets == Packets{30});
}

TEST_CASE("with a full store totals are exact, and what is not attributed is what the addresses lack") {
    LimitStage stage(options(), {.flows_max = 10});
    for (int second = 100; second < 103; ++second) stage.epoch(second, flows(0, 25, 2));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    const Finding& found = findings[0];
    CHECK(found.totals.packets == Packets{150});
    CHECK(found.totals.bytes == Bytes{15'000});
    CHECK(attributed(found).packets == Packets{60});
    CHECK(found.limit.unattributed == Traffic{{90}, {9'000}, {45}});
    CHECK(found.flows_estimated == Flows{45});
    CHECK(found.totals.flows == Flows{10 + 45});
}

TEST_CASE("with records forgotten totals are exact, addresses lower bounds, and the difference is said") {
    const std::uint32_t records = GENERATE(0u, 5u, 60u, 130u);
    LimitStage stage(options(10), {.history = {.records = records, .slices = LimitStage::many}});
    std::mt19937 random(records);
    std::uint64_t sent = 0;
    for (int second = 100; second < 110; ++second) {
        const auto packets = flows(static_cast<int>(random() % 20), 25, 1 + random() % 3);
        sent += packets.size();
        stage.epoch(second, packets);
    }
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    const Finding& found = findings[0];
    CHECK(found.totals.packets == Packets{sent});
    CHECK(found.totals.bytes == Bytes{100 * sent});
    CHECK(found.limit.unattributed.packets == found.totals.packets - attributed(found).packets);
    CHECK(found.limit.unattributed.bytes == found.totals.bytes - attributed(found).bytes);
    CHECK(found.limit.unattributed.packets > Packets{0});
    CHECK(found.totals.flows == attributed(found).flows);
    CHECK(stage.detector.records_forgotten() > 0);
}

TEST_CASE(
    "without room for slices sums are lower bounds, never wrong by what was subtracted twice or not at all") {
    LimitOptions all{.rules = {{.name = "p", .per_second = 1, .window = seconds{20}},
                               {.name = "f", .metric = Metric::flows, .per_second = 1, .window = seconds{20}},
                               {.name = "n", .per_second = 1, .window = seconds{20}, .per = Scope::network},
                               {.name = "g",
                                .metric = Metric::bits,
                                .per_second = 100,
                                .window = seconds{20},
                                .per = Scope::group}}};
    LimitStage little(all, {.history = {.records = 40, .slices = 30}});
    LimitStage exact(all);
    std::mt19937 random(3);
    for (int second = 100; second < 300; ++second) {
        std::vector<Sent> packets;
        for (std::size_t i = second > 260 ? 0 : random() % 20; i > 0; --i)
            packets.push_back({.from = "10.0.0." + std::to_string(random() % 9),
                               .from_port = static_cast<std::uint16_t>(random() % 50)});
        little.epoch(second, packets);
        exact.epoch(second, packets);
        // Who is found with little room is found with all of it.
        const auto open = exact.open_cases();
        for (const Finding& found : little.open_cases()) {
            const auto same = std::find_if(open.begin(), open.end(), [&](const Finding& other) {
                return other.scope == found.scope && other.host == found.host && other.kind == found.kind;
            });
            REQUIRE(same != open.end());
            CHECK(found.opened >= same->opened);
        }
    }
    CHECK(little.detector.records_forgotten() > 0);
    CHECK(exact.detector.records_forgotten() == 0);
    // All of it has left the windows by now: a sum that is not zero would be exceeded, or would be a huge one.
    LimitOptions zero = all;
    for (LimitRule& rule : zero.rules) rule.per_second = 0;
    little.reload(zero);
    little.epoch(1'000, times(1, {.from = "2001:db8:1::1", .to = "2001:db8:2::1"}));
    for (const Finding& found : little.open_cases()) CHECK(found.totals.packets <= Packets{1});
}

TEST_CASE("a host that is forgotten leaves nothing to the one that gets its number") {
    LimitOptions all{
        .rules = {{.name = "p", .per_second = 10, .window = seconds{2}},
                  {.name = "f", .metric = Metric::flows, .per_second = 5, .window = seconds{2}},
                  {.name = "waits", .per_second = 8, .window = seconds{1}, .open_time = seconds{2}}}};
    LimitStage stage(all);
    const auto forget_all = [&] {
        for (FlowId id = 0; id < stage.lab.flows.end_id(); ++id)
            if (stage.lab.flows.is_kept(id)) {
                stage.detector.forget(id);
                stage.lab.flows.forget(id);
            }
    };
    stage.epoch(100, flows(0, 10));
    stage.epoch(101, flows(0, 10));
    for (int second = 102; second < 110; ++second) stage.epoch(second);
    const HostId host = stage.lab.hosts.find_or_add(IpAddress::parse("10.0.0.1").value());
    CHECK(stage.detector.history().begin_s() > 101);
    CHECK_FALSE(stage.detector.has_open_case(host));
    forget_all();
    stage.lab.hosts.forget(host);
    std::vector<Sent> other = flows(0, 10);
    for (Sent& sent : other) sent.from = "10.0.9.9";
    stage.epoch(110, other);
    REQUIRE(stage.lab.hosts.find_or_add(IpAddress::parse("10.0.9.9").value()) == host);
    CHECK(stage.open_cases().empty());
    stage.epoch(111, other);
    CHECK(stage.open_cases().empty());  // 20 packets, ten flows: the limits
    stage.epoch(112, together({other, flows(10, 1)}));
    const auto open = stage.open_cases();
    REQUIRE(open.size() == 1);
    CHECK(open[0].trigger.rule == "waits");
    CHECK(open[0].limit.rules[0].first_exceeded == at(111));
    CHECK(open[0].host.to_string() == "10.0.9.9");
}
