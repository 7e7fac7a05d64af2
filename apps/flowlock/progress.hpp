// SPDX-License-Identifier: BSD-3-Clause
// A progress bar on standard error while a replay runs, when that is a terminal. Main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/units.hpp"

namespace flowlock {

class ProgressBar {
public:
    // bytes_total: none when the input has no size.
    explicit ProgressBar(std::optional<std::uint64_t> bytes_total);
    // Removes the bar.
    ~ProgressBar();

    // Call as often as you like; it draws a few times a second.
    void update(std::uint64_t bytes, Packets packets);

private:
    void draw(std::uint64_t bytes, Packets packets, std::chrono::duration<double> elapsed);

    std::optional<std::uint64_t> bytes_total_;
    bool shown_;
    std::chrono::steady_clock::time_point begin_;
    std::chrono::steady_clock::time_point next_draw_;
};

}  // namespace flowlock
