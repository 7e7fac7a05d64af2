// SPDX-License-Identifier: BSD-3-Clause
// Addresses and networks: what is read, what is shown, what lies in what.
#include "base/address.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "base/prefix.hpp"

namespace flowlock::test {
namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

IpAddress ipv6_of(const Bytes16& bytes) {
    return IpAddress::from_ipv6(reinterpret_cast<const std::byte*>(bytes.data()));
}

IpAddress ipv4_of(std::array<std::uint8_t, 4> bytes) {
    return IpAddress::from_ipv4(reinterpret_cast<const std::byte*>(bytes.data()));
}

IpAddress address(const char* text) {
    INFO(text);
    const auto parsed = IpAddress::parse(text);
    REQUIRE(parsed.has_value());
    return *parsed;
}

Prefix prefix(const char* text) {
    std::string reason;
    const auto parsed = Prefix::parse(text, &reason);
    INFO(text << " " << reason);
    REQUIRE(parsed.has_value());
    return *parsed;
}

std::string reason_against(const char* text) {
    std::string reason;
    INFO(text);
    REQUIRE_FALSE(Prefix::parse(text, &reason).has_value());
    return reason;
}

}  // namespace

TEST_CASE("an IPv4 address is read from the wire and from text, and shown in dotted form") {
    REQUIRE(ipv4_of({192, 0, 2, 1}) == address("192.0.2.1"));
    REQUIRE(ipv4_of({192, 0, 2, 1}).to_string() == "192.0.2.1");
    REQUIRE(ipv4_of({0, 0, 0, 0}).to_string() == "0.0.0.0");
    REQUIRE(ipv4_of({255, 255, 255, 255}).to_string() == "255.255.255.255");
    REQUIRE(ipv4_of({192, 0, 2, 1}).is_ipv4());
    REQUIRE(ipv4_of({192, 0, 2, 1}).ipv4() == 0xc0000201);
}

TEST_CASE("an IPv6 address is read from the wire and from text, and shown as RFC 5952 says") {
    const auto documentation = ipv6_of({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    REQUIRE(documentation == address("2001:db8::1"));
    REQUIRE(documentation.to_string() == "2001:db8::1");
    REQUIRE_FALSE(documentation.is_ipv4());
    REQUIRE(ipv6_of({}).to_string() == "::");
    // RFC 5952: 4.1 no leading zeros, 4.2.2 no "::" for one group, 4.2.3 the longest run and the first of
    // equals, 4.3 lower case.
    REQUIRE(address("2001:0DB8:0:0:1:0:0:1").to_string() == "2001:db8::1:0:0:1");
    REQUIRE(address("2001:db8:0:1:1:1:1:1").to_string() == "2001:db8:0:1:1:1:1:1");
    REQUIRE(address("2001:0:0:1:0:0:0:1").to_string() == "2001:0:0:1::1");
}

TEST_CASE("an IPv4 address and the IPv6 address that maps it are one value") {
    const auto mapped = ipv6_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3});
    REQUIRE(mapped == ipv4_of({10, 1, 2, 3}));
    REQUIRE(mapped == address("::ffff:10.1.2.3"));
    REQUIRE(mapped.is_ipv4());
    REQUIRE(mapped.to_string() == "10.1.2.3");
}

TEST_CASE("only the mapped block is IPv4") {
    REQUIRE(address("::ffff:0.0.0.0").is_ipv4());
    REQUIRE(address("::ffff:255.255.255.255").is_ipv4());
    REQUIRE_FALSE(address("::fffe:10.0.0.1").is_ipv4());
    REQUIRE_FALSE(address("::10.0.0.1").is_ipv4());
    REQUIRE_FALSE(address("1::ffff:10.0.0.1").is_ipv4());
    REQUIRE_FALSE(address("64:ff9b::10.0.0.1").is_ipv4());
    REQUIRE_FALSE(IpAddress{}.is_ipv4());
}

