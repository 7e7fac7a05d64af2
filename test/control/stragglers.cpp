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
    options.limits = {{.name = "p", .per_second = 10, .window = seconds{10}}};
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
