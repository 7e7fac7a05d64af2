// SPDX-License-Identifier: BSD-3-Clause
#include <limits>

#include <catch2/catch.hpp>

#include "capture_bytes.hpp"
#include "read_capture.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

constexpr std::int64_t ns_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t ns_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t day_ns = 86'400'000'000'000;

std::int64_t time_of(std::uint8_t resolution, std::int64_t offset, std::uint64_t ticks) {
    const auto capture = parse_bytes(
        Pcapng().section().timed_interface(resolution, offset).enhanced(0, ticks, "x", 1).bytes());
    CHECK(capture.error.empty());
    return capture.frames.at(0).ns;
}

}  // namespace

TEST_CASE("pcapng in either byte order gives its enhanced packets with data, lengths and microseconds") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto capture = parse_bytes(Pcapng()
                                         .section(order)
                                         .interface(1, 65535)
                                         .enhanced(0, 1'384'366'467'123'456, "first", 5)
                                         .enhanced(0, 1'384'366'467'123'457, "snapped", 1514)
                                         .bytes());
    const std::vector<ReadFrame> expected{{1'384'366'467'123'456'000, "first", 5, LinkType::ethernet},
                                          {1'384'366'467'123'457'000, "snapped", 1514, LinkType::ethernet}};
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
    CHECK_FALSE(capture.truncated);
}

TEST_CASE("each interface counts time in its own resolution and has its own link type") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto capture = parse_bytes(Pcapng()
                                         .section(order)
                                         .timed_interface(6)
                                         .timed_interface(9)
                                         .timed_interface(0x80 | 10)
                                         .timed_interface(3)
                                         .interface(276, 0)
                                         .enhanced(3, 1500, "milli", 5)
                                         .enhanced(0, 1'500'000, "micro", 5)
                                         .enhanced(1, 1'500'000'000, "nano", 4)
                                         .enhanced(2, 1536, "binary", 6)
                                         .enhanced(4, 1'500'000, "cooked", 6)
                                         .bytes());
    const std::vector<ReadFrame> expected{{1'500'000'000, "milli", 5, LinkType::ethernet},
                                          {1'500'000'000, "micro", 5, LinkType::ethernet},
                                          {1'500'000'000, "nano", 4, LinkType::ethernet},
                                          {1'500'000'000, "binary", 6, LinkType::ethernet},
                                          {1'500'000'000, "cooked", 6, LinkType::cooked_v2}};
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
}

TEST_CASE("a new section brings its own byte order and forgets the interfaces of the one before") {
    const auto capture = parse_bytes(Pcapng()
                                         .section(Order::big)
                                         .interface(1, 0)
                                         .enhanced(0, 1, "big", 3)
                                         .section(Order::little)
                                         .interface(101, 0)
                                         .enhanced(0, 2, "little", 6)
                                         .section(Order::big)
                                         .enhanced(0, 3, "nobody's", 8)
                                         .bytes());
    const std::vector<ReadFrame> expected{{1000, "big", 3, LinkType::ethernet},
                                          {2000, "little", 6, LinkType::raw_ip}};
    CHECK(capture.frames == expected);
    CHECK(capture.error ==
          "offset 200: a packet is of interface 0, but only 0 are described: the file is corrupt here");
}

TEST_CASE("if_tsoffset is added in seconds, also when it is negative") {
    CHECK(time_of(6, 1'000, 500'000) == 1'000'500'000'000);
    CHECK(time_of(6, -3, 500'000) == -2'500'000'000);
    CHECK(time_of(9, 1'700'000'000, 1) == 1'700'000'000'000'000'001);
}

TEST_CASE("resolutions finer than a nanosecond are cut to nanoseconds") {
    CHECK(time_of(12, 0, 1'999'999) == 1'999);
    CHECK(time_of(0x80 | 63, 0, std::uint64_t{3} << 62) == 1'500'000'000);
    CHECK(time_of(28, 0, ~std::uint64_t{0}) == 1);  // 2^64 is 1.8 times 10^19
    CHECK(time_of(29, 0, ~std::uint64_t{0}) == 0);
    CHECK(time_of(127, 0, ~std::uint64_t{0}) == 0);
    CHECK(time_of(0x80 | 127, 0, ~std::uint64_t{0}) == 0);
}

TEST_CASE("times beyond what a Time can hold stop at its ends, with room to add a day to them") {
    const auto latest = time_of(0, 0, ~std::uint64_t{0});
    CHECK(latest <= ns_max - day_ns);
    CHECK(latest > ns_max - 366 * day_ns);
    CHECK(time_of(0x80, 0, ~std::uint64_t{0}) == latest);
    CHECK(time_of(3, 0, ~std::uint64_t{0}) == latest);
    CHECK(time_of(9, 0, ~std::uint64_t{0}) == latest);
    CHECK(time_of(6, std::numeric_limits<std::int64_t>::max(), ~std::uint64_t{0}) == latest);
    CHECK(time_of(0, std::numeric_limits<std::int64_t>::max(), ~std::uint64_t{0}) == latest);

    const auto earliest = time_of(6, std::numeric_limits<std::int64_t>::min(), 0);
    CHECK(earliest >= ns_min + day_ns);
    CHECK(earliest < ns_min + 366 * day_ns);
    CHECK(time_of(127, std::numeric_limits<std::int64_t>::min(), ~std::uint64_t{0}) == earliest);
}

TEST_CASE(
    "a simple packet is of the first interface, as long as its snap length allows, at the time before it") {
    const auto capture = parse_bytes(Pcapng()
                                         .section()
                                         .interface(228, 4)
                                         .timed_interface(9)
                                         .simple("ab", 2)
                                         .enhanced(1, 77, "x", 1)
                                         .simple("abcd", 1500)
                                         .bytes());
    const std::vector<ReadFrame> expected{{0, "ab", 2, LinkType::raw_ip},
                                          {77, "x", 1, LinkType::ethernet},
                                          {77, "abcd", 1500, LinkType::raw_ip}};
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
}

TEST_CASE("obsolete packet blocks are read like enhanced ones") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto capture = parse_bytes(
        Pcapng().section(order).interface(1, 0).interface(113, 0).obsolete(1, 5, "cooked", 100).bytes());
    const std::vector<ReadFrame> expected{{5000, "cooked", 100, LinkType::cooked_v1}};
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
}

TEST_CASE("options after a packet do not become part of it") {
    const auto comment = Pcapng::option(Order::little, 1, "a comment");
    const auto capture = parse_bytes(
        Pcapng().section().interface(1, 0).enhanced(0, 1, "abc", 3, comment).enhanced(0, 2, "de", 2).bytes());
    REQUIRE(capture.frames.size() == 2);
    CHECK(capture.frames[0].data == "abc");
    CHECK(capture.frames[1].data == "de");
}

TEST_CASE("blocks of other types are skipped, even one far larger than any buffer") {
    const std::string large(std::size_t{3} << 20, '\x0a');
    const TemporaryFile file(Pcapng()
                                 .section()
                                 .block(0x0bad, large)
                                 .interface(1, 0)
                                 .block(5, std::string(12, 's'))
                                 .enhanced(0, 1, "after", 5)
                                 .block(4, "")
                                 .bytes());
    const auto capture = read_capture(file.path());
    REQUIRE(capture.frames.size() == 1);
    CHECK(capture.frames[0].data == "after");
    CHECK(capture.error.empty());
}

TEST_CASE("a block that ends with another length than it began with stops the reading before it") {
    const std::uint32_t type = GENERATE(1u, 3u, 0x0badu);
    const auto capture = parse_bytes(Pcapng()
                                         .section()
                                         .interface(1, 0)
                                         .enhanced(0, 1, "good", 4)
                                         .block(type, std::string(8, '\0'), 20, 24)
                                         .enhanced(0, 2, "lost", 4)
                                         .bytes());
    CHECK(capture.frames.size() == 1);
    CHECK(capture.error ==
          "offset 84: a block says it is 20 bytes long at its begin and 24 at its end: the file "
          "is corrupt here");
    CHECK_FALSE(capture.truncated);
}

TEST_CASE("a block length below the least or not a multiple of four is corrupt") {
    const std::uint32_t length = GENERATE(0u, 8u, 13u, 22u);
    const auto capture =
        parse_bytes(Pcapng().section().block(0x0bad, std::string(20, 'x'), length, length).bytes());
    CHECK(capture.error == "offset 28: a block says it is " + std::to_string(length) +
                               " bytes long: the file is corrupt here");
}

TEST_CASE("a packet that claims more bytes than its block has is corrupt") {
    const auto body = [](std::uint32_t captured) {
        return Bytes().u32(0).u64(0).u32(captured).u32(captured).raw("12345678").text();
    };
    const auto fits = parse_bytes(Pcapng().section().interface(1, 0).block(6, body(8)).bytes());
    CHECK(fits.frames.size() == 1);
    const auto beyond = parse_bytes(Pcapng().section().interface(1, 0).block(6, body(9)).bytes());
    CHECK(beyond.frames.empty());
    CHECK(beyond.error ==
          "offset 48: a packet of 9 bytes is longer than its block of 40: the file is corrupt here");
    const auto simple = parse_bytes(Pcapng().section().interface(1, 0).simple("1234", 5).bytes());
    CHECK(simple.frames.empty());
    CHECK_FALSE(simple.error.empty());
}

TEST_CASE("a packet longer than any capture may hold is corrupt, however the block says it") {
    const auto huge = capture_length_max + 1;
    const auto captured =
        parse_bytes(Pcapng().section().interface(1, 0).enhanced(0, 1, std::string(huge, 'x'), huge).bytes());
    CHECK(captured.frames.empty());
    CHECK(
        captured.error ==
        "offset 48: a record of 262145 bytes is longer than any capture may hold: the file is corrupt here");
    const auto block = parse_bytes(
        Pcapng().section().interface(1, 0).block(6, std::string(20, '\0'), 0x4000'0000, 0).bytes());
    CHECK(block.error ==
          "offset 48: a record of 1073741824 bytes is longer than any capture may hold: the file is corrupt "
          "here");
}

TEST_CASE("a packet of an interface that is not described is corrupt") {
    CHECK(parse_bytes(Pcapng().section().enhanced(0, 1, "x", 1).bytes()).error.find("of interface 0") !=
          std::string::npos);
    CHECK(parse_bytes(Pcapng().section().simple("x", 1).bytes()).error.find("before any interface") !=
          std::string::npos);
    CHECK(parse_bytes(Pcapng().section().interface(1, 0).obsolete(1, 1, "x", 1).bytes())
              .error.find("of interface 1") != std::string::npos);
}

TEST_CASE("broken options of an interface are corrupt") {
    const auto longer_than_block = Bytes().u16(2).u16(100).raw("eth0").text();
    CHECK(parse_bytes(Pcapng().section().interface(1, 0, longer_than_block).bytes()).error.find("option") !=
          std::string::npos);
    const auto wrong_size = Pcapng::option(Order::little, 9, "12");
    CHECK(parse_bytes(Pcapng().section().interface(1, 0, wrong_size).bytes()).error.find("if_tsresol") !=
          std::string::npos);
}

TEST_CASE("a section may have 65536 interfaces, and one more is a clear error") {
    Pcapng capture;
    capture.section();
    for (int i = 0; i < 65'536; ++i) capture.interface(1, 0);
    capture.enhanced(65'535, 1, "last", 4);
    const auto full = parse_bytes(capture.bytes());
    CHECK(full.frames.size() == 1);
    CHECK(full.error.empty());
    const auto over = parse_bytes(capture.interface(1, 0).bytes());
    CHECK(over.frames.size() == 1);
    CHECK(over.error.find("a section has more than 65536 interfaces") != std::string::npos);
}

TEST_CASE("only packets make a foreign link type an error, not the interface alone") {
    const TemporaryFile unused(
        Pcapng().section().interface(1, 0).interface(249, 0).enhanced(0, 1, "x", 1).bytes());
    CHECK(read_capture(unused.path()).error.empty());
    const TemporaryFile used(Pcapng()
                                 .section()
                                 .interface(1, 0)
                                 .interface(249, 0)
                                 .enhanced(1, 1, "u", 1)
                                 .enhanced(0, 1, "x", 1)
                                 .bytes());
    const auto capture = read_capture(used.path());
    REQUIRE(capture.frames.size() == 2);
    CHECK(capture.frames[0].link == LinkType::unsupported);
    CHECK(capture.frames[1].link == LinkType::ethernet);
    CHECK(capture.error ==
          used.path() + ": offset 68: packets of link type 249 (USBPcap) cannot be decoded, only counted");
}

TEST_CASE("a section header without its magic, or of another version, is an error") {
    const auto no_magic = Pcapng().block(0x0a0d0d0a, std::string(16, 'x')).bytes();
    CHECK(parse_bytes(no_magic).error ==
          "offset 0: a section header has no byte-order magic: the file is corrupt here");
    const auto version_2 = Bytes().u32(0x1a2b3c4d).u16(2).u16(0).u64(0).text();
    CHECK(parse_bytes(Pcapng().block(0x0a0d0d0a, version_2).bytes()).error ==
          "offset 0: pcapng version 2.0 is not known (1.x is)");
}
