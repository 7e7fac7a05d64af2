// SPDX-License-Identifier: BSD-3-Clause
// A limit on what a host may send or receive. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "detect/finding.hpp"

namespace flowlock {

struct LimitRule {
    std::string name;
    Direction direction = Direction::out;
    Metric metric = Metric::packets;  // packets, bits or flows
    std::uint64_t per_second = 0;  // exceeded when the sum over the window is more than per_second * window
    std::chrono::seconds window{300};  // 1 s to 86,400 s, a whole number of epochs
    ProtocolClass protocol = ProtocolClass::any;
    std::string group = "*";  // "*": every internal host
};

// What applies without any [[limit]] in the configuration; the header's reasons are in docs/configuration.md.
std::vector<LimitRule> default_limits();

}  // namespace flowlock
