// SPDX-License-Identifier: BSD-3-Clause
// Sizes of the flow engine: everything that bounds its memory. Plain data, made by lib/config, checked there.
#pragma once

#include <cstdint>

namespace flowlock {

struct EngineOptions {
    // Flows an epoch of one worker can hold; a power of two, 1,024 to 16,777,216; lib/config refuses others.
    // In replay a full epoch is handed over early, so this bounds memory (about 120 bytes each), not the
    // result.
    std::uint32_t flows_per_epoch = 65'536;
    // Flows the control core remembers; beyond, packets still count for their hosts, but not as flows (and
    // that is said under "loss"). About 150 bytes each, used as they come.
    std::uint32_t flows_max = 16'000'000;
    // Per-flow records of past epochs, kept for the external addresses of a limit's window; 24 bytes each.
    // Beyond, the oldest epochs keep their hosts' exact sums but forget their external addresses.
    std::uint32_t history_max = 32'000'000;

    friend bool operator==(const EngineOptions&, const EngineOptions&) = default;
};

}  // namespace flowlock
