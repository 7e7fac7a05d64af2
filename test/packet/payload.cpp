// SPDX-License-Identifier: BSD-3-Clause
#include "packet/payload.hpp"

#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr unsigned ipv4_type = 0x0800, ipv6_type = 0x86dd;
constexpr int udp_number = 17;

Octets text(std::string_view words) {
    Octets octets;
    for (const char letter : words) octets.push_back(static_cast<std::byte>(letter));
    return octets;
}

Octets udp_with(const Octets& payload) {
    return be16(1000) + be16(53) + be16(static_cast<unsigned>(8 + payload.size())) + be16(0) + payload;
}

// `words`: of its header, 32 bits each.
Octets tcp_with(const Octets& payload, int words = 5) {
    return be16(1000) + be16(80) + be32(1) + be32(2) + bytes({words << 4, 0x18}) + be16(1000) + be32(0) +
           Octets(words > 5 ? static_cast<std::size_t>(4 * (words - 5)) : 0, std::byte{1}) + payload;
}

std::string payload(const Octets& frame, std::size_t captured = 65'536) {
    const std::span<const std::byte> head{frame.data(), std::min(captured, frame.size())};
    const Decoded decoded = decode(LinkType::ethernet, head, static_cast<std::uint32_t>(frame.size()));
    const auto found = payload_of(LinkType::ethernet, head, decoded);
    return {reinterpret_cast<const char*>(found.data()), found.size()};
}

}  // namespace

TEST_CASE("the payload is what follows the TCP or UDP header, options included") {
    CHECK(payload(ethernet(ipv4_type) + ipv4({.protocol = udp_number}, udp_with(text("question")))) ==
          "question");
    for (const int words : {5, 6, 15})
        CHECK(payload(ethernet(ipv4_type) + ipv4({}, tcp_with(text("GET /"), words))) == "GET /");
    CHECK(payload(ethernet(ipv6_type) + ipv6({.next = udp_number}, udp_with(text("question")))) ==
          "question");
    CHECK(payload(ethernet(ipv6_type) + ipv6({}, tcp_with(text("GET /"), 8))) == "GET /");
}

TEST_CASE("IP options, tags and extension headers before it are passed over") {
    CHECK(payload(ethernet(ipv4_type) + ipv4({.option_words = 3}, tcp_with(text("GET /")))) == "GET /");
    CHECK(payload(ethernet(0x8100) + be16(7) + be16(ipv4_type) + ipv4({}, tcp_with(text("GET /")))) ==
          "GET /");
    const Octets destination_options = bytes({udp_number, 0, 1, 4, 0, 0, 0, 0});
    CHECK(payload(ethernet(ipv6_type) +
                  ipv6({.next = 60}, destination_options + udp_with(text("question")))) == "question");
}

TEST_CASE("Ethernet's padding, and what stands behind the end of the IP packet, is no payload") {
    CHECK(payload(ethernet(ipv4_type) + ipv4({}, tcp_with({})) + text("padding")).empty());
    CHECK(payload(ethernet(ipv4_type) + ipv4({}, tcp_with(text("GET /"))) + text("padding")) == "GET /");
    CHECK(payload(ethernet(ipv6_type) + ipv6({}, tcp_with(text("GET /"))) + text("padding")) == "GET /");
}

TEST_CASE("of a packet that was not captured whole, the payload is what was captured of it") {
    const Octets frame = ethernet(ipv4_type) + ipv4({}, tcp_with(text("GET / HTTP/1.1")));
    CHECK(payload(frame, 14 + 20 + 20 + 5) == "GET /");
    for (std::size_t captured = 0; captured <= 14 + 20 + 20; ++captured)
        CHECK(payload(frame, captured).empty());
}

TEST_CASE(
    "a TCP header that says it is longer than the packet, or shorter than one can be, hides nothing and "
    "reads nothing beyond") {
    CHECK(payload(ethernet(ipv4_type) + ipv4({}, tcp_with(text("GET /"), 5))) == "GET /");
    Octets frame = ethernet(ipv4_type) + ipv4({}, tcp_with(text("GET /")));
    frame[14 + 20 + 12] = std::byte{0xf0};
    CHECK(payload(frame).empty());
    frame[14 + 20 + 12] = std::byte{0x00};
    CHECK(payload(frame) == "GET /");
}

TEST_CASE("later fragments and other protocols carry nothing that could be looked at") {
    CHECK(payload(ethernet(ipv4_type) +
                  ipv4({.protocol = udp_number, .fragment = 100}, udp_with(text("question"))))
              .empty());
    CHECK(payload(ethernet(ipv4_type) + ipv4({.protocol = 1}, bytes({8, 0, 0, 0, 0, 1, 0, 1}) + text("ping")))
              .empty());
    // The first fragment has the beginning.
    CHECK(payload(ethernet(ipv4_type) + ipv4({.protocol = udp_number, .fragment = 0x2000},
                                             udp_with(text("question")))) == "question");
}
