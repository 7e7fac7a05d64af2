// SPDX-License-Identifier: BSD-3-Clause
// What is kept of an epoch does not depend on how its packets were dealt to workers and parts.
#include "control/packet_archive.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "base/wire.hpp"
#include "packet/decode.hpp"

using namespace flowlock;

namespace {

constexpr std::uint32_t frame_size = 54;

// A SYN or an ACK between 10.0.0.`host` and an external address.
PacketHead packet(std::uint64_t serial, std::uint8_t host, bool sent, bool opens) {
    PacketHead head;
    head.serial = serial;
    head.lot = HeadSample::lot_of(serial);
    head.time_ns = static_cast<std::int64_t>(serial) * 1000;
    head.wire_bytes = frame_size;
    head.size = frame_size;
    head.bytes = {};
    const auto put = [&](std::size_t at, std::initializer_list<int> bytes) {
        for (const int byte : bytes) head.bytes[at++] = static_cast<std::byte>(byte);
    };
    put(12, {0x08, 0x00, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0});
    put(sent ? 26 : 30, {10, 0, 0, host});
    put(sent ? 30 : 26, {203, 0, 113, static_cast<int>(serial % 250)});
    put(46, {0x50, opens ? 0x02 : 0x10});
    return head;
}

const PrefixSet inside{{*Prefix::parse("10.0.0.0/8")}};

// Hosts below three are watched.
std::uint32_t stratum_of(std::uint8_t host, bool sent, bool opens) {
    if (host < 3) return HeadSample::first_watched + 2 * std::uint32_t{host} + (sent ? 0 : 1);
    return opens ? HeadSample::openings : HeadSample::general;
}

// The epoch, with its packets dealt to so many samples.
ArchivedEpoch archived(std::size_t samples, std::uint64_t packets) {
    std::vector<std::unique_ptr<HeadSample>> parts;
    for (std::size_t i = 0; i < samples; ++i) {
        parts.push_back(std::make_unique<HeadSample>());
        parts.back()->begin(3);
    }
    std::mt19937_64 random(7);
    for (std::uint64_t serial = 0; serial < packets; ++serial) {
        const auto host = static_cast<std::uint8_t>(random() % 8);
        const bool sent = random() % 3 != 0;
        const bool opens = random() % 10 == 0;
        PacketHead head = packet(serial, host, sent, opens);
        head.stratum = stratum_of(host, sent, opens);
        // Unevenly: the last one gets only a few.
        const std::size_t even = (host * 7 + serial / 1000) % samples;
        HeadSample& part = *parts[even + 1 == samples && samples > 1 && serial % 50 != 0 ? 0 : even];
        if (part.draw(head.stratum, head.lot)) part.add(head, head.bytes.data());
    }
    PacketArchive archive{false};
    std::uint32_t source = 0;
    for (const auto& part : parts) archive.add(*part, source++);
    archive.close(0, 0, inside);
    return archive.epochs().back();
}

}  // namespace

TEST_CASE("the same packets are kept whether one worker has seen them, three, or seven parts") {
    for (const std::uint64_t packets : {500u, 60'000u}) {
        const ArchivedEpoch one = archived(1, packets);
        REQUIRE(one.heads.size() <= HeadSample::room);
        if (packets == 500) CHECK(one.heads.size() > 300);
        for (const std::size_t samples : {3u, 7u}) {
            const ArchivedEpoch several = archived(samples, packets);
            REQUIRE(several.heads.size() == one.heads.size());
            for (std::size_t i = 0; i < one.heads.size(); ++i)
                REQUIRE(several.heads[i].serial == one.heads[i].serial);
        }
    }
}

TEST_CASE("a host's packets are listed with their direction, in the order of time") {
    const ArchivedEpoch epoch = archived(2, 2'000);
    std::size_t of_host = 0;
    std::int64_t before = -1;
    for (const HostPacket& reference : epoch.by_host) {
        const PacketHead& head = epoch.heads[reference.head];
        const Decoded decoded = decode(head.link, head.head(), head.wire_bytes);
        const unsigned host = reference.direction == Direction::out ? decoded.sender : 1u - decoded.sender;
        REQUIRE(decoded.key.address[host] == reference.host);
        REQUIRE(inside.contains(reference.host));
        if (reference.host != *IpAddress::parse("10.0.0.1")) continue;
        CHECK(head.time_ns > before);
        before = head.time_ns;
        ++of_host;
    }
    CHECK(of_host > 60);
    CHECK(of_host <= 2 * HeadSample::watched_quota_max);
}

TEST_CASE("a packet that matched a signature, and stands in another stratum, too, is kept once, as matched") {
    HeadSample part;
    part.begin(0);
    for (std::uint64_t serial = 0; serial < 10; ++serial) {
        PacketHead head = packet(serial, 1, true, true);
        head.stratum = HeadSample::openings;
        part.add(head, head.bytes.data());
        if (serial % 3 != 0) continue;
        head.stratum = HeadSample::matched;
        part.add(head, head.bytes.data());
    }
    PacketArchive archive{false};
    archive.add(part, 0);
    archive.close(0, 0, inside);
    const ArchivedEpoch& epoch = archive.epochs().back();
    REQUIRE(epoch.heads.size() == 10);
    for (std::uint64_t serial = 0; serial < 10; ++serial) {
        CHECK(epoch.heads[serial].serial == serial);
        CHECK((epoch.heads[serial].stratum == HeadSample::matched) == (serial % 3 == 0));
    }
}

TEST_CASE("a packet between strangers is that of nobody's address") {
    PacketHead head = packet(1, 1, true, true);
    head.bytes[26] = std::byte{192};
    head.stratum = HeadSample::openings;
    HeadSample part;
    part.begin(0);
    part.add(head, head.bytes.data());
    PacketArchive archive{false};
    archive.add(part, 0);
    archive.close(0, 0, inside);
    REQUIRE(archive.epochs().back().by_host.size() == 1);
    CHECK(archive.epochs().back().by_host.front().host == IpAddress{});
}

TEST_CASE("epochs are kept for as long as was asked") {
    PacketArchive archive{false};
    for (std::int64_t second = 0; second < 10; ++second) archive.close(second, second - 3, inside);
    CHECK(archive.epochs().front().start_s == 6);
    CHECK(archive.epochs().back().start_s == 9);
}
