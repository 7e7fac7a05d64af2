// SPDX-License-Identifier: BSD-3-Clause
#include "base/prefix.hpp"

#include <algorithm>
#include <charconv>

namespace flowlock {
namespace {

// The mask of the first `length` of 128 bits, as an address in memory order.
IpAddress mask_of(int length) {
    const auto word = [](int bits) -> std::uint64_t {
        if (bits <= 0) return 0;
        if (bits >= 64) return ~std::uint64_t{0};
        return __builtin_bswap64(~std::uint64_t{0} << (64 - bits));
    };
    return {word(length), word(length - 64)};
}

std::optional<Prefix> fail(std::string* reason, const char* why) {
    if (reason != nullptr) *reason = why;
    return std::nullopt;
}

}  // namespace

std::optional<Prefix> Prefix::parse(std::string_view text, std::string* reason) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return fail(reason, "is not an IPv4 or IPv6 network such as 10.0.0.0/16 or 2001:db8::/32");

    const bool ipv4 = address->is_ipv4();
    const int length_max = ipv4 ? 32 : 128;
    int length = length_max;
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        const bool canonical = digits == std::to_string(length);  // not "08" or "-0"
        if (error != std::errc{} || end != digits.data() + digits.size() || !canonical || length < 0 ||
            length > length_max)
            return fail(reason, ipv4 ? "has a prefix length that is not 0 to 32"
                                     : "has a prefix length that is not 0 to 128");
    }

    Prefix prefix;
    prefix.network_ = *address;
    prefix.mask_ = mask_of(ipv4 ? length + 96 : length);
    prefix.length_ = length;
    prefix.ipv4_ = ipv4;
    const IpAddress host_bits{address->high & ~prefix.mask_.high, address->low & ~prefix.mask_.low};
    if (host_bits != IpAddress{}) return fail(reason, "has bits set beyond its prefix length");
    return prefix;
}

std::string Prefix::to_string() const {
    return network_.to_string() + "/" + std::to_string(length_);
}

PrefixSet::PrefixSet(std::vector<Prefix> prefixes) : prefixes_(std::move(prefixes)) {
    if (prefixes_.empty()) return;
    ipv4_blocks_.resize(65'536);
    for (const Prefix& prefix : prefixes_) {
        if (!prefix.is_ipv4()) continue;
        const std::size_t first = prefix.network().ipv4() >> 16;
        if (prefix.length() > 16) {
            ipv4_blocks_[first] = std::max(ipv4_blocks_[first], Block::part);
            continue;
        }
        const std::size_t count = std::size_t{1} << (16 - prefix.length());
        std::fill_n(ipv4_blocks_.begin() + static_cast<std::ptrdiff_t>(first), count, Block::all);
    }
}

}  // namespace flowlock
