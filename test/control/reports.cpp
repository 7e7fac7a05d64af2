// SPDX-License-Identifier: BSD-3-Clause
// Which reports a live control core gives, and when.
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tap.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

ControlCore::Options with_limit(std::uint64_t per_second, std::int64_t window_s) {
    ControlCore::Options options = live_options();
    options.limits.rules = {
        {.name = "r", .per_second = per_second, .window = seconds{window_s}, .quiet_time = seconds{60}}};
    return options;
}

std::vector<Sent> times(std::size_t count, const Sent& packet = {}) {
    return std::vector<Sent>(count, packet);
}

Time at(std::int64_t second) {
    return Time{seconds{second}};
}

std::vector<Sent> sweep(int count) {
    std::vector<Sent> packets;
    for (int i = 0; i < count; ++i)
        packets.push_back({.time_ns = i, .to = "192.0.2." + std::to_string(1 + i), .to_port = 22});
    return packets;
}

}  // namespace

TEST_CASE("a case is reported in the epoch that opens it, each minute in which it grew, and when it closes") {
    Tap tap(with_limit(10, 2));
    using Seen = std::tuple<std::int64_t, CaseState, std::uint64_t>;  // when, and how many packets
    std::vector<Seen> seen;
    std::set<std::string> ids;
    const auto epoch = [&](std::int64_t second, std::size_t packets) {
        tap.epoch(second, times(packets));
        for (const LockReport& report : tap.control().take_reports()) {
            seen.emplace_back(second, report.state, report.finding.totals.packets.value);
            ids.insert(report.id);
        }
    };
    epoch(100, 21);
    for (int second = 101; second < 160; ++second) epoch(second, 30);
    epoch(160, 31);  // a minute after the first report: the highest window yet
    for (int second = 161; second < 240; ++second) epoch(second, 30);
    for (int second = 240; second < 320; ++second) epoch(second, 0);
    CHECK(seen == std::vector<Seen>{
                      {100, CaseState::open, 21}, {160, CaseState::open, 61}, {300, CaseState::closed, 61}});
    CHECK(ids == std::set<std::string>{"19700101T000141Z-10.0.0.1-out-packet_limit"});
}

TEST_CASE("of many cases that grow each has its turn, not only the first") {
    constexpr int cases = 130;  // ten more than are looked at in a minute
    Tap tap(with_limit(1, 2));
    std::map<IpAddress, int> reports;
    for (int second = 0; second < 400; ++second) {
        std::vector<Sent> packets;
        for (int host = 0; host < cases; ++host)
            packets.insert(packets.end(), static_cast<std::size_t>(3 + second / 20),
                           {.from = "10.0.0." + std::to_string(1 + host)});
        tap.epoch(100 + second, packets);
        for (const LockReport& report : tap.control().take_reports()) ++reports[report.finding.host];
    }
    CHECK(reports.size() == cases);
    for (const auto& [host, count] : reports) {
        INFO(host.to_string());
        CHECK(count >= 2);
    }
}

TEST_CASE("a case that is open at the end is reported once more, as open") {
    Tap tap(with_limit(10, 2));
    tap.epoch(100, times(21));
    tap.finish();
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 2);
    CHECK(reports[1].state == CaseState::open);
    CHECK(reports[1].id == reports[0].id);
    CHECK(tap.control().take_reports().empty());
}

TEST_CASE("a replay gives one report of each case, at its end, whatever happened before") {
    ControlCore::Options options = with_limit(10, 2);
    options.live = false;
    Tap tap(options);
    for (int second = 100; second < 200; ++second) tap.epoch(second, times(30));
    CHECK(tap.control().take_reports().empty());
    tap.finish();
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].state == CaseState::open);
    CHECK(reports[0].id == "19700101T000141Z-10.0.0.1-out-packet_limit");
}

TEST_CASE("a scan that later answers have cleared is withdrawn, under the id that it was reported with") {
    Tap tap(live_options());
    const auto packets = sweep(40);
    std::vector<Sent> answers = packets;
    for (Sent& answer : answers) {
        std::swap(answer.from, answer.to);
        std::swap(answer.from_port, answer.to_port);
        answer.flags = tcp_flag::syn | tcp_flag::ack;
    }
    std::vector<LockReport> reports;
    for (int second = 100; second < 500; ++second) {
        tap.epoch(second, second == 100 ? packets : second == 110 ? answers : std::vector<Sent>{});
        for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    }
    REQUIRE(reports.size() >= 2);
    CHECK(reports.front().state == CaseState::open);
    CHECK(reports.front().finding.scan.unanswered == 40);
    CHECK(reports.back().state == CaseState::withdrawn);
    CHECK(reports.back().finding.scan.answered == 40);
    CHECK(reports.back().finding.closed);
    for (const LockReport& report : reports) CHECK(report.id == reports.front().id);
    for (const LockReport& report : reports) CHECK(report.state != CaseState::closed);
}

TEST_CASE("a report carries the loss of its own window, of the ports, too") {
    const bool live = GENERATE(true, false);
    ControlCore::Options options = with_limit(10, 2);
    options.live = live;
    Tap tap(options);
    const auto missed = [&](std::uint64_t count) { tap.control().set_port_loss({{"nic_missed", {count}}}); };
    missed(0);
    CHECK(tap.control().loss().at("nic_missed") == Packets{0});
    std::uint64_t lost = 0;
    std::vector<LockReport> reports;
    // Two packets a second are lost all the time, but for the second of the flood, in which 100 are.
    for (int second = 100; second < 300; ++second) {
        tap.epoch(second, second == 200 ? times(50) : std::vector<Sent>{});
        missed(lost += second == 200 ? 100 : 2);
        for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    }
    tap.finish();
    for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    REQUIRE(!reports.empty());
    const LockReport& closed = reports.back();
    REQUIRE(closed.state == CaseState::closed);
    CHECK(closed.finding.opened == at(201));
    CHECK(closed.finding.closed == at(202));  // the window of two seconds still holds the flood
    // From a second before the window to the close: [198, 202).
    CHECK(closed.loss.at("nic_missed") == Packets{2 + 2 + 100 + 2});
    CHECK(closed.loss.contains("history_full"));
    CHECK(tap.control().loss().at("nic_missed") == Packets{lost});
}
