// SPDX-License-Identifier: BSD-3-Clause
// The workers' clock against a system clock that runs wrong in every way.
#include "dataplane/live_clock.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace flowlock;
using namespace std::chrono_literals;

namespace {

// A system clock as a function of the processor's ticks: `rate` seconds of its time in one second of the
// clock's, and `ahead` of it at the beginning.
class SystemClock {
public:
    SystemClock(const LiveClock& clock, double rate, std::chrono::nanoseconds ahead)
        : scale_(clock.scale()), rate_(rate), ahead_ns_(ahead.count()) {}

    std::uint64_t ticks_after(double seconds) const {
        return scale_.begin_ticks + static_cast<std::uint64_t>(seconds * 1e9 * 4294967296.0 /
                                                               static_cast<double>(scale_.ns_per_tick));
    }
    std::int64_t ns_after(double seconds) const {
        return scale_.begin_ns + ahead_ns_ + static_cast<std::int64_t>(seconds * 1e9 * rate_);
    }
    void jump(std::chrono::nanoseconds by) { ahead_ns_ += by.count(); }

private:
    TickScale scale_;
    double rate_;
    std::int64_t ahead_ns_;
};

std::chrono::nanoseconds follow(LiveClock& clock, const SystemClock& system, int from_s, int until_s) {
    std::chrono::nanoseconds offset{};
    for (int second = from_s; second < until_s; ++second)
        offset = clock.follow(system.ns_after(second), system.ticks_after(second), 8s);
    return offset;
}

}  // namespace

TEST_CASE("a tick rate that was measured wrong by 1e-4 costs no millisecond after ten minutes") {
    for (const double wrong : {1e-4, -1e-4, 1e-5}) {
        LiveClock clock = LiveClock::start();
        const SystemClock system(clock, 1 + wrong, 0ns);
        const auto offset = follow(clock, system, 1, 600);
        INFO(wrong);
        CHECK(std::abs(offset.count()) < 100'000);
    }
}

TEST_CASE("a small offset is slewed away, and does not come back on the other side") {
    LiveClock clock = LiveClock::start();
    const SystemClock system(clock, 1, 3ms);
    CHECK(std::abs(follow(clock, system, 1, 120).count()) < 100'000);
}

TEST_CASE("time never goes back, and no second is longer or shorter by more than 0.05 %") {
    LiveClock clock = LiveClock::start();
    SystemClock system(clock, 1, 0ns);
    std::int64_t before = clock.scale().ns_at(system.ticks_after(1));
    for (int second = 1; second < 200; ++second) {
        // The administrator sets the clock, forth and back.
        if (second == 50) system.jump(2h);
        if (second == 100) system.jump(-4h);
        clock.follow(system.ns_after(second), system.ticks_after(second), 8s);
        const std::int64_t after = clock.scale().ns_at(system.ticks_after(second + 1));
        const double length = static_cast<double>(after - before) / 1e9;
        CHECK(length > 1 - 0.0006);
        CHECK(length < 1 + 0.0006);
        before = after;
    }
}

TEST_CASE("a clock that was set says so, and its rate is not learnt from that") {
    LiveClock clock = LiveClock::start();
    SystemClock system(clock, 1, 0ns);
    follow(clock, system, 1, 10);
    system.jump(1h);
    const auto offset = follow(clock, system, 10, 20);
    CHECK(offset > 3'599s);
    system.jump(-1h);
    // What was slewed meanwhile, 5 ms, is slewed back; nothing else is left.
    CHECK(std::abs(follow(clock, system, 20, 140).count()) < 200'000);
}

TEST_CASE("two workers that take the same scale name the same epochs") {
    LiveClock first = LiveClock::start();
    LiveClock second = first;
    first.follow(first.scale().begin_ns + 1'002'000'000, rte_rdtsc(), 8s);
    second.take(first.scale());
    second.take({});  // none: an epoch that was never given back
    CHECK(second.scale().begin_ns == first.scale().begin_ns);
    CHECK(second.scale().ns_per_tick == first.scale().ns_per_tick);
    CHECK(second.epoch_at(first.scale().begin_ns) == first.epoch_at(first.scale().begin_ns));
}
