// SPDX-License-Identifier: BSD-3-Clause
#include "report/sampling_error.hpp"

#include <cassert>
#include <cmath>

namespace flowlock {

Packets sampling_error(Packets multiplied, std::uint32_t rate) {
    assert(rate > 0);
    const auto variance = static_cast<long double>(multiplied.value) * (rate - 1);
    // 1.96 is 49/25: so whole results stay whole, and are not rounded up.
    return {static_cast<std::uint64_t>(std::ceil(49 * std::sqrt(variance) / 25))};
}

}  // namespace flowlock
