// SPDX-License-Identifier: BSD-3-Clause
// A worker that stands still holds up nobody else's verdicts, and what it comes with later is not lost.
#include <catch2/catch.hpp>

#include "tap.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

ControlCore::Options with_limit() {
    ControlCore::Options options = live_options();
    options.limits.rules = {{.name = "p", .per_second = 10, .window = seconds{10}}};
    return options;
}

std::vector<Sent> packets(std::size_t count, const std::string& from = "10.0.0.1") {
    return std::vector<Sent>(count, Sent{.from = from});
}

Packets counted(Tap& tap) {
    return tap.control().totals().tally.packets();
}

}  // namespace

TEST_CASE("a worker that is a moment late is waited for") {
    Tap tap(with_limit(), 2);
    tap.hand_over(0, {1, 100}, packets(60));
    tap.merge_all();
    // The limit is exceeded by both together only.
    CHECK(tap.control().take_reports().empty());
    tap.hand_over(1, {1, 100}, packets(60));
    tap.merge_all();
    tap.hand_over(0, {2, 101}, {});
    tap.hand_over(1, {2, 101}, {});
    tap.merge_all();
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.totals.packets == Packets{120});
    CHECK(tap.control().totals().late == 0);
}

TEST_CASE("when a worker stops, the others' floods are reported an epoch later, and then as soon as ever") {
    for (const std::uint64_t flood : {2u, 4u}) {
        Tap tap(with_limit(), 2);
        tap.epoch_of_all(100, {{}, {}});
        for (std::uint64_t sequence = 2; sequence <= 6; ++sequence) {
            tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)},
                          sequence == flood ? packets(150) : std::vector<Sent>{});
            tap.merge_all();
            INFO(flood << " " << sequence);
            // The second worker was last seen in epoch 1; that it will not come is known at the end of epoch 3.
            CHECK(tap.control().take_reports().size() ==
                  (sequence == std::max<std::uint64_t>(flood, 3) ? 1 : 0));
        }
    }
}

TEST_CASE(
    "what a worker has counted before it stood still comes late, counted once, and counts for the limit") {
    Tap tap(with_limit(), 2);
    tap.epoch_of_all(100, {{}, {}});
    for (std::uint64_t sequence = 2; sequence <= 6; ++sequence) {
        tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)}, packets(5, "10.0.0.2"));
        tap.merge_all();
    }
    CHECK(counted(tap) < Packets{5 * 5 + 1});
    // It went on in the epoch that it had: one, from long ago.
    tap.hand_over(1, {2, 101}, packets(140));
    tap.merge_all();
    for (std::uint64_t sequence = 7; sequence <= 8; ++sequence) {
        for (std::size_t worker : {0, 1})
            tap.hand_over(worker, {sequence, 99 + static_cast<std::int64_t>(sequence)}, {});
        tap.merge_all();
    }
    CHECK(counted(tap) == Packets{5 * 5 + 140});
    CHECK(tap.control().totals().late == 1);
    CHECK(tap.control().totals().time_steps == 0);
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.totals.packets == Packets{140});
    CHECK(reports[0].loss.at("late_epochs") == Packets{1});
}

TEST_CASE("when a worker does not come at the end either, the others' cases are closed without it") {
    Tap tap(with_limit(), 2);
    tap.epoch_of_all(100, {packets(150), {}});
    tap.hand_over(0, {2, 101}, {});
    tap.merge_all();
    CHECK_FALSE(tap.control().finished());
    tap.control().abandon_missing();
    tap.merge_all();
    CHECK(tap.control().finished());
    const auto reports = tap.control().take_reports();
    REQUIRE_FALSE(reports.empty());
    CHECK(reports.back().finding.totals.packets == Packets{150});
}

TEST_CASE("a replay waits for its workers, however far apart they are") {
    ControlCore::Options options = with_limit();
    options.live = false;
    Tap tap(options, 2);
    tap.epoch_of_all(100, {{}, {}});
    for (std::uint64_t sequence = 2; sequence <= 3; ++sequence)
        tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)}, packets(70));
    tap.merge_all();
    CHECK(tap.control().totals().epochs == 2);
    for (std::uint64_t sequence = 2; sequence <= 3; ++sequence)
        tap.hand_over(1, {sequence, 99 + static_cast<std::int64_t>(sequence)}, {});
    tap.finish();
    CHECK(tap.control().totals().late == 0);
    CHECK(counted(tap) == Packets{140});
}

TEST_CASE(
    "a late worker's packets of a flow that another worker has counted in that epoch count for that host") {
    Tap tap(with_limit(), 2);
    // Requests are seen by one worker, answers by the other, many flows of many hosts.
    std::vector<Sent> forth, back;
    for (int host = 1; host <= 50; ++host) {
        const std::string address = "10.0.0." + std::to_string(host);
        for (int i = 0; i < 3; ++i) {
            forth.push_back({.from = address, .to = "192.0.2.1"});
            back.push_back({.from = "192.0.2.1", .to = address});
            std::swap(back.back().from_port, back.back().to_port);
            back.back().flags = 0x12;
        }
    }
    tap.epoch_of_all(100, {{}, {}});
    for (std::uint64_t sequence = 2; sequence <= 5; ++sequence) {
        tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)}, forth);
        tap.merge_all();
    }
    tap.hand_over(1, {2, 101}, back);
    tap.merge_all();
    for (std::uint64_t sequence = 6; sequence <= 7; ++sequence) {
        for (std::size_t worker : {0, 1})
            tap.hand_over(worker, {sequence, 99 + static_cast<std::int64_t>(sequence)}, {});
        tap.merge_all();
    }
    CHECK(counted(tap) == Packets{4 * forth.size() + back.size()});
    CHECK(tap.control().flows().seen() == Flows{50});
    for (FlowId id = 0; id < tap.control().flows().end_id(); ++id) {
        const FlowRecord& flow = tap.control().flows()[id];
        CHECK(flow.packets[flow.inside] == 12);
        CHECK(flow.packets[1 - flow.inside] == 3);
        CHECK(flow.initiator == flow.inside);
    }
    // Nobody exceeds ten a second over ten seconds.
    CHECK(tap.control().take_reports().empty());
}

