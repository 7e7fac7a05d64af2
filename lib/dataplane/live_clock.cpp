// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/live_clock.hpp"

#include <algorithm>
#include <thread>

namespace flowlock {
namespace {

std::int64_t system_now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// DPDK rounds its figure of the tick rate to 10 MHz, which can be seconds an hour. A tenth of a second against
// the system's clock is right to some 10 microseconds in one.
std::uint64_t measure_ticks_per_second() {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const std::uint64_t begin_ticks = rte_rdtsc();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::uint64_t ticks = rte_rdtsc() - begin_ticks;
    const std::chrono::nanoseconds elapsed = Clock::now() - begin;
    return static_cast<std::uint64_t>(static_cast<Product>(ticks) * ns_per_second /
                                      static_cast<std::uint64_t>(elapsed.count()));
}

}  // namespace

LiveClock LiveClock::start(std::chrono::seconds epoch) {
    LiveClock clock;
    clock.epoch_ns_ = epoch.count() * ns_per_second;
    clock.ns_per_tick_base_ = (static_cast<std::uint64_t>(ns_per_second) << 32) / measure_ticks_per_second();
    clock.scale_ = {
        .begin_ns = system_now_ns(), .begin_ticks = rte_rdtsc(), .ns_per_tick = clock.ns_per_tick_base_};
    clock.first_number_ = clock.scale_.begin_ns / clock.epoch_ns_;
    return clock;
}

std::chrono::nanoseconds LiveClock::follow_system(std::chrono::seconds within) {
    // The reading between two of the counter that lie closest together is the one that was not interrupted.
    std::int64_t system_ns = 0;
    std::uint64_t ticks = 0;
    std::uint64_t narrowest = ~std::uint64_t{0};
    for (int i = 0; i < 5; ++i) {
        const std::uint64_t before = rte_rdtsc();
        const std::int64_t read = system_now_ns();
        const std::uint64_t width = rte_rdtsc() - before;
        if (width >= narrowest) continue;
        narrowest = width;
        system_ns = read;
        ticks = before + width / 2;
    }
    return follow(system_ns, ticks, within);
}

// A proportional-integral controller: the slew takes away the offset, and an eighth of it stays in the base
// rate, so that a constant error of the measured rate ends as no offset at all.
std::chrono::nanoseconds LiveClock::follow(std::int64_t system_ns, std::uint64_t ticks,
                                           std::chrono::seconds within) {
    const std::int64_t now_ns = scale_.ns_at(ticks);
    const std::int64_t offset_ns = system_ns - now_ns;
    const double wanted =
        static_cast<double>(offset_ns) / static_cast<double>(within.count() * ns_per_second);
    const double slew = std::clamp(wanted, -slew_max, slew_max);
    const auto correction = [&](double part) {
        return static_cast<std::int64_t>(static_cast<double>(ns_per_tick_base_) * part);
    };
    // A clock that is seconds away was set, and says nothing about the rate.
    if (std::abs(wanted) < slew_max) ns_per_tick_base_ += static_cast<std::uint64_t>(correction(slew / 8));
    scale_ = {.begin_ns = now_ns,
              .begin_ticks = ticks,
              .ns_per_tick = ns_per_tick_base_ + static_cast<std::uint64_t>(correction(slew))};
    return std::chrono::nanoseconds{offset_ns};
}

}  // namespace flowlock
