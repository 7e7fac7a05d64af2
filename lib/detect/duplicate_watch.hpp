// SPDX-License-Identifier: BSD-3-Clause
// Counts, by samples of the workers' packets (packet_sample.hpp), how many arrive twice within an epoch, over a
// minute. Owned by the control core.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "detect/duplicate_figures.hpp"
#include "flow/packet_sample.hpp"

namespace flowlock {

class DuplicateWatch {
public:
    static constexpr std::size_t window = 60;  // epochs

    // A part of the epoch that is open.
    void add(const PacketSample& sample);
    // The epoch is complete.
    void close();

    // What the workers are to sample from now on.
    unsigned level() const noexcept { return level_; }
    // Over the window.
    const DuplicateFigures& figures() const noexcept { return sum_; }

private:
    std::vector<std::uint64_t> prints_;
    bool is_cut_ = false;
    unsigned level_ = 0;
    DuplicateFigures sum_;
    std::deque<DuplicateFigures> epochs_;
};

}  // namespace flowlock
