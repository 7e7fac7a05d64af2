// SPDX-License-Identifier: BSD-3-Clause
// Limits of groups, networks and totals.
#include <map>

#include <catch2/catch.hpp>

#include "limit_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

LimitRule packets(std::string name, std::uint64_t per_second, std::string group = "*",
                  Scope per = Scope::host) {
    LimitRule rule;
    rule.name = std::move(name);
    rule.per_second = per_second;
    rule.window = seconds{1};
    rule.group = std::move(group);
    rule.per = per;
    return rule;
}

Sent from(const std::string& host) {
    return {.from = host};
}

// Whom each finding is about, and by which rule.
std::multimap<std::string, std::string> rules_by_subject(const std::vector<Finding>& findings) {
    std::multimap<std::string, std::string> found;
    for (const Finding& finding : findings)
        found.emplace(finding.scope == Scope::host ? finding.host.to_string() : finding.subject,
                      finding.trigger.rule);
    return found;
}

using Rules = std::multimap<std::string, std::string>;

}  // namespace

TEST_CASE("a group's limit takes the place of that for all, for its own hosts, and silences no other") {
    LimitRule slower = packets("all-slow", 4);
    slower.window = seconds{10};
    LimitStage stage({.rules = {packets("all", 10), packets("web", 30, "web"), slower},
                      .groups = {group_of("dns", {"10.0.2.0/24"}), group_of("web", {"10.0.1.0/24"})}});
    stage.epoch(100, together({times(31, from("10.0.1.1")), times(30, from("10.0.1.2")),
                               times(11, from("10.0.2.1")), times(10, from("10.0.2.2")),
                               times(31, from("10.0.3.1")), times(41, from("10.0.1.3"))}));
    std::vector<Finding> findings = stage.finish();
    CHECK(rules_by_subject(findings) ==
          Rules{{"10.0.1.1", "web"}, {"10.0.1.3", "web"}, {"10.0.2.1", "all"}, {"10.0.3.1", "all"}});
    for (const Finding& finding : findings) {
        const std::string host = finding.host.to_string();
        CHECK(finding.group == (host.starts_with("10.0.1.")   ? "web"
                                : host.starts_with("10.0.2.") ? "dns"
                                                              : "*"));
        CHECK(finding.limit.rules.size() == (host == "10.0.1.3" ? 2 : 1));
    }
}

