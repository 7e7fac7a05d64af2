// SPDX-License-Identifier: BSD-3-Clause
// What a [[limit]] may count, whose traffic, and for how long.
#include <algorithm>

#include <catch2/catch.hpp>

#include "lists.hpp"
#include "loading.hpp"
#include "packet/reflectors.hpp"

namespace flowlock::test {
namespace {

using std::chrono::seconds;

std::string mistake_of(const std::string& line) {
    return mistakes(good_limit + line);
}

LimitRule limit_of(const std::string& lines) {
    return loaded(good_limit + lines).limits.at(0);
}

}  // namespace

TEST_CASE("a limit may say everything that it counts") {
    const auto config = loaded(group_text("web", "\"10.0.0.0/24\"") + R"([[limit]]
name = "a"
direction = "in"
metric = "new_externals"
per_second = 7
window = "1m"
protocol = "udp"
vector = "amplification:dns"
traffic = "unanswered"
group = "web"
per = "network"
open_time = "10s"
quiet_time = "5m"
)");
    REQUIRE(config.limits.size() == 1);
    const LimitRule& rule = config.limits[0];
    REQUIRE(rule.name == "a");
    REQUIRE(rule.direction == Direction::in);
    REQUIRE(rule.metric == Metric::new_externals);
    REQUIRE(rule.per_second == 7);
    REQUIRE(rule.window == seconds{60});
    REQUIRE(rule.protocol == ProtocolClass::udp);
    REQUIRE(rule.vector == "amplification:dns");
    REQUIRE(rule.traffic == CountedTraffic::unanswered);
    REQUIRE(rule.group == "web");
    REQUIRE(rule.per == Scope::network);
    REQUIRE(rule.open_time == seconds{10});
    REQUIRE(rule.quiet_time == seconds{300});
}

TEST_CASE(
    "a limit that says no more than it must counts all traffic of each host, opens at once and ends "
    "after two quiet minutes") {
    const LimitRule rule = limit_of("");
    REQUIRE(rule.protocol == ProtocolClass::any);
    REQUIRE(rule.vector == "any");
    REQUIRE(rule.traffic == CountedTraffic::any);
    REQUIRE(rule.group == "*");
    REQUIRE(rule.per == Scope::host);
    REQUIRE(rule.open_time == seconds{0});
    REQUIRE(rule.quiet_time == seconds{120});
}

TEST_CASE("a limit may count any attack vector, all amplification or that of one service") {
    for (const std::string vector :
         {"any", "syn_flood", "ack_flood", "rst_flood", "tcp_flag_flood", "udp_flood", "icmp_flood",
          "fragment_flood", "protocol_flood", "amplification", "amplification:tcp_synack",
          "amplification:memcached"}) {
        INFO(vector);
        REQUIRE(limit_of("vector = \"" + vector + "\"").vector == vector);
        REQUIRE(is_vector(vector) == (vector != "any"));
    }
    REQUIRE_FALSE(is_vector("other"));
    REQUIRE_FALSE(is_vector(""));
}

TEST_CASE("every service that amplifies is a vector, and no vector has two names") {
    auto names = vector_names();
    REQUIRE(names.size() == 10 + reflectors.size());
    for (const auto& reflector : reflectors)
        REQUIRE(is_vector("amplification:" + std::string(reflector.name)));
    std::sort(names.begin(), names.end());
    REQUIRE(std::adjacent_find(names.begin(), names.end()) == names.end());
}

TEST_CASE("a vector that is none is told with the one that was meant, or with those there are") {
    const std::string place = "flowlock.toml:6: limit[1].vector: ";
    CHECK(mistake_of("vector = \"syn_flod\"") ==
          place + "\"syn_flod\" is not known; did you mean syn_flood?");
    CHECK(mistake_of("vector = \"amplification:npt\"") ==
          place + "\"amplification:npt\" is not known; did you mean amplification:ntp?");
    CHECK(mistake_of("vector = \"ntp\"") == place + "\"ntp\" is not known; did you mean amplification:ntp?");
    CHECK(mistake_of("vector = \"other\"")
              .starts_with(place + "\"other\" is not known; known are any, syn_flood, ack_flood, "));
    CHECK(mistake_of("vector = 3") ==
          place + "is 3; write \"any\" or the name of an attack vector, such as \"syn_flood\"");
}

TEST_CASE("a vector and a protocol that it never has are refused where the later of them stands") {
    CHECK(mistake_of("vector = \"syn_flood\"\nprotocol = \"udp\"") ==
          "flowlock.toml:7: limit[1].protocol: counts nothing: the vector \"syn_flood\" is never of the "
          "protocol \"udp\"; write protocol = \"any\" or \"tcp\", or another vector");
    CHECK(mistake_of("protocol = \"icmp\"\nvector = \"amplification\"") ==
          "flowlock.toml:7: limit[1].vector: counts nothing: the vector \"amplification\" is never of the "
          "protocol \"icmp\"; write protocol = \"any\" or \"tcp\" or \"udp\", or another vector");
    CHECK(mistake_of("vector = \"protocol_flood\"\nprotocol = \"udp\"") ==
          "flowlock.toml:7: limit[1].protocol: counts nothing: the vector \"protocol_flood\" is never of the "
          "protocol \"udp\"; write protocol = \"any\", or another vector");
    CHECK(
        mistakes("", {.file = {},
                      .internal = {},
                      .overrides = {"limit.out-packets.vector=icmp_flood", "limit.out-packets.protocol=tcp"}})
            .starts_with("--set limit.out-packets.protocol=tcp: counts nothing: "));
}

TEST_CASE("each vector can be counted with its own protocol, and with no other") {
    struct Pair {
        std::string vector;
        std::string protocols;
    };
    for (const auto& [vector, own] : std::vector<Pair>{{"any", "tcp udp icmp"},
                                                       {"syn_flood", "tcp"},
                                                       {"ack_flood", "tcp"},
                                                       {"rst_flood", "tcp"},
                                                       {"tcp_flag_flood", "tcp"},
                                                       {"udp_flood", "udp"},
                                                       {"icmp_flood", "icmp"},
                                                       {"fragment_flood", "tcp udp icmp"},
                                                       {"protocol_flood", ""},
                                                       {"amplification", "tcp udp"},
                                                       {"amplification:tcp_synack", "tcp"},
                                                       {"amplification:dns", "udp"}})
        for (const std::string protocol : {"tcp", "udp", "icmp"}) {
            INFO(vector << " " << protocol);
            const bool accepted =
                mistake_of("vector = \"" + vector + "\"\nprotocol = \"" + protocol + "\"") == "accepted";
            CHECK(accepted == (own.find(protocol) != std::string::npos));
        }
}

TEST_CASE("traffic and subjects that there are not are told with those there are") {
    const std::string place = "flowlock.toml:6: limit[1].";
    CHECK(mistake_of("traffic = \"all\"") == place + "traffic: is \"all\"; write \"any\" or \"unanswered\"");
    CHECK(mistake_of("per = \"prefix\"") ==
          place + "per: is \"prefix\"; write \"host\" or \"network\" or \"group\" or \"outside\"");
}

TEST_CASE("a limit's times are whole epochs, and only the time until it opens may be none") {
    const std::string place = "flowlock.toml:6: limit[1].";
    const std::string open = "; write digits and s, m or h, from \"0s\" to \"86399s\"";
    const std::string quiet = "; write digits and s, m or h, from \"1s\" to \"86400s\"";
    const std::string epochs = ", but limits are judged after whole epochs of 1s";
    CHECK(mistake_of("open_time = \"0s\"") == "accepted");
    CHECK(mistake_of("open_time = \"86399s\"") == "accepted");
    CHECK(mistake_of("open_time = \"24h\"") == place + "open_time: is \"24h\", out of range" + open);
    CHECK(mistake_of("open_time = \"500ms\"") == place + "open_time: is \"500ms\"" + epochs + open);
    CHECK(mistake_of("open_time = 0") == place + "open_time: is 0, without a unit" + open);
    CHECK(mistake_of("quiet_time = \"1s\"") == "accepted");
    CHECK(mistake_of("quiet_time = \"24h\"") == "accepted");
    CHECK(mistake_of("quiet_time = \"0s\"") == place + "quiet_time: is \"0s\", out of range" + quiet);
    CHECK(mistake_of("quiet_time = \"25h\"") == place + "quiet_time: is \"25h\", out of range" + quiet);
    CHECK(mistakes_of_override("limit.out-packets.window=1500ms") ==
          "--set limit.out-packets.window=1500ms: is \"1500ms\"" + epochs + quiet);
    CHECK(mistakes_of_override("limit.out-packets.window=3000ms") == "accepted");
    CHECK(mistakes_of_override("limit.out-packets.window=0s") ==
          "--set limit.out-packets.window=0s: is \"0s\", out of range" + quiet);
}

TEST_CASE("a limit of a group that is not there is told with the one that was meant") {
    CHECK(mistake_of("group = \"web\"") ==
          "flowlock.toml:6: limit[1].group: \"web\" is not known, since there is no [[group]]; write one, or "
          "\"*\" for every internal host");
    CHECK(mistake_of("group = \"wbe\"\n" + group_text("web", "\"10.0.0.0/24\"")) ==
          "flowlock.toml:6: limit[1].group: \"wbe\" is not known; did you mean web?");
    CHECK(mistakes(group_text("web", "\"10.0.0.0/24\""),
                   {.file = {}, .internal = {}, .overrides = {"limit.out-packets.group=mail"}}) ==
          "--set limit.out-packets.group=mail: \"mail\" is not known; known are web");
}

TEST_CASE("a group may stand below the limit that names it, and may lie outside the internal networks") {
    REQUIRE(limit_of("group = \"web\"\n" + group_text("web", "\"10.0.0.0/24\"")).group == "web");
    REQUIRE(mistake_of("group = \"web\"\n" + group_text("web", "\"10.0.0.0/24\"") +
                       "[networks]\ninternal = [\"192.0.2.0/24\"]") == "accepted");
}

TEST_CASE("the hosts of a group, or all internal hosts, may be counted together") {
    REQUIRE(limit_of("per = \"group\"").group == "*");
    REQUIRE(limit_of("per = \"group\"\ngroup = \"web\"\n" + group_text("web", "\"10.0.0.0/24\"")).per ==
            Scope::group);
}

TEST_CASE("two limits may differ in anything that they count, but not only in how they judge") {
    const std::string group = group_text("web", "\"10.0.0.0/24\"");
    for (const std::string line :
         {"vector = \"syn_flood\"", "traffic = \"unanswered\"", "per = \"network\"", "group = \"web\""}) {
        INFO(line);
        CHECK(mistakes(group + good_limit + good_limit + line) == "accepted");
    }
    for (const std::string line : {"name = \"b\"", "open_time = \"5s\"", "quiet_time = \"5s\""}) {
        INFO(line);
        CHECK(mistakes(group + good_limit + good_limit + line) ==
              "flowlock.toml:9: limit[2]: repeats the direction, metric, window, protocol, vector, traffic, "
              "group and per of flowlock.toml:4: limit[1]; change one of them, or remove one limit");
    }
}

TEST_CASE("limits without names get names that tell what they count") {
    const std::string group = group_text("web", "\"10.0.0.0/24\"");
    CHECK(limit_of("vector = \"amplification:dns\"").name == "out-packets-amplification-dns-1s");
    CHECK(limit_of("protocol = \"udp\"\ntraffic = \"unanswered\"").name == "out-packets-udp-unanswered-1s");
    CHECK(limit_of("per = \"network\"\ngroup = \"web\"\n" + group).name == "out-packets-web-per-network-1s");
    CHECK(limit_of("per = \"group\"").name == "out-packets-per-group-1s");
}

TEST_CASE(
    "rules count the same if all is the same but name, group, threshold and times of opening and quiet") {
    const LimitRule rule;
    LimitRule other = rule;
    other.name = "b";
    other.group = "web";
    other.per_second = 3;
    other.open_time = seconds{1};
    other.quiet_time = seconds{1};
    REQUIRE(counts_the_same(rule, other));

    const auto differs = [&](auto change) {
        LimitRule changed = rule;
        change(changed);
        return !counts_the_same(rule, changed) && !counts_the_same(changed, rule);
    };
    CHECK(differs([](LimitRule& r) { r.direction = Direction::in; }));
    CHECK(differs([](LimitRule& r) { r.metric = Metric::bits; }));
    CHECK(differs([](LimitRule& r) { r.window = seconds{2}; }));
    CHECK(differs([](LimitRule& r) { r.protocol = ProtocolClass::udp; }));
    CHECK(differs([](LimitRule& r) { r.vector = "syn_flood"; }));
    CHECK(differs([](LimitRule& r) { r.traffic = CountedTraffic::unanswered; }));
    CHECK(differs([](LimitRule& r) { r.per = Scope::network; }));
}

}  // namespace flowlock::test
