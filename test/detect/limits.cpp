// SPDX-License-Identifier: BSD-3-Clause
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

constexpr std::uint32_t many = LimitStage::many;

struct Stage : LimitStage {
    explicit Stage(std::vector<LimitRule> rules, std::uint32_t records_max = many,
                   std::uint32_t slices_max = many)
        : LimitStage({.rules = std::move(rules)},
                     {.history = {.records = records_max, .slices = slices_max}}) {}
};

}  // namespace

TEST_CASE("a host is found in the epoch in which its sum passes the limit, and not at the limit itself") {
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{5}}});
    for (int second = 100; second < 105; ++second)
        stage.epoch(second, times(10, {}));  // 50 in 5 s: exactly the limit
    CHECK(stage.findings.empty());
    stage.epoch(105, times(11, {}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].opened == at(106));
    CHECK(findings[0].totals.packets == Packets{51});
    CHECK(findings[0].trigger.value == 10);  // floor(51 / 5)
    CHECK_FALSE(findings[0].closed);
}

TEST_CASE("a flood is found before its window is over") {
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{300}}});
    stage.epoch(100, times(3001, {}));
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].opened == at(101));
}

TEST_CASE("the figures are those of the peak window, to the packet") {
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{3}}});
    stage.epoch(1, times(20, {.to = "192.0.2.1"}));
    stage.epoch(2, times(20, {.to = "192.0.2.2", .bytes = 50}));
    stage.epoch(3, times(30, {.to = "192.0.2.1"}));  // peak: 70
    stage.epoch(4, times(5, {.to = "192.0.2.3"}));
    stage.epoch(5, times(5, {.to = "192.0.2.3"}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    const Finding& found = findings[0];
    CHECK(found.totals == Traffic{{70}, {6000}, {2}});
    REQUIRE(found.externals.size() == 2);
    CHECK(found.externals[0].address.to_string() == "192.0.2.1");
    CHECK(found.externals[0].traffic == Traffic{{50}, {5000}, {1}});
    CHECK(found.externals[1].traffic == Traffic{{20}, {1000}, {1}});
    CHECK(found.first_seen == at(1));
    CHECK(found.last_seen == at(3));
    CHECK(found.trigger.value == 23);
}

TEST_CASE("directions, metrics and protocols are counted apart") {
    Stage stage({{.name = "udp-in",
                  .direction = Direction::in,
                  .per_second = 5,
                  .window = seconds{1},
                  .protocol = ProtocolClass::udp},
                 {.name = "bits-out", .metric = Metric::bits, .per_second = 8000, .window = seconds{1}},
                 {.name = "flows-out", .metric = Metric::flows, .per_second = 3, .window = seconds{2}}});
    const Sent in{.from = "192.0.2.9", .to = "10.0.0.7", .protocol = 17};
    stage.epoch(1, times(6, in));
    stage.epoch(2, times(100, {.from = "192.0.2.9", .to = "10.0.0.8", .protocol = 6}));  // in, but TCP
    stage.epoch(3, times(10, {.from = "10.0.0.9", .bytes = 101}));                       // 8080 bits
    std::vector<Sent> flows;
    for (std::uint16_t port = 0; port < 7; ++port)
        flows.push_back({.from = "10.0.0.10", .from_port = port, .bytes = 40});
    stage.epoch(4, flows);  // 7 flows in 2 s: more than 3 per second
    std::map<std::string, Kind> found;
    for (const Finding& finding : stage.finish()) found[finding.host.to_string()] = finding.kind;
    CHECK(found == std::map<std::string, Kind>{{"10.0.0.7", Kind::packet_limit},
                                               {"10.0.0.9", Kind::bandwidth_limit},
                                               {"10.0.0.10", Kind::flow_limit}});
}

TEST_CASE("internal and transit traffic is nobody's excess") {
    Stage stage({{.name = "r", .per_second = 1, .window = seconds{1}}});
    stage.epoch(1, times(100, {.from = "10.0.0.1", .to = "10.0.0.2"}));
    stage.epoch(2, times(100, {.from = "192.0.2.1", .to = "192.0.2.2"}));
    CHECK(stage.finish().empty());
}

TEST_CASE("a case closes after quiet_time, and what comes later is another case") {
    Stage stage({{.name = "r", .per_second = 1, .window = seconds{1}, .quiet_time = seconds{60}}});
    stage.epoch(100, times(5, {}));
    stage.epoch(130, times(5, {}));  // still the first case
    stage.epoch(190, times(1, {}));
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings[0].opened == at(101));
    CHECK(stage.findings[0].closed == at(131));
    stage.epoch(200, times(9, {}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 2);
    CHECK(findings[1].totals.packets == Packets{9});
}

TEST_CASE("two floods with silence between them are two cases, whatever other hosts do") {
    const bool others = GENERATE(false, true);
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{2}}});
    stage.epoch(1000, times(100, {}));
    if (others)
        for (int second = 1001; second < 3000; ++second) stage.epoch(second, times(1, {.from = "10.0.0.2"}));
    stage.epoch(3000, times(200, {}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].totals.packets == Packets{100});
    CHECK(findings[0].closed.has_value());
    CHECK(findings[1].totals.packets == Packets{200});
}

