// SPDX-License-Identifier: BSD-3-Clause
#include "packet/decode.hpp"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "frames.hpp"
#include "packet/common_stack.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// Decodes from a buffer of exactly the frame's length, so that a sanitizer sees a read beyond its end.
Decoded decode_exact(LinkType link, const Octets& frame, std::uint32_t wire = 0) {
    const auto exact = std::make_unique<std::byte[]>(frame.size());
    std::copy(frame.begin(), frame.end(), exact.get());
    const auto captured = static_cast<std::uint32_t>(frame.size());
    return decode(link, {exact.get(), frame.size()}, std::max(wire, captured));
}

Decoded decode_ethernet(const Octets& frame) {
    return decode_exact(LinkType::ethernet, frame);
}

struct Endpoints {
    std::string from, to;
    int from_port, to_port;
    friend bool operator==(const Endpoints&, const Endpoints&) = default;
};

Endpoints endpoints(const Decoded& decoded) {
    const int from = decoded.sender;
    const FlowKey& key = decoded.key;
    return {key.address[from].to_string(), key.address[1 - from].to_string(), key.port[from],
            key.port[1 - from]};
}

const Octets syn = tcp(40000, 22, tcp_flag::syn);
const Endpoints ssh{"192.0.2.1", "198.51.100.2", 40000, 22};
const Endpoints ssh_v6{"2001:db8::1", "2001:db8::2", 40000, 22};

}  // namespace

TEST_CASE("a TCP packet is decoded to its endpoints, flags and IP length") {
    const Decoded decoded = decode_ethernet(ethernet(0x0800) + ipv4({}, syn));
    CHECK(decoded.outcome == Outcome::ipv4_tcp);
    CHECK(endpoints(decoded) == ssh);
    CHECK(decoded.flags == tcp_flag::syn);
    CHECK(decoded.ip_bytes == 40);
    CHECK(decoded.key.protocol == 6);
    CHECK_FALSE(decoded.fragment);
}

TEST_CASE("both directions of a conversation have one key and one hash, and different senders") {
    const Decoded there = decode_ethernet(ethernet(0x0800) + ipv4({}, syn));
    const Decoded back =
        decode_ethernet(ethernet(0x0800) + ipv4({.from = "198.51.100.2", .to = "192.0.2.1"},
                                                tcp(22, 40000, tcp_flag::syn | tcp_flag::ack)));
    CHECK(there.key == back.key);
    CHECK(hash_of(there.key, HashKey{}) == hash_of(back.key, HashKey{}));
    CHECK(there.sender != back.sender);

    SECTION("also between two ports of one address") {
        const Ipv4 same{.from = "192.0.2.1", .to = "192.0.2.1"};
        const Decoded a = decode_ethernet(ethernet(0x0800) + ipv4(same, tcp(1, 2, 0)));
        const Decoded b = decode_ethernet(ethernet(0x0800) + ipv4(same, tcp(2, 1, 0)));
        CHECK(a.key == b.key);
        CHECK(a.sender != b.sender);
    }
}

TEST_CASE("what stands between Ethernet and IP does not change the flow") {
    const Octets packet = ipv4({}, syn);
    const Octets label = bytes({0, 1, 0x00, 64});
    const Octets bottom = bytes({0, 2, 0x01, 64});
    const auto [name, frame] = GENERATE_COPY(table<std::string, Octets>({
        {"802.1Q", ethernet(0x8100) + be16(7) + be16(0x0800) + packet},
        {"802.1ad", ethernet(0x88a8) + be16(7) + be16(0x8100) + be16(8) + be16(0x0800) + packet},
        {"old QinQ", ethernet(0x9100) + be16(7) + be16(0x8100) + be16(8) + be16(0x0800) + packet},
        {"MPLS", ethernet(0x8847) + bottom + packet},
        {"three labels", ethernet(0x8847) + label + label + bottom + packet},
        {"a tag and a label", ethernet(0x8100) + be16(7) + be16(0x8847) + bottom + packet},
        {"Ethernet over MPLS", ethernet(0x8847) + bottom + be32(0) + ethernet(0x0800) + packet},
        {"PPPoE", ethernet(0x8864) + bytes({0x11, 0, 0, 9}) + be16(0) + be16(0x0021) + packet},
        {"PPPoE, compressed protocol",
         ethernet(0x8864) + bytes({0x11, 0, 0, 9}) + be16(0) + bytes({0x21}) + packet},
        {"PPPoE in a VLAN", ethernet(0x8100) + be16(7) + be16(0x8864) + bytes({0x11, 0, 0, 9}) + be16(0) +
                                be16(0x0021) + packet},
    }));
    INFO(name);
    const Decoded decoded = decode_ethernet(frame);
    CHECK(decoded.outcome == Outcome::ipv4_tcp);
    CHECK(endpoints(decoded) == ssh);
    CHECK(decoded.ip_bytes == 40);
}

