// SPDX-License-Identifier: BSD-3-Clause
#include "flow/host_places.hpp"

#include <algorithm>

namespace flowlock {
namespace {

// IPv6 first. ::/0 lies around the IPv4-mapped block and does not contain it: families do not mix.
bool comes_before(const IpAddress& a, const IpAddress& b) noexcept {
    return a.is_ipv4() != b.is_ipv4() ? b.is_ipv4() : a < b;
}

IpAddress network_of(const IpAddress& host) noexcept {
    constexpr std::uint64_t all_but_last_byte = ~std::uint64_t{0} >> 8,
                            first_six_bytes = ~std::uint64_t{0} >> 16;
    if (host.is_ipv4()) return {0, host.low & all_but_last_byte};
    return {host.high & first_six_bytes, 0};
}

}  // namespace

GroupIndex::GroupIndex(const std::vector<HostGroup>& groups) {
    for (std::size_t i = 0; i < groups.size(); ++i)
        for (const Prefix& prefix : groups[i].prefixes.prefixes())
            entries_.push_back({prefix, static_cast<GroupNumber>(i + 1)});
    // A network comes before those within it, which say nothing new: they are of the same group.
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        if (a.prefix.network() != b.prefix.network())
            return comes_before(a.prefix.network(), b.prefix.network());
        return a.prefix.length() < b.prefix.length();
    });
    std::vector<Entry> outermost;
    for (const Entry& entry : entries_)
        if (outermost.empty() || !outermost.back().prefix.contains(entry.prefix.network()))
            outermost.push_back(entry);
    entries_ = std::move(outermost);
}

GroupNumber GroupIndex::group_of(const IpAddress& address) const noexcept {
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), address,
                                        [](const IpAddress& wanted, const Entry& entry) {
                                            return comes_before(wanted, entry.prefix.network());
                                        });
    if (after == entries_.begin()) return 0;
    const Entry& before = *std::prev(after);
    return before.prefix.contains(address) ? before.group : GroupNumber{0};
}

NetworkNumber HostNetworks::find_or_add(const IpAddress& host) {
    const IpAddress network = network_of(host);
    const auto make = [&]() -> NetworkNumber {
        if (size() == networks_max) return none;
        addresses_.push_back(network);
        return size() - 1;
    };
    return numbers_
        .find_or_add(
            fold_multiply(network.high ^ secret_.a, network.low ^ secret_.b),
            [&](NetworkNumber number) { return addresses_[number] == network; }, make)
        .first;
}

std::string HostNetworks::text(NetworkNumber number) const {
    const IpAddress& address = addresses_[number];
    return address.to_string() + (address.is_ipv4() ? "/24" : "/48");
}

}  // namespace flowlock
