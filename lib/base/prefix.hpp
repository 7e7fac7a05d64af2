// SPDX-License-Identifier: BSD-3-Clause
// A network in CIDR notation, and a set of networks. Built at start, then only read; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace flowlock {

class Prefix {
public:
    // Reads "10.0.0.0/8", "2001:db8::/32", or a bare address as a network of one. Bits beyond the length must
    // be zero. On failure the text after "reason" says why.
    static std::optional<Prefix> parse(std::string_view text, std::string* reason = nullptr);

    // An IPv6 network does not contain IPv4 addresses, although their mapped form lies in ::/0.
    bool contains(const IpAddress& address) const noexcept {
        return address.is_ipv4() == ipv4_ && ((address.high ^ network_.high) & mask_.high) == 0 &&
               ((address.low ^ network_.low) & mask_.low) == 0;
    }
    bool overlaps(const Prefix& other) const noexcept {
        return contains(other.network_) || other.contains(network_);
    }
    std::string to_string() const;
    bool is_ipv4() const noexcept { return ipv4_; }
    const IpAddress& network() const noexcept { return network_; }
    int length() const noexcept { return length_; }

    friend bool operator==(const Prefix&, const Prefix&) = default;

private:
    IpAddress network_;
    IpAddress mask_;
    bool ipv4_ = false;
    int length_ = 0;  // as written: 0..32 for IPv4, 0..128 for IPv6
};

// The networks of a provider are a few dozen, but a full flow table asks about every packet: so for IPv4 a
// table of the upper 16 bits answers at once, unless a longer prefix begins there. Data path: contains().
class PrefixSet {
public:
    PrefixSet() = default;
    explicit PrefixSet(std::vector<Prefix> prefixes);

    bool contains(const IpAddress& address) const noexcept {
        if (prefixes_.empty()) return false;
        if (!address.is_ipv4()) return is_in_some(address);
        const Block block = ipv4_blocks_[address.ipv4() >> 16];
        if (block == Block::part) [[unlikely]]
            return is_in_some(address);
        return block == Block::all;
    }
    bool overlaps(const Prefix& other) const noexcept {
        for (const auto& prefix : prefixes_)
            if (prefix.overlaps(other)) return true;
        return false;
    }
    bool empty() const noexcept { return prefixes_.empty(); }
    const std::vector<Prefix>& prefixes() const noexcept { return prefixes_; }

private:
    // How much of a /16 belongs to the set.
    enum class Block : std::uint8_t { none, part, all };

    bool is_in_some(const IpAddress& address) const noexcept {
        for (const auto& prefix : prefixes_)
            if (prefix.contains(address)) return true;
        return false;
    }

    std::vector<Prefix> prefixes_;
    std::vector<Block> ipv4_blocks_;  // 65,536, or none without prefixes
};

}  // namespace flowlock
