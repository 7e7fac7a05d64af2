// SPDX-License-Identifier: BSD-3-Clause
#include "flow/allowance.hpp"

#include <algorithm>

namespace flowlock {

bool Allowance::matches(const FlowKey& key) const noexcept {
    const auto has_port = [this](std::uint16_t port) {
        return std::find(ports.begin(), ports.end(), port) != ports.end();
    };
    if (!ports.empty() && !has_port(key.port[0]) && !has_port(key.port[1])) return false;
    return prefixes.empty() || prefixes.contains(key.address[0]) || prefixes.contains(key.address[1]);
}

}  // namespace flowlock
