// SPDX-License-Identifier: BSD-3-Clause
// Whether packets arrive twice, as from a mirror port that copies a packet where it comes in and where it goes
// out: every figure is then up to twice what was sent. Plain values.
//
// A mirror makes exactly two of one; a generator or a flood that repeats one packet makes many, a retransmission
// differs (frame_print.hpp) and is rare. So the share counts that came exactly twice among the distinct packets
// of a sample. More than 5 % of them is no retransmission: TCP's are a percent or two on a sick link, and most have
// a new identification. With 1,000 packets at least, a share of 5 % is known to 1.4 percentage points (two standard
// errors of a binomial share).
#pragma once

#include <cstdint>

namespace flowlock {

struct DuplicateFigures {
    std::uint64_t distinct = 0;  // packets in the sample, each counted once
    std::uint64_t twice = 0;     // … of which so many came exactly twice

    bool are_many() const noexcept { return distinct >= 1'000 && twice > distinct / 20; }
    // Rounded down; only where there are some.
    std::uint64_t percent() const noexcept { return distinct == 0 ? 0 : 100 * twice / distinct; }
};

}  // namespace flowlock
