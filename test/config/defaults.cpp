// SPDX-License-Identifier: BSD-3-Clause
// What applies when little is said, and how much of it a file replaces.
#include <catch2/catch.hpp>

#include "loading.hpp"

namespace flowlock::test {
namespace {

using std::chrono::seconds;

struct Expected {
    const char* name;
    Direction direction;
    std::uint64_t per_second;
    seconds window;
    CountedTraffic traffic = CountedTraffic::any;
    Scope per = Scope::host;
};

void require_limit(const LimitRule& rule, const Expected& expected) {
    INFO(expected.name);
    REQUIRE(rule.name == expected.name);
    REQUIRE(rule.direction == expected.direction);
    REQUIRE(rule.metric == Metric::packets);
    REQUIRE(rule.per_second == expected.per_second);
    REQUIRE(rule.window == expected.window);
    REQUIRE(rule.protocol == ProtocolClass::any);
    REQUIRE(rule.vector == "any");
    REQUIRE(rule.traffic == expected.traffic);
    REQUIRE(rule.group == "*");
    REQUIRE(rule.per == expected.per);
    REQUIRE(rule.open_time == seconds{0});
    REQUIRE(rule.quiet_time == seconds{120});
}

constexpr auto one_limit = R"([[limit]]
direction = "in"
metric = "bits"
per_second = 1_000
window = "5m"
)";

}  // namespace

