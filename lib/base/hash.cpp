// SPDX-License-Identifier: BSD-3-Clause
#include "base/hash.hpp"

#include <random>

namespace flowlock {

HashKey HashKey::random() {
    std::random_device device;
    // Odd multipliers: an even one would throw low bits away.
    const auto word = [&] { return (std::uint64_t{device()} << 32 | device()) | 1; };
    return {word(), word(), word()};
}

}  // namespace flowlock
