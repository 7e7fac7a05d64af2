// SPDX-License-Identifier: BSD-3-Clause
// Which external addresses are new to a host, and how limits count them.
#include "detect/external_pairs.hpp"

#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

using New = ExternalPairs::New;

// Packets to externals of this number, one flow each.
std::vector<Sent> to_externals(int first, int count, std::uint16_t from_port = 40'000, bool in = false) {
    std::vector<Sent> packets;
    for (int i = first; i < first + count; ++i) {
        Sent sent{.to = "192.0.2." + std::to_string(i), .from_port = from_port};
        if (in) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        packets.push_back(sent);
    }
    return packets;
}

LimitOptions options(Direction direction = Direction::out, std::int64_t window = 1) {
    return {.rules = {{.name = "r",
                       .direction = direction,
                       .metric = Metric::new_externals,
                       .per_second = 10,
                       .window = seconds{window}}}};
}

std::size_t count(const std::vector<New>& news, New wanted) {
    return static_cast<std::size_t>(std::count(news.begin(), news.end(), wanted));
}

}  // namespace

TEST_CASE("an address is new once to a host, whatever its flows, and to each host of its own") {
    Lab lab;
    ExternalPairs pairs(lab.flows, {});
    CHECK(pairs.look_at(lab.epoch(99, to_externals(200, 5))).empty());  // nobody asks
    pairs.enable(true);
    CHECK(count(pairs.look_at(lab.epoch(100, to_externals(200, 5, 1))), New::no) == 5);
    CHECK(count(pairs.look_at(lab.epoch(101, together({to_externals(1, 9), to_externals(1, 9, 2)}))),
                New::out) == 9);
    CHECK(count(pairs.look_at(lab.epoch(102, to_externals(1, 10, 3))), New::out) == 1);
    std::vector<Sent> other = to_externals(1, 10, 4);
    for (Sent& sent : other) sent.from = "10.0.0.2";
    CHECK(count(pairs.look_at(lab.epoch(103, other)), New::out) == 10);
    CHECK(count(pairs.look_at(lab.epoch(104, to_externals(50, 7, 80, true))), New::in) == 7);
}

TEST_CASE(
    "who began is told by the earliest of the flows that begin together, in whatever order they are merged") {
    for (const unsigned workers : {1u, 4u})
        for (const bool in_first : {true, false}) {
            Lab lab(workers);
            ExternalPairs pairs(lab.flows, {});
            pairs.enable(true);
            std::vector<Sent> packets;
            for (int i = 1; i < 50; ++i)
                for (const bool in : {true, false}) {
                    packets.push_back(to_externals(i, 1, static_cast<std::uint16_t>(in ? 80 : 5'000), in)[0]);
                    packets.back().time_ns = 100 * second_ns + (in == in_first ? 1 : 2);
                }
            const auto& news = pairs.look_at(lab.epoch(100, packets));
            CHECK(count(news, in_first ? New::in : New::out) == 49);
            CHECK(count(news, in_first ? New::out : New::in) == 0);
        }
}

TEST_CASE("an address is new again when the last of its flows has been forgotten, and not before") {
    Lab lab;
    ExternalPairs pairs(lab.flows, {});
    pairs.enable(true);
    pairs.look_at(lab.epoch(100, together({to_externals(1, 1, 1), to_externals(1, 1, 2)})));
    const auto forget = [&](std::uint16_t port) {
        const FlowKey key = decoded(to_externals(1, 1, port)[0]).key;
        const FlowId id = lab.flows.find(key, lab.flows.hash(key));
        pairs.forget(id);
        lab.flows.forget(id);
    };
    forget(1);
    CHECK(count(pairs.look_at(lab.epoch(101, to_externals(1, 1, 3))), New::no) == 1);
    forget(2);
    forget(3);
    CHECK(count(pairs.look_at(lab.epoch(102, to_externals(1, 1, 4))), New::out) == 1);
}

TEST_CASE("a limit on new addresses counts each once, in the direction of who began") {
    for (const Direction direction : {Direction::out, Direction::in}) {
        const bool in = direction == Direction::in;
        LimitStage stage(options(direction, 5));
        stage.epoch(100, to_externals(1, 50, 80, !in));  // the other direction
        stage.epoch(101, to_externals(100, 25, 81, in));
        stage.epoch(102, to_externals(100, 50, 82, in));  // 25 of them again
        CHECK(stage.open_cases().empty());
        stage.epoch(103, together({to_externals(200, 1, 83, in), to_externals(1, 50, 84, in)}));
        const auto open = stage.open_cases();
        REQUIRE(open.size() == 1);
        CHECK(open[0].kind == Kind::flow_limit);
        CHECK(open[0].trigger.metric == Metric::new_externals);
        CHECK(open[0].trigger.value == 10);
        CHECK(open[0].limit.rules[0].peak == at(104));
    }
}

TEST_CASE("what a host knew before a limit on new addresses was configured is not new to it") {
    LimitOptions nothing;
    nothing.rules = {{.name = "p", .per_second = 1'000}};
    LimitStage stage(nothing);
    stage.epoch(100, to_externals(1, 100));
    stage.reload(options());
    stage.epoch(101, to_externals(1, 100, 5));
    stage.epoch(102, to_externals(101, 10, 5));
    CHECK(stage.open_cases().empty());
    stage.epoch(103, to_externals(120, 11, 5));
    CHECK(stage.open_cases().size() == 1);
    // Without the limit nothing is kept; with it again, all that has a flow is known.
    stage.reload(nothing);
    stage.epoch(104, to_externals(150, 50, 5));
    stage.reload(options());
    CHECK(stage.findings.size() == 1);
    stage.epoch(105, to_externals(150, 50, 6));
    CHECK(stage.open_cases().empty());
}
