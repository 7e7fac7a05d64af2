// SPDX-License-Identifier: BSD-3-Clause
// External addresses rolled up to networks and autonomous systems.
#include "detect/external_networks.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

namespace flowlock::test {
namespace {

Prefix prefix_of(const std::string& text) {
    return Prefix::parse(text).value();
}

External external_of(const std::string& address, std::uint64_t packets, std::uint64_t bytes = 0,
                     std::uint64_t flows = 1) {
    return {IpAddress::parse(address).value(), {{packets}, {bytes}, {flows}}};
}

// "name addresses packets" for each row.
std::vector<std::string> rows_of(const ExternalNetworks& networks, const std::vector<External>& externals) {
    std::vector<std::string> rows;
    for (const auto& row : networks.roll_up(externals))
        rows.push_back(row.name + " " + std::to_string(row.addresses) + " " +
                       std::to_string(row.traffic.packets.value));
    return rows;
}

std::string as_of(const ExternalNetworks& networks, const std::string& address) {
    return networks.roll_up(std::vector{external_of(address, 1)}).at(0).name;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("what is not configured rolls nothing up") {
    const ExternalNetworks off;
    REQUIRE_FALSE(off.enabled());
    REQUIRE(rows_of(off, {external_of("192.0.2.1", 5)}).empty());
    REQUIRE(ExternalNetworks::by_network().enabled());
    REQUIRE(ExternalNetworks::by_as({}, {}).enabled());
    REQUIRE(rows_of(ExternalNetworks::by_network(), {}).empty());
}

TEST_CASE("addresses are rolled up to their /24, IPv6 addresses to their /48") {
    REQUIRE(rows_of(ExternalNetworks::by_network(),
                    {external_of("203.0.113.255", 1), external_of("2001:db8:1:ffff::1", 10),
                     external_of("203.0.113.0", 2), external_of("203.0.114.0", 4),
                     external_of("2001:db8:1::", 20), external_of("2001:db8:2::", 7)}) ==
            Rows{"2001:db8:1::/48 2 30", "2001:db8:2::/48 1 7", "203.0.114.0/24 1 4", "203.0.113.0/24 2 3"});
}

TEST_CASE("a row's packets, bytes and flows are the sums of its addresses") {
    const auto rows = ExternalNetworks::by_network().roll_up(
        std::vector{external_of("192.0.2.1", 3, 300, 2), external_of("192.0.2.9", 4, 5'000'000'000, 7)});
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].addresses == 2);
    REQUIRE(rows[0].traffic == Traffic{{7}, {5'000'000'300}, {9}});
}

TEST_CASE("rows of as many packets stand by name") {
    REQUIRE(
        rows_of(ExternalNetworks::by_network(),
                {external_of("192.0.9.1", 5), external_of("192.0.10.1", 5), external_of("192.0.2.1", 6)}) ==
        Rows{"192.0.2.0/24 1 6", "192.0.10.0/24 1 5", "192.0.9.0/24 1 5"});
}

TEST_CASE("an address belongs to the AS of the longest network that holds it") {
    const std::vector<AsNetwork> table = {
        {prefix_of("10.0.0.0/8"), 1},    {prefix_of("10.1.0.0/16"), 2},   {prefix_of("10.1.1.0/24"), 3},
        {prefix_of("10.1.1.7"), 4},      {prefix_of("10.2.0.0/16"), 1},   {prefix_of("::/0"), 5},
        {prefix_of("2001:db8::/32"), 6}, {prefix_of("2001:db8::1"), 7},   {prefix_of("0.0.0.0/1"), 8},
        {prefix_of("10.1.200.0/24"), 9}, {prefix_of("192.0.2.0/24"), 10},
    };
    const auto networks = ExternalNetworks::by_as(table, {});
    CHECK(as_of(networks, "10.255.255.255") == "AS1");
    CHECK(as_of(networks, "10.1.0.0") == "AS2");
    CHECK(as_of(networks, "10.1.255.255") == "AS2");
    CHECK(as_of(networks, "10.1.1.6") == "AS3");
    CHECK(as_of(networks, "10.1.1.7") == "AS4");
    CHECK(as_of(networks, "10.1.1.8") == "AS3");
    CHECK(as_of(networks, "10.1.2.0") == "AS2");
    CHECK(as_of(networks, "10.1.200.1") == "AS9");
    CHECK(as_of(networks, "10.2.0.1") == "AS1");
    CHECK(as_of(networks, "9.0.0.1") == "AS8");
    CHECK(as_of(networks, "127.255.255.255") == "AS8");
    CHECK(as_of(networks, "192.0.2.255") == "AS10");
    // IPv6 networks hold no IPv4 addresses.
    CHECK(as_of(networks, "128.0.0.0") == "unknown");
    CHECK(as_of(networks, "192.0.3.0") == "unknown");
    CHECK(as_of(networks, "2001:db8::1") == "AS7");
    CHECK(as_of(networks, "2001:db8::2") == "AS6");
    CHECK(as_of(networks, "2001:db9::") == "AS5");
    CHECK(as_of(networks, "::1") == "AS5");
    CHECK(as_of(networks, "ffff::") == "AS5");
}

TEST_CASE("a row of an AS has its name, and one row has all addresses that no network holds") {
    const std::vector<AsNetwork> table = {{prefix_of("192.0.2.0/24"), 64'496},
                                          {prefix_of("2001:db8::/32"), 64'496},
                                          {prefix_of("203.0.113.0/24"), 4'294'967'295}};
    const auto networks = ExternalNetworks::by_as(table, {{64'496, "Example, Inc."}, {7, "nobody's"}});
    REQUIRE(rows_of(networks, {external_of("192.0.2.1", 1), external_of("198.51.100.1", 8),
                               external_of("2001:db8::1", 2), external_of("203.0.113.1", 20),
                               external_of("2001:db9::1", 5)}) ==
            Rows{"AS4294967295 1 20", "unknown 2 13", "AS64496 Example, Inc. 2 3"});
    REQUIRE(as_of(ExternalNetworks::by_as({}, {}), "192.0.2.1") == "unknown");
}

TEST_CASE("whatever the table, the AS is that of the longest network that holds the address") {
    std::mt19937 random(7);
    const auto below = [&](unsigned end) {
        return std::uniform_int_distribution<unsigned>(0, end - 1)(random);
    };
    // Few distinct bits, so that networks often hold each other.
    const auto ipv4 = [&] { return std::to_string(below(3)) + "." + std::to_string(64 * below(4)) + ".0."; };
    for (int round = 0; round < 200; ++round) {
        std::vector<AsNetwork> table;
        for (std::uint32_t as = 1; as <= 30; ++as) {
            const std::string text =
                below(4) == 0 ? "2001:" + std::to_string(below(3)) + "::/" + std::to_string(20 + below(109))
                              : ipv4() + "0/" + std::to_string(below(33));
            const auto prefix = Prefix::parse(text);
            const bool is_new =
                prefix && std::none_of(table.begin(), table.end(),
                                       [&](const AsNetwork& known) { return known.prefix == *prefix; });
            if (is_new) table.push_back({*prefix, as});
        }
        const auto networks = ExternalNetworks::by_as(table, {});
        for (int i = 0; i < 50; ++i) {
            const std::string address =
                below(4) == 0 ? "2001:" + std::to_string(below(3)) + "::" + std::to_string(below(3))
                              : ipv4() + std::to_string(below(3));
            const AsNetwork* longest = nullptr;
            for (const auto& network : table)
                if (network.prefix.contains(IpAddress::parse(address).value()) &&
                    (longest == nullptr || network.prefix.length() > longest->prefix.length()))
                    longest = &network;
            INFO("round " << round << ", address " << address);
            REQUIRE(as_of(networks, address) ==
                    (longest == nullptr ? "unknown" : "AS" + std::to_string(longest->as)));
        }
    }
}

}  // namespace flowlock::test