TEST_CASE("a total is all hosts' together, whatever groups there are, and a group's is its own") {
    LimitStage stage(
        {.rules = {packets("total", 30, "*", Scope::group), packets("web", 9, "web", Scope::group)},
         .groups = {group_of("web", {"10.0.1.0/24", "2001:db8:1::/64"})}});
    const auto second = [&](int web, int others) {
        return together({times(static_cast<std::size_t>(web), from("10.0.1.1")),
                         times(1, {.from = "2001:db8:1::1", .to = "2001:db8:2::1"}),
                         times(static_cast<std::size_t>(others), from("10.0.2.1"))});
    };
    stage.epoch(100, second(8, 21));  // 30 and 9: the limits
    CHECK(stage.open_cases().empty());
    stage.epoch(101, second(8, 22));
    CHECK(rules_by_subject(stage.open_cases()) == Rules{{"10.0.0.0/8, 2001:db8:1::/48", "total"}});
    stage.epoch(102, second(9, 0));
    const auto& findings = stage.finish();
    CHECK(rules_by_subject(findings) ==
          Rules{{"10.0.0.0/8, 2001:db8:1::/48", "total"}, {"10.0.1.0/24, 2001:db8:1::/64", "web"}});
    const Finding& total = findings[0];
    CHECK(total.scope == Scope::group);
    CHECK(total.group == "*");
    CHECK(total.totals == Traffic{{31}, {3'100}, {3}});
    REQUIRE(total.limit.internals.size() == 3);
    CHECK(total.limit.internals[0].address.to_string() == "10.0.2.1");
    CHECK(total.limit.internals[0].traffic == Traffic{{22}, {2'200}, {1}});
    CHECK(findings[1].group == "web");
    CHECK(findings[1].totals == Traffic{{10}, {1'000}, {2}});
    CHECK(findings[1].limit.internals_total == 2);
}

TEST_CASE("a network's sum is that of its hosts, of a group's rule only those in the group") {
    LimitStage stage(
        {.rules = {packets("all", 10, "*", Scope::network), packets("web", 20, "web", Scope::network)},
         .groups = {group_of("web", {"10.0.1.0/25"})}});
    // 10.0.1.0/24 has the group in its lower half.
    stage.epoch(100, together({times(20, from("10.0.1.1")), times(10, from("10.0.1.200")),
                               times(10, from("10.0.2.1"))}));
    CHECK(stage.open_cases().empty());
    stage.epoch(101, together({times(11, from("10.0.1.1")), times(10, from("10.0.1.2")),
                               times(10, from("10.0.1.200")), times(6, from("10.0.2.1")),
                               times(6, from("10.0.2.255"))}));
    const auto open = stage.open_cases();
    CHECK(rules_by_subject(open) == Rules{{"10.0.1.0/24", "web"}, {"10.0.2.0/24", "all"}});
    CHECK(open[0].totals.packets == Packets{21});
    CHECK(open[0].limit.internals_total == 2);
    CHECK(open[1].totals.packets == Packets{12});
    CHECK(open[1].host.to_string() == "10.0.2.0");
}

TEST_CASE("carpet bombing is found by network, where no host gets much, and in IPv6 by /48") {
    LimitRule carpet = packets("carpet", 1'000, "*", Scope::network);
    carpet.direction = Direction::in;
    LimitRule host = carpet;
    host.name = "host";
    host.per = Scope::host;
    LimitStage stage({.rules = {carpet, host}});
    std::vector<Sent> bombs;
    for (int i = 0; i < 250; ++i)
        for (const Sent& sent :
             times(5, {.from = "192.0.2.1", .to = "10.0.7." + std::to_string(i), .protocol = 17}))
            bombs.push_back(sent);
    for (int i = 0; i < 300; ++i)
        for (const Sent& sent : times(
                 4,
                 {.from = "2001:db8:2::1", .to = "2001:db8:1:" + std::to_string(i) + "::1", .protocol = 17}))
            bombs.push_back(sent);
    stage.epoch(100, bombs);
    const auto& findings = stage.finish();
    CHECK(rules_by_subject(findings) == Rules{{"10.0.7.0/24", "carpet"}, {"2001:db8:1::/48", "carpet"}});
    for (const Finding& finding : findings) {
        CHECK(finding.totals.packets == Packets{finding.host.is_ipv4() ? 1'250u : 1'200u});
        CHECK(finding.limit.internals_total == (finding.host.is_ipv4() ? 250 : 300));
        CHECK(finding.externals_total == 1);
    }
}

TEST_CASE("a network has no case while one of its hosts has one in this direction, and may have one after") {
    LimitRule host = packets("host", 20);
    host.quiet_time = seconds{5};
    LimitStage stage({.rules = {host, packets("net", 20, "*", Scope::network)}});
    stage.epoch(100, together({times(21, from("10.0.1.1")), times(21, from("10.0.2.1")),
                               times(11, from("10.0.3.1")), times(11, from("10.0.3.2"))}));
    CHECK(rules_by_subject(stage.open_cases()) ==
          Rules{{"10.0.1.1", "host"}, {"10.0.2.1", "host"}, {"10.0.3.0/24", "net"}});
    // Another host of the network is still part of it.
    for (int second = 101; second < 105; ++second) {
        stage.epoch(second, together({times(11, from("10.0.1.1")), times(11, from("10.0.1.2"))}));
        CHECK(stage.open_cases().size() == 3);
    }
    stage.epoch(105, times(20, from("10.0.1.2")));
    CHECK(stage.findings.size() == 2);  // both hosts have been quiet for 5 s
    stage.epoch(106, together({times(11, from("10.0.1.1")), times(11, from("10.0.1.2"))}));
    CHECK(rules_by_subject(stage.open_cases()) == Rules{{"10.0.1.0/24", "net"}, {"10.0.3.0/24", "net"}});
}

TEST_CASE("a host's case in one direction, or exonerated, leaves its network's limit in force") {
    LimitRule in = packets("in", 20);
    in.direction = Direction::in;
    LimitStage stage({.rules = {in, packets("host", 20), packets("net", 40, "*", Scope::network)},
                      .allowances = {allowance_for("backup", "198.51.100.0/24")}});
    stage.epoch(100, together({times(21, {.from = "192.0.2.1", .to = "10.0.1.1"}),
                               times(30, {.from = "10.0.1.2", .to = "198.51.100.1"}),
                               times(20, from("10.0.1.1")), times(20, from("10.0.1.3"))}));
    auto open = stage.open_cases();
    CHECK(rules_by_subject(open) == Rules{{"10.0.1.1", "in"}, {"10.0.1.2", "host"}, {"10.0.1.0/24", "net"}});
    stage.epoch(101, together({times(20, from("10.0.1.1")), times(20, from("10.0.1.3")),
                               times(1, from("10.0.1.4"))}));
    open = stage.open_cases();
    std::size_t locked = 0;
    for (const Finding& finding : open)
        if (finding.scope == Scope::network && finding.verdict == Verdict::lock) {
            ++locked;
            CHECK(finding.totals.packets == Packets{41});
        }
    CHECK(locked == 1);
}

TEST_CASE("a reload that gives a host another group ends what no longer applies to it, and keeps the rest") {
    LimitOptions options{.rules = {packets("all", 10), packets("net", 100, "*", Scope::network),
                                   packets("total", 30, "*", Scope::group)}};
    LimitStage stage(options);
    stage.epoch(100, together({times(11, from("10.0.1.1")), times(11, from("10.0.2.1")),
                               times(10, from("10.0.3.1"))}));
    CHECK(stage.open_cases().size() == 3);
    options.groups = {group_of("web", {"10.0.1.0/24"})};
    options.rules.push_back(packets("web", 50, "web"));
    stage.reload(options);
    // The total's group numbers may be others', so it is closed, with its figures; a new case follows.
    CHECK(rules_by_subject(stage.findings) ==
          Rules{{"10.0.1.1", "all"}, {"10.0.0.0/8, 2001:db8:1::/48", "total"}});
    CHECK(stage.findings[1].totals.packets == Packets{32});
    CHECK(stage.findings[1].limit.internals_total == 3);
    CHECK(rules_by_subject(stage.open_cases()) == Rules{{"10.0.2.1", "all"}});
    stage.epoch(101, together({times(50, from("10.0.1.1")), times(11, from("10.0.2.1"))}));
    CHECK(rules_by_subject(stage.open_cases()) ==
          Rules{{"10.0.2.1", "all"}, {"10.0.0.0/8, 2001:db8:1::/48", "total"}});
}

TEST_CASE("a network's case that a reload ends has the figures of the groups that there were") {
    LimitOptions options{
        .rules = {packets("net", 10, "*", Scope::network), packets("web", 10, "web", Scope::network)},
        .groups = {group_of("web", {"10.0.1.0/25"})}};
    LimitStage stage(options);
    stage.epoch(100, together({times(15, from("10.0.1.1")), times(12, from("10.0.1.200"))}));
    // Both share a case: the first rule's figures are without the group.
    REQUIRE(stage.open_cases().size() == 1);
    stage.epoch(101, together({times(20, from("10.0.1.1")), times(16, from("10.0.1.200"))}));
    std::vector<HostGroup> groups;
    for (int i = 0; i < 200; ++i)
        groups.push_back(group_of(std::to_string(i), {("10.1." + std::to_string(i) + ".0/24").c_str()}));
    groups.push_back(group_of("late", {"10.0.1.128/25"}));
    options.groups = groups;
    options.rules.pop_back();
    stage.reload(options);
    REQUIRE(stage.findings.size() == 1);
    CHECK(stage.findings[0].totals.packets == Packets{16});
    CHECK(stage.findings[0].limit.internals_total == 1);
}