TEST_CASE("without a file every option has the default that the documentation says") {
    const Config config = load_config({});
    REQUIRE(config.internal.empty());
    REQUIRE(config.groups.empty());
    REQUIRE(config.allowances.empty());
    REQUIRE(config.sampling == 1);
    REQUIRE(config.scan.enabled);
    REQUIRE(config.scan.min_targets == 50);
    REQUIRE(config.scan.window == seconds{300});
    REQUIRE(config.scan.slow_window == std::chrono::hours{24});
    REQUIRE(config.scan.answer_wait == std::chrono::milliseconds{500});
    REQUIRE(config.scan.contacts_max == 2'000'000);
    REQUIRE(config.abuse.enabled);
    REQUIRE_FALSE(config.abuse.p2p.enabled);
    for (const Kind kind : {Kind::amplification, Kind::brute_force, Kind::c2, Kind::exploit, Kind::malware,
                            Kind::mining, Kind::phishing, Kind::sip_scan})
        REQUIRE(config.abuse.rule(kind).enabled);
    REQUIRE(config.abuse.amplification.matches == 1'000);
    REQUIRE(config.abuse.amplification.externals == 1);
    REQUIRE(config.abuse.brute_force.matches == 20);
    REQUIRE(config.abuse.brute_force.externals == 1);
    REQUIRE(config.abuse.c2.matches == 3);
    REQUIRE(config.abuse.c2.externals == 1);
    REQUIRE(config.abuse.exploit.matches == 5);
    REQUIRE(config.abuse.exploit.externals == 3);
    REQUIRE(config.abuse.malware.matches == 3);
    REQUIRE(config.abuse.malware.externals == 3);
    REQUIRE(config.abuse.mining.matches == 3);
    REQUIRE(config.abuse.mining.externals == 1);
    REQUIRE(config.abuse.p2p.matches == 3);
    REQUIRE(config.abuse.p2p.externals == 3);
    REQUIRE(config.abuse.phishing.matches == 5);
    REQUIRE(config.abuse.phishing.externals == 3);
    REQUIRE(config.abuse.sip_scan.matches == 10);
    REQUIRE(config.abuse.sip_scan.externals == 10);
    REQUIRE(config.abuse.logins.enabled);
    REQUIRE(config.abuse.logins.sessions == 60);
    REQUIRE(config.abuse.logins.targets == 20);
    REQUIRE(config.abuse.quiet_time == seconds{300});
    REQUIRE(config.signatures.enabled);
    REQUIRE(config.signatures.folders.empty());
    REQUIRE(config.signatures.packets == 8);
    REQUIRE(config.faults.enabled);
    REQUIRE(config.faults.transit.empty());
    REQUIRE(config.faults.dhcp_servers.empty());
    REQUIRE(config.faults.routers.empty());
    REQUIRE(config.faults.inventory.empty());
    REQUIRE(config.faults.rogue_messages == 3);
    REQUIRE(config.faults.conflict_returns == 3);
    REQUIRE(config.faults.foreign_uses == 3);
    REQUIRE(config.faults.claim_window == seconds{300});
    REQUIRE(config.faults.forged_networks == 256);
    REQUIRE(config.faults.bogons_per_second == 1'000);
    REQUIRE(config.faults.martians_per_second == 10);
    REQUIRE(config.faults.rate_window == seconds{60});
    REQUIRE(config.faults.storm_frames_per_second == 1'000);
    REQUIRE(config.faults.storm_window == seconds{10});
    REQUIRE(config.faults.quiet_time == seconds{300});
    REQUIRE(config.engine.flows_per_epoch == 0);
    REQUIRE(config.engine.flows_max == 16'000'000);
    REQUIRE(config.engine.history_max == 32'000'000);
    REQUIRE(config.report.number_format == NumberFormat::de);
    REQUIRE(config.report.netscan_format == NetscanFormat::v1);
    REQUIRE(config.report.targets_max == 500);
    REQUIRE(config.report.externals_max == 100);
    REQUIRE(config.evidence == EvidenceOptions{});
    REQUIRE(config.live.ports.empty());
    REQUIRE(config.live.cores.empty());
    REQUIRE(config.live.workers == 0);
    REQUIRE(config.live.memory_mib == 0);
    REQUIRE(config.live.hugepages);
    REQUIRE(config.output.folder == "/var/lib/flowlock");
}

TEST_CASE("without any [[limit]] the shipped limits apply") {
    for (const auto* text : {"", "[scan]\nenabled = false\n", "# größer als nötig, ≥ 日本"}) {
        const auto limits = loaded(text).limits;
        REQUIRE(limits.size() == 8);
        const auto unanswered = CountedTraffic::unanswered;
        require_limit(limits[0], {"out-packets", Direction::out, 100'000, seconds{300}});
        require_limit(limits[1], {"out-packets-fast", Direction::out, 1'000'000, seconds{2}});
        require_limit(limits[2], {"in-packets", Direction::in, 200'000, seconds{300}});
        require_limit(limits[3], {"in-packets-fast", Direction::in, 1'000'000, seconds{2}});
        require_limit(limits[4], {"out-flood", Direction::out, 20'000, seconds{2}, unanswered});
        require_limit(limits[5], {"in-flood", Direction::in, 100'000, seconds{2}, unanswered});
        require_limit(limits[6],
                      {"in-carpet", Direction::in, 100'000, seconds{2}, unanswered, Scope::network});
    }
}

TEST_CASE("the first [[limit]] replaces all shipped ones") {
    const auto limits = loaded(one_limit).limits;
    REQUIRE(limits.size() == 1);
    REQUIRE(limits[0].direction == Direction::in);
    REQUIRE(limits[0].metric == Metric::bits);
    REQUIRE(limits[0].per_second == 1'000);
    REQUIRE(limits[0].window == seconds{300});
    REQUIRE(limits[0].protocol == ProtocolClass::any);
    REQUIRE(limits[0].group == "*");
}

TEST_CASE("a limit without a name is named after what tells it from others") {
    REQUIRE(loaded(one_limit).limits[0].name == "in-bits-300s");
    REQUIRE(loaded(std::string(one_limit) + "protocol = \"udp\"").limits[0].name == "in-bits-udp-300s");
}

TEST_CASE("limits keep the order of the file") {
    std::string text;
    for (const auto* name : {"c", "a", "b"})
        text += std::string("[[limit]]\nname = \"") + name + "\"\ndirection = \"out\"\nmetric = \"flows\"\n" +
                "per_second = 1\nwindow = \"" + std::to_string(static_cast<int>(*name)) + "s\"\n";
    const auto limits = loaded(text).limits;
    REQUIRE(limits.size() == 3);
    REQUIRE(limits[0].name == "c");
    REQUIRE(limits[1].name == "a");
    REQUIRE(limits[2].name == "b");
}

TEST_CASE("a key of one table leaves the defaults of the others alone") {
    const Config config = loaded("[scan]\nmin_targets = 7\n[report]\nnumber_format = \"en\"\n");
    REQUIRE(config.scan.min_targets == 7);
    REQUIRE(config.scan.window == seconds{300});
    REQUIRE(config.report.number_format == NumberFormat::en);
    REQUIRE(config.report.targets_max == 500);
    REQUIRE(config.engine.flows_max == 16'000'000);
    REQUIRE(config.limits.size() == 8);
}

TEST_CASE("a duration may be written in seconds, minutes or hours") {
    REQUIRE(loaded("scan.window = \"90s\"").scan.window == seconds{90});
    REQUIRE(loaded("scan.window = \"5m\"").scan.window == seconds{300});
    REQUIRE(loaded("scan.window = \"24h\"").scan.window == seconds{86'400});
}

TEST_CASE("the ends of each range are allowed") {
    REQUIRE(loaded("scan.min_targets = 1").scan.min_targets == 1);
    REQUIRE(loaded("scan.min_targets = 1_000_000").scan.min_targets == 1'000'000);
    REQUIRE(loaded("scan.window = \"1s\"\nscan.answer_wait = \"1s\"").scan.window == seconds{1});
    REQUIRE(loaded("scan.answer_wait = \"100ms\"").scan.answer_wait == std::chrono::milliseconds{100});
    REQUIRE(loaded("scan.answer_wait = \"1m\"").scan.answer_wait == seconds{60});
    REQUIRE(loaded("scan.answer_wait = \"60s\"").scan.answer_wait == seconds{60});
    REQUIRE(loaded("scan.window = \"60s\"\nscan.answer_wait = \"60s\"").scan.window == seconds{60});
    REQUIRE(loaded("engine.flows_per_epoch = 0").engine.live_flows() == 1'048'576);
    REQUIRE(loaded("engine.flows_per_epoch = 0").engine.replay_flows() == 65'536);
    REQUIRE(loaded("engine.flows_per_epoch = 1024").engine.replay_flows() == 1'024);
    REQUIRE(loaded("engine.flows_per_epoch = 1024").engine.live_flows() == 1'024);
    REQUIRE(loaded("engine.flows_per_epoch = 1024").engine.flows_per_epoch == 1'024);
    REQUIRE(loaded("engine.flows_per_epoch = 16_777_216").engine.flows_per_epoch == 16'777'216);
    REQUIRE(loaded("engine.flows_max = 1_000_000_000").engine.flows_max == 1'000'000'000);
    REQUIRE(with_overrides("", {"limit.out-packets.per_second=100_000_000_000_000"}).limits[0].per_second ==
            100'000'000'000'000);
}

TEST_CASE("internal networks are taken as written, twice if said twice") {
    const auto internal =
        loaded("[networks]\ninternal = [\"10.0.0.0/16\", \"2001:db8::/32\", \"10.0.0.0/16\"]").internal;
    REQUIRE(internal.prefixes().size() == 3);
    REQUIRE(internal.prefixes()[0].to_string() == "10.0.0.0/16");
    REQUIRE(internal.prefixes()[1].to_string() == "2001:db8::/32");
    REQUIRE(internal.prefixes()[2].to_string() == "10.0.0.0/16");
    REQUIRE(loaded("networks.internal = []").internal.empty());
}

}  // namespace flowlock::test
