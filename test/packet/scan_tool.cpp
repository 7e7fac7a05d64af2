// SPDX-License-Identifier: BSD-3-Clause
// The marks of scanning tools, on both ways of decoding: whole headers as the tools write them, and others that miss
// one field.
#include "packet/scan_tool.hpp"

#include <memory>

#include <catch2/catch.hpp>

#include "frames.hpp"
#include "packet/common_stack.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// 198.51.100.2 as a number: the destination that frames.hpp writes unless told otherwise.
constexpr std::uint32_t destination = 0xc6336402;

struct Probe {
    unsigned id = 7;
    std::uint32_t sequence = 1;
    unsigned port = 23;
    unsigned window = 65535;
    int flags = tcp_flag::syn;
    Octets options{};
    Octets data{};
};

Octets segment(const Probe& probe) {
    const int words = 5 + static_cast<int>(probe.options.size() / 4);
    return be16(40000) + be16(probe.port) + be32(probe.sequence) + be32(0) +
           bytes({words << 4, probe.flags}) + be16(probe.window) + be32(0) + probe.options + probe.data;
}

Octets packet(const Probe& probe, Ipv4 header = {}) {
    header.id = probe.id;
    return ipv4(header, segment(probe));
}

// Decoded both ways, which must agree, from a buffer of exactly the captured length.
std::uint8_t tools_in(const Octets& frame, std::size_t captured) {
    const auto exact = std::make_unique<std::byte[]>(captured);
    std::copy_n(frame.begin(), captured, exact.get());
    const auto wire = static_cast<std::uint32_t>(frame.size());
    const Decoded whole = decode(LinkType::ethernet, {exact.get(), captured}, wire);
    Decoded fast;
    fast.tools = 0xff;  // left over from another packet
    if (decode_common({exact.get(), captured}, wire, fast)) CHECK(fast.tools == whole.tools);
    return whole.tools;
}
std::uint8_t tools_in(const Octets& frame) {
    return tools_in(frame, frame.size());
}
std::uint8_t tools_of(const Probe& probe) {
    return tools_in(ethernet(0x0800) + packet(probe));
}
std::uint8_t tools_of_v6(const Probe& probe) {
    return tools_in(ethernet(0x86dd) + ipv6({}, segment(probe)));
}

const Octets segment_size = bytes({2, 4, 0x05, 0xb4});

}  // namespace

TEST_CASE("an ordinary SYN has no marks") {
    const Octets linux_options =
        segment_size + bytes({4, 2, 8, 10}) + be32(1) + be32(0) + bytes({1, 3, 3, 7});
    CHECK(tools_of({.options = linux_options}) == 0);
    CHECK(tools_of(Probe{}) == 0);
    CHECK(tools_of_v6({.options = linux_options}) == 0);
}

TEST_CASE("masscan's id is made of destination, port and sequence") {
    constexpr std::uint32_t sequence = 0x12345678;
    // By hand: 0x6402 ^ 0x0050 ^ 0x5678.
    CHECK(tools_of({.id = 0x322a, .sequence = sequence, .port = 80}) == scan_tool::masscan);
    CHECK(tools_of({.id = 0x322a, .sequence = sequence + 1, .port = 80}) == 0);
    CHECK(tools_of({.id = 0x322a, .sequence = sequence, .port = 81}) == 0);
    CHECK(tools_of({.id = 0x322b, .sequence = sequence, .port = 80}) == 0);
    const Octets to_another =
        packet({.id = 0x322a, .sequence = sequence, .port = 80}, {.to = "198.51.100.3"});
    CHECK(tools_in(ethernet(0x0800) + to_another) == 0);
}

TEST_CASE("ZMap has one id, the Mirai family takes the destination for the sequence") {
    CHECK(tools_of({.id = 54321}) == scan_tool::zmap);
    CHECK(tools_of({.id = 54320}) == 0);
    CHECK(tools_of({.sequence = destination}) == scan_tool::mirai);
    CHECK(tools_of({.sequence = destination ^ 0x01000000}) == 0);
}

