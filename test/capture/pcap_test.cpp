// SPDX-License-Identifier: BSD-3-Clause
#include <catch2/catch.hpp>

#include "capture_bytes.hpp"
#include "read_capture.hpp"

using namespace flowlock;
using namespace flowlock::test;

TEST_CASE("pcap in either byte order gives its frames in order, with data, lengths and nanoseconds") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto capture = parse_bytes(Pcap({.order = order})
                                         .record(1'384'366'467, 123'456, "first", 5)
                                         .record(1'384'366'468, 0, "", 60)
                                         .record(0xffff'ffff, 999'999, "third!", 1514)
                                         .bytes());
    const std::vector<ReadFrame> expected{
        {1'384'366'467'123'456'000, "first", 5, LinkType::ethernet},
        {1'384'366'468'000'000'000, "", 60, LinkType::ethernet},
        {4'294'967'295'999'999'000, "third!", 1514, LinkType::ethernet},
    };
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
    CHECK_FALSE(capture.truncated);
}

TEST_CASE("the nanosecond magic makes the second time field nanoseconds, in either byte order") {
    const auto order = GENERATE(Order::little, Order::big);
    const auto capture =
        parse_bytes(Pcap({.order = order, .magic = 0xa1b23c4d}).record(7, 123'456'789, "x", 1).bytes());
    REQUIRE(capture.frames.size() == 1);
    CHECK(capture.frames[0].ns == 7'123'456'789);
}

TEST_CASE("a sub-second field beyond a second is added to the seconds") {
    const auto micro = parse_bytes(Pcap().record(10, 0xffff'ffff, "x", 1).bytes());
    REQUIRE(micro.frames.size() == 1);
    CHECK(micro.frames[0].ns == 10'000'000'000 + 4'294'967'295'000);
    const auto nano = parse_bytes(Pcap({.magic = 0xa1b23c4d}).record(10, 1'000'000'001, "x", 1).bytes());
    REQUIRE(nano.frames.size() == 1);
    CHECK(nano.frames[0].ns == 11'000'000'001);
}

TEST_CASE("the length on the wire is never less than what was captured") {
    const auto capture = parse_bytes(Pcap().record(1, 0, "captured", 3).record(1, 0, "snap", 9000).bytes());
    REQUIRE(capture.frames.size() == 2);
    CHECK(capture.frames[0].wire == 8);
    CHECK(capture.frames[1].wire == 9000);
}

TEST_CASE("the 24-byte record headers of modified pcap are read") {
    const std::string device_and_protocol(8, '\x5a');
    const auto capture = parse_bytes(Pcap({.magic = 0xa1b2cd34})
                                         .lengths(1, 2, 3, 4, device_and_protocol + "abc")
                                         .lengths(5, 6, 2, 2, device_and_protocol + "de")
                                         .bytes());
    const std::vector<ReadFrame> expected{{1'000'002'000, "abc", 4, LinkType::ethernet},
                                          {5'000'006'000, "de", 2, LinkType::ethernet}};
    CHECK(capture.frames == expected);
    CHECK(capture.error.empty());
}

TEST_CASE("pcap before version 2.3 has the length on the wire first, and 2.3 has it so at times") {
    const auto old = parse_bytes(Pcap({.version_minor = 2}).lengths(1, 0, 100, 3, "abc").bytes());
    REQUIRE(old.frames.size() == 1);
    CHECK(old.frames[0].data == "abc");
    CHECK(old.frames[0].wire == 100);

    const auto mixed = parse_bytes(
        Pcap({.version_minor = 3}).lengths(1, 0, 100, 3, "abc").lengths(2, 0, 2, 60, "de").bytes());
    REQUIRE(mixed.frames.size() == 2);
    CHECK(mixed.frames[0].data == "abc");
    CHECK(mixed.frames[0].wire == 100);
    CHECK(mixed.frames[1].data == "de");
    CHECK(mixed.frames[1].wire == 60);
}

TEST_CASE("a pcap version that nobody knows is an error, not a guess") {
    const auto capture = parse_bytes(Pcap({.version_minor = 5}).record(1, 0, "x", 1).bytes());
    CHECK(capture.frames.empty());
    CHECK(capture.error == "offset 4: pcap version 2.5 is not known (2.0 to 2.4 are)");
    CHECK_FALSE(capture.truncated);
    CHECK_FALSE(parse_bytes(Pcap({.version_major = 1}).bytes()).error.empty());
}

TEST_CASE("every link type of the decoder is recognised by its number") {
    struct Case {
        std::uint32_t number;
        LinkType link;
    };
    const auto expected =
        GENERATE(Case{1, LinkType::ethernet}, Case{101, LinkType::raw_ip}, Case{12, LinkType::raw_ip},
                 Case{14, LinkType::raw_ip}, Case{228, LinkType::raw_ip}, Case{229, LinkType::raw_ip},
                 Case{113, LinkType::cooked_v1}, Case{276, LinkType::cooked_v2}, Case{0, LinkType::loopback},
                 Case{108, LinkType::loopback});
    const auto capture = parse_bytes(Pcap({.network = expected.number}).record(1, 0, "x", 1).bytes());
    REQUIRE(capture.frames.size() == 1);
    CHECK(capture.frames[0].link == expected.link);
}

TEST_CASE("the frame check sequence bits of the link type field are set aside, its class bits are not") {
    const auto link_of = [](std::uint32_t network) {
        return parse_bytes(Pcap({.network = network}).record(1, 0, "x", 1).bytes()).frames.at(0).link;
    };
    CHECK(link_of(0x3000'0001) == LinkType::ethernet);
    CHECK(link_of(0x4400'0065) == LinkType::raw_ip);
    CHECK(link_of(0x0224'0001) == LinkType::unsupported);
}

TEST_CASE(
    "packets of a foreign link type are all delivered, and the error names the type and where it first was") {
    const TemporaryFile file(
        Pcap({.network = 105}).record(1, 0, "beacon", 6).record(2, 0, "probe", 5).bytes());
    const auto capture = read_capture(file.path());
    REQUIRE(capture.frames.size() == 2);
    CHECK(capture.frames[0].link == LinkType::unsupported);
    CHECK(capture.frames[1].data == "probe");
    CHECK(capture.error ==
          file.path() +
              ": offset 24: packets of link type 105 (IEEE 802.11) cannot be decoded, only counted");
    CHECK_FALSE(capture.truncated);
}

TEST_CASE("a foreign link type without a known name is told by its number") {
    const TemporaryFile file(Pcap({.network = 40'000}).record(1, 0, "x", 1).bytes());
    CHECK(read_capture(file.path()).error ==
          file.path() + ": offset 24: packets of link type 40000 cannot be decoded, only counted");
}

TEST_CASE("a foreign link type does not hide that the file is cut") {
    auto bytes = Pcap({.network = 105}).record(1, 0, "beacon", 6).record(2, 0, "probe", 5).bytes();
    bytes.pop_back();
    const TemporaryFile file(bytes);
    const auto capture = read_capture(file.path());
    CHECK(capture.frames.size() == 1);
    CHECK(capture.truncated);
    CHECK(capture.error ==
          file.path() +
              ": offset 24: packets of link type 105 (IEEE 802.11) cannot be decoded, only counted; "
              "offset 46: the file ends in the middle of a packet record (wanted 21 bytes, has 20)");
}

TEST_CASE("a record of the greatest length is read, one byte more is a corrupt file") {
    const std::string longest(capture_length_max, 'x');
    const auto good = parse_bytes(Pcap().record(1, 0, longest, 0).record(2, 0, "after", 5).bytes());
    REQUIRE(good.frames.size() == 2);
    CHECK(good.frames[0].data == longest);

    const auto bad = parse_bytes(Pcap().record(1, 0, "before", 6).record(2, 0, longest + "x", 0).bytes());
    CHECK(bad.frames.size() == 1);
    CHECK_FALSE(bad.truncated);
    CHECK(
        bad.error ==
        "offset 46: a record of 262145 bytes is longer than any capture may hold: the file is corrupt here");
}
