// SPDX-License-Identifier: BSD-3-Clause
// What stands before IP, and what is not IP: lines as tcpdump 4.99.3 prints them.
#include <catch2/catch.hpp>

#include "dump/packet_line.hpp"
#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// Without the time.
std::string line_of(const Octets& frame, LinkType link = LinkType::ethernet) {
    return packet_line(link, frame, static_cast<std::uint32_t>(frame.size()), Time{}).substr(16);
}

const Octets datagram = ipv4({.protocol = 17}, udp(53, 4000));
const std::string datagram_line = "IP 192.0.2.1.53 > 198.51.100.2.4000: UDP, length 0";

}  // namespace

TEST_CASE("VLAN tags are not printed, labels and sessions are") {
    const Octets macs(12, std::byte{2});
    CHECK(line_of(macs + be16(0x88a8) + be16(7) + be16(0x8100) + be16(8) + be16(0x0800) + datagram) ==
          datagram_line);
    CHECK(line_of(ethernet(0x8847) + be32(0x000641ff) + datagram) ==
          "MPLS (label 100, tc 0, [S], ttl 255) " + datagram_line);
    CHECK(line_of(ethernet(0x8864) + bytes({0x11, 0}) + be16(9) + be16(30) + be16(0x0021) + datagram) ==
          "PPPoE  [ses 0x9] " + datagram_line);
}

TEST_CASE("other link layers have the same lines") {
    CHECK(line_of(datagram, LinkType::raw_ip) == datagram_line);
    CHECK(line_of(be32(0x02000000) + datagram, LinkType::loopback) == datagram_line);
    CHECK(line_of(Octets(14) + be16(0x0800) + datagram, LinkType::cooked_v1) == datagram_line);
    // The name of the interface is not in the frame.
    CHECK(line_of(be16(0x0800) + Octets(18) + datagram, LinkType::cooked_v2) == "?     In  " + datagram_line);
    // Of a frame that has no type, tcpdump has only the hex dump.
    CHECK(line_of(Octets(20), LinkType::cooked_v1) == "unknown frame, length 20");
    CHECK(line_of(datagram, LinkType::unsupported) == "unsupported link type, length 28");
}

TEST_CASE("ARP asks and answers") {
    const auto arp = [](unsigned operation) {
        return ethernet(0x0806) + be16(1) + be16(0x0800) + bytes({6, 4}) + be16(operation) +
               bytes({2, 0, 0, 0, 0, 1}) + address("192.0.2.1") + Octets(6) + address("192.0.2.2");
    };
    CHECK(line_of(arp(1)) == "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28");
    CHECK(line_of(arp(2)) == "ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 28");
}

TEST_CASE("an unknown type of frame is printed with its addresses and length") {
    CHECK(line_of(ethernet(0x9999) + be32(0)) ==
          "02:02:02:02:02:02 > 02:02:02:02:02:02, Unknown Ethertype (0x9999), length 18: ");
}
