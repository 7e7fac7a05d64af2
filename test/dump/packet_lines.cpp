// SPDX-License-Identifier: BSD-3-Clause
// Packets that are written down here, and the lines that tcpdump 4.99.3 prints of them.
#include <catch2/catch.hpp>

#include "dump/packet_line.hpp"
#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr auto ipv4_type = 0x0800u, ipv6_type = 0x86ddu;
const std::string midnight = "00:00:00.000000 ";

std::string line_of(const Octets& frame, std::size_t wire = 0) {
    return packet_line(LinkType::ethernet, frame, static_cast<std::uint32_t>(std::max(wire, frame.size())),
                       Time{});
}

// Of an IP packet in Ethernet, without the time.
std::string ipv4_line(const Ipv4& header, const Octets& payload, std::size_t missing = 0) {
    const Octets frame = ethernet(ipv4_type) + ipv4(header, payload);
    return line_of(frame, frame.size() + missing).substr(midnight.size());
}
std::string ipv6_line(const Ipv6& header, const Octets& payload) {
    return line_of(ethernet(ipv6_type) + ipv6(header, payload)).substr(midnight.size());
}

}  // namespace

TEST_CASE("the time is that of the day in UTC, with microseconds, and nanoseconds are cut off") {
    // 2013-11-13 21:44:53.145756999
    const auto time = time_from_ns(1'384'379'093'145'756'999);
    const auto frame = ethernet(ipv4_type) + ipv4({.protocol = 17}, udp(1, 2));
    CHECK(packet_line(LinkType::ethernet, frame, 42, time) ==
          "21:44:53.145756 IP 192.0.2.1.1 > 198.51.100.2.2: UDP, length 0");
    CHECK(packet_line(LinkType::ethernet, frame, 42, time_from_ns(-1)).starts_with("23:59:59.999999 IP "));
}

TEST_CASE(
    "the first fragment of a datagram has its ports and whole length, the later ones have the protocol") {
    // 9216 bytes of UDP on a wire for 1500.
    const Octets datagram = be16(55'008) + be16(29'615) + be16(9224) + be16(0) + Octets(1472, std::byte{'x'});
    const Ipv4 first{.from = "78.46.1.2", .to = "76.9.23.182", .protocol = 17, .fragment = 0x2000};
    CHECK(ipv4_line(first, datagram) == "IP 78.46.1.2.55008 > 76.9.23.182.29615: UDP, length 9216");
    const Ipv4 later{.from = "78.46.1.2", .to = "76.9.23.182", .protocol = 17, .fragment = 0x2000 | 185};
    CHECK(ipv4_line(later, datagram) == "IP 78.46.1.2 > 76.9.23.182: ip-proto-17");
}

TEST_CASE("fragments of IPv6 have their place and size") {
    const auto fragment = [](unsigned place) {
        return bytes({17, 0}) + be16(place) + be32(7) + udp(53, 4000, 8);
    };
    CHECK(ipv6_line({.next = 44}, fragment(1)) ==
          "IP6 2001:db8::1 > 2001:db8::2: frag (0|16) 53 > 4000: UDP, length 8");
    CHECK(ipv6_line({.next = 44}, fragment(1480)) == "IP6 2001:db8::1 > 2001:db8::2: frag (1480|16)");
}

