// SPDX-License-Identifier: BSD-3-Clause
// What stations say on a link: frames made by hand after the figures of the RFCs.
#include "packet/link_notice.hpp"

#include <memory>
#include <optional>

#include <catch2/catch.hpp>

#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

const Octets alice = bytes({0x02, 0, 0, 0, 0, 0x0a}), bob = bytes({0x02, 0, 0, 0, 0, 0x0b});
const Octets everybody = bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});

// From a buffer of exactly the captured length, so that a sanitizer sees who reads beyond.
std::optional<LinkNotice> read(const Octets& frame, std::size_t captured) {
    const auto exact = std::make_unique<std::byte[]>(captured);
    std::copy_n(frame.begin(), captured, exact.get());
    LinkNotice notice;
    if (!read_link_notice({exact.get(), captured}, notice)) return std::nullopt;
    return notice;
}
std::optional<LinkNotice> read(const Octets& frame) {
    return read(frame, frame.size());
}

HardwareAddress hardware(const char* text) {
    return HardwareAddress::parse(text).value();
}
IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

Octets arp(unsigned operation, const char* sender, const char* target) {
    return be16(1) + be16(0x0800) + be16(0x0604) + be16(operation) + alice + address(sender) + bob +
           address(target);
}
Octets arp_frame(unsigned operation, const char* sender, const char* target) {
    return everybody + alice + be16(0x0806) + arp(operation, sender, target);
}

Octets from_alice(const Octets& packet, unsigned type) {
    return bob + alice + be16(type) + packet;
}

Octets discovery(const char* source, int hop_limit, const Octets& message) {
    Octets packet = ipv6({.from = source, .to = "ff02::1", .next = 58}, message);
    packet[7] = static_cast<std::byte>(hop_limit);
    return from_alice(packet, 0x86dd);
}
Octets advertisement(int flags, int hop_limit = 255) {
    return discovery("fe80::a", hop_limit,
                     bytes({136, 0, 0, 0, flags, 0, 0, 0}) + address("2001:db8::a") + bytes({2, 1}) + bob);
}
Octets router_advertisement(unsigned lifetime) {
    return discovery("fe80::a", 255,
                     bytes({134, 0, 0, 0, 64, 0}) + be16(lifetime) + be32(0) + be32(0) + bytes({1, 1}) + bob +
                         bytes({3, 4, 64, 0xc0}) + be32(3600) + be32(3600) + be32(0) +
                         address("2001:db8:7::"));
}

Octets datagram(unsigned from, unsigned to, const Octets& payload) {
    return be16(from) + be16(to) + be16(8 + static_cast<unsigned>(payload.size())) + be16(0) + payload;
}
Octets dhcp(const Octets& options, const char* given = "192.0.2.77", int operation = 2) {
    return bytes({operation, 1, 6, 0}) + be32(0x12345678) + be32(0) + be32(0) + address(given) + be32(0) +
           be32(0) + bob + Octets(10 + 64 + 128) + be32(0x63825363) + options;
}
Octets dhcp_frame(const Octets& message, unsigned from = 67, unsigned to = 68) {
    return from_alice(
        ipv4({.from = "192.0.2.9", .to = "192.0.2.77", .protocol = 17}, datagram(from, to, message)), 0x0800);
}
Octets type_option(int type) {
    return bytes({53, 1, type});
}
const Octets server_option = bytes({54, 4}) + address("192.0.2.5");
const Octets end_option = bytes({255});

}  // namespace

TEST_CASE("an ARP reply says whose address is where") {
    const auto notice = read(arp_frame(2, "192.0.2.1", "192.0.2.2"));
    REQUIRE(notice);
    CHECK(notice->kind == NoticeKind::arp_reply);
    CHECK(notice->claimed == ip("192.0.2.1"));
    CHECK(notice->other == ip("192.0.2.2"));
    CHECK(notice->hardware == hardware("02:00:00:00:00:0a"));
    CHECK(notice->frame_source == hardware("02-00-00-00-00-0A"));
    CHECK(notice->flags == notice_flag::to_all);
    CHECK(notice->segment == 0);
}

TEST_CASE("requests, announcements and probes of ARP are told apart") {
    CHECK(read(arp_frame(1, "192.0.2.1", "192.0.2.2"))->kind == NoticeKind::arp_request);
    CHECK(read(arp_frame(1, "192.0.2.1", "192.0.2.1"))->kind == NoticeKind::arp_announcement);
    CHECK(read(arp_frame(2, "192.0.2.1", "192.0.2.1"))->kind == NoticeKind::arp_announcement);
    const auto probe = read(arp_frame(1, "0.0.0.0", "192.0.2.2"));
    CHECK(probe->kind == NoticeKind::arp_probe);
    CHECK(probe->claimed == IpAddress{});
    CHECK(probe->other == ip("192.0.2.2"));
}

