// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/rss.hpp"

#include <algorithm>

namespace flowlock {
namespace {

constexpr std::uint64_t tcp = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
constexpr std::uint64_t udp = RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP;
constexpr std::uint64_t fragments = RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_FRAG_IPV6;
constexpr std::uint64_t ipv4 = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER;
constexpr std::uint64_t ipv6 = RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV6_OTHER;

}  // namespace

Rss::Rss(const rte_eth_dev_info& nic)
    // A driver that says nothing of its key takes the 40 bytes of the first NICs with RSS.
    : key_size_(static_cast<std::uint8_t>(
          std::min<std::size_t>(nic.hash_key_size == 0 ? 40 : nic.hash_key_size, key_size_max))),
      functions_(nic.flow_type_rss_offloads & (tcp | udp | fragments | ipv4 | ipv6)) {
    for (std::size_t i = 0; i < key_.size(); ++i) key_[i] = i % 2 == 0 ? 0x6d : 0x5a;
}

bool Rss::by_ports() const noexcept {
    return (functions_ & tcp) == tcp && (functions_ & udp) == udp;
}

rte_eth_rss_conf Rss::configuration() noexcept {
    rte_eth_rss_conf configuration{};
    configuration.rss_key = key_.data();
    configuration.rss_key_len = key_size_;
    configuration.rss_hf = functions_;
    return configuration;
}

std::string Rss::names() const {
    std::string names;
    const auto add = [&](std::uint64_t functions, const char* name) {
        if ((functions_ & functions) != 0) names += (names.empty() ? "" : ", ") + std::string(name);
    };
    add(ipv4, "IPv4");
    add(ipv6, "IPv6");
    add(tcp, "TCP");
    add(udp, "UDP");
    add(fragments, "fragments");
    return names.empty() ? "nothing" : names;
}

}  // namespace flowlock
