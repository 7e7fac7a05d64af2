// SPDX-License-Identifier: BSD-3-Clause
// Reading numbers from bytes that came from outside. The caller has checked that the bytes are there.
// Data path: noexcept, no allocation.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace flowlock {

static_assert(std::endian::native == std::endian::little, "flowlock runs on x86-64 and little-endian arm64");

template <class T>
inline T load_native(const std::byte* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

inline std::uint8_t load_u8(const std::byte* at) noexcept {
    return std::to_integer<std::uint8_t>(*at);
}
inline std::uint16_t load_be16(const std::byte* at) noexcept {
    return __builtin_bswap16(load_native<std::uint16_t>(at));
}
inline std::uint32_t load_be32(const std::byte* at) noexcept {
    return __builtin_bswap32(load_native<std::uint32_t>(at));
}

}  // namespace flowlock
