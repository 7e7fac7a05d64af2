// SPDX-License-Identifier: BSD-3-Clause
#include "detect/external_networks.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <tuple>

namespace flowlock {
namespace {

// Of the words in memory order, the bytes of a /24 and of a /48.
constexpr std::uint64_t first_bytes(unsigned bytes) {
    static_assert(std::endian::native == std::endian::little);
    return (std::uint64_t{1} << 8 * bytes) - 1;
}

// The first address of its network.
IpAddress network_of(const IpAddress& address) noexcept {
    if (address.is_ipv4()) return {address.high, address.low & first_bytes(7)};
    return {address.high & first_bytes(6), 0};
}

// IPv6 first. A network stands before those that it holds.
auto rank_of(const Prefix& prefix) {
    return std::tuple(prefix.is_ipv4(), prefix.network(), prefix.length());
}

// An external and the network or AS that it is counted for.
struct Entry {
    IpAddress key;
    const External* external;
};

}  // namespace

ExternalNetworks ExternalNetworks::by_network() {
    ExternalNetworks made;
    made.by_ = By::network;
    return made;
}

ExternalNetworks ExternalNetworks::by_as(std::span<const AsNetwork> networks,
                                         const std::unordered_map<std::uint32_t, std::string>& names) {
    ExternalNetworks made;
    made.by_ = By::as;

    std::vector<std::uint32_t> systems;
    systems.reserve(networks.size());
    for (const auto& network : networks) systems.push_back(network.as);
    std::sort(systems.begin(), systems.end());
    systems.erase(std::unique(systems.begin(), systems.end()), systems.end());
    for (const auto as : systems) {
        const auto name = names.find(as);
        made.as_names_.push_back("AS" + std::to_string(as) +
                                 (name == names.end() || name->second.empty() ? "" : " " + name->second));
    }

    made.nodes_.reserve(networks.size());
    for (const auto& network : networks) {
        const auto as = std::lower_bound(systems.begin(), systems.end(), network.as);
        made.nodes_.push_back({network.prefix, static_cast<std::uint32_t>(as - systems.begin()), none});
    }
    std::sort(made.nodes_.begin(), made.nodes_.end(),
              [](const Node& a, const Node& b) { return rank_of(a.prefix) < rank_of(b.prefix); });
    for (std::uint32_t i = 1; i < made.nodes_.size(); ++i) {
        // What holds it holds the one before, or is it.
        std::uint32_t around = i - 1;
        while (around != none && !made.nodes_[around].prefix.overlaps(made.nodes_[i].prefix))
            around = made.nodes_[around].around;
        made.nodes_[i].around = around;
    }
    return made;
}

std::uint32_t ExternalNetworks::as_of(const IpAddress& address) const noexcept {
    // The last network that begins at the address or before; what holds the address is it, or is around it.
    const auto rank = std::tuple(address.is_ipv4(), address, 128);
    const auto after =
        std::upper_bound(nodes_.begin(), nodes_.end(), rank,
                         [](const auto& wanted, const Node& node) { return wanted < rank_of(node.prefix); });
    auto at = after == nodes_.begin() ? none : static_cast<std::uint32_t>(after - nodes_.begin() - 1);
    while (at != none && !nodes_[at].prefix.contains(address)) at = nodes_[at].around;
    return at == none ? none : nodes_[at].as;
}

// One key for each row: the network's first address, or the AS as a number.
IpAddress ExternalNetworks::key_of(const IpAddress& address) const noexcept {
    if (by_ == By::network) return network_of(address);
    return {0, as_of(address)};
}

std::string ExternalNetworks::name_of_key(const IpAddress& key) const {
    if (by_ == By::network) return key.to_string() + (key.is_ipv4() ? "/24" : "/48");
    return key.low == none ? "unknown" : as_names_[key.low];
}

std::vector<ExternalNetwork> ExternalNetworks::roll_up(std::span<const External> externals) const {
    std::vector<ExternalNetwork> rows;
    if (!enabled()) return rows;
    std::vector<Entry> entries;
    entries.reserve(externals.size());
    for (const auto& external : externals) entries.push_back({key_of(external.address), &external});
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i == 0 || entries[i].key != entries[i - 1].key)
            rows.push_back({name_of_key(entries[i].key), 0, {}});
        rows.back().addresses += 1;
        rows.back().traffic += entries[i].external->traffic;
    }
    std::sort(rows.begin(), rows.end(), [](const ExternalNetwork& a, const ExternalNetwork& b) {
        return std::tuple(b.traffic.packets, std::string_view(a.name)) <
               std::tuple(a.traffic.packets, std::string_view(b.name));
    });
    return rows;
}

}  // namespace flowlock