TEST_CASE("what is not an address is refused") {
    for (const auto* text :
         {"", " ", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.4/32", "example.org",
          ":", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1%lo", "[::1]"}) {
        INFO(text);
        REQUIRE_FALSE(IpAddress::parse(text).has_value());
    }
}

TEST_CASE("addresses are in numeric order, IPv4 together") {
    const std::array<const char*, 11> ascending = {
        "::",        "::1",           "::fffe:ffff:ffff", "0.0.0.0",         "1.0.0.255",
        "1.0.1.0",   "9.255.255.255", "10.0.0.0",         "255.255.255.255", "::1:0:0:0",
        "2001:db8::"};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j) {
            INFO(ascending[i] << " and " << ascending[j]);
            REQUIRE((address(ascending[i]) < address(ascending[j])) == (i < j));
            REQUIRE((address(ascending[i]) == address(ascending[j])) == (i == j));
        }
}

TEST_CASE("an address outlives the trip through text") {
    for (const auto* text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8:1:2:3:4:5:6",
                             "fe80::1", "ff02::1:ff00:0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        REQUIRE(address(text).to_string() == text);
    }
}

TEST_CASE("a network is shown as it was written") {
    for (const auto* text : {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "192.0.2.1/32", "::/0",
                             "2001:db8::/32", "2001:db8::/96", "2001:db8::1/128"}) {
        REQUIRE(prefix(text).to_string() == text);
    }
}

TEST_CASE("a bare address is a network of one") {
    REQUIRE(prefix("192.0.2.1") == prefix("192.0.2.1/32"));
    REQUIRE(prefix("2001:db8::1") == prefix("2001:db8::1/128"));
    REQUIRE(prefix("192.0.2.1").to_string() == "192.0.2.1/32");
}

