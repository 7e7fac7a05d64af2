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
    // 1/16 of the time: with what it costs not to look, the path stays above nine tenths of its speed.
    static constexpr std::int64_t share = 16;
    // What may be saved up while there is little to look at, a few microseconds.
    static constexpr std::int64_t credit_max = 17'000;

    // A burst has come; `backed_up`: it was full, so more may be waiting. Whether its packets may be looked at.
    bool begin_burst(std::uint64_t now, bool backed_up) noexcept {
        const auto passed =
            static_cast<std::int64_t>(std::min<std::uint64_t>(now - earned_until_, passed_max));
        credit_ = std::min(credit_ + passed / share, credit_max);
        earned_until_ = now;
        backed_up_ = backed_up;
        return !backed_up || credit_ > 0;
    }
    // So long it took, all that belongs to it; a burst may overdraw the credit, and later ones make up for it. While
    // nothing waits, what is spent is not owed.
    void spend(std::uint64_t ticks) noexcept {
        if (backed_up_) credit_ -= static_cast<std::int64_t>(ticks);
    }

private:
    static constexpr std::uint64_t passed_max = std::uint64_t{1} << 40;  // minutes: no sum overflows

    std::uint64_t earned_until_ = 0;
    std::int64_t credit_ = credit_max;
    bool backed_up_ = false;
};

}  // namespace flowlock
