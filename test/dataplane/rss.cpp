// SPDX-License-Identifier: BSD-3-Clause
// What we ask a NIC for: with DPDK's own software version of the NIC's hash.
#include "dataplane/rss.hpp"

#include <random>

#include <catch2/catch.hpp>
#include <rte_thash.h>

using namespace flowlock;

namespace {

rte_eth_dev_info nic(std::uint64_t functions, std::uint8_t key_size) {
    rte_eth_dev_info info{};
    info.flow_type_rss_offloads = functions;
    info.hash_key_size = key_size;
    return info;
}

constexpr std::uint64_t of_i40e = RTE_ETH_RSS_FRAG_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP |
                                  RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV4_SCTP |
                                  RTE_ETH_RSS_NONFRAG_IPV4_OTHER | RTE_ETH_RSS_FRAG_IPV6 |
                                  RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_NONFRAG_IPV6_UDP |
                                  RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_L2_PAYLOAD;

}  // namespace

TEST_CASE("both directions of a flow have the same hash, IPv4 and IPv6, with every key size there is") {
    std::mt19937 random(7);
    for (const std::uint8_t size : {std::uint8_t{40}, std::uint8_t{52}}) {
        Rss rss(nic(of_i40e, size));
        const rte_eth_rss_conf asked = rss.configuration();
        REQUIRE(asked.rss_key_len == size);
        unsigned different = 0;
        std::uint32_t before = 0;
        for (int i = 0; i < 2000; ++i) {
            // Source address, target address, then both ports in one word: IPv4's form, and IPv6's.
            for (const unsigned words : {1u, 4u}) {
                std::vector<std::uint32_t> forth(2 * words + 1);
                for (auto& word : forth) word = random();
                std::vector<std::uint32_t> back(forth.size());
                std::copy_n(forth.begin(), words, back.begin() + words);
                std::copy_n(forth.begin() + words, words, back.begin());
                back.back() = forth.back() << 16 | forth.back() >> 16;
                const auto length = static_cast<std::uint32_t>(forth.size());
                const std::uint32_t hash = rte_softrss(forth.data(), length, asked.rss_key);
                CHECK(hash == rte_softrss(back.data(), length, asked.rss_key));
                different += hash != before ? 1 : 0;
                before = hash;
            }
        }
        // It also spreads: the key repeats 16 bits, so there are 65,536 different hashes.
        CHECK(different > 3900);
    }
}

TEST_CASE("only what the NIC can is asked for, and it is said") {
    Rss of_all(nic(of_i40e, 52));
    CHECK(of_all.can_spread());
    CHECK(of_all.by_ports());
    CHECK((of_all.configuration().rss_hf & ~of_i40e) == 0);
    CHECK((of_all.configuration().rss_hf & RTE_ETH_RSS_L2_PAYLOAD) == 0);
    CHECK(of_all.names() == "IPv4, IPv6, TCP, UDP, fragments");

    Rss of_addresses(nic(RTE_ETH_RSS_IPV4, 40));
    CHECK(of_addresses.can_spread());
    CHECK_FALSE(of_addresses.by_ports());
    CHECK(of_addresses.names() == "IPv4");

    Rss of_none(nic(0, 0));
    CHECK_FALSE(of_none.can_spread());
    CHECK(of_none.names() == "nothing");
}