TEST_CASE("every link type of the captures leads to the same flow") {
    const Octets packet = ipv4({}, syn);
    const Octets packet6 = ipv6({}, syn);
    CHECK(endpoints(decode_exact(LinkType::raw_ip, packet)) == ssh);
    CHECK(endpoints(decode_exact(LinkType::raw_ip, packet6)) == ssh_v6);
    CHECK(endpoints(decode_exact(LinkType::cooked_v1, Octets(14) + be16(0x0800) + packet)) == ssh);
    CHECK(endpoints(decode_exact(LinkType::cooked_v1,
                                 Octets(14) + be16(0x8100) + be16(7) + be16(0x86dd) + packet6)) == ssh_v6);
    CHECK(endpoints(decode_exact(LinkType::cooked_v2, be16(0x0800) + Octets(18) + packet)) == ssh);
    CHECK(endpoints(decode_exact(LinkType::loopback, be32(2) + packet)) == ssh);
    CHECK(endpoints(decode_exact(LinkType::loopback, bytes({2, 0, 0, 0}) + packet)) == ssh);
    for (const int family : {10, 24, 28, 30}) {
        CHECK(endpoints(decode_exact(LinkType::loopback, bytes({family, 0, 0, 0}) + packet6)) == ssh_v6);
        CHECK(endpoints(decode_exact(LinkType::loopback, bytes({0, 0, 0, family}) + packet6)) == ssh_v6);
    }
    CHECK(decode_exact(LinkType::unsupported, packet).outcome == Outcome::unsupported_link_type);
}

TEST_CASE("IPv4 options and Ethernet padding are never taken for ports") {
    CHECK(endpoints(decode_ethernet(ethernet(0x0800) + ipv4({.option_words = 10}, syn))) == ssh);

    const Octets bare = ipv4({.total_length = 20}, Octets(26, std::byte{0x55}));
    const Decoded padded = decode_ethernet(ethernet(0x0800) + bare);
    CHECK(padded.outcome == Outcome::ipv4_tcp);
    CHECK(endpoints(padded) == Endpoints{"192.0.2.1", "198.51.100.2", 0, 0});
    CHECK(padded.ip_bytes == 20);

    const Octets empty6 = ipv6({.payload_length = 0}, Octets(30, std::byte{0x55}));
    CHECK(endpoints(decode_ethernet(ethernet(0x86dd) + empty6)) ==
          Endpoints{"2001:db8::1", "2001:db8::2", 0, 0});
}

TEST_CASE("IPv6 extension headers are walked, up to a bound") {
    const Octets options = bytes({6, 0, 1, 4, 0, 0, 0, 0});  // next: TCP, 8 bytes
    CHECK(endpoints(decode_ethernet(ethernet(0x86dd) + ipv6({.next = 60}, options + syn))) == ssh_v6);

    const Octets authentication = bytes({6, 4}) + Octets(22);  // 24 bytes: (4 + 2) * 4
    CHECK(endpoints(decode_ethernet(ethernet(0x86dd) + ipv6({.next = 51}, authentication + syn))) == ssh_v6);

    Octets chain;
    for (int i = 0; i < decode_extensions_max - 1; ++i) chain = chain + bytes({60, 0, 1, 4, 0, 0, 0, 0});
    CHECK(endpoints(decode_ethernet(ethernet(0x86dd) + ipv6({.next = 60}, chain + options + syn))) == ssh_v6);
    const Decoded too_long =
        decode_ethernet(ethernet(0x86dd) + ipv6({.next = 60}, chain + chain + options + syn));
    CHECK(too_long.outcome == Outcome::ipv6_other);
    CHECK(too_long.key.protocol == 60);
}

