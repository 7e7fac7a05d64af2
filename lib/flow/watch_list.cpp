// SPDX-License-Identifier: BSD-3-Clause
#include "flow/watch_list.hpp"

#include <algorithm>

namespace flowlock {

void WatchList::assign(std::span<const IpAddress> hosts) noexcept {
    for (const IpAddress& host : hosts_) bits_[bit_of(host) / 64] = 0;
    hosts = hosts.first(std::min(hosts.size(), hosts_max));
    hosts_.assign(hosts.begin(), hosts.end());
    for (const IpAddress& host : hosts_) bits_[bit_of(host) / 64] |= std::uint64_t{1} << bit_of(host) % 64;
}

std::uint32_t WatchList::find(const IpAddress& address) const noexcept {
    const auto at = std::lower_bound(hosts_.begin(), hosts_.end(), address);
    return at != hosts_.end() && *at == address ? static_cast<std::uint32_t>(at - hosts_.begin()) : nobody;
}

}  // namespace flowlock