TEST_CASE("while answers may be missing, nobody is called a scanner; when they do not come, he is") {
    for (const bool answers_come : {true, false}) {
        ControlCore::Options options = live_options();  // 20 failed targets make a scan
        Tap tap(options, 2);
        std::vector<Sent> requests, answers;
        for (int i = 1; i <= 40; ++i) {
            const std::string target = "192.0.2." + std::to_string(i);
            requests.push_back({.from = "10.0.0.1", .to = target});
            answers.push_back({.from = target, .to = "10.0.0.1"});
            std::swap(answers.back().from_port, answers.back().to_port);
            answers.back().flags = 0x12;
        }
        tap.epoch_of_all(100, {{}, {}});
        std::size_t reports = 0;
        for (std::uint64_t sequence = 2; sequence <= 6; ++sequence) {
            tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)},
                          sequence == 3 ? requests : std::vector<Sent>{});
            tap.merge_all();
            reports += tap.control().take_reports().size();
        }
        CHECK(reports == 0);
        tap.hand_over(1, {2, 101}, answers_come ? answers : std::vector<Sent>{});
        tap.merge_all();
        // One more target, so that there is something to be judged.
        for (std::uint64_t sequence = 7; sequence <= 12; ++sequence) {
            for (std::size_t worker : {0, 1})
                tap.hand_over(worker, {sequence, 99 + static_cast<std::int64_t>(sequence)},
                              worker == 0 && sequence == 9
                                  ? std::vector<Sent>{{.from = "10.0.0.1", .to = "192.0.2.99"}}
                                  : std::vector<Sent>{});
            tap.merge_all();
            reports += tap.control().take_reports().size();
        }
        CHECK(reports == (answers_come ? 0 : 1));
    }
}

TEST_CASE("what a late epoch brings together from several seconds is no flood") {
    for (const bool late : {true, false}) {
        Tap tap(with_limit());  // 10 a second over 10 s
        for (int second = 100; second < 110; ++second) tap.epoch(second, packets(9));
        CHECK(tap.control().take_reports().empty());
        // Eight seconds of the same traffic in one epoch.
        Epoch* epoch = tap.take_empty(0);
        epoch->begin({11, 110});
        for (const Sent& sent : packets(72)) tap.count(*epoch, sent, 110);
        epoch->late = late;
        if (late) epoch->last_ns = 118 * second_ns;
        epoch->next_sequence = 19;
        tap.hand_over(0, epoch);
        tap.merge_all();
        tap.hand_over(0, {19, 118}, {});
        tap.merge_all();
        CHECK(tap.control().take_reports().size() == (late ? 0 : 1));
    }
}

TEST_CASE("a transfer whose acknowledgements another worker has is no flood while that one stands still") {
    ControlCore::Options options = live_options();
    for (const Direction direction : {Direction::out, Direction::in})
        options.limits.rules.push_back({.name = name_of(direction),
                                        .direction = direction,
                                        .per_second = 100,
                                        .window = seconds{1},
                                        .traffic = CountedTraffic::unanswered});
    Tap tap(options, 2);
    // One worker has the fibre out, one the fibre in; with 64 segments for each acknowledgement.
    std::vector<Sent> sent{Sent{.flags = 0x02}},
        answers{
            Sent{.from = "192.0.2.1", .to = "10.0.0.1", .from_port = 80, .to_port = 40000, .flags = 0x12}};
    for (int i = 0; i < 640; ++i) sent.push_back({.time_ns = 1, .flags = 0x18});
    for (int i = 0; i < 10; ++i) {
        answers.push_back(answers[0]);
        answers.back().flags = 0x10;
        answers.back().time_ns = 2;
    }
    tap.epoch_of_all(100, {sent, answers});
    // One host more begins while the other worker stands still.
    std::vector<Sent> more = sent;
    for (Sent packet : sent) {
        packet.from = "10.0.0.2";
        more.push_back(packet);
    }
    for (std::uint64_t sequence = 2; sequence <= 6; ++sequence) {
        tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)}, more);
        tap.merge_all();
    }
    Epoch* late = tap.take_empty(1);
    late->begin({2, 101});
    for (int second = 0; second < 4; ++second)
        for (const char* host : {"10.0.0.1", "10.0.0.2"})
            for (Sent packet : answers) {
                packet.to = host;
                packet.time_ns += second * second_ns;
                Tap::count(*late, packet, 101);
            }
    late->late = true;
    late->next_sequence = 7;
    tap.hand_over(1, late);
    tap.merge_all();
    tap.epoch_of_all(106, {more, answers});
    tap.finish();
    CHECK(tap.control().take_reports().empty());
}

TEST_CASE("a flood of SYN is found while a worker stands still") {
    ControlCore::Options options = live_options();
    options.limits.rules = {
        {.name = "f", .per_second = 100, .window = seconds{1}, .traffic = CountedTraffic::unanswered}};
    Tap tap(options, 2);
    tap.epoch_of_all(100, {{}, {}});
    for (std::uint64_t sequence = 2; sequence <= 4; ++sequence) {
        tap.hand_over(0, {sequence, 99 + static_cast<std::int64_t>(sequence)}, packets(150));
        tap.merge_all();
    }
    const auto reports = tap.control().take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.vector == "syn_flood");
}
