// SPDX-License-Identifier: BSD-3-Clause
// Sizes of the flow engine: everything that bounds its memory. Plain data, made by lib/config, checked there.
#pragma once

#include <cstdint>

namespace flowlock {

struct EngineOptions {
    // Flows an epoch of one worker can hold, about 130 bytes each; a power of two, 1,024 to 16,777,216, or 0:
    // by pace. A replay hands a full epoch over early, so there it bounds memory, not the result, and small
    // tables are faster. Live it is what a worker can name in a second: 10 GbE of ordinary traffic has some
    // 100,000 to 300,000 active flows, so the next powers of two leave room for a flood beside them.
    std::uint32_t flows_per_epoch = 0;
    static constexpr std::uint32_t flows_per_epoch_replay = 65'536;
    static constexpr std::uint32_t flows_per_epoch_live = 1'048'576;
    std::uint32_t replay_flows() const {
        return flows_per_epoch != 0 ? flows_per_epoch : flows_per_epoch_replay;
    }
    std::uint32_t live_flows() const { return flows_per_epoch != 0 ? flows_per_epoch : flows_per_epoch_live; }
    // Flows the control core remembers; beyond, packets still count for their hosts, but not as flows (and
    // that is said under "loss"). About 150 bytes each, used as they come.
    std::uint32_t flows_max = 16'000'000;
    // Per-flow records of past epochs, kept for the external addresses of a limit's window; 24 bytes each.
    // Beyond, the oldest epochs keep their hosts' exact sums but forget their external addresses.
    std::uint32_t history_max = 32'000'000;

    friend bool operator==(const EngineOptions&, const EngineOptions&) = default;
};

}  // namespace flowlock
