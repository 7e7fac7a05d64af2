// SPDX-License-Identifier: BSD-3-Clause
// Waiting for another thread of the same process without spinning: sleeps a little, then longer while nothing
// comes. One object per wait or per waiting thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace flowlock {

class Backoff {
public:
    // Nothing came: sleeps.
    void wait() {
        std::this_thread::sleep_for(pause_);
        pause_ = std::min(2 * pause_, pause_max);
    }
    // Something came: the next wait begins short again.
    void reset() noexcept { pause_ = pause_min; }

private:
    // About what a small epoch takes to merge; and what nobody notices beside an epoch that takes long.
    static constexpr std::chrono::microseconds pause_min{20};
    static constexpr std::chrono::microseconds pause_max{1000};

    std::chrono::microseconds pause_ = pause_min;
};

}  // namespace flowlock
