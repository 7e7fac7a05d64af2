// SPDX-License-Identifier: BSD-3-Clause
// In which group and which network a host is.
#include "flow/host_places.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "flow/host_table.hpp"

namespace flowlock::test {
namespace {

IpAddress address(const std::string& text) {
    return IpAddress::parse(text).value();
}

HostGroup group(std::string name, std::initializer_list<const char*> texts) {
    std::vector<Prefix> prefixes;
    for (const auto* text : texts) prefixes.push_back(Prefix::parse(text).value());
    return {.name = std::move(name), .prefixes = PrefixSet(std::move(prefixes))};
}

}  // namespace

TEST_CASE("a host is in the group whose network holds it, up to the network's borders, and else in none") {
    const GroupIndex index({group("web", {"10.0.0.0/24", "2001:db8:1::/48"}), group("dns", {"10.0.1.53"})});
    CHECK(index.group_of(address("10.0.0.0")) == 1);
    CHECK(index.group_of(address("10.0.0.255")) == 1);
    CHECK(index.group_of(address("2001:db8:1:ffff::1")) == 1);
    CHECK(index.group_of(address("10.0.1.53")) == 2);
    CHECK(index.group_of(address("9.255.255.255")) == 0);
    CHECK(index.group_of(address("10.0.1.0")) == 0);
    CHECK(index.group_of(address("10.0.1.54")) == 0);
    CHECK(index.group_of(address("2001:db8:2::")) == 0);
    CHECK(GroupIndex({}).group_of(address("10.0.0.1")) == 0);
}

TEST_CASE("networks within networks of the same group, and side by side, are found all the same") {
    const GroupIndex index({group("a", {"10.0.0.0/16", "10.0.5.0/24", "10.0.5.7", "10.0.0.0/24"}),
                            group("b", {"10.1.0.0/16"}), group("a2", {"10.2.0.0/15"})});
    CHECK(index.group_of(address("10.0.5.8")) == 1);
    CHECK(index.group_of(address("10.0.200.1")) == 1);
    CHECK(index.group_of(address("10.1.0.1")) == 2);
    CHECK(index.group_of(address("10.3.255.255")) == 3);
    CHECK(index.group_of(address("10.4.0.0")) == 0);
}

TEST_CASE("all of IPv6 may be one group, and networks of IPv4 others") {
    const GroupIndex index({group("six", {"::/0"}), group("four", {"10.0.0.0/8"})});
    CHECK(index.group_of(address("2001:db8::1")) == 1);
    CHECK(index.group_of(address("::1")) == 1);
    CHECK(index.group_of(address("10.1.2.3")) == 2);
    CHECK(index.group_of(address("11.0.0.0")) == 0);
}

TEST_CASE("groups are found as by asking each of them, for random networks that do not overlap") {
    std::mt19937 random(3);
    std::vector<HostGroup> groups;
    for (int i = 0; i < 40; ++i) {
        std::vector<Prefix> prefixes;
        for (int block = 0; block < 256; ++block)
            if (random() % 256 == 0)
                prefixes.push_back(
                    Prefix::parse("10." + std::to_string(i) + "." + std::to_string(block) + ".0/24").value());
        prefixes.push_back(Prefix::parse("2001:db8:" + std::to_string(i) + "::/48").value());
        groups.push_back({.name = "", .prefixes = PrefixSet(std::move(prefixes))});
    }
    const GroupIndex index(groups);
    for (int i = 0; i < 20'000; ++i) {
        const auto of = std::to_string(random() % 42);
        const IpAddress host = random() % 2 == 0
                                   ? address("10." + of + "." + std::to_string(random() % 256) + ".9")
                                   : address("2001:db8:" + of + ":1::9");
        GroupNumber expected = 0;
        for (std::size_t number = 0; number < groups.size(); ++number)
            if (groups[number].prefixes.contains(host)) expected = static_cast<GroupNumber>(number + 1);
        REQUIRE(index.group_of(host) == expected);
    }
}

TEST_CASE("a host's network is its /24, or its /48, and keeps its number") {
    HostNetworks networks{{}};
    const NetworkNumber first = networks.find_or_add(address("192.0.2.1"));
    CHECK(networks.find_or_add(address("192.0.2.255")) == first);
    CHECK(networks.text(first) == "192.0.2.0/24");
    const NetworkNumber next = networks.find_or_add(address("192.0.3.0"));
    CHECK(next != first);
    const NetworkNumber six = networks.find_or_add(address("2001:db8:7:1::5"));
    CHECK(networks.find_or_add(address("2001:db8:7:ffff:ffff:ffff:ffff:ffff")) == six);
    CHECK(networks.find_or_add(address("2001:db8:8::5")) != six);
    CHECK(networks.text(six) == "2001:db8:7::/48");
    CHECK(networks.size() == 4);
    CHECK(networks.find_or_add(address("192.0.2.7")) == first);
}

TEST_CASE("a host's number that is used again belongs where the new host belongs") {
    HostTable hosts(PrefixSet{{*Prefix::parse("10.0.0.0/8")}}, {});
    hosts.change_groups({group("a", {"10.0.0.0/24"}), group("b", {"10.0.1.0/24"})});
    const HostId id = hosts.find_or_add(address("10.0.0.1"));
    CHECK(hosts.group_of(id) == 1);
    hosts.forget(id);
    REQUIRE(hosts.find_or_add(address("10.0.1.1")) == id);
    CHECK(hosts.group_of(id) == 2);
    CHECK(hosts.networks().text(hosts.network_of(id)) == "10.0.1.0/24");
    hosts.change_groups({group("b", {"10.0.1.0/24"})});
    CHECK(hosts.group_of(id) == 1);
    hosts.change_groups({});
    CHECK(hosts.group_of(id) == 0);
}

}  // namespace flowlock::test