TEST_CASE("a first fragment has its ports, a later one has none; both are counted as fragments") {
    const Decoded first =
        decode_ethernet(ethernet(0x0800) + ipv4({.protocol = 17, .fragment = 0x2000}, udp(5, 6, 100)));
    CHECK(first.fragment);
    CHECK(endpoints(first).from_port == 5);
    const Decoded later =
        decode_ethernet(ethernet(0x0800) + ipv4({.protocol = 17, .fragment = 0x0010}, udp(5, 6, 100)));
    CHECK(later.fragment);
    CHECK(later.outcome == Outcome::ipv4_udp);
    CHECK(endpoints(later) == Endpoints{"192.0.2.1", "198.51.100.2", 0, 0});

    const Octets first_header = bytes({17, 0, 0, 1}) + be32(7);
    const Octets later_header = bytes({17, 0, 1, 0}) + be32(7);
    const Octets atomic_header = bytes({17, 0, 0, 0}) + be32(7);
    const Decoded first6 = decode_ethernet(ethernet(0x86dd) + ipv6({.next = 44}, first_header + udp(5, 6)));
    CHECK(first6.fragment);
    CHECK(endpoints(first6).to_port == 6);
    const Decoded later6 = decode_ethernet(ethernet(0x86dd) + ipv6({.next = 44}, later_header + udp(5, 6)));
    CHECK(later6.fragment);
    CHECK(endpoints(later6).to_port == 0);
    CHECK(later6.outcome == Outcome::ipv6_udp);
    CHECK_FALSE(decode_ethernet(ethernet(0x86dd) + ipv6({.next = 44}, atomic_header + udp(5, 6))).fragment);
}

TEST_CASE("protocols without ports are flows with ports 0, and SCTP has its ports") {
    for (const int protocol : {1, 2, 41, 47, 50, 89, 255}) {
        const Decoded decoded =
            decode_ethernet(ethernet(0x0800) + ipv4({.protocol = protocol}, Octets(40, std::byte{9})));
        CHECK(endpoints(decoded) == Endpoints{"192.0.2.1", "198.51.100.2", 0, 0});
        CHECK(decoded.key.protocol == protocol);
        CHECK(decoded.outcome == (protocol == 1 ? Outcome::ipv4_icmp : Outcome::ipv4_other));
    }
    CHECK(endpoints(decode_ethernet(ethernet(0x0800) + ipv4({.protocol = 132}, udp(7, 8)))).to_port == 8);
    CHECK(decode_ethernet(ethernet(0x86dd) + ipv6({.next = 58}, bytes({128, 0}))).outcome ==
          Outcome::ipv6_icmp);
}

TEST_CASE("ICMP messages are told apart: echo, answer, unreachable, other") {
    const auto icmp = [](int type) {
        return decode_ethernet(ethernet(0x0800) + ipv4({.protocol = 1}, bytes({type, 0, 0, 0}))).flags;
    };
    const auto icmp6 = [](int type) {
        return decode_ethernet(ethernet(0x86dd) + ipv6({.next = 58}, bytes({type, 0, 0, 0}))).flags;
    };
    CHECK(icmp(8) == icmp_class::echo_request);
    CHECK(icmp(0) == icmp_class::echo_reply);
    CHECK(icmp(3) == icmp_class::unreachable);
    CHECK(icmp(11) == icmp_class::other);
    CHECK(icmp6(128) == icmp_class::echo_request);
    CHECK(icmp6(129) == icmp_class::echo_reply);
    CHECK(icmp6(1) == icmp_class::unreachable);
    CHECK(icmp6(135) == icmp_class::other);
}

