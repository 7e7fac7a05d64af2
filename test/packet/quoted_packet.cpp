// SPDX-License-Identifier: BSD-3-Clause
// Which flow an ICMP error is about: errors made by hand, whose quoted packet was decoded when it was sent.
#include "packet/quoted_packet.hpp"

#include <memory>
#include <optional>

#include <catch2/catch.hpp>

#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

const Octets four_unused = be32(0);
constexpr std::size_t rfc_minimum = 8;  // bytes quoted behind the IP header

Octets first(const Octets& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(count, bytes.size()))};
}

// From a buffer of exactly the captured length.
std::optional<QuotedPacket> quoted_in(LinkType link, const Octets& frame, std::size_t captured) {
    const auto exact = std::make_unique<std::byte[]>(captured);
    std::copy_n(frame.begin(), captured, exact.get());
    const std::span<const std::byte> head{exact.get(), captured};
    QuotedPacket quoted;
    if (!decode_quoted(head, decode(link, head, static_cast<std::uint32_t>(frame.size())), quoted))
        return std::nullopt;
    return quoted;
}
std::optional<QuotedPacket> quoted_in(const Octets& frame) {
    return quoted_in(LinkType::ethernet, frame, frame.size());
}

// An error from a router to the sender of frames.hpp's packets.
Octets error4(const Octets& quote, int type = 3, int code = 1, const std::string& to = "192.0.2.1") {
    return ipv4({.from = "203.0.113.9", .to = to, .protocol = 1},
                bytes({type, code, 0, 0}) + four_unused + quote);
}
Octets error6(const Octets& quote, int type = 1, int code = 3, const std::string& to = "2001:db8::1") {
    return ipv6({.from = "2001:db8:9::9", .to = to, .next = 58},
                bytes({type, code, 0, 0}) + four_unused + quote);
}

// What is expected: the packet as it was sent.
QuotedPacket sent(const Octets& packet) {
    const Decoded decoded = decode(LinkType::raw_ip, packet, static_cast<std::uint32_t>(packet.size()));
    REQUIRE(is_decoded(decoded.outcome));
    return {.key = decoded.key, .sender = decoded.sender};
}

Octets echo_request() {
    return bytes({8, 0, 0, 0}) + be16(77) + be16(1) + Octets(32);
}

}  // namespace

TEST_CASE("an ICMP error names the flow of the packet that it quotes") {
    const auto [name, packet, quoted_header] = GENERATE_COPY(table<std::string, Octets, std::size_t>({
        {"TCP", ipv4({}, tcp(40000, 22, tcp_flag::syn)), 20},
        {"UDP", ipv4({.protocol = 17}, udp(40000, 53, 30)), 20},
        {"SCTP", ipv4({.protocol = 132}, udp(40000, 53, 30)), 20},
        {"ICMP echo", ipv4({.protocol = 1}, echo_request()), 20},
        {"GRE", ipv4({.protocol = 47}, Octets(40)), 20},
        {"a protocol without a byte", ipv4({.protocol = 200}, {}), 20},
        {"options", ipv4({.option_words = 3}, tcp(40000, 22, tcp_flag::syn)), 32},
        {"the first fragment", ipv4({.protocol = 17, .fragment = 0x2000}, udp(1, 2, 40)), 20},
        {"a later fragment", ipv4({.protocol = 17, .fragment = 0x0010}, udp(1, 2, 40)), 20},
        {"from the endpoint that sorts last",
         ipv4({.from = "192.0.2.1", .to = "10.0.0.1"}, tcp(40000, 22, tcp_flag::syn)), 20},
    }));
    INFO(name);
    for (const std::size_t behind : {rfc_minimum, std::size_t{1000}}) {
        const Octets error = error4(first(packet, quoted_header + behind));
        CHECK(quoted_in(ethernet(0x0800) + error) == sent(packet));
        CHECK(quoted_in(ethernet(0x8100) + be16(7) + be16(0x0800) + error) == sent(packet));
        CHECK(quoted_in(LinkType::raw_ip, error, error.size()) == sent(packet));
    }
}

