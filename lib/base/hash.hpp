// SPDX-License-Identifier: BSD-3-Clause
// A keyed hash for keys that attackers choose. The mixing step is the folded 64x64->128 bit multiplication of
// wyhash (Wang Yi, 2019) and its descendants: without the key, colliding inputs cannot be computed ahead.
// Data path: noexcept.
#pragma once

#include <cstdint>

namespace flowlock {

// Drawn from the system's random source at start; fixed only in tests.
struct HashKey {
    std::uint64_t a = 0x9e3779b97f4a7c15;
    std::uint64_t b = 0xd1b54a32d192ed03;
    std::uint64_t c = 0x8cb92ba72f3d8dd7;

    static HashKey random();
};

__extension__ using Product = unsigned __int128;

inline std::uint64_t fold_multiply(std::uint64_t x, std::uint64_t y) noexcept {
    const auto product = static_cast<Product>(x) * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace flowlock
