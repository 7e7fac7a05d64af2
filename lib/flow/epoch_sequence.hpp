// SPDX-License-Identifier: BSD-3-Clause
// The packet clock of a replay: names the epoch of each packet in input order. The clock is the second of the
// newest packet. A packet up to reorder_max older than the running epoch is counted in it (captures from
// several queues are a little out of order). One that is older still sets the clock back, as where a capture
// was made by joining others: a new epoch begins, and detectors begin their windows anew. A gap, of seconds
// or of years, is one step. Pure; whoever reads the input owns it.
#pragma once

#include <cstdint>

#include "flow/epoch.hpp"

namespace flowlock {

class EpochSequence {
public:
    static constexpr std::chrono::seconds reorder_max{1};

    // The epoch of the next packet. Sequence numbers begin with 1.
    const EpochName& next(Time time) noexcept {
        if (time >= begin_ && time < end_) [[likely]]
            return name_;
        return step(time);
    }
    const EpochName& current() const noexcept { return name_; }

private:
    const EpochName& step(Time time) noexcept {
        const std::int64_t start_s = floor_seconds(time);
        name_ = {name_.sequence + 1, start_s};
        // Since the second began; the borders are reckoned from here, and stay within what 64 bits can hold.
        const Duration since{(ns_of(time) % ns_per_second + ns_per_second) % ns_per_second};
        const Duration back = since + reorder_max;
        const Duration ahead = epoch_length - since;
        begin_ = time < Time::min() + back ? Time::min() : time - back;
        end_ = time > Time::max() - ahead ? Time::max() : time + ahead;
        return name_;
    }

    EpochName name_;
    Time begin_ = Time::max();  // nothing is in the first, empty range
    Time end_ = Time::min();
};

}  // namespace flowlock