TEST_CASE("nmap's SYN has one of four windows, no data, and no option but the segment size") {
    for (const unsigned window : {1024u, 2048u, 3072u, 4096u}) {
        CHECK(tools_of({.window = window}) == scan_tool::nmap);
        CHECK(tools_of({.window = window, .options = segment_size}) == scan_tool::nmap);
        CHECK(tools_of_v6({.window = window}) == scan_tool::nmap);
        CHECK(tools_of_v6({.window = window, .options = segment_size}) == scan_tool::nmap);
    }
    for (const unsigned window : {0u, 512u, 1023u, 1025u, 5120u}) CHECK(tools_of({.window = window}) == 0);
    CHECK(tools_of({.window = 1024, .data = Octets(1)}) == 0);
    CHECK(tools_of({.window = 1024, .options = bytes({1, 1, 1, 1})}) == 0);
    CHECK(tools_of({.window = 1024, .options = segment_size + bytes({1, 3, 3, 7})}) == 0);
    CHECK(tools_of_v6({.window = 1024, .data = Octets(1)}) == 0);
}

TEST_CASE("a packet may have several marks; IPv6 has no id and no address to compare") {
    const Probe all{.id = 23, .sequence = destination, .window = 1024};
    CHECK(tools_of(all) == (scan_tool::masscan | scan_tool::mirai | scan_tool::nmap));
    CHECK(tools_of_v6(all) == scan_tool::nmap);
}

TEST_CASE("only a SYN without ACK is looked at") {
    for (const int flags : {0, int{tcp_flag::ack}, tcp_flag::syn | tcp_flag::ack, int{tcp_flag::rst}})
        CHECK(tools_of({.id = 54321, .window = 1024, .flags = flags}) == 0);
    CHECK(tools_of({.id = 54321, .flags = tcp_flag::syn | tcp_flag::ece | tcp_flag::cwr}) == scan_tool::zmap);
    const Octets no_tcp = ipv4({.protocol = 17, .id = 54321}, segment({}));
    CHECK(tools_in(ethernet(0x0800) + no_tcp) == 0);
}

TEST_CASE("tags, IP options and extension headers hide no mark, and padding is no data") {
    const Probe probe{.id = 54321, .window = 1024};
    constexpr std::uint8_t marks = scan_tool::zmap | scan_tool::nmap;
    CHECK(tools_in(ethernet(0x8100) + be16(7) + be16(0x0800) + packet(probe)) == marks);
    CHECK(tools_in(ethernet(0x0800) + packet(probe, {.option_words = 2})) == marks);
    CHECK(tools_in(ethernet(0x0800) + packet(probe) + Octets(6)) == marks);
    const Octets options = bytes({6, 0, 1, 4, 0, 0, 0, 0});
    CHECK(tools_in(ethernet(0x86dd) + ipv6({.next = 60}, options + segment(probe))) == scan_tool::nmap);
    CHECK(tools_in(ethernet(0x86dd) +
                   ipv6({.next = 60}, options + segment({.window = 1024, .data = Octets(9)}))) == 0);
}

TEST_CASE("fragments have no marks") {
    const Probe probe{.id = 54321, .window = 1024};
    CHECK(tools_in(ethernet(0x0800) + packet(probe, {.fragment = 0x2000})) == 0);
    CHECK(tools_in(ethernet(0x0800) + packet(probe, {.fragment = 0x0003})) == 0);
    const Octets first = bytes({6, 0, 0, 1}) + be32(7);
    CHECK(tools_in(ethernet(0x86dd) + ipv6({.next = 44}, first + segment(probe))) == 0);
}

TEST_CASE("every prefix shows the marks whose fields it holds, and no others") {
    const Probe probe{.id = 54321, .sequence = destination, .window = 1024, .options = segment_size};
    const Octets frame = ethernet(0x0800) + packet(probe);
    constexpr std::size_t flags_end = 14 + 20 + 14;
    for (std::size_t captured = 0; captured <= frame.size(); ++captured) {
        INFO(captured);
        std::uint8_t expected = 0;
        if (captured >= flags_end) expected |= scan_tool::zmap | scan_tool::mirai;
        if (captured == frame.size()) expected |= scan_tool::nmap;
        CHECK(tools_in(frame, captured) == expected);
    }
    // Cut behind the header, whose data was not captured.
    const Octets with_data = ethernet(0x0800) + packet({.window = 1024, .data = Octets(10)});
    CHECK(tools_in(with_data, with_data.size() - 10) == 0);
    const Octets with_data6 = ethernet(0x86dd) + ipv6({}, segment({.window = 1024, .data = Octets(10)}));
    CHECK(tools_in(with_data6, with_data6.size() - 10) == 0);
}
