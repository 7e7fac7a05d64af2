// SPDX-License-Identifier: BSD-3-Clause
#include "detect/payload_witness.hpp"

#include <catch2/catch.hpp>

#include "abuse_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr const char* suspect = "10.0.0.1";

std::string server(int number) {
    return "192.0.2." + std::to_string(number);
}

Time at(std::int64_t second) {
    return time_from_ns(second * second_ns);
}

// A scan that the suspect makes on TCP port 80, from second 100 to 200.
Finding scan(Confidence confidence) {
    Finding finding;
    finding.reason = Reason::scan;
    finding.kind = Kind::netscan;
    finding.protocol = ProtocolClass::tcp;
    finding.host = *IpAddress::parse(suspect);
    finding.first_seen = at(100);
    finding.last_seen = at(200);
    finding.scan.confidence = confidence;
    finding.scan.ports = 1;
    finding.scan.ports_top = {{80, 50}};
    return finding;
}

Finding attack(Direction direction) {
    Finding finding = scan(Confidence::high);
    finding.reason = Reason::attack;
    finding.kind = Kind::packet_limit;
    finding.direction = direction;
    finding.scan = {};
    return finding;
}

void try_exploits(AbuseStage& stage, int count, std::uint16_t port, std::int64_t second) {
    for (int i = 0; i < count; ++i)
        stage.talk(suspect, server(1 + i), static_cast<std::uint16_t>(40000 + i), port, exploit_try,
                   std::nullopt);
    stage.epoch(second);
}

void share_files(AbuseStage& stage, int count, std::int64_t second) {
    for (int i = 0; i < count; ++i)
        stage.talk(suspect, server(101 + i), static_cast<std::uint16_t>(50000 + i), 80, torrent, torrent);
    stage.epoch(second);
}

}  // namespace

TEST_CASE("a scan's report names what its payload is, how often, and from when to when") {
    AbuseStage stage;
    try_exploits(stage, 3, 80, 110);
    try_exploits(stage, 1, 80, 150);
    Finding finding = scan(Confidence::high);
    stage.witness.testify(finding);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts_total == 1);
    CHECK(finding.fact.facts[0].name == "exploit-try");
    CHECK(finding.fact.facts[0].words == "what exploit-try is");
    CHECK(finding.fact.facts[0].count == 4);
    CHECK(finding.fact.facts[0].first == at(110));
    CHECK(finding.fact.facts[0].last == at(150));
}

TEST_CASE("a scan that shows by its payload what it is for, often enough, is sure") {
    AbuseStage stage;
    try_exploits(stage, 4, 80, 110);
    Finding finding = scan(Confidence::low);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::low);

    try_exploits(stage, 1, 80, 111);
    finding = scan(Confidence::low);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::high);
    CHECK(finding.fact.confidence == Confidence::high);
}

TEST_CASE("a scan whose payload is that of file sharing is not sure, unless it tries to break in, too") {
    AbuseStage stage;
    share_files(stage, 1, 110);
    Finding finding = scan(Confidence::high);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::high);  // two matches may be chance

    share_files(stage, 2, 111);
    finding = scan(Confidence::high);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::low);
    CHECK(finding.fact.confidence == Confidence::low);

    try_exploits(stage, 5, 80, 112);
    finding = scan(Confidence::high);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::high);
}

TEST_CASE("what matched on other ports, at other times or of other hosts says nothing of a scan") {
    AbuseStage stage;
    try_exploits(stage, 10, 8080, 110);
    try_exploits(stage, 10, 80, 99);
    stage.talk("10.0.0.2", server(1), 40000, 80, exploit_try, std::nullopt);
    stage.epoch(120);
    try_exploits(stage, 10, 80, 201);
    Finding finding = scan(Confidence::low);
    stage.witness.testify(finding);
    CHECK(finding.fact.facts.empty());
    CHECK(finding.scan.confidence == Confidence::low);
}

TEST_CASE("of a scan of more ports than are listed, any port may be one") {
    AbuseStage stage;
    try_exploits(stage, 5, 8080, 110);
    Finding finding = scan(Confidence::low);
    finding.scan.ports = 2;
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::high);
}

