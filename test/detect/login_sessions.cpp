// SPDX-License-Identifier: BSD-3-Clause
#include "detect/login_sessions.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "abuse_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

struct Session {
    std::string from = "10.0.0.1";
    std::string to = "192.0.2.1";
    std::uint16_t from_port = 40000;
    std::uint16_t to_port = 22;
    int turns = 6;              // packets of each side, after the handshake
    std::uint32_t bytes = 200;  // of each of them
    bool ends = true;
};

void add(AbuseStage& stage, const Session& session) {
    const auto send = [&](bool there, std::uint8_t flags, std::uint32_t bytes) {
        Sent sent{.from = session.from,
                  .to = session.to,
                  .from_port = session.from_port,
                  .to_port = session.to_port,
                  .bytes = bytes,
                  .flags = flags};
        if (!there) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        stage.packets.push_back(sent);
    };
    send(true, 0x02, 40);
    send(false, 0x12, 40);
    for (int i = 0; i < session.turns; ++i) {
        send(true, 0x18, session.bytes);
        send(false, 0x18, session.bytes);
    }
    if (!session.ends) return;
    send(true, 0x11, 40);
    send(false, 0x11, 40);
}

// `count` sessions, one a second; `change` makes each what it is.
template <class Change>
std::vector<Finding> findings_of(int count, Change change) {
    AbuseStage stage;
    for (int i = 0; i < count; ++i) {
        Session session{.from_port = static_cast<std::uint16_t>(40000 + i)};
        change(session, i);
        add(stage, session);
        stage.epoch(100 + i);
    }
    for (int i = 0; i < 10; ++i) stage.epoch(100 + count + i);
    return stage.finish();
}

}  // namespace

TEST_CASE("many sessions with one login service that are short and alike are guesses, with low confidence") {
    const auto findings = findings_of(100, [](Session&, int) {});
    REQUIRE(findings.size() == 1);
    const Finding& finding = findings[0];
    CHECK(finding.kind == Kind::brute_force);
    CHECK(finding.host.to_string() == "10.0.0.1");
    CHECK(finding.trigger.rule == "abuse.logins");
    CHECK(finding.trigger.metric == Metric::sessions);
    CHECK(finding.trigger.value == 100);
    CHECK(finding.trigger.threshold == 60);
    CHECK(finding.totals.flows.value == 100);
    CHECK(finding.totals.packets.value == 1600);
    CHECK(finding.fact.confidence == Confidence::low);
    REQUIRE(finding.fact.facts.size() == 1);
    CHECK(finding.fact.facts[0].name == "login_session");
    CHECK(finding.fact.facts[0].count == 100);
    REQUIRE(finding.targets.size() == 1);
    CHECK(finding.targets[0].port == 22);
}

TEST_CASE("fewer sessions than the limit, or spread over a longer time, are nobody's business") {
    CHECK(findings_of(59, [](Session&, int) {}).empty());
    AbuseStage stage;
    for (int i = 0; i < 200; ++i) {
        add(stage, {.from_port = static_cast<std::uint16_t>(40000 + i)});
        stage.epoch(100 + 6 * i);  // 50 in any 300 seconds
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("many targets with a few sessions each are guesses, too, and many with one each are not") {
    CHECK(findings_of(60, [](Session& session, int i) {
              session.to = "192.0.2." + std::to_string(1 + i % 20);
          }).size() == 1);
    CHECK(findings_of(200, [](Session& session, int i) {
              session.to = "192.0.2." + std::to_string(1 + i);
          }).empty());
}

TEST_CASE("who works on other machines has sessions that differ") {
    std::mt19937 random(1);
    CHECK(findings_of(200, [&](Session& session, int) {
              session.bytes = 60 + random() % 1400;
              session.turns = 6 + static_cast<int>(random() % 50);
          }).empty());
}

TEST_CASE("sessions that do not end, or in which nothing is said, are not guesses") {
    CHECK(findings_of(200, [](Session& session, int) { session.ends = false; }).empty());
    // A monitor that only wants to see the banner.
    CHECK(findings_of(200, [](Session& session, int) { session.turns = 2; }).empty());
}

TEST_CASE("services whose clients come briefly again and again are left alone") {
    for (const int service : {25, 80, 110, 143, 443, 993, 3306})
        CHECK(findings_of(200, [&](Session& session, int) {
                  session.to_port = static_cast<std::uint16_t>(service);
              }).empty());
}

TEST_CASE("whose logins are guessed from outside is not accused") {
    CHECK(findings_of(200, [](Session& session, int) { std::swap(session.from, session.to); }).empty());
}

TEST_CASE("sessions that are found again are not counted again") {
    AbuseStage stage;
    for (int i = 0; i < 400; ++i) {
        add(stage, {.from_port = static_cast<std::uint16_t>(40000 + i)});
        stage.epoch(100 + i);
    }
    for (int i = 0; i < 10; ++i) stage.epoch(500 + i);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].fact.facts[0].count == 400);
    CHECK(stage.findings[0].totals.flows.value == 400);
}