TEST_CASE("an ICMPv6 error does, too") {
    const Octets options = bytes({17, 0, 1, 4, 0, 0, 0, 0});
    const auto [name, packet] = GENERATE_COPY(table<std::string, Octets>({
        {"TCP", ipv6({}, tcp(40000, 22, tcp_flag::syn))},
        {"UDP", ipv6({.next = 17}, udp(40000, 53, 30))},
        {"ICMPv6 echo", ipv6({.next = 58}, bytes({128, 0, 0, 0}) + be32(1) + Octets(32))},
        {"extension header", ipv6({.next = 60}, options + udp(40000, 53))},
    }));
    INFO(name);
    CHECK(quoted_in(ethernet(0x86dd) + error6(packet)) == sent(packet));
    const Octets error_with_options =
        ipv6({.from = "2001:db8:9::9", .to = "2001:db8::1", .next = 60},
             bytes({58, 0, 1, 4, 0, 0, 0, 0}) + bytes({1, 0, 0, 0}) + four_unused + packet);
    CHECK(quoted_in(ethernet(0x86dd) + error_with_options) == sent(packet));
}

TEST_CASE("every code of destination unreachable counts, and no other type") {
    const Octets packet = ipv4({}, tcp(40000, 22, tcp_flag::syn));
    const Octets packet6 = ipv6({}, tcp(40000, 22, tcp_flag::syn));
    for (int code = 0; code < 16; ++code) {
        CHECK(quoted_in(ethernet(0x0800) + error4(packet, 3, code)) == sent(packet));
        CHECK(quoted_in(ethernet(0x86dd) + error6(packet6, 1, code)) == sent(packet6));
    }
    for (const int type : {0, 1, 4, 5, 8, 11, 12})
        CHECK_FALSE(quoted_in(ethernet(0x0800) + error4(packet, type)));
    for (const int type : {2, 3, 4, 128, 129})
        CHECK_FALSE(quoted_in(ethernet(0x86dd) + error6(packet6, type)));
}

TEST_CASE("an error about a packet that its addressee has not sent is ignored") {
    const Octets packet = ipv4({}, tcp(40000, 22, tcp_flag::syn));
    CHECK_FALSE(quoted_in(ethernet(0x0800) + error4(packet, 3, 1, "192.0.2.7")));
    // Also when it has received it.
    CHECK_FALSE(quoted_in(ethernet(0x0800) + error4(packet, 3, 1, "198.51.100.2")));
    CHECK_FALSE(quoted_in(ethernet(0x86dd) + error6(ipv6({}, tcp(1, 2, 0)), 1, 3, "2001:db8::7")));
}

TEST_CASE(
    "a quote of the other family, of no packet, or in a packet that is no ICMP of its family is ignored") {
    const Octets packet = ipv4({}, tcp(40000, 22, tcp_flag::syn));
    CHECK_FALSE(quoted_in(ethernet(0x86dd) + error6(packet, 1, 3, "2001:db8::1")));
    CHECK_FALSE(quoted_in(ethernet(0x0800) + error4(Octets(28, std::byte{0x55}))));
    CHECK_FALSE(quoted_in(ethernet(0x0800) + error4({})));
    const Octets message = bytes({3, 1, 0, 0}) + four_unused + packet;
    CHECK_FALSE(quoted_in(ethernet(0x0800) + ipv4({.to = "192.0.2.1", .protocol = 17}, message)));
    CHECK_FALSE(quoted_in(ethernet(0x86dd) + ipv6({.next = 1}, message)));
    // A later fragment of an ICMP packet has no header, whatever its bytes look like.
    CHECK_FALSE(
        quoted_in(ethernet(0x0800) + ipv4({.to = "192.0.2.1", .protocol = 1, .fragment = 0x0010}, message)));
}

TEST_CASE("every prefix of an error names the flow or none, and what follows the IP packet is not read") {
    const Octets packet = ipv4({}, tcp(40000, 22, tcp_flag::syn));
    const Octets packet6 = ipv6({.next = 17}, udp(40000, 53, 9));
    const auto check = [](const Octets& frame, const QuotedPacket& expected, std::size_t ports_end) {
        for (std::size_t captured = 0; captured <= frame.size(); ++captured) {
            INFO(captured);
            const auto quoted = quoted_in(LinkType::ethernet, frame, captured);
            CHECK(quoted.has_value() == (captured >= ports_end));
            if (quoted) CHECK(*quoted == expected);
        }
    };
    check(ethernet(0x0800) + error4(packet), sent(packet), 14 + 20 + 8 + 20 + 4);
    check(ethernet(0x86dd) + error6(packet6), sent(packet6), 14 + 40 + 8 + 40 + 4);

    Octets short_error = error4(first(packet, 20));
    CHECK_FALSE(quoted_in(ethernet(0x0800) + short_error + tcp(40000, 22, 0)));
}