TEST_CASE("a network reaches from its first address to its last, for every prefix length of IPv4") {
    for (int length = 1; length <= 32; ++length) {
        // The network that begins at the address with only bit `length` set; its neighbours lie just outside.
        const std::uint32_t first = 1u << (32 - length);
        const std::uint32_t last = first + (first - 1);
        const auto at = [](std::uint32_t number) {
            return ipv4_of({static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                            static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
        };
        const auto text = at(first).to_string() + "/" + std::to_string(length);
        INFO(text);
        const auto network = prefix(text.c_str());
        REQUIRE(network.contains(at(first)));
        REQUIRE(network.contains(at(last)));
        REQUIRE_FALSE(network.contains(at(first - 1)));
        REQUIRE_FALSE(network.contains(at(last + 1)));
    }
}

TEST_CASE("a network reaches from its first address to its last, for every prefix length of IPv6") {
    for (int length = 1; length <= 128; ++length) {
        // Only bit `length` set; flipping it leaves the network, setting all bits after it does not.
        Bytes16 first{};
        first[static_cast<std::size_t>((length - 1) / 8)] =
            static_cast<std::uint8_t>(0x80 >> ((length - 1) % 8));
        Bytes16 last = first;
        for (int bit = length; bit < 128; ++bit)
            last[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80 >> (bit % 8));
        const auto text = ipv6_of(first).to_string() + "/" + std::to_string(length);
        INFO(text);
        const auto network = prefix(text.c_str());
        REQUIRE(network.contains(ipv6_of(first)));
        // The last address of one of them is ::ffff:255.255.255.255, which is an IPv4 address.
        REQUIRE(network.contains(ipv6_of(last)) == (length != 81));
        REQUIRE_FALSE(network.contains(ipv6_of({})));
        if (length == 1) continue;
        last[0] ^= 0x80;
        REQUIRE_FALSE(network.contains(ipv6_of(last)));
    }
}

TEST_CASE("the network of all IPv4 addresses has all of them and no IPv6 address") {
    const auto all = prefix("0.0.0.0/0");
    REQUIRE(all.contains(address("0.0.0.0")));
    REQUIRE(all.contains(address("255.255.255.255")));
    REQUIRE(all.contains(address("::ffff:10.0.0.1")));
    REQUIRE_FALSE(all.contains(address("::")));
    REQUIRE_FALSE(all.contains(address("::1:0:0:0")));
    REQUIRE_FALSE(all.contains(address("2001:db8::1")));
}

TEST_CASE("the network of all IPv6 addresses has all of them and no IPv4 address") {
    REQUIRE_FALSE(prefix("::/0").contains(address("10.0.0.1")));
    REQUIRE(prefix("::/0").contains(address("::")));
    REQUIRE(prefix("::/0").contains(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST_CASE("what hides behind a NUL, and prefix lengths that are not written plainly, are refused") {
    using namespace std::string_view_literals;
    REQUIRE_FALSE(IpAddress::parse("10.0.0.0\0x"sv));
    for (const auto* text : {"0.0.0.0/-0", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/"})
        REQUIRE_FALSE(Prefix::parse(text));
}

TEST_CASE("two networks overlap if one lies in the other, in whatever order they are asked") {
    const auto overlap = [](const char* a, const char* b) {
        const bool forward = prefix(a).overlaps(prefix(b));
        REQUIRE(prefix(b).overlaps(prefix(a)) == forward);
        return forward;
    };
    REQUIRE(overlap("10.0.0.0/8", "10.0.0.0/8"));
    REQUIRE(overlap("10.0.0.0/8", "10.255.0.0/16"));
    REQUIRE(overlap("10.0.0.0/8", "10.0.0.0/16"));
    REQUIRE(overlap("0.0.0.0/0", "192.0.2.1"));
    REQUIRE(overlap("2001:db8::/32", "2001:db8:ffff::/48"));
    REQUIRE_FALSE(overlap("10.0.0.0/8", "11.0.0.0/8"));
    REQUIRE_FALSE(overlap("10.0.0.0/9", "10.128.0.0/9"));
    REQUIRE_FALSE(overlap("2001:db8::/64", "2001:db8:0:1::/64"));
    REQUIRE_FALSE(overlap("0.0.0.0/0", "2001:db8::/32"));
}

TEST_CASE("what is not a network is refused with the reason") {
    const std::string no_network = "is not an IPv4 or IPv6 network such as 10.0.0.0/16 or 2001:db8::/32";
    for (const auto* text : {"", "/", "/8", "10.0.0/8", "10.0.0.0 /8", "example.org/8", "2001:db8/32"})
        CHECK(reason_against(text) == no_network);
    for (const auto* text : {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8",
                             "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/99999999999", "10.0.0.0/255.0.0.0"})
        CHECK(reason_against(text) == "has a prefix length that is not 0 to 32");
    for (const auto* text : {"2001:db8::/", "2001:db8::/129", "2001:db8::/-1"})
        CHECK(reason_against(text) == "has a prefix length that is not 0 to 128");
    for (const auto* text :
         {"10.0.0.1/31", "10.0.0.1/8", "128.0.0.0/0", "2001:db8::1/127", "2001:db8::/28", "::1/0"})
        CHECK(reason_against(text) == "has bits set beyond its prefix length");
}

TEST_CASE("a refused network needs nobody who asks for the reason") {
    REQUIRE_FALSE(Prefix::parse("10.0.0.1/8").has_value());
}

TEST_CASE("a set of networks has what one of them has") {
    const PrefixSet set({prefix("10.0.0.0/16"), prefix("192.0.2.1"), prefix("2001:db8::/32")});
    REQUIRE_FALSE(set.empty());
    REQUIRE(set.prefixes().size() == 3);
    REQUIRE(set.contains(address("10.0.255.255")));
    REQUIRE(set.contains(address("192.0.2.1")));
    REQUIRE(set.contains(address("2001:db8:ffff::1")));
    REQUIRE_FALSE(set.contains(address("10.1.0.0")));
    REQUIRE_FALSE(set.contains(address("192.0.2.2")));
    REQUIRE(set.overlaps(prefix("10.0.0.0/8")));
    REQUIRE(set.overlaps(prefix("2001:db8:1::/48")));
    REQUIRE_FALSE(set.overlaps(prefix("10.1.0.0/16")));
}

TEST_CASE("an empty set of networks has nothing") {
    REQUIRE(PrefixSet{}.empty());
    REQUIRE_FALSE(PrefixSet{}.contains(address("10.0.0.1")));
    REQUIRE_FALSE(PrefixSet{}.overlaps(prefix("0.0.0.0/0")));
}

}  // namespace flowlock::test
