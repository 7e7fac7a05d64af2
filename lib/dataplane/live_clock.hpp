// SPDX-License-Identifier: BSD-3-Clause
// The clock of live workers: the processor's tick counter, turned into nanoseconds since 1970 and into
// epochs. One object is made before the workers start and copied by each, so all name the same seconds
// alike. Read once a burst: 32 packets at 10 GbE take 2 microseconds. Plain value; no system call.
//
// Left alone it would drift from the system's clock by what the tick rate was measured wrong, 1e-5, which is a
// second a day. So the control core compares the two once a second and sends a corrected scale along with each
// empty epoch. The correction is a slower or faster second, by slew_max at most, never a step: time does not go
// back, and all workers stay in the same epochs.
#pragma once

#include <chrono>
#include <cstdint>

#include <rte_cycles.h>

#include "flow/epoch.hpp"
#include "flow/tick_scale.hpp"

namespace flowlock {

class LiveClock {
public:
    // The most by which a corrected second may be longer or shorter; that of NTP (RFC 5905, 500 ppm).
    static constexpr double slew_max = 500e-6;

    // Takes a tenth of a second to measure the tick rate, to about 1e-5. Sequence 1 is the epoch that is
    // running. A benchmark may want longer epochs.
    static LiveClock start(std::chrono::seconds epoch = epoch_length);

    std::int64_t now_ns() const noexcept { return scale_.ns_at(rte_rdtsc()); }
    EpochName epoch_at(std::int64_t ns) const noexcept {
        const std::int64_t number = ns / epoch_ns_;
        return {static_cast<std::uint64_t>(number - first_number_) + 1, number * (epoch_ns_ / ns_per_second)};
    }
    std::int64_t end_ns(const EpochName& name) const noexcept {
        return name.start_s * ns_per_second + epoch_ns_;
    }

    const TickScale& scale() const noexcept { return scale_; }
    // The epoch that a worker takes over brings the scale that is right now; the first ones have none.
    void take(const TickScale& scale) noexcept {
        if (scale.ns_per_tick != 0) scale_ = scale;
    }

    // Control core: makes the scale go towards the system's clock, from here on, so as to meet it in about
    // `within`. Returns how far ahead of this clock the system's is.
    std::chrono::nanoseconds follow_system(std::chrono::seconds within = std::chrono::seconds{8});
    // The same against a given reading of both, for tests.
    std::chrono::nanoseconds follow(std::int64_t system_ns, std::uint64_t ticks, std::chrono::seconds within);

private:
    std::int64_t epoch_ns_ = ns_per_second;
    std::int64_t first_number_ = 0;       // of the epoch with sequence 1
    std::uint64_t ns_per_tick_base_ = 0;  // as measured at start and corrected since; times 2^32
    TickScale scale_;
};

}  // namespace flowlock
