// SPDX-License-Identifier: BSD-3-Clause
// How many packets each internal host sent and received in each of the last seconds: what a case's packets stand for,
// also where no limit looks so far back. 16 bytes for a host and direction that was active in an epoch. Owned by the
// control core.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "detect/window_history.hpp"

namespace flowlock {

class PacketCounts {
public:
    struct Count {
        HostPlace place;
        std::uint64_t packets = 0;
    };
    class Epoch {
    public:
        std::int64_t start_s() const noexcept { return start_s_; }
        const std::vector<Count>& counts() const noexcept { return counts_; }  // by place
        std::uint64_t packets_of(HostPlace place) const noexcept;              // 0: it was silent

    private:
        friend class PacketCounts;
        std::int64_t start_s_ = 0;
        std::vector<Count> counts_;
    };

    // An epoch is over. Those that began before `oldest_s` are forgotten.
    void add(const EpochLog& log, std::int64_t oldest_s);
    // The packet clock was set back: what came before is not of the same time.
    void clear() noexcept { epochs_.clear(); }

    // Of the epoch that began then; nullptr: there was none, or it is forgotten.
    const Epoch* find(std::int64_t start_s) const noexcept;

private:
    std::deque<Epoch> epochs_;  // oldest first
    Epoch spare_;               // the last one that went: its memory is there already
};

}  // namespace flowlock