TEST_CASE("ARP of other protocols, of other sizes or for other purposes says nothing") {
    for (const std::size_t changed : {14, 16, 18, 19, 21}) {
        Octets frame = arp_frame(2, "192.0.2.1", "192.0.2.2");
        frame[changed] = std::byte{9};
        INFO(changed);
        CHECK_FALSE(read(frame));
    }
    CHECK_FALSE(read(arp_frame(2, "0.0.0.0", "192.0.2.2")));
    CHECK_FALSE(read(arp_frame(1, "0.0.0.0", "0.0.0.0")));
}

TEST_CASE("messages are found below 802.1Q tags, whose ids name the segment") {
    const Octets tagged = everybody + alice + be16(0x88a8) + be16(0xa064) + be16(0x8100) + be16(7) +
                          be16(0x0806) + arp(2, "192.0.2.1", "192.0.2.2");
    const auto notice = read(tagged);
    REQUIRE(notice);
    CHECK(notice->segment == (7u << 16 | 0x064u));
    // A tag of VLAN 0 has a priority only.
    CHECK(read(everybody + alice + be16(0x8100) + be16(0xe000) + be16(0x0806) +
               arp(2, "192.0.2.1", "192.0.2.2"))
              ->segment == 0);
    Octets deep = everybody + alice;
    for (int i = 0; i <= decode_layers_max; ++i) deep = deep + be16(0x8100) + be16(5);
    CHECK_FALSE(read(deep + be16(0x0806) + arp(2, "192.0.2.1", "192.0.2.2")));
}

TEST_CASE("a neighbour advertisement claims its target for the hardware address of its option") {
    const auto notice = read(advertisement(0x20));
    REQUIRE(notice);
    CHECK(notice->kind == NoticeKind::neighbour_advertisement);
    CHECK(notice->claimed == ip("2001:db8::a"));
    CHECK(notice->hardware == hardware("02:00:00:00:00:0b"));
    CHECK(notice->frame_source == hardware("02:00:00:00:00:0a"));
    CHECK(notice->flags == notice_flag::override_);
    CHECK(read(advertisement(0x40))->flags == 0);
}

TEST_CASE("discovery that has passed a router is not of this link") {
    CHECK_FALSE(read(advertisement(0x20, 254)));
}

TEST_CASE("a neighbour solicitation claims its sender, a probe nobody") {
    const Octets message = bytes({135, 0, 0, 0}) + be32(0) + address("2001:db8::b");
    const auto asks = read(discovery("2001:db8::a", 255, message + bytes({1, 1}) + bob));
    REQUIRE(asks);
    CHECK(asks->kind == NoticeKind::neighbour_solicitation);
    CHECK(asks->claimed == ip("2001:db8::a"));
    CHECK(asks->other == ip("2001:db8::b"));
    CHECK(asks->hardware == hardware("02:00:00:00:00:0b"));
    const auto probes = read(discovery("::", 255, message));
    REQUIRE(probes);
    CHECK(probes->kind == NoticeKind::neighbour_probe);
    CHECK(probes->claimed == IpAddress{});
}

TEST_CASE("a router advertisement names its router and first prefix, and whether it offers itself") {
    const auto notice = read(router_advertisement(1800));
    REQUIRE(notice);
    CHECK(notice->kind == NoticeKind::router_advertisement);
    CHECK(notice->claimed == ip("fe80::a"));
    CHECK(notice->other == ip("2001:db8:7::"));
    CHECK(notice->hardware == hardware("02:00:00:00:00:0b"));
    CHECK(notice->flags == notice_flag::default_router);
    CHECK(read(router_advertisement(0))->flags == 0);
}

TEST_CASE("an extension header does not hide a router advertisement") {
    Octets inner = router_advertisement(1800);
    inner.erase(inner.begin(), inner.begin() + 14 + 40);
    Octets packet =
        ipv6({.from = "fe80::a", .to = "ff02::1", .next = 60}, bytes({58, 0, 1, 4, 0, 0, 0, 0}) + inner);
    packet[7] = std::byte{255};
    const auto notice = read(from_alice(packet, 0x86dd));
    REQUIRE(notice);
    CHECK(notice->kind == NoticeKind::router_advertisement);
}

TEST_CASE("options of discovery without a length end the search") {
    const auto notice = read(discovery("fe80::a", 255,
                                       bytes({136, 0, 0, 0, 0x20, 0, 0, 0}) + address("2001:db8::a") +
                                           bytes({5, 0, 0, 0, 0, 0, 0, 0, 2, 1}) + bob));
    REQUIRE(notice);
    CHECK(notice->hardware == hardware("02:00:00:00:00:0a"));
}