TEST_CASE("flow sums are never too high when the history has no room, and it is said that it had none") {
    Stage stage({{.name = "any", .metric = Metric::flows, .per_second = 20, .window = seconds{10}},
                 {.name = "udp",
                  .metric = Metric::flows,
                  .per_second = 8,
                  .window = seconds{10},
                  .protocol = ProtocolClass::udp}},
                30);
    std::mt19937 random(7);
    for (int second = 0; second < 60; ++second) {
        std::vector<Sent> packets;
        // At most 100 TCP and 5 UDP flows in all, seen again and again: below both limits.
        for (int i = 0; i < 40; ++i)
            packets.push_back({.from_port = static_cast<std::uint16_t>(random() % 100)});
        packets.push_back({.from_port = static_cast<std::uint16_t>(random() % 5), .protocol = 17});
        stage.epoch(100 + second, packets);
    }
    CHECK(stage.finish().empty());
    CHECK(stage.detector.records_forgotten() > 0);
}

TEST_CASE("without room for slices the oldest epochs leave all windows early, and that is said") {
    const auto opened_with = [](std::uint32_t slices_max) {
        Stage stage({{.name = "r", .per_second = 10, .window = seconds{10}},
                     {.name = "f", .metric = Metric::flows, .per_second = 1, .window = seconds{10}}},
                    many, slices_max);
        // 11 packets a second of 11 flows: more than 100 after ten seconds, if all ten are still known.
        std::vector<Sent> packets;
        for (std::uint16_t port = 0; port < 11; ++port) packets.push_back({.from_port = port});
        for (int second = 100; second < 130; ++second) stage.epoch(second, packets);
        CHECK((stage.detector.records_forgotten() > 0) == (slices_max < 12));
        std::map<Kind, Time> opened;
        for (const Finding& found : stage.finish()) opened[found.kind] = found.opened;
        return opened;
    };
    const Time first = at(101), tenth = at(110);
    CHECK(opened_with(many) == std::map<Kind, Time>{{Kind::packet_limit, tenth}, {Kind::flow_limit, first}});
    CHECK(opened_with(8) == std::map<Kind, Time>{{Kind::flow_limit, first}});
}

TEST_CASE("a clock that is set back does not add up what did not happen together") {
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{10}}});
    for (int i = 0; i < 50; ++i) stage.epoch(i % 2 == 0 ? 1000 : 10, times(90, {}));
    CHECK(stage.finish().empty());
}

TEST_CASE("a gap of years empties the window") {
    Stage stage({{.name = "r", .per_second = 10, .window = seconds{10}}});
    for (std::int64_t i = 0; i < 50; ++i) stage.epoch(i * 100'000'000, times(90, {}));
    CHECK(stage.finish().empty());
}

