// SPDX-License-Identifier: BSD-3-Clause
// How much of a worker's time may go into looking at payloads. As long as its queues run empty, all there is to look
// at; while packets wait, one part in `share`: so inspection never costs a packet, and a flood never switches it off
// altogether. In ticks of whatever clock the caller has. The worker's own; data path.
#pragma once

#include <algorithm>
#include <cstdint>

namespace flowlock {

class InspectionBudget {
public:
    // 1/12 of the time: the path stays above nine tenths of its speed.
    static constexpr std::uint64_t share = 12;
    // What may be saved up while there is little to look at: a burst of work as long as a queue of 1,024 packets
    // takes to fill at 14.88 M packets/s, which is 69 microseconds, at 3 GHz, by its share.
    static constexpr std::int64_t credit_max = 17'000;

    // A burst has come; `backed_up`: it was full, so more may be waiting.
    void begin_burst(std::uint64_t now, bool backed_up) noexcept {
        const std::uint64_t earned = std::min<std::uint64_t>((now - earned_until_) / share, credit_max);
        credit_ = std::min(credit_ + static_cast<std::int64_t>(earned), credit_max);
        earned_until_ = now;
        backed_up_ = backed_up;
    }
    bool allows() const noexcept { return !backed_up_ || credit_ > 0; }
    // While nothing waits, what is spent is not owed.
    void spend(std::uint64_t ticks) noexcept {
        if (backed_up_) credit_ -= static_cast<std::int64_t>(std::min<std::uint64_t>(ticks, credit_max));
    }

private:
    std::uint64_t earned_until_ = 0;
    std::int64_t credit_ = credit_max;
    bool backed_up_ = false;
};

}  // namespace flowlock
