// SPDX-License-Identifier: BSD-3-Clause
// Whether packets arrive twice, as from a mirror port that copies a packet where it comes in and where it goes
// out: every figure is then up to twice what was sent. Judged by samples of the workers' packets (packet_sample.hpp).
//
// A mirror makes exactly two of one; a generator or a flood that repeats one packet makes many, a retransmission
// differs (frame_print.hpp) and is rare. So the share counts that came exactly twice among the distinct packets of the
// sample. More than share_min of them is no retransmission: TCP's are a percent or two on a sick link, and most of them
// have a new identification. Over window epochs, with distinct_min at least: then a share of 5 % is known to 1.5
// percentage points (two standard errors of a binomial share of 1,000).
// Owned by the control core.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "flow/packet_sample.hpp"

namespace flowlock {

struct DuplicateFigures {
    std::uint64_t distinct = 0;  // packets in the sample, each counted once
    std::uint64_t twice = 0;     // … of which so many came exactly twice
};

class DuplicateWatch {
public:
    static constexpr double share_min = 0.05;
    static constexpr std::uint64_t distinct_min = 1'000;
    static constexpr std::size_t window = 60;  // epochs

    // A part of the epoch that is open.
    void add(const PacketSample& sample);
    // The epoch is complete.
    void close();

    // What the workers are to sample from now on.
    unsigned level() const noexcept { return level_; }
    // Over the window.
    const DuplicateFigures& figures() const noexcept { return sum_; }
    bool are_duplicated() const noexcept;

private:
    std::vector<std::uint64_t> prints_;
    bool is_cut_ = false;
    unsigned level_ = 0;
    DuplicateFigures sum_;
    std::deque<DuplicateFigures> epochs_;
};

}  // namespace flowlock
