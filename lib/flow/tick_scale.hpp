// SPDX-License-Identifier: BSD-3-Clause
// How a worker turns the processor's ticks into time: a line through one point. Plain value; travels in the
// epochs, so that the control core can keep the workers' clocks right without sharing anything with them.
#pragma once

#include <cstdint>

#include "base/hash.hpp"

namespace flowlock {

struct TickScale {
    std::int64_t begin_ns = 0;      // since 1970, at begin_ticks
    std::uint64_t begin_ticks = 0;  // of the processor's counter
    std::uint64_t ns_per_tick = 0;  // times 2^32; 0: no scale

    // For ticks at or after begin_ticks.
    std::int64_t ns_at(std::uint64_t ticks) const noexcept {
        return begin_ns +
               static_cast<std::int64_t>(static_cast<Product>(ticks - begin_ticks) * ns_per_tick >> 32);
    }
};

}  // namespace flowlock