TEST_CASE("who is broken into while it scans is not the surer a scanner") {
    AbuseStage stage;
    for (int i = 0; i < 10; ++i)
        stage.talk(server(1 + i), suspect, 80, static_cast<std::uint16_t>(40000 + i), exploit_try,
                   std::nullopt);
    stage.epoch(110);
    Finding finding = scan(Confidence::low);
    stage.witness.testify(finding);
    CHECK(finding.scan.confidence == Confidence::low);
}

TEST_CASE("an attack's report names what the attacker sends, not what its victim does") {
    AbuseStage stage;
    try_exploits(stage, 10, 80, 110);
    Finding finding = attack(Direction::out);
    stage.witness.testify(finding);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts[0].count == 10);
    finding = attack(Direction::in);
    stage.witness.testify(finding);
    CHECK(finding.fact.facts.empty());
}

TEST_CASE("an amplification's report names what was seen on the port that is used for it") {
    AbuseStage stage;
    for (const std::uint16_t port : {std::uint16_t{53}, std::uint16_t{137}, std::uint16_t{40000}})
        stage.says({.from = server(1), .to = suspect, .from_port = port, .to_port = 5000, .protocol = 17},
                   torrent);
    stage.epoch(110);
    Finding finding = attack(Direction::in);
    finding.protocol = ProtocolClass::udp;
    finding.vector = "udp_flood";
    Finding amplified = finding;
    amplified.vector = "amplification:dns";
    stage.witness.testify(finding);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts[0].count == 3);
    stage.witness.testify(amplified);
    REQUIRE(amplified.fact.facts.size() == 1);
    CHECK(amplified.fact.facts[0].count == 1);
    Finding other = attack(Direction::in);
    other.vector = "amplification:snmp";
    stage.witness.testify(other);
    CHECK(other.fact.facts.empty());
}

TEST_CASE("answers of reflectors that their victim did not ask for are named in its attack's report") {
    AbuseStage stage;
    const Sent answer{.from = server(1), .to = suspect, .from_port = 53, .to_port = 5000, .protocol = 17};
    stage.says(answer, reflected);
    Sent question = answer;  // who asks from the port of a service is none
    std::swap(question.from_port, question.to_port);
    stage.says(question, reflected);
    stage.epoch(110);
    Finding finding = attack(Direction::in);
    finding.protocol = ProtocolClass::udp;
    finding.vector = "amplification:dns";
    stage.witness.testify(finding);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts[0].count == 1);
}

TEST_CASE("what is not judged by payload keeps its own facts") {
    AbuseStage stage;
    try_exploits(stage, 10, 80, 110);
    Finding finding = scan(Confidence::low);
    finding.reason = Reason::abuse;
    stage.witness.testify(finding);
    CHECK(finding.fact.facts.empty());
    finding.reason = Reason::scan;
    finding.scope = Scope::network;
    stage.witness.testify(finding);
    CHECK(finding.fact.facts.empty());
}

TEST_CASE("what is longer ago than an hour, and what was before the clock was set back, is forgotten") {
    AbuseStage stage;
    Finding finding = scan(Confidence::low);
    finding.last_seen = at(100'000);
    try_exploits(stage, 10, 80, 110);
    stage.epoch(110 + 3600);
    Finding within = finding;
    stage.witness.testify(within);
    CHECK(within.fact.facts_total == 1);
    stage.epoch(111 + 3600);
    Finding beyond = finding;
    stage.witness.testify(beyond);
    CHECK(beyond.fact.facts_total == 0);

    try_exploits(stage, 10, 80, 5000);
    stage.epoch(4999);
    Finding after = finding;
    stage.witness.testify(after);
    CHECK(after.fact.facts_total == 0);
}

TEST_CASE("one host that has matches without end keeps its newest, and others keep theirs") {
    AbuseStage stage;
    try_exploits(stage, 1, 80, 100);
    for (std::int64_t second = 101; second < 111; ++second) {
        for (int i = 0; i < 1'001; ++i)
            stage.says({.from = "10.0.0.2", .to = server(1), .to_port = static_cast<std::uint16_t>(1000 + i)},
                       torrent);
        stage.epoch(second);
    }
    Finding other = scan(Confidence::high);
    stage.witness.testify(other);
    CHECK(other.fact.facts_total == 1);
    Finding finding = scan(Confidence::high);
    finding.host = *IpAddress::parse("10.0.0.2");
    finding.scan.ports = 2;
    stage.witness.testify(finding);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts[0].count == PayloadWitness::rows_of_host);
    CHECK(finding.fact.facts[0].last == at(110));
}
