// SPDX-License-Identifier: BSD-3-Clause
// What a window's traffic is called, and which traffic a limit on a vector counts.
#include "detect/attack_vector.hpp"

#include <catch2/catch.hpp>

#include "limit_stage.hpp"
#include "packet/reflectors.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

const std::uint8_t dns = reflector_of_port(53), ntp = reflector_of_port(123);

using Sums = std::vector<std::pair<TrafficClass, std::uint64_t>>;

// Packets of 100 bytes.
ClassSums sums_of(const Sums& packets) {
    ClassSums sums{};
    for (const auto& [traffic, count] : packets)
        sums[static_cast<std::size_t>(traffic)] += {count, 100 * count};
    return sums;
}

Finding named(const ClassSums& sums, Direction direction = Direction::in, std::uint64_t requested = 0,
              Metric metric = Metric::packets) {
    Finding finding;
    finding.direction = direction;
    finding.trigger.metric = metric;
    name_attack(sums, requested, finding);
    return finding;
}

std::string vector_of(const Sums& packets, Direction direction = Direction::in, std::uint64_t requested = 0) {
    return named(sums_of(packets), direction, requested).vector;
}

std::uint64_t joined(TrafficClass datagrams, TrafficClass fragments, std::uint64_t first,
                     std::uint64_t later) {
    ClassSums sums = sums_of({{datagrams, first}, {fragments, later}});
    join_fragments(sums);
    const std::uint64_t all = sums[static_cast<std::size_t>(datagrams)].packets;
    CHECK(all + sums[static_cast<std::size_t>(fragments)].packets == first + later);
    CHECK((all == first || all == first + later));
    return all;
}

}  // namespace

TEST_CASE("every class has a name, and floods are named by what there is most of") {
    CHECK(vector_of({{TrafficClass::syn, 10}, {TrafficClass::udp, 9}}) == "syn_flood");
    CHECK(vector_of({{TrafficClass::syn_ack, 10}}) == "amplification:tcp_synack");
    CHECK(vector_of({{TrafficClass::ack, 10}}) == "ack_flood");
    CHECK(vector_of({{TrafficClass::rst, 10}}) == "rst_flood");
    CHECK(vector_of({{TrafficClass::tcp_flags, 10}}) == "tcp_flag_flood");
    CHECK(vector_of({{TrafficClass::udp, 10}}) == "udp_flood");
    CHECK(vector_of({{TrafficClass::icmp, 10}}) == "icmp_flood");
    CHECK(vector_of({{TrafficClass::other, 10}}) == "protocol_flood");
    for (const auto fragments : {TrafficClass::tcp_fragment, TrafficClass::udp_fragment,
                                 TrafficClass::icmp_fragment, TrafficClass::other_fragment})
        CHECK(vector_of({{fragments, 10}}) == "fragment_flood");
    for (std::uint8_t i = 0; i < reflectors.size(); ++i)
        CHECK(vector_of({{responses_of(i), 10}}) == "amplification:" + std::string(reflectors[i].name));
    for (const auto innocent :
         {TrafficClass::tcp_established, TrafficClass::tcp_one_way, TrafficClass::tcp_one_sided,
          TrafficClass::tcp_answer, TrafficClass::tcp_unknown, TrafficClass::udp_conversation,
          TrafficClass::udp_exchange, TrafficClass::udp_one_way, TrafficClass::other_conversation,
          TrafficClass::other_one_way})
        CHECK(vector_of({{innocent, 10}}) == "other");
}

