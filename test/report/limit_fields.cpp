// SPDX-License-Identifier: BSD-3-Clause
// What a limit's report says of the traffic, and where it keeps silent because nothing is known.
#include "report/limit_fields.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/attack_words.hpp"

using namespace flowlock;
using Catch::Contains;

namespace {

// The fields as running text.
std::string fields(const Finding& finding, NumberFormat format = NumberFormat::en) {
    std::string text;
    for (const char letter : limit_fields(finding, format)) {
        const char next = letter == '\n' ? ' ' : letter;
        if (next != ' ' || text.empty() || text.back() != ' ') text += next;
    }
    return text;
}

// Of 1,000 packets.
Finding with_vectors(const std::string& vector, std::vector<VectorShare> vectors) {
    Finding finding = limit_report().finding;
    finding.vector = vector;
    finding.totals = traffic(1'000, 64'000, 10);
    finding.limit.vectors = std::move(vectors);
    for (const VectorShare& share : finding.limit.vectors)
        if (share.vector == "established") finding.limit.established_packets = share.packets;
    return finding;
}

std::string role_of(Role role, const std::string& vector, Scope scope = Scope::host) {
    Finding finding = limit_report().finding;
    finding.limit.role = role;
    finding.vector = vector;
    finding.scope = scope;
    return role_words(finding);
}

}  // namespace

TEST_CASE("every vector has words; one that is new is called by its name") {
    CHECK(vector_words("syn_flood") == "SYN flood");
    CHECK(vector_words("ack_flood") == "ACK flood");
    CHECK(vector_words("rst_flood") == "RST flood");
    CHECK(vector_words("tcp_flag_flood") == "TCP flood with unusual flags");
    CHECK(vector_words("udp_flood") == "UDP flood");
    CHECK(vector_words("icmp_flood") == "ICMP flood");
    CHECK(vector_words("fragment_flood") == "fragments without their datagrams");
    CHECK(vector_words("protocol_flood") == "flood of another IP protocol");
    CHECK(vector_words("amplification:ws_discovery") == "amplification by ws_discovery");
    CHECK(vector_words("amplification:tcp_synack") == "SYN-ACK reflection");
    CHECK(vector_words("quic_flood") == "quic_flood");
}

TEST_CASE("the vector comes with its share, and with the others that are more than 1 %") {
    const Finding finding = with_vectors("syn_flood", {{"syn_flood", 900, 0},
                                                       {"established", 60, 0},
                                                       {"one_way", 19, 0},
                                                       {"udp_flood", 11, 0},
                                                       {"icmp_flood", 10, 0}});
    CHECK_THAT(
        fields(finding),
        Contains(
            " Vector SYN flood (syn_flood), 90.0 % of the packets; besides 1.9 % traffic that is seen in "
            "one direction only, 1.1 % UDP flood Established 6.0 % of the packets are in established "
            "connections "));
}

TEST_CASE("traffic without a vector is called answered when more than half of it is, else mixed") {
    CHECK_THAT(
        fields(with_vectors("other", {{"established", 501, 0}, {"udp_flood", 499, 0}})),
        Contains(" Vector no flood: mostly answered traffic; besides 49.9 % UDP flood Established 50.1 % "));
    CHECK_THAT(fields(with_vectors("other", {{"established", 500, 0}, {"udp_flood", 500, 0}})),
               Contains(" Vector mixed traffic; besides 50.0 % UDP flood Established 50.0 % "));
    CHECK_THAT(fields(with_vectors("other", {{"other", 1'000, 0}})),
               Contains(" Vector mixed traffic Established 0.0 % of the packets "));
}

TEST_CASE("what the detector does not say is left out, and not said to be zero") {
    Finding finding = limit_report().finding;
    CHECK(fields(finding) ==
          "Exceeded first at 2013-11-13 18:19:27; the peak window ended at 2013-11-13 18:19:57 "
          "Vector UDP flood (udp_flood) ");
    finding.vector = "other";
    finding.trigger.first_exceeded = finding.trigger.peak = {};
    CHECK(fields(finding).empty());
    // Shares of nothing.
    finding = amplification_report().finding;
    finding.totals = {};
    CHECK_THAT(fields(finding), Contains(" Vector amplification by ntp (amplification:ntp) Role "));
}

TEST_CASE("pulses are said from the second on, and the trigger is not among the other limits") {
    Finding finding = amplification_report().finding;
    finding.limit.excesses = 1;
    CHECK_THAT(fields(finding), Contains("Exceeded first at "));
    finding.limit.excesses = 2;
    CHECK_THAT(fields(finding), Contains("Exceeded 2 times, with pauses; first at "));
    finding.limit.rules = {finding.trigger};
    CHECK_THAT(fields(finding), !Contains("Also "));
}

TEST_CASE("the role says what the host has to do with it, and with which service") {
    CHECK(role_of(Role::none, "amplification:dns").empty());
    CHECK(role_of(Role::victim, "amplification:dns") ==
          "victim: answers of reflectors that this host did not ask for");
    CHECK(role_of(Role::reflector, "amplification:dns") ==
          "reflector: this host answers forged questions: an open dns service is abused");
    CHECK(role_of(Role::requests, "amplification:memcached", Scope::network) ==
          "requests: this network sends questions to many memcached servers, probably with a forged source");
    CHECK(role_of(Role::reflector, "other", Scope::group) ==
          "reflector: this group answers forged questions: an open service is abused");
    CHECK(role_of(Role::reflector, "amplification:tcp_synack") ==
          "reflector: this host answers forged connection attempts: its open TCP ports are abused");
    CHECK(role_of(Role::requests, "amplification:tcp_synack") ==
          "requests: this host sends connection attempts to many servers, probably with a forged source");
}

TEST_CASE("each allowance is named with what it took, whatever its reason is made of") {
    Finding finding = amplification_report().finding;
    finding.limit.allowed.push_back({"moni\x1b[2J\ntoring", 1, 64});
    CHECK_THAT(
        fields(finding),
        Contains(
            " Allowed 3,000,000 packets more, 4.191 GByte, which are not in these figures: backup to the "
            "other site Allowed 1 packet more, 0.000 GByte, which are not in these figures: moni [2J "
            "toring "));
    CHECK(limit_fields(finding, NumberFormat::en).find('\x1b') == std::string::npos);
}
