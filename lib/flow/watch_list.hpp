// SPDX-License-Identifier: BSD-3-Clause
// The hosts of which workers keep packets as evidence: those with a case that has just opened, and those under
// suspicion. Filled by the control core, then read by one worker until it comes back: the channel hands it over.
// Data path: may_hold(), find().
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/hash.hpp"

namespace flowlock {

class WatchList {
public:
    // Beyond, nobody is watched more closely than others. Bounds what a worker keeps (head_sample.hpp).
    static constexpr std::size_t hosts_max = 1024;
    static constexpr std::uint32_t nobody = ~std::uint32_t{0};

    WatchList() { hosts_.reserve(hosts_max); }

    // The first hosts_max of `hosts`, which are sorted, each once. Allocates nothing.
    void assign(std::span<const IpAddress> hosts) noexcept;

    bool empty() const noexcept { return hosts_.empty(); }
    std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(hosts_.size()); }
    std::span<const IpAddress> hosts() const noexcept { return hosts_; }
    // False: it is not watched. True for every 32nd or so that is not, when the list is full.
    bool may_hold(const IpAddress& address) const noexcept {
        const std::uint32_t bit = bit_of(address);
        return (bits_[bit / 64] >> bit % 64 & 1) != 0;
    }
    // Its place in the list, or nobody.
    std::uint32_t find(const IpAddress& address) const noexcept;

private:
    static constexpr unsigned bits_log2 = 15;
    static std::uint32_t bit_of(const IpAddress& address) noexcept {
        const std::uint64_t mixed =
            fold_multiply(address.high ^ 0x9e3779b97f4a7c15, address.low ^ 0xd1b54a32d192ed03);
        return static_cast<std::uint32_t>(mixed >> (64 - bits_log2));
    }

    std::vector<IpAddress> hosts_;  // sorted
    std::array<std::uint64_t, (1u << bits_log2) / 64> bits_{};
};

}  // namespace flowlock