TEST_CASE("what is mostly answered, or may be, is no flood; half of it is enough") {
    CHECK(vector_of({{TrafficClass::syn, 10}, {TrafficClass::tcp_established, 10}}) == "syn_flood");
    CHECK(vector_of({{TrafficClass::syn, 10}, {TrafficClass::tcp_established, 11}}) == "other");
    CHECK(vector_of({{TrafficClass::syn, 6}, {TrafficClass::udp, 5}, {TrafficClass::udp_one_way, 11}}) ==
          "syn_flood");
    const Finding found = named(sums_of({{TrafficClass::udp, 10},
                                         {TrafficClass::tcp_established, 7},
                                         {TrafficClass::udp_conversation, 4},
                                         {TrafficClass::udp_exchange, 9},
                                         {TrafficClass::tcp_one_way, 2},
                                         {TrafficClass::tcp_unknown, 1}}));
    CHECK(found.vector == "other");
    CHECK(found.limit.vectors == std::vector<VectorShare>{{"established", 11, 1'100},
                                                          {"udp_flood", 10, 1'000},
                                                          {"answered", 9, 900},
                                                          {"one_way", 2, 200},
                                                          {"unknown", 1, 100}});
    CHECK(found.limit.established_packets == 11);
    CHECK(found.limit.established_bytes == 1'100);
}

TEST_CASE("a limit on bits is named by bytes") {
    ClassSums sums = sums_of({{TrafficClass::syn, 1'000}});
    sums[static_cast<std::size_t>(TrafficClass::udp)] = {100, 150'000};
    CHECK(named(sums).vector == "syn_flood");
    CHECK(named(sums, Direction::in, 0, Metric::bits).vector == "udp_flood");
}

TEST_CASE("who asks many reflectors attacks by them, who asks few floods them, and who is asked is flooded") {
    const Sums questions{{requests_of(dns), 100}};
    CHECK(vector_of(questions, Direction::out, 9) == "udp_flood");
    CHECK(vector_of(questions, Direction::out, 10) == "amplification:dns");
    CHECK(vector_of(questions, Direction::in, 1'000) == "udp_flood");
}

TEST_CASE("the role says whether the host is attacked, is used, or sends the forged questions") {
    const auto role = [](const Sums& packets, Direction direction, std::uint64_t requested = 0) {
        return named(sums_of(packets), direction, requested).limit.role;
    };
    CHECK(role({{responses_of(ntp), 10}}, Direction::in) == Role::victim);
    CHECK(role({{responses_of(ntp), 10}}, Direction::out) == Role::reflector);
    CHECK(role({{TrafficClass::syn_ack, 10}}, Direction::in) == Role::victim);
    CHECK(role({{TrafficClass::syn_ack, 10}}, Direction::out) == Role::reflector);
    CHECK(role({{requests_of(ntp), 10}}, Direction::out, 20) == Role::requests);
    CHECK(role({{requests_of(ntp), 10}, {responses_of(ntp), 11}}, Direction::out, 20) == Role::reflector);
    CHECK(role({{requests_of(ntp), 11}, {responses_of(ntp), 10}}, Direction::out, 20) == Role::requests);
    CHECK(role({{TrafficClass::udp, 10}}, Direction::in) == Role::none);
}

TEST_CASE("datagrams with random ports are a UDP flood, although some have a reflector's port") {
    Sums flood{{TrafficClass::udp, 100'000}};
    for (std::uint8_t i = 0; i < reflectors.size(); ++i) flood.push_back({responses_of(i), 3});
    const Finding found = named(sums_of(flood));
    CHECK(found.vector == "udp_flood");
    REQUIRE(found.limit.vectors.size() == 1);
    CHECK(found.limit.vectors[0].packets == 100'000 + 3 * reflectors.size());
    // From a thousandth on it is an attack of its own.
    CHECK(named(sums_of({{TrafficClass::udp, 9'990}, {responses_of(dns), 10}})).limit.vectors.size() == 2);
    CHECK(named(sums_of({{TrafficClass::udp, 9'991}, {responses_of(dns), 9}})).limit.vectors.size() == 1);
}

TEST_CASE(
    "later fragments belong to the datagrams that begin there, up to 44 for each, and else stay alone") {
    for (const auto& [datagrams, fragments] : {std::pair{responses_of(dns), TrafficClass::udp_fragment},
                                               {TrafficClass::udp, TrafficClass::udp_fragment},
                                               {TrafficClass::udp_conversation, TrafficClass::udp_fragment},
                                               {TrafficClass::tcp_established, TrafficClass::tcp_fragment}}) {
        CHECK(joined(datagrams, fragments, 10, 20) == 30);  // answers in three fragments
        CHECK(joined(datagrams, fragments, 10, 60) == 70);  // datagrams of 9,216 bytes: seven
        CHECK(joined(datagrams, fragments, 10, 440) == 450);
        CHECK(joined(datagrams, fragments, 10, 441) == 10);
    }
    CHECK(joined(TrafficClass::udp, TrafficClass::udp_fragment, 0, 5) == 0);
    CHECK(joined(TrafficClass::udp, TrafficClass::tcp_fragment, 10, 5) == 10);
    CHECK(joined(TrafficClass::tcp_established, TrafficClass::udp_fragment, 10, 5) == 10);
    // To the most frequent of their protocol.
    ClassSums sums = sums_of({{TrafficClass::udp, 10},
                              {responses_of(dns), 11},
                              {TrafficClass::syn, 99},
                              {TrafficClass::udp_fragment, 20}});
    join_fragments(sums);
    CHECK(sums[static_cast<std::size_t>(responses_of(dns))].packets == 31);
}

TEST_CASE("in a report, fragments join the datagrams of their own external address, and no other's") {
    const auto answers = [](const std::string& from, std::size_t datagrams, std::size_t later) {
        return together({times(datagrams, {.from = from,
                                           .to = "10.0.0.1",
                                           .from_port = 53,
                                           .to_port = 4'000,
                                           .protocol = 17,
                                           .bytes = 1'500,
                                           .flags = fragment_flag}),
                         times(later, {.from = from,
                                       .to = "10.0.0.1",
                                       .from_port = 0,
                                       .to_port = 0,
                                       .protocol = 17,
                                       .bytes = 1'500,
                                       .flags = fragment_flag})});
    };
    LimitStage stage(
        {.rules = {{.name = "r", .direction = Direction::in, .per_second = 10, .window = seconds{1}}}});
    stage.epoch(100, together({answers("192.0.2.1", 10, 20), answers("192.0.2.2", 10, 20),
                               answers("192.0.2.3", 0, 7), answers("192.0.2.4", 1, 45)}));
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].vector == "amplification:dns");
    CHECK(findings[0].limit.role == Role::victim);
    CHECK(findings[0].limit.vectors ==
          std::vector<VectorShare>{{"amplification:dns", 61, 91'500}, {"fragment_flood", 52, 78'000}});
    CHECK(findings[0].totals.packets == Packets{113});
}

TEST_CASE(
    "a limit on a vector or a protocol counts the classes that are called so, one on unanswered traffic "
    "floods") {
    const auto counts = [](const LimitRule& rule, TrafficClass traffic) {
        return classes_of(rule).has(traffic);
    };
    for (unsigned i = 0; i < traffic_classes; ++i) {
        const auto traffic = static_cast<TrafficClass>(i);
        CHECK(counts({}, traffic));
        // A class is a flood, or it is answered, or may be: what a window of nothing else is called.
        const bool is_flood = vector_of({{traffic, 10}}, Direction::out, 100) != "other";
        CHECK(counts({.name = {}, .traffic = CountedTraffic::unanswered}, traffic) == is_flood);
        for (const Direction direction : {Direction::out, Direction::in}) {
            const std::string name = vector_of({{traffic, 10}}, direction, 100);
            for (const std::string_view vector : vector_names()) {
                const bool wanted =
                    name == vector || (vector == "amplification" && name.starts_with("amplification:"));
                CHECK(counts({.name = {}, .direction = direction, .vector = std::string(vector)}, traffic) ==
                      wanted);
            }
        }
        // Each class is of one protocol.
        int protocols = 0;
        for (const auto protocol : {ProtocolClass::tcp, ProtocolClass::udp, ProtocolClass::icmp})
            protocols += counts({.name = {}, .protocol = protocol}, traffic) ? 1 : 0;
        const bool is_other =
            traffic >= TrafficClass::other_conversation && traffic <= TrafficClass::other_fragment;
        CHECK(protocols == (is_other ? 0 : 1));
    }
    const LimitRule udp{.name = {}, .protocol = ProtocolClass::udp};
    for (const auto traffic : {TrafficClass::udp_conversation, TrafficClass::udp, TrafficClass::udp_fragment,
                               responses_of(dns), requests_of(dns)})
        CHECK(counts(udp, traffic));
    CHECK(counts({.name = {}, .protocol = ProtocolClass::tcp}, TrafficClass::tcp_unknown));
    CHECK(counts({.name = {}, .protocol = ProtocolClass::icmp}, TrafficClass::icmp_fragment));
}
