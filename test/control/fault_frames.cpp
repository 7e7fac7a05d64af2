// SPDX-License-Identifier: BSD-3-Clause
// Which frames show a wrong configuration, and which are the host's other business.
#include "control/fault_frames.hpp"

#include <catch2/catch.hpp>

#include "base/wire.hpp"

using namespace flowlock;

namespace {

using Frame = std::vector<std::byte>;

const HardwareAddress mallory = HardwareAddress::parse("02:00:00:00:00:66").value();
const HardwareAddress alice = HardwareAddress::parse("02:00:00:00:00:0a").value();

void append(Frame& to, std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i) to.push_back(static_cast<std::byte>(value >> 8 * i));
}

Frame ethernet(HardwareAddress from, HardwareAddress to, unsigned type) {
    Frame frame;
    append(frame, to.value, 6);
    append(frame, from.value, 6);
    append(frame, type, 2);
    return frame;
}

Frame announcement(HardwareAddress from, std::uint32_t address) {
    Frame frame = ethernet(from, {0xffff'ffff'ffff}, 0x0806);
    append(frame, 0x0001'0800'0604'0001, 8);
    append(frame, from.value, 6);
    append(frame, address, 4);
    append(frame, 0, 6);
    append(frame, address, 4);
    return frame;
}

Frame datagram(HardwareAddress from, std::uint32_t source, std::uint16_t source_port,
               std::uint32_t destination) {
    Frame frame = ethernet(from, alice, 0x0800);
    append(frame, 0x4500'0024'0000'0000, 8);
    append(frame, 0x4011'0000, 4);
    append(frame, source, 4);
    append(frame, destination, 4);
    append(frame, std::uint64_t{source_port} << 48 | 68ull << 32 | 16ull << 16, 8);
    append(frame, 0, 8);
    return frame;
}

Finding finding(Kind kind) {
    Finding made;
    made.reason = Reason::misconfiguration;
    made.kind = kind;
    made.host = IpAddress::parse("10.0.0.66").value();
    made.fact.hardware_address = mallory.to_string();
    return made;
}

constexpr std::uint32_t own = 0x0a00'0042, others = 0x0a00'0007, outside = 0xcb00'7109;

bool shows(const Finding& of, const Frame& frame, LinkType link = LinkType::ethernet) {
    return FaultFrames::of(of).shows(link, frame, static_cast<std::uint32_t>(frame.size()));
}

}  // namespace

TEST_CASE("a contested address is shown by what its claimants say, and by nothing else") {
    Finding contested = finding(Kind::address_conflict);
    CHECK(shows(contested, announcement(mallory, others)));
    CHECK_FALSE(shows(contested, announcement(alice, others)));
    contested.externals.push_back({IpAddress::parse("10.0.0.7").value(), {}});
    CHECK(shows(contested, announcement(alice, others)));
    CHECK_FALSE(shows(contested, datagram(mallory, own, 40'000, outside)));
    // When it opens, it is not known yet whose claims will matter.
    const Frame frame = announcement(alice, outside);
    CHECK(FaultFrames::of(contested).may_hold(LinkType::ethernet, frame, 60));
    CHECK_FALSE(shows(contested, frame));
}

TEST_CASE("forged sources are shown by packets of the station that are not the host's own") {
    CHECK(shows(finding(Kind::spoofed_source), datagram(mallory, outside, 40'000, outside)));
    CHECK_FALSE(shows(finding(Kind::spoofed_source), datagram(mallory, own, 40'000, outside)));
    CHECK_FALSE(shows(finding(Kind::spoofed_source), datagram(alice, outside, 40'000, outside)));
}

TEST_CASE("a foreign address is shown by packets of the station that bear it") {
    Finding foreign = finding(Kind::foreign_address);
    foreign.externals.push_back({IpAddress::parse("10.0.0.7").value(), {}});
    CHECK(shows(foreign, datagram(mallory, others, 40'000, outside)));
    CHECK(shows(foreign, announcement(mallory, others)));
    CHECK_FALSE(shows(foreign, datagram(alice, others, 40'000, outside)));
    CHECK_FALSE(shows(foreign, datagram(mallory, own, 40'000, outside)));
    CHECK_FALSE(shows(foreign, announcement(mallory, own)));
}

TEST_CASE("a rogue server is shown by what comes from a server's port") {
    CHECK(shows(finding(Kind::rogue_dhcp), datagram(mallory, own, 67, outside)));
    CHECK_FALSE(shows(finding(Kind::rogue_dhcp), datagram(mallory, own, 68, outside)));
}

TEST_CASE("frames of other links, and cut ones, show nothing") {
    for (const Kind kind : {Kind::address_conflict, Kind::spoofed_source, Kind::broadcast_storm}) {
        CHECK_FALSE(shows(finding(kind), announcement(mallory, own), LinkType::cooked_v1));
        CHECK_FALSE(shows(finding(kind), Frame(13)));
    }
}
