// SPDX-License-Identifier: BSD-3-Clause
// Limits against adding everything up anew, on random traffic and rules.
#include <random>

#include <catch2/catch.hpp>

#include "limit_oracle.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

constexpr std::array hosts{"10.0.1.1", "10.0.1.2", "10.0.1.200", "10.0.2.1", "10.0.3.1", "2001:db8:1::1"};

std::size_t below(std::mt19937& random, std::size_t end) {
    return random() % end;
}

template <class List>
auto one_of(std::mt19937& random, const List& list) {
    return list[below(random, list.size())];
}

// Flows of a few hosts and addresses. Each sends in the directions that it does; the class of its traffic is plain.
class RandomTraffic {
public:
    explicit RandomTraffic(unsigned seed) : random_(seed) {
        for (int i = 0; i < 150; ++i) flows_.push_back(random_flow());
    }

    std::vector<Sent> second(std::int64_t now_s) {
        // Bursts, and some seconds without anything.
        if (below(random_, 12) == 0) busy_ = one_of(random_, std::array{0, 3, 10, 30, 60});
        std::vector<Sent> packets;
        for (std::size_t count = below(random_, static_cast<std::size_t>(busy_) + 1); count > 0; --count) {
            Flow& flow = flows_[below(random_, flows_.size())];
            if (below(random_, 40) == 0) flow = random_flow();
            Sent sent = flow.sent;
            if (below(random_, 100) < flow.backwards_percent) {
                std::swap(sent.from, sent.to);
                std::swap(sent.from_port, sent.to_port);
            }
            sent.bytes = static_cast<std::uint32_t>(40 + below(random_, 1'400));
            sent.time_ns = now_s * second_ns + static_cast<std::int64_t>(packets.size());
            packets.push_back(sent);
        }
        return packets;
    }

private:
    struct Flow {
        Sent sent;
        std::size_t backwards_percent;
    };

    Flow random_flow() {
        const std::string host = one_of(random_, hosts);
        const bool six = host.find(':') != std::string::npos;
        // A third of the addresses are allowed.
        const std::string address = one_of(random_, std::array{"192.0.2.", "203.0.113.", "198.51.100."}) +
                                    std::to_string(1 + below(random_, 3));
        Flow flow{.sent = {.from = host,
                           .to = six ? "2001:db8:2::" + std::to_string(1 + below(random_, 4)) : address,
                           .from_port = static_cast<std::uint16_t>(40'000 + below(random_, 30)),
                           .to_port = static_cast<std::uint16_t>(30'000 + below(random_, 3)),
                           .flags = 0},
                  .backwards_percent = one_of(random_, std::array<std::size_t, 3>{0, 5, 50})};
        switch (below(random_, 5)) {
            case 0:  // nobody answers SYN, nor are its ports others'
                flow.sent.flags = 0x02;
                flow.sent.to_port = 80;
                flow.backwards_percent = 0;
                break;
            case 1:
                flow.sent.flags = 0x18;
                break;
            case 2:
                flow.sent.protocol = 17;
                break;
            case 3:
                flow.sent.protocol = six ? 58 : 1;
                flow.sent.flags = 0x01;
                flow.sent.from_port = flow.sent.to_port = 0;
                break;
            default:
                flow.sent.protocol = 47;
                flow.sent.from_port = flow.sent.to_port = 0;
        }
        if (flow.sent.flags == 0x02 && below(random_, 2) == 0) {
            std::swap(flow.sent.from, flow.sent.to);
            flow.sent.from_port = 81;  // other flows than those of the host's own SYN
        }
        return flow;
    }

    std::mt19937 random_;
    std::vector<Flow> flows_;
    int busy_ = 30;
};

LimitRule random_rule(std::mt19937& random) {
    LimitRule rule;
    rule.direction = one_of(random, std::array{Direction::out, Direction::in});
    rule.metric =
        one_of(random, std::array{Metric::packets, Metric::bits, Metric::flows, Metric::new_externals});
    rule.window = seconds{one_of(random, std::array{1, 2, 3, 7, 20, 60})};
    rule.per = one_of(random, std::array{Scope::host, Scope::host, Scope::network, Scope::group});
    rule.group = one_of(random, std::array{"*", "*", "web", "six"});
    switch (below(random, 4)) {
        case 0:
            rule.protocol =
                one_of(random, std::array{ProtocolClass::tcp, ProtocolClass::udp, ProtocolClass::icmp});
            break;
        case 1:
            rule.traffic = CountedTraffic::unanswered;
            break;
        case 2:
            rule.vector = one_of(
                random, std::array{"syn_flood", "ack_flood", "udp_flood", "icmp_flood", "protocol_flood"});
            break;
        default:
            break;
    }
    // A few packets, of some 700 bytes, and fewer flows and addresses: what such traffic exceeds now and then.
    const std::uint64_t unit = rule.metric == Metric::bits ? 8 * 700 : 1;
    const bool is_short = rule.window.count() < 5;
    rule.per_second =
        unit * (is_short && rule.metric != Metric::new_externals ? 1 + below(random, 5) : below(random, 2));
    if (rule.per_second == 0)
        rule.per_second = rule.metric == Metric::bits ? 2'000 : rule.window.count() == 1 ? 1 : 0;
    rule.open_time = seconds{one_of(random, std::array{0, 0, 0, 1, 4})};
    rule.quiet_time = seconds{one_of(random, std::array{1, 5, 30})};
    return rule;
}

LimitOptions random_options(unsigned seed) {
    std::mt19937 random(seed);
    LimitOptions options{
        .groups = {group_of("web", {"10.0.1.0/25", "10.0.3.1"}), group_of("six", {"2001:db8:1::/48"})}};
    if (seed % 3 != 0)
        options.allowances = {allowance_for("backup", "198.51.100.0/31"),
                              allowance_for("logs", "198.51.100.0/24", false, true)};
    while (options.rules.size() < 24) {
        LimitRule rule = random_rule(random);
        const bool is_new =
            std::none_of(options.rules.begin(), options.rules.end(), [&](const LimitRule& other) {
                return counts_the_same(rule, other) && rule.group == other.group;
            });
        rule.name = "rule" + std::to_string(options.rules.size());
        if (is_new) options.rules.push_back(rule);
    }
    return options;
}

}  // namespace

TEST_CASE(
    "every case agrees with adding up all packets anew: whose, when, by which rules, with which figures") {
    const auto seed = GENERATE(values({1u, 2u, 3u, 4u, 5u, 23u, 28u}));
    INFO("seed " << seed);
    const LimitOptions options = random_options(seed);
    RandomTraffic traffic(seed);
    LimitStage one(options);
    LimitStage four(options, {.workers = 4, .flows_per_epoch = 64});
    LimitOracle oracle(options);
    for (std::int64_t second = 1'000; second < 1'200; ++second) {
        const std::vector<Sent> packets = traffic.second(second);
        oracle.second(second, packets);
        one.epoch(second, packets);
        four.epoch(second, packets);
    }
    std::vector<std::string> expected = oracle.finish();
    std::sort(expected.begin(), expected.end());
    const auto lines = [](const std::vector<Finding>& findings) {
        std::vector<std::string> said;
        for (const Finding& found : findings) {
            CHECK(found.limit.unattributed == Traffic{});
            CHECK(found.flows_estimated == Flows{});
            said.push_back(LimitOracle::line_of(found));
        }
        std::sort(said.begin(), said.end());
        return said;
    };
    REQUIRE(expected.size() > 30);
    const auto found = lines(one.finish());
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
        REQUIRE(found[i] == expected[i]);
    CHECK(found == expected);
    CHECK(lines(four.finish()) == expected);
}
