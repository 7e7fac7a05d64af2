// SPDX-License-Identifier: BSD-3-Clause
// An IPv4 or IPv6 address as 16 bytes in network order; IPv4 as the IPv4-mapped block ::ffff:0:0/96
// (RFC 4291, 2.5.5.2). An IPv6 header that itself carries a mapped address is therefore shown as IPv4 text,
// but its flow key still differs, by the family. Plain value; any thread; no allocation except in to_string.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/wire.hpp"

namespace flowlock {

struct IpAddress {
    // The 16 bytes as two words in memory order, so that comparing and hashing need no byte loop.
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    static IpAddress from_ipv4(const std::byte* wire) noexcept {
        // Bytes 8..11 are 00 00 ff ff, bytes 12..15 the address; on a little-endian machine they sit upwards.
        return {0, 0xffff0000u | std::uint64_t{load_native<std::uint32_t>(wire)} << 32};
    }
    static IpAddress from_ipv6(const std::byte* wire) noexcept {
        return {load_native<std::uint64_t>(wire), load_native<std::uint64_t>(wire + 8)};
    }
    // Reads "192.0.2.1" or "2001:db8::1".
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_ipv4() const noexcept { return high == 0 && (low & 0xffffffffu) == 0xffff0000u; }
    // The address as a number in host order; only for IPv4.
    std::uint32_t ipv4() const noexcept { return __builtin_bswap32(static_cast<std::uint32_t>(low >> 32)); }

    // "192.0.2.1", or IPv6 in the canonical form of RFC 5952.
    std::string to_string() const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;
    // Numeric order of the 128 bits: IPv4 sorts together, before most IPv6.
    friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) noexcept {
        if (a.high != b.high) return __builtin_bswap64(a.high) <=> __builtin_bswap64(b.high);
        return __builtin_bswap64(a.low) <=> __builtin_bswap64(b.low);
    }
};

static_assert(sizeof(IpAddress) == 16, "keys and records count on 16 bytes");

}  // namespace flowlock