TEST_CASE("TCP is printed with its flags, numbers and options") {
    CHECK(ipv4_line({}, tcp(40'000, 22, 0x02)) ==
          "IP 192.0.2.1.40000 > 198.51.100.2.22: Flags [S], seq 1, win 1024, length 0");
    CHECK(ipv4_line({}, tcp(22, 40'000, 0x12)) ==
          "IP 192.0.2.1.22 > 198.51.100.2.40000: Flags [S.], seq 1, ack 2, win 1024, length 0");
    CHECK(ipv4_line({}, tcp(22, 40'000, 0x18, 5)) ==
          "IP 192.0.2.1.22 > 198.51.100.2.40000: Flags [P.], seq 1:6, ack 2, win 1024, length 5");
    CHECK(ipv4_line({}, tcp(22, 40'000, 0x10)) ==
          "IP 192.0.2.1.22 > 198.51.100.2.40000: Flags [.], ack 2, win 1024, length 0");
    CHECK(ipv4_line({}, tcp(1, 2, 0)) == "IP 192.0.2.1.1 > 198.51.100.2.2: Flags [none], win 1024, length 0");
    CHECK(ipv6_line({}, tcp(1, 2, 0xc2)) ==
          "IP6 2001:db8::1.1 > 2001:db8::2.2: Flags [SEW], seq 1, win 1024, length 0");
    const Octets options = bytes({2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7});
    Octets segment = tcp(1, 2, 2) + options;
    segment[12] = std::byte{0xa0};
    CHECK(ipv4_line({}, segment) ==
          "IP 192.0.2.1.1 > 198.51.100.2.2: Flags [S], seq 1, win 1024, options [mss 1460,sackOK,TS val 1 "
          "ecr 0,nop,"
          "wscale 7], length 0");
    segment[12] = std::byte{0x40};
    CHECK(ipv4_line({}, segment) ==
          "IP 192.0.2.1.1 > 198.51.100.2.2:  tcp 24 [bad hdr length 16 - too short, < 20]");
}

TEST_CASE("what headers say that cannot be is said") {
    CHECK(ipv4_line({.protocol = 17}, be16(53) + be16(4000) + be16(500) + be16(0)) ==
          "IP 192.0.2.1.53 > 198.51.100.2.4000: UDP, bad length 492 > 0");
    CHECK(ipv4_line({.protocol = 17}, be16(53) + be16(4000) + be16(7) + be16(0)) ==
          "IP 192.0.2.1.53 > 198.51.100.2.4000: truncated-udplength 7");
    CHECK(ipv4_line({.protocol = 17, .total_length = 500}, udp(53, 4000)) ==
          "IP truncated-ip - 472 bytes missing! 192.0.2.1.53 > 198.51.100.2.4000: UDP, length 0");
    CHECK(ipv4_line({.protocol = 17, .total_length = 19}, udp(53, 4000)) == "IP bad-len 19");
    CHECK(line_of(ethernet(ipv4_type) + bytes({0x60})) ==
          midnight + "IP6, wrong link-layer encapsulation (invalid)");
}

TEST_CASE("what was not captured is not taken for missing: lengths are those on the wire") {
    const Ipv4 header{.protocol = 17, .total_length = 1028};
    const Octets head = be16(53) + be16(4000) + be16(1008) + be16(0);
    CHECK(ipv4_line(header, head, 1000) == "IP 192.0.2.1.53 > 198.51.100.2.4000: UDP, length 1000");
    CHECK(ipv4_line(header, head, 900) ==
          "IP truncated-ip - 100 bytes missing! 192.0.2.1.53 > 198.51.100.2.4000: UDP, length 1000");
}

TEST_CASE("ICMP errors name what they are about") {
    const auto error = [](int type, int code, unsigned rest) {
        return bytes({type, code, 0, 0}) + be32(rest) + ipv4({.protocol = 17}, udp(4000, 53));
    };
    const auto line = [&](int type, int code, unsigned rest = 0) {
        return ipv4_line({.from = "203.0.113.9", .protocol = 1}, error(type, code, rest));
    };
    const std::string begin = "IP 203.0.113.9 > 198.51.100.2: ICMP ";
    CHECK(line(3, 3) == begin + "198.51.100.2 udp port 53 unreachable, length 36");
    CHECK(line(3, 4, 1400) == begin + "198.51.100.2 unreachable - need to frag (mtu 1400), length 36");
    CHECK(line(3, 13) == begin + "host 198.51.100.2 unreachable - admin prohibited filter, length 36");
    CHECK(line(5, 1, 0xc0000205) == begin + "redirect 198.51.100.2 to host 192.0.2.5, length 36");
    CHECK(line(11, 0) == begin + "time exceeded in-transit, length 36");
    CHECK(line(8, 0, 0x00010002) == begin + "echo request, id 1, seq 2, length 36");
    CHECK(line(40, 0) == begin + "type-#40, length 36");
}

TEST_CASE("ICMPv6 names neighbours, groups and errors") {
    const auto line = [](const Octets& message) { return ipv6_line({.next = 58}, message); };
    const std::string begin = "IP6 2001:db8::1 > 2001:db8::2: ICMP6, ";
    const auto message = [&](int type, int code) {
        return bytes({type, code, 0, 0}) + be32(0) + address("fe80::5");
    };
    CHECK(line(message(135, 0)) == begin + "neighbor solicitation, who has fe80::5, length 24");
    CHECK(line(message(136, 0)) == begin + "neighbor advertisement, tgt is fe80::5, length 24");
    CHECK(line(message(130, 0)) ==
          begin + "multicast listener querymax resp delay: 0 addr: fe80::5, length 24");
    CHECK(line(message(134, 0)) == begin + "router advertisement, length 24");
    const Octets quoted = bytes({1, 4, 0, 0}) + be32(0) + ipv6({.next = 17}, udp(4000, 53));
    CHECK(line(quoted) ==
          begin + "destination unreachable, unreachable port, 2001:db8::2 udp port 53, length 56");
    CHECK(line(bytes({2, 0, 0, 0}) + be32(1280)) == begin + "packet too big, mtu 1280, length 8");
}

TEST_CASE("a tunnel is printed with what is in it") {
    const Octets inner = ipv4({.from = "10.0.0.1", .to = "10.0.0.2"}, tcp(1, 2, 2));
    const std::string inner_line = "IP 10.0.0.1.1 > 10.0.0.2.2: Flags [S], seq 1, win 1024, length 0";
    CHECK(ipv4_line({.protocol = 4}, inner) == "IP 192.0.2.1 > 198.51.100.2: " + inner_line);
    CHECK(ipv4_line({.protocol = 47}, be16(0) + be16(0x0800) + inner) ==
          "IP 192.0.2.1 > 198.51.100.2: GREv0, length 44: " + inner_line);
    CHECK(ipv6_line({.next = 4}, inner) == "IP6 2001:db8::1 > 2001:db8::2: " + inner_line);
    CHECK(ipv4_line({.protocol = 50}, be32(1) + be32(2) + be32(3)) ==
          "IP 192.0.2.1 > 198.51.100.2: ESP(spi=0x00000001,seq=0x2), length 12");
}

TEST_CASE("IPv6 extension headers stand before the ports") {
    const Octets padded = bytes({17, 0, 1, 4, 0, 0, 0, 0});
    CHECK(ipv6_line({.next = 0}, padded + udp(53, 4000)) ==
          "IP6 2001:db8::1 > 2001:db8::2: HBH 53 > 4000: UDP, length 0");
    CHECK(ipv6_line({.next = 60}, padded + udp(53, 4000)) ==
          "IP6 2001:db8::1 > 2001:db8::2: DSTOPT 53 > 4000: UDP, length 0");
    CHECK(ipv6_line({.next = 59}, {}) == "IP6 2001:db8::1 > 2001:db8::2: no next header");
}

TEST_CASE("an unknown protocol has its number and length") {
    CHECK(ipv4_line({.protocol = 253}, be32(0)) == "IP 192.0.2.1 > 198.51.100.2:  ip-proto-253 4");
}
