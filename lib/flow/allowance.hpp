// SPDX-License-Identifier: BSD-3-Clause
// Traffic that no limit counts, and why: an [[allow]] of the configuration. Plain data, made by lib/config,
// checked there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/prefix.hpp"
#include "packet/flow_key.hpp"

namespace flowlock {

struct Allowance {
    std::string reason;                // for people: it stands in logs and reports
    PrefixSet prefixes;                // of either end of a flow; empty: any
    std::vector<std::uint16_t> ports;  // of either end; empty: any
    bool out = true;                   // applies to what internal hosts send
    bool in = true;                    // … to what they receive

    // Whatever the direction.
    bool matches(const FlowKey& key) const noexcept;
};

// In reports and records an allowance is its place in the list plus one; 0 is none.
constexpr std::size_t allowances_max = 200;
// In records: one that a reload has taken away.
constexpr std::uint8_t allowance_gone = 255;

}  // namespace flowlock
