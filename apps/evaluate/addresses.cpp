// SPDX-License-Identifier: BSD-3-Clause
#include "addresses.hpp"

#include <array>

#include "random.hpp"

namespace flowlock::evaluate {
namespace {

using scene::mix_bits;

constexpr std::uint64_t step = 0x9e3779b97f4a7c15;  // mix_bits(0) is 0
constexpr std::uint32_t internal_base = 198u << 24 | 18u << 16;

IpAddress ipv4(std::uint32_t address) {
    return {0, 0xffff0000u | std::uint64_t{__builtin_bswap32(address)} << 32};
}

// Unicast, and nothing that is reserved (RFC 6890) or internal.
bool is_public(std::uint32_t address) {
    const std::uint32_t first = address >> 24;
    const std::uint32_t two = address >> 16;
    if (first == 0 || first == 10 || first == 127 || first >= 224) return false;
    if (first == 100 && (two & 0xc0) == 0x40) return false;
    if (two == (169u << 8 | 254) || two == (192u << 8 | 168) || two == 192u << 8) return false;
    return two >> 4 != (172u << 4 | 1) && two >> 1 != (198u << 7 | 9);
}

}  // namespace

const PrefixSet& internal_networks() {
    static const PrefixSet set{{*Prefix::parse("198.18.0.0/15"), *Prefix::parse("2001:db8::/32")}};
    return set;
}

IpAddress internal_address(std::uint32_t number, bool ipv6) {
    if (ipv6) return {__builtin_bswap64(0x20010db800000000u | number), __builtin_bswap64(1)};
    return ipv4(internal_base + number);
}

// IPv6: one of 4,096 networks in the registries' 2400::/6, hosts as an address list names them, with low numbers.
IpAddress public_address(std::uint64_t number, bool ipv6) {
    std::uint64_t bits = mix_bits(number + step);
    if (ipv6)
        return {__builtin_bswap64(0x2400000000000000u | (bits & 0xfff) << 40 | (bits >> 16 & 0xffff) << 16),
                __builtin_bswap64(1 + (bits >> 32 & 0xffff))};
    while (!is_public(static_cast<std::uint32_t>(bits))) bits = mix_bits(bits + step);
    return ipv4(static_cast<std::uint32_t>(bits));
}

IpAddress private_address(std::uint64_t number) {
    const std::uint64_t bits = mix_bits(number);
    const auto host = static_cast<std::uint32_t>(bits >> 32);
    const std::array networks{10u << 24 | (host & 0xffffff), 172u << 24 | 16u << 16 | (host & 0xfffff),
                              192u << 24 | 168u << 16 | (host & 0xffff),
                              100u << 24 | 64u << 16 | (host & 0x3fffff)};
    return ipv4(networks[bits % networks.size()]);
}

IpAddress address_after(const IpAddress& address, std::uint32_t distance) {
    if (!address.is_ipv4())
        return {address.high, __builtin_bswap64(__builtin_bswap64(address.low) + distance)};
    std::uint32_t next = address.ipv4() + distance;
    while (!is_public(next)) next += 1u << 16;
    return ipv4(next);
}

}  // namespace flowlock::evaluate
