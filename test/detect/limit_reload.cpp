// SPDX-License-Identifier: BSD-3-Clause
// After a reload, limits judge as if the new ones had been there all along.
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "limit_oracle.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

LimitRule rule(std::mt19937& random, int number) {
    constexpr std::array metrics{Metric::packets, Metric::bits, Metric::flows};
    constexpr std::array scopes{Scope::host, Scope::network, Scope::group};
    constexpr std::array protocols{ProtocolClass::any, ProtocolClass::tcp, ProtocolClass::udp};
    LimitRule made;
    made.name = "rule" + std::to_string(number);
    made.metric = metrics[random() % 3];
    made.direction = random() % 2 == 0 ? Direction::out : Direction::in;
    // No window is longer than what the history of the rules before has kept.
    made.window = seconds{1 + static_cast<std::int64_t>(random() % 12)};
    made.per_second = made.metric == Metric::bits ? 4'000 + random() % 20'000 : 1 + random() % 8;
    made.per = scopes[random() % 3];
    made.protocol = protocols[random() % 3];
    if (random() % 3 == 0) made.traffic = CountedTraffic::unanswered;
    if (random() % 3 == 0) made.group = "web";
    made.quiet_time = seconds{2};
    return made;
}

LimitOptions random_options(std::mt19937& random, bool first) {
    LimitOptions options;
    options.groups = {group_of("web", {random() % 2 == 0 ? "10.0.0.0/25" : "10.0.1.0/24"})};
    for (int i = 0; i < 12; ++i) options.rules.push_back(rule(random, first ? i : 100 + i));
    options.rules.push_back(
        {.name = first ? "long" : "long2", .per_second = 1'000'000, .window = seconds{13}});
    return options;
}

std::vector<Sent> random_packets(std::mt19937& random) {
    std::vector<Sent> packets;
    for (std::size_t i = random() % 50; i > 0; --i) {
        Sent sent{
            .from = "10.0." + std::to_string(random() % 2) + "." + std::to_string(random() % 2 * 200 + 1),
            .to = "192.0.2." + std::to_string(random() % 5),
            .from_port = static_cast<std::uint16_t>(random() % 6),
            .to_port = 30'000,
            .protocol = static_cast<std::uint8_t>(random() % 2 == 0 ? 6 : 17),
            .flags = 0x10};
        if (random() % 3 == 0) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        packets.push_back(sent);
    }
    return packets;
}

}  // namespace

TEST_CASE("after a reload sums are those of a detector that had the new rules and groups all along") {
    const auto seed = GENERATE(range(1u, 9u));
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const LimitOptions before = random_options(random, true), after = random_options(random, false);
    LimitStage reloaded(before), always(after);
    constexpr std::int64_t reload_s = 1'050;
    for (std::int64_t second = 1'000; second < 1'100; ++second) {
        // A second of silence ends all cases of short windows where the detectors differ.
        const auto packets = random_packets(random);
        reloaded.epoch(second, packets);
        always.epoch(second, packets);
        if (second == reload_s) {
            reloaded.reload(after);
            CHECK(reloaded.open_cases().empty());
        }
        if (second <= reload_s) continue;
        // Cases differ by when they opened; what is exceeded now does not.
        std::map<std::string, std::uint64_t> sums[2];
        for (auto* stage : {&reloaded, &always})
            for (const Finding& found : stage->open_cases())
                for (const Trigger& trigger : found.limit.rules)
                    if (trigger.peak == at(second + 1))
                        sums[stage == &always][found.host.to_string() + trigger.rule] = trigger.value;
        for (const auto& [place, value] : sums[1]) {
            INFO(second << " " << place);
            CHECK(sums[0].contains(place));
            CHECK(sums[0][place] == value);
        }
    }
    // And every case that begins after the windows of the reload are over is the same, to the last figure.
    std::vector<std::string> lines[2];
    for (auto* stage : {&reloaded, &always}) {
        stage->reload({});
        stage->findings.clear();
        stage->reload(after);
        for (std::int64_t second = 1'100; second < 1'150; ++second) {
            std::mt19937 same(static_cast<unsigned>(second));
            stage->epoch(second, random_packets(same));
        }
        for (const Finding& found : stage->finish())
            lines[stage == &always].push_back(LimitOracle::line_of(found));
        std::sort(lines[stage == &always].begin(), lines[stage == &always].end());
    }
    CHECK(lines[0].size() > 2);
    CHECK(lines[0] == lines[1]);
}

TEST_CASE("a rule that a reload adds finds what its window already holds, by host, network and group") {
    for (const Scope per : {Scope::host, Scope::network, Scope::group})
        for (const Metric metric : {Metric::packets, Metric::flows}) {
            LimitOptions options{.rules = {{.name = "long", .per_second = 1'000, .window = seconds{20}}}};
            LimitStage stage(options);
            std::vector<Sent> packets;
            for (std::uint16_t port = 0; port < 10; ++port) packets.push_back({.from_port = port});
            for (int second = 100; second < 110; ++second) stage.epoch(second, packets);
            options.rules.push_back({.name = "new",
                                     .metric = metric,
                                     .per_second = metric == Metric::packets ? 5u : 0u,
                                     .window = seconds{20},
                                     .per = per});
            stage.reload(options);
            stage.epoch(110, times(1, {.from_port = 3}));
            const auto open = stage.open_cases();
            REQUIRE(open.size() == 1);
            CHECK(open[0].totals == Traffic{{101}, {10'100}, {10}});
            CHECK(open[0].trigger.value == (metric == Metric::packets ? 5 : 0));
        }
}

TEST_CASE("a reload after every second changes no case, its figures included") {
    std::mt19937 random(17);
    LimitOptions options = random_options(random, true);
    options.allowances = {allowance_for("one", "192.0.2.1/32"), allowance_for("two", "192.0.2.2/32")};
    LimitStage plain(options), reloaded(options);
    for (std::int64_t second = 1'000; second < 1'100; ++second) {
        const auto packets = random_packets(random);
        plain.epoch(second, packets);
        reloaded.epoch(second, packets);
        // One rule more or less, by which all sums are made anew; it has no effect of its own.
        if (second % 2 == 0)
            options.rules.push_back({.name = "none", .per_second = 1'000'000, .window = seconds{9}});
        else
            options.rules.pop_back();
        if (second % 3 == 0) std::reverse(options.allowances.begin(), options.allowances.end());
        reloaded.reload(options);
    }
    const auto lines = [](const std::vector<Finding>& findings) {
        std::vector<std::string> said;
        for (const Finding& found : findings) {
            const std::string line = LimitOracle::line_of(found);
            // What was allowed stands in the order of the configuration, and rules of one second in theirs.
            said.push_back(line.substr(0, line.find(" [")) +
                           line.substr(line.rfind(" times "))
                               .substr(0, line.substr(line.rfind(" times ")).find(" allowed")));
        }
        std::sort(said.begin(), said.end());
        return said;
    };
    const auto expected = lines(plain.finish());
    CHECK(expected.size() > 5);
    CHECK(lines(reloaded.finish()) == expected);
}
