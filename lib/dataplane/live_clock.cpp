// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/live_clock.hpp"

#include <chrono>
#include <thread>

namespace flowlock {
namespace {

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
    clock.ns_per_tick_ = (static_cast<std::uint64_t>(ns_per_second) << 32) / measure_ticks_per_second();
    clock.begin_ns_ = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
    clock.begin_ticks_ = rte_rdtsc();
    return clock;
}

}  // namespace flowlock