TEST_CASE("volume verdicts stay exact when neither flows nor history have room") {
    Lab lab(1, 4, 65536);
    LimitDetector detector({.rules = {{.name = "r", .per_second = 10, .window = seconds{3}}}}, lab.flows,
                           lab.hosts, {.records = 2, .slices = many}, many);
    std::vector<Finding> findings;
    std::vector<Sent> packets;
    for (std::uint16_t port = 0; port < 11; ++port)
        packets.push_back({.time_ns = second_ns, .from_port = port});
    for (int second = 1; second <= 3; ++second) detector.advance(lab.epoch(second, packets), findings);
    detector.finish(findings);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].totals.packets == Packets{33});
    CHECK(findings[0].totals.bytes == Bytes{3300});
    // Seven flows without a record, counted once in each of three epochs, and said to be so.
    CHECK(findings[0].flows_estimated == Flows{21});
    CHECK((findings[0].totals.flows - findings[0].flows_estimated).value <= 4);
}

TEST_CASE("every finding agrees with adding up all packets anew, for all metrics and windows") {
    const auto seed = GENERATE(range(1u, 9u));
    std::mt19937 random(seed);
    std::vector<LimitRule> rules;
    for (const int window : {1, 2, 7})
        for (const Metric metric : {Metric::packets, Metric::bits, Metric::flows}) {
            const std::uint64_t unit = metric == Metric::bits ? 800 : 1;
            rules.push_back({.name = std::to_string(rules.size()),
                             .direction = random() % 2 == 0 ? Direction::out : Direction::in,
                             .metric = metric,
                             .per_second = unit * (metric == Metric::flows ? 6 : 14),
                             .window = seconds{window},
                             .protocol = static_cast<ProtocolClass>(random() % 3)});
        }
    Stage stage(rules);
    std::vector<std::pair<std::int64_t, Sent>> all;
    // Opening times by adding everything up anew: (host, rule metric, direction) -> end of the first epoch
    // over a limit.
    std::map<std::tuple<std::string, Kind, Direction>, Time> expected;
    std::int64_t now = 1000;
    for (int epoch = 0; epoch < 40; ++epoch, now += random() % 8 == 0 ? 3 : 1) {
        std::vector<Sent> packets;
        for (std::size_t i = random() % 60; i > 0; --i) {
            Sent sent{.from = "10.0.0." + std::to_string(1 + random() % 3),
                      .to = "192.0.2." + std::to_string(1 + random() % 4),
                      .from_port = static_cast<std::uint16_t>(random() % 4),
                      .to_port = 7000,
                      .protocol = static_cast<std::uint8_t>(random() % 2 == 0 ? 6 : 17)};
            if (random() % 2 == 0) {
                std::swap(sent.from, sent.to);
                std::swap(sent.from_port, sent.to_port);
            }
            packets.push_back(sent);
            all.emplace_back(now, sent);
        }
        stage.epoch(now, packets);
        for (const LimitRule& rule : rules)
            for (int host = 1; host <= 3; ++host) {
                const std::string name = "10.0.0." + std::to_string(host);
                std::uint64_t sum = 0;
                std::set<FlowKey> flows;
                for (const auto& [when, sent] : all) {
                    const bool out = rule.direction == Direction::out;
                    if (when <= now - rule.window.count() || (out ? sent.from : sent.to) != name) continue;
                    if (rule.protocol == ProtocolClass::tcp && sent.protocol != 6) continue;
                    if (rule.protocol == ProtocolClass::udp && sent.protocol != 17) continue;
                    sum += rule.metric == Metric::packets ? 1 : sent.bytes * 8;
                    flows.insert(decoded(sent).key);
                }
                if (rule.metric == Metric::flows) sum = flows.size();
                if (sum <= rule.per_second * static_cast<std::uint64_t>(rule.window.count())) continue;
                const Kind kind = rule.metric == Metric::packets ? Kind::packet_limit
                                  : rule.metric == Metric::bits  ? Kind::bandwidth_limit
                                                                 : Kind::flow_limit;
                expected.try_emplace({name, kind, rule.direction}, at(now + 1));
            }
    }
    std::map<std::tuple<std::string, Kind, Direction>, Time> found;
    for (const Finding& finding : stage.finish())
        found.try_emplace({finding.host.to_string(), finding.kind, finding.direction}, finding.opened);
    REQUIRE(!expected.empty());
    CHECK(found == expected);
}
