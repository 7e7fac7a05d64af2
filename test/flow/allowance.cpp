// SPDX-License-Identifier: BSD-3-Clause
// Which flows an allowance is for.
#include "flow/allowance.hpp"

#include <catch2/catch.hpp>

namespace flowlock::test {
namespace {

FlowKey key_of(const char* first, std::uint16_t first_port, const char* second, std::uint16_t second_port) {
    FlowKey key;
    key.address = {IpAddress::parse(first).value(), IpAddress::parse(second).value()};
    key.port = {first_port, second_port};
    key.protocol = 17;
    return key;
}

PrefixSet networks(std::initializer_list<const char*> texts) {
    std::vector<Prefix> prefixes;
    for (const auto* text : texts) prefixes.push_back(Prefix::parse(text).value());
    return PrefixSet(std::move(prefixes));
}

Allowance allowance_of(PrefixSet prefixes, std::vector<std::uint16_t> ports) {
    Allowance allowance;
    allowance.prefixes = std::move(prefixes);
    allowance.ports = std::move(ports);
    return allowance;
}

}  // namespace

TEST_CASE("an allowance for networks is for flows with either end in one of them, whatever their ports") {
    const auto allowance = allowance_of(networks({"203.0.113.0/24", "2001:db8::/32"}), {});
    CHECK(allowance.matches(key_of("10.0.0.1", 5, "203.0.113.9", 6)));
    CHECK(allowance.matches(key_of("203.0.113.9", 6, "210.0.0.1", 5)));
    CHECK(allowance.matches(key_of("2001:db8::1", 0, "2001:dead::1", 0)));
    CHECK_FALSE(allowance.matches(key_of("10.0.0.1", 5, "203.0.114.9", 6)));
}

TEST_CASE("an allowance for ports is for flows with one of them at either end, whatever their addresses") {
    const auto allowance = allowance_of({}, {514, 0});
    CHECK(allowance.matches(key_of("10.0.0.1", 514, "203.0.113.9", 40'000)));
    CHECK(allowance.matches(key_of("10.0.0.1", 40'000, "203.0.113.9", 514)));
    CHECK(allowance.matches(key_of("10.0.0.1", 0, "203.0.113.9", 0)));
    CHECK_FALSE(allowance.matches(key_of("10.0.0.1", 515, "203.0.113.9", 513)));
}

TEST_CASE("an allowance for networks and ports is only for flows that have both") {
    const auto allowance = allowance_of(networks({"203.0.113.0/24"}), {514});
    CHECK(allowance.matches(key_of("10.0.0.1", 40'000, "203.0.113.9", 514)));
    CHECK_FALSE(allowance.matches(key_of("10.0.0.1", 40'000, "203.0.113.9", 515)));
    CHECK_FALSE(allowance.matches(key_of("10.0.0.1", 40'000, "203.0.114.9", 514)));
}

TEST_CASE("an allowance is for a flow whichever directions it applies to") {
    auto allowance = allowance_of({}, {514});
    allowance.out = false;
    allowance.in = false;
    CHECK(allowance.matches(key_of("10.0.0.1", 514, "203.0.113.9", 40'000)));
}

}  // namespace flowlock::test
