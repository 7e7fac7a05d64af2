// SPDX-License-Identifier: BSD-3-Clause
// Numbers that look random and are the same on every machine for the same seed: SplitMix64 (Steele, Lea and
// Flood 2014). The standard library's distributions are not used, since each implementation has its own.
// Owned by one thread.
#pragma once

#include <cstdint>

namespace flowlock::scene {

constexpr std::uint64_t mix_bits(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() noexcept { return mix_bits(state_ += 0x9e3779b97f4a7c15); }

    // 0 to limit - 1. The multiplication's bias is below limit / 2^32, too small to matter here.
    std::uint32_t below(std::uint32_t limit) noexcept {
        return static_cast<std::uint32_t>(((next() >> 32) * limit) >> 32);
    }
    std::uint32_t between(std::uint32_t low, std::uint32_t high) noexcept {
        return low + below(high - low + 1);
    }

private:
    std::uint64_t state_;
};

}  // namespace flowlock::scene