TEST_CASE("the flow is that of the outermost IP header") {
    const Octets inner = ipv4({.from = "10.0.0.1", .to = "10.0.0.2"}, syn);
    const Decoded tunnel = decode_ethernet(ethernet(0x0800) + ipv4({.protocol = 4}, inner));
    CHECK(endpoints(tunnel) == Endpoints{"192.0.2.1", "198.51.100.2", 0, 0});
    CHECK(tunnel.key.protocol == 4);
}

TEST_CASE("bytes are those of the IP packet, as far as they were on the wire") {
    const Octets frame = ethernet(0x0800) + ipv4({.total_length = 1500}, syn);
    CHECK(decode_exact(LinkType::ethernet, frame, 1514).ip_bytes == 1500);  // snapped
    CHECK(decode_exact(LinkType::ethernet, frame).ip_bytes == 40);          // lies about its length

    const Octets offloaded = ethernet(0x0800) + ipv4({.total_length = 0}, syn);
    CHECK(decode_exact(LinkType::ethernet, offloaded, 70'014).ip_bytes == 70'000);
    const Octets jumbogram = ethernet(0x86dd) + ipv6({.payload_length = 0}, syn);
    CHECK(decode_exact(LinkType::ethernet, jumbogram, 80'014).ip_bytes == 80'000);
}

TEST_CASE("a broken or foreign frame has one named outcome") {
    const auto outcome = [](const Octets& frame) { return decode_ethernet(frame).outcome; };
    CHECK(outcome(ethernet(0x0806) + Octets(28)) == Outcome::not_ip);
    CHECK(outcome(ethernet(0x0026) + Octets(38)) == Outcome::not_ip);  // 802.3 with a length: LLC
    CHECK(outcome(ethernet(0x8863) + Octets(20)) == Outcome::not_ip);  // PPPoE discovery
    CHECK(outcome({}) == Outcome::link_header_cut);
    CHECK(outcome(ethernet(0x8100) + be16(7)) == Outcome::link_header_cut);
    CHECK(outcome(ethernet(0x0800)) == Outcome::ip_header_cut);
    CHECK(outcome(ethernet(0x0800) + ipv6({}, syn)) == Outcome::ip_version_wrong);
    CHECK(outcome(ethernet(0x86dd) + ipv4({}, syn + Octets(20))) == Outcome::ip_version_wrong);
    CHECK(outcome(ethernet(0x0800) + bytes({0x44}) + Octets(30)) == Outcome::ip_header_length_wrong);
    CHECK(outcome(ethernet(0x0800) + ipv4({.total_length = 19}, syn)) == Outcome::ip_total_length_wrong);
    Octets tags = ethernet(0x8100);
    for (int i = 0; i < decode_layers_max; ++i) tags = tags + be16(7) + be16(0x8100);
    CHECK(outcome(tags + be16(7) + be16(0x0800) + ipv4({}, syn)) == Outcome::too_many_tags);
}

TEST_CASE("every prefix of a frame is rejected or decoded, never read past its end, and never gains ports") {
    const Octets extensions =
        bytes({44, 0, 1, 4, 0, 0, 0, 0}) + bytes({60, 0, 0, 1}) + be32(7) + bytes({6, 0, 1, 4, 0, 0, 0, 0});
    const Octets tagged = ethernet(0x88a8) + be16(7) + be16(0x8847) + bytes({0, 1, 0x01, 64});
    for (const Octets& frame :
         {tagged + ipv4({.option_words = 3}, syn), ethernet(0x86dd) + ipv6({.next = 0}, extensions + syn)}) {
        const Decoded whole = decode_ethernet(frame);
        REQUIRE(is_decoded(whole.outcome));
        for (std::size_t length = 0; length < frame.size(); ++length) {
            const Octets prefix(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length));
            const Decoded decoded =
                decode_exact(LinkType::ethernet, prefix, static_cast<std::uint32_t>(frame.size()));
            if (!is_decoded(decoded.outcome)) continue;
            const Endpoints seen = endpoints(decoded);
            CHECK(seen.from == endpoints(whole).from);
            CHECK((seen.to_port == 22 || seen.to_port == 0));
            CHECK(decoded.ip_bytes == whole.ip_bytes);
        }
    }
}

TEST_CASE(
    "the fast path takes the common stack and comes to the same as the whole decoder, at every length") {
    const Ipv4 reversed{.from = "198.51.100.2", .to = "192.0.2.1"};
    const Ipv4 alone{.from = "192.0.2.1", .to = "192.0.2.1"};
    const auto [frame, is_common] = GENERATE_COPY(table<Octets, bool>({
        {ethernet(0x0800) + ipv4({}, tcp(40000, 22, tcp_flag::syn)), true},
        {ethernet(0x0800) + ipv4({.id = 54321}, tcp(40000, 22, tcp_flag::syn, 100)), true},
        {ethernet(0x0800) + ipv4(reversed, tcp(22, 40000, 0xff, 100)), true},
        {ethernet(0x0800) + ipv4(alone, tcp(2, 1, 0)), true},
        {ethernet(0x0800) + ipv4({.protocol = 17}, udp(53, 40000, 30)), true},
        {ethernet(0x0800) + ipv4({.fragment = 0x4000}, tcp(1, 2, 0)), true},
        {ethernet(0x0800) + ipv4({.total_length = 1500}, tcp(1, 2, 0)), true},
        {ethernet(0x86dd) + ipv6({}, tcp(40000, 22, tcp_flag::syn)), true},
        {ethernet(0x86dd) + ipv6({.from = "2001:db8::2", .to = "2001:db8::1"}, tcp(1, 2, 0)), true},
        {ethernet(0x86dd) + ipv6({.next = 17}, udp(53, 40000, 30)), true},
        {ethernet(0x0800) + ipv4({.fragment = 0x2000}, tcp(1, 2, 0)), false},
        {ethernet(0x0800) + ipv4({.fragment = 0x0010}, tcp(1, 2, 0)), false},
        {ethernet(0x0800) + ipv4({.option_words = 1}, tcp(1, 2, 0)), false},
        {ethernet(0x0800) + ipv4({.protocol = 1}, udp(0x0800, 2, 0)), false},
        {ethernet(0x0800) + ipv4({.total_length = 0}, tcp(1, 2, 0)), false},
        {ethernet(0x0800) + ipv4({.total_length = 30}, tcp(1, 2, 0)), false},
        {ethernet(0x8100) + be16(7) + be16(0x0800) + ipv4({}, tcp(1, 2, 0)), false},
        {ethernet(0x86dd) + ipv6({.next = 0}, tcp(1, 2, 0)), false},
        {ethernet(0x0800) + ipv6({}, tcp(1, 2, 0)), false},
    }));
    const auto wire = static_cast<std::uint32_t>(frame.size());
    for (std::size_t captured = 0; captured <= frame.size(); ++captured) {
        const auto exact = std::make_unique<std::byte[]>(captured);
        std::copy_n(frame.begin(), captured, exact.get());
        Decoded fast;
        const bool taken = decode_common({exact.get(), captured}, wire, fast);
        if (captured == frame.size()) CHECK(taken == is_common);
        if (!taken) continue;
        const Decoded whole = decode(LinkType::ethernet, {exact.get(), captured}, wire);
        CHECK(fast.key == whole.key);
        CHECK(fast.sender == whole.sender);
        CHECK(fast.outcome == whole.outcome);
        CHECK(fast.ip_bytes == whole.ip_bytes);
        CHECK(fast.flags == whole.flags);
        CHECK(fast.fragment == whole.fragment);
        CHECK(fast.flags_cut == whole.flags_cut);
        CHECK(fast.tools == whole.tools);
    }
}