TEST_CASE("a DHCP server is known by its identifier, else by its address") {
    const auto named = read(dhcp_frame(dhcp(type_option(2) + server_option + end_option)));
    REQUIRE(named);
    CHECK(named->kind == NoticeKind::dhcp_offer);
    CHECK(named->claimed == ip("192.0.2.5"));
    CHECK(named->other == ip("192.0.2.77"));
    CHECK(named->frame_source == hardware("02:00:00:00:00:0a"));
    const auto unnamed = read(dhcp_frame(dhcp(bytes({0, 0}) + type_option(5) + end_option)));
    REQUIRE(unnamed);
    CHECK(unnamed->kind == NoticeKind::dhcp_ack);
    CHECK(unnamed->claimed == ip("192.0.2.9"));
    CHECK(read(dhcp_frame(dhcp(type_option(6) + end_option, "0.0.0.0")))->kind == NoticeKind::dhcp_nak);
}

TEST_CASE("who gives no address is no DHCP server: clients, boot servers, answers to inquiries") {
    CHECK_FALSE(read(dhcp_frame(dhcp(type_option(1) + end_option, "192.0.2.77", 1), 68, 67)));
    CHECK_FALSE(read(dhcp_frame(dhcp(type_option(2) + end_option, "0.0.0.0"))));
    CHECK_FALSE(read(dhcp_frame(dhcp(type_option(5) + end_option, "0.0.0.0"))));
    CHECK_FALSE(read(dhcp_frame(dhcp(type_option(2) + end_option), 67, 69)));
    CHECK_FALSE(read(dhcp_frame(dhcp(end_option))));
}

TEST_CASE("options of DHCP that are longer than the message are not read") {
    CHECK_FALSE(read(dhcp_frame(dhcp(bytes({54, 200, 1, 2, 3, 4}) + type_option(2)))));
    const auto notice = read(dhcp_frame(dhcp(type_option(2) + bytes({54, 200, 1, 2, 3, 4}))));
    REQUIRE(notice);
    CHECK(notice->claimed == ip("192.0.2.9"));
}

TEST_CASE("a DHCPv6 server is known by its address") {
    const auto say = [](int type, unsigned to) {
        return read(from_alice(
            ipv6({.from = "fe80::a", .to = "fe80::b", .next = 17}, datagram(547, to, bytes({type, 1, 2, 3}))),
            0x86dd));
    };
    REQUIRE(say(2, 546));
    CHECK(say(2, 546)->kind == NoticeKind::dhcpv6_advertise);
    CHECK(say(2, 546)->claimed == ip("fe80::a"));
    CHECK(say(7, 546)->kind == NoticeKind::dhcpv6_reply);
    CHECK_FALSE(say(1, 546));
    CHECK_FALSE(say(7, 547));
}

TEST_CASE(
    "no prefix of a message is read beyond its end, nor taken for a whole one that says something else") {
    for (const Octets& frame :
         {arp_frame(2, "192.0.2.1", "192.0.2.2"), advertisement(0x20), router_advertisement(1800),
          dhcp_frame(dhcp(type_option(2) + server_option + end_option))}) {
        const auto whole = read(frame);
        REQUIRE(whole);
        for (std::size_t captured = 0; captured < frame.size(); ++captured)
            if (const auto cut = read(frame, captured)) {
                CHECK(cut->kind == whole->kind);
                CHECK(cut->frame_source == whole->frame_source);
            }
    }
}

TEST_CASE("addresses that failover pairs and virtual routers share are known") {
    for (const char* text :
         {"00:00:5e:00:01:0a", "00:00:5e:00:02:ff", "00:00:0c:07:ac:01", "00:00:0c:9f:f0:12",
          "00:05:73:a0:01:23", "00:07:b4:00:01:02", "02:bf:0a:00:00:01"})
        CHECK(hardware(text).is_shared());
    for (const char* text : {"00:00:5e:00:03:01", "00:00:0c:07:ad:01", "02:00:00:00:00:01"})
        CHECK_FALSE(hardware(text).is_shared());
}

TEST_CASE("a hardware address is written as it is read, and nothing else is one") {
    CHECK(hardware("0A-bC-00-12-34-f6").to_string() == "0a:bc:00:12:34:f6");
    for (const char* text : {"", "0a:bc:00:12:34", "0a:bc:00:12:34:f6:00", "0a:bc-00:12:34:f6",
                             "0a:bc:00:12:34:g6", "0abc.0012.34f6"})
        CHECK_FALSE(HardwareAddress::parse(text));
}
