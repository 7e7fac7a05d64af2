// SPDX-License-Identifier: BSD-3-Clause
// Numbers in the byte order of the machine that wrote a capture: each pcap file and each pcapng section has
// its own. Data path: noexcept, no allocation. The caller has checked that the bytes are there.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/wire.hpp"

namespace flowlock {

struct ByteOrder {
    bool swapped = false;  // other than this machine's

    std::uint16_t u16(const std::byte* at) const noexcept {
        const auto value = load_native<std::uint16_t>(at);
        return swapped ? __builtin_bswap16(value) : value;
    }
    std::uint32_t u32(const std::byte* at) const noexcept {
        const auto value = load_native<std::uint32_t>(at);
        return swapped ? __builtin_bswap32(value) : value;
    }
    std::uint64_t u64(const std::byte* at) const noexcept {
        const auto value = load_native<std::uint64_t>(at);
        return swapped ? __builtin_bswap64(value) : value;
    }
};

}  // namespace flowlock
