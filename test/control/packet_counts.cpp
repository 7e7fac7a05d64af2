// SPDX-License-Identifier: BSD-3-Clause
#include "control/packet_counts.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

namespace {

constexpr HostId busy = 7, quiet = 9;

HostPlace sent_by(HostId host) {
    return HostPlace::of(host, Direction::out);
}
HostPlace sent_to(HostId host) {
    return HostPlace::of(host, Direction::in);
}

// One host sent packets of two classes and received some.
EpochLog log_of(std::int64_t start_s, std::uint64_t packets) {
    EpochLog log;
    log.start_s = start_s;
    log.classes.resize(3);
    log.classes[0].packets = packets;
    log.classes[1].packets = 5;
    log.classes[2].packets = 1;
    log.slices.resize(2);
    log.slices[0].place = sent_by(busy);
    log.slices[0].classes_end = 2;
    log.slices[1].place = sent_to(busy);
    log.slices[1].classes_begin = 2;
    log.slices[1].classes_end = 3;
    return log;
}

}  // namespace

TEST_CASE("packets of all classes count for their host, direction and epoch, and nowhere else") {
    PacketCounts counts;
    counts.add(log_of(100, 10), 70);
    counts.add(log_of(102, 20), 72);
    REQUIRE(counts.find(100) != nullptr);
    REQUIRE(counts.find(102) != nullptr);
    CHECK(counts.find(100)->packets_of(sent_by(busy)) == 15);
    CHECK(counts.find(102)->packets_of(sent_by(busy)) == 25);
    CHECK(counts.find(102)->packets_of(sent_to(busy)) == 1);
    CHECK(counts.find(102)->packets_of(sent_by(quiet)) == 0);
    CHECK(counts.find(101) == nullptr);
    CHECK(counts.find(103) == nullptr);
}

TEST_CASE(
    "epochs that began too long ago are forgotten, and nothing of them stays in those that take their "
    "memory") {
    PacketCounts counts;
    for (std::int64_t second = 0; second < 100; ++second) counts.add(log_of(second, 10), second - 3);
    CHECK(counts.find(95) == nullptr);
    REQUIRE(counts.find(96) != nullptr);
    counts.add(EpochLog{.start_s = 100, .slices = {}, .classes = {}, .records = {}}, 97);
    CHECK(counts.find(96) == nullptr);
    REQUIRE(counts.find(100) != nullptr);
    CHECK(counts.find(100)->counts().empty());
    counts.clear();
    CHECK(counts.find(100) == nullptr);
}
