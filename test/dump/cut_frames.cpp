// SPDX-License-Identifier: BSD-3-Clause
// Frames that were cut off anywhere, and frames of nothing but headers.
#include <algorithm>
#include <memory>

#include <catch2/catch.hpp>

#include "dump/packet_line.hpp"
#include "frames.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// From a buffer of exactly that length, so that a sanitizer sees a read beyond its end.
std::string line_of_head(const Octets& frame, std::size_t size) {
    const auto exact = std::make_unique<std::byte[]>(size);
    std::copy_n(frame.begin(), size, exact.get());
    return packet_line(LinkType::ethernet, {exact.get(), size}, static_cast<std::uint32_t>(frame.size()),
                       Time{})
        .substr(16);
}

}  // namespace

TEST_CASE(
    "a line ends with the mark of the protocol whose header was cut off, and is whole as soon as the header "
    "is") {
    const Octets frame = ethernet(0x0800) + ipv4({}, tcp(1, 2, 2, 100));
    const std::string whole = "IP 192.0.2.1.1 > 198.51.100.2.2: Flags [S], seq 1:101, win 1024, length 100";
    CHECK(line_of_head(frame, 0) == " [|ether]");
    CHECK(line_of_head(frame, 13) == " [|ether]");
    CHECK(line_of_head(frame, 14) == " [|ip]");
    CHECK(line_of_head(frame, 33) == "IP  [|ip]");
    CHECK(line_of_head(frame, 34) == "IP 192.0.2.1 > 198.51.100.2: [|tcp]");
    CHECK(line_of_head(frame, 53) == "IP 192.0.2.1.1 > 198.51.100.2.2:  [|tcp]");
    for (std::size_t size = 54; size <= frame.size(); ++size) CHECK(line_of_head(frame, size) == whole);
}

TEST_CASE("the line of every head of a frame is one line") {
    const Octets inner = ipv6({.next = 0}, bytes({43, 0, 5, 2, 0, 0, 1, 0}) + bytes({44, 2, 0, 1}) + be32(0) +
                                               address("2001:db8::9") + bytes({58, 0}) + be32(1) + be16(7) +
                                               bytes({1, 4, 0, 0}) + be32(0) + ipv6({.next = 17}, udp(1, 2)));
    const Octets frame = ethernet(0x8847) + be32(0x000641ff) +
                         ipv4({.protocol = 47}, be16(0x2000) + be16(0x86dd) + be32(5) + inner);
    const std::string whole = line_of_head(frame, frame.size());
    for (std::size_t size = 0; size <= frame.size(); ++size) {
        const std::string line = line_of_head(frame, size);
        CAPTURE(size, line);
        CHECK(!line.empty());
        CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));
        // It says that something is missing, or nothing that stands in the whole line is wrong.
        CHECK((line.find("[|") != std::string::npos || whole.starts_with(line)));
    }
}

TEST_CASE("tunnels in tunnels and endless options end") {
    Octets packet = ipv4({.protocol = 17}, udp(1, 2));
    for (int i = 0; i < 1000; ++i) packet = ipv4({.protocol = 4}, packet);
    const std::string deep = line_of_head(ethernet(0x0800) + packet, 14 + packet.size());
    CHECK(deep.ends_with(" [|ip]"));
    // One of the headers is Ethernet's, which has no addresses in the line.
    CHECK(std::count(deep.begin(), deep.end(), '>') == packet_line_depth_max - 1);

    Octets labels = ethernet(0x8847);
    for (int i = 0; i < 1000; ++i) labels = labels + be32(0);
    const std::string wide = line_of_head(labels, labels.size());
    CHECK(wide.size() + 16 == packet_line_size_max);
    CHECK(wide.ends_with(" [...]"));
}
