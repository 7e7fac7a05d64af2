// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/live_clock.hpp"

#include <chrono>

namespace flowlock {

LiveClock LiveClock::start(std::chrono::seconds epoch) {
    LiveClock clock;
    clock.epoch_ns_ = epoch.count() * ns_per_second;
    clock.begin_ns_ = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
    clock.begin_ticks_ = rte_rdtsc();
    clock.ns_per_tick_ = (static_cast<std::uint64_t>(ns_per_second) << 32) / rte_get_tsc_hz();
    return clock;
}

}  // namespace flowlock
