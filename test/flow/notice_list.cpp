// SPDX-License-Identifier: BSD-3-Clause
// What a worker keeps of messages on the link: all while there is room, and none uncounted.
#include "flow/notice_list.hpp"

#include <catch2/catch.hpp>

#include "lab.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

TimedNotice claim(std::int64_t time_ns, std::uint64_t station) {
    LinkNotice notice;
    notice.claimed = IpAddress::parse("10.0.0.1").value();
    notice.hardware = notice.frame_source = {station};
    return {time_ns, notice};
}

}  // namespace

TEST_CASE("what does not fit a list of messages is counted, and a cleared list has room again") {
    NoticeList list{{}};
    for (std::uint32_t i = 0; i < NoticeList::notices_max; ++i) {
        REQUIRE(list.room() == std::min(NoticeList::notices_max - i, NoticeList::senders_max));
        list.add(claim(i, 1));
    }
    CHECK(list.room() == 0);
    CHECK(list.refused() == Packets{0});
    list.add(claim(0, 2));
    CHECK(list.refused() == Packets{1});
    CHECK(list.notices().size() == NoticeList::notices_max);
    list.clear();
    CHECK(list.notices().empty());
    CHECK(list.refused() == Packets{0});
    CHECK(list.room() == NoticeList::senders_max);
}

TEST_CASE("frames to all are counted for each sender, for as many as there is room for") {
    NoticeList list{{}};
    for (std::uint64_t round = 0; round < 3; ++round)
        for (std::uint64_t sender = 1; sender <= NoticeList::senders_max; ++sender)
            list.count_group_frame({sender}, static_cast<std::int64_t>(100 * round + sender));
    CHECK(list.room() == 0);
    CHECK(list.refused() == Packets{0});
    list.count_group_frame({NoticeList::senders_max + 1}, 5);
    CHECK(list.refused() == Packets{1});
    REQUIRE(list.senders().size() == NoticeList::senders_max);
    for (const GroupFrames& sender : list.senders()) {
        CHECK(sender.frames == 3);
        CHECK(sender.first_ns == static_cast<std::int64_t>(sender.sender.value));
        CHECK(sender.last_ns == static_cast<std::int64_t>(200 + sender.sender.value));
    }
    list.clear();
    list.count_group_frame({7}, 1);
    REQUIRE(list.senders().size() == 1);
    CHECK(list.senders()[0].frames == 1);
}

TEST_CASE("messages of all workers come in the order of time and content, whoever heard them") {
    std::vector<std::vector<TimedNotice>> heard;
    for (const bool swapped : {false, true}) {
        Lab lab;
        const auto first = lab.begin({1, 100}), second = lab.begin({1, 100});
        for (const auto& timed : {claim(30, 3), claim(10, 2)}) (swapped ? second : first)->notices.add(timed);
        for (const auto& timed : {claim(20, 9), claim(10, 1)}) (swapped ? first : second)->notices.add(timed);
        first->notices.count_group_frame({5}, 40);
        second->notices.count_group_frame({5}, 10);
        second->notices.count_group_frame({4}, 10);
        lab.merger.add(*first);
        lab.merger.add(*second);
        const MergedEpoch& merged = lab.merger.close();
        heard.push_back(merged.notices);
        REQUIRE(merged.group_frames.size() == 2);
        CHECK(merged.group_frames[0].sender == HardwareAddress{4});
        CHECK(merged.group_frames[1].frames == 2);
        CHECK(merged.group_frames[1].first_ns == 10);
        CHECK(merged.group_frames[1].last_ns == 40);
    }
    REQUIRE(heard[0].size() == 4);
    CHECK(heard[0] == heard[1]);
    CHECK(heard[0][0].notice.hardware == HardwareAddress{1});
    CHECK(heard[0][3].time_ns == 30);
}

TEST_CASE("a flow's record says from which hardware address its first packet came") {
    Lab lab;
    const auto part = lab.begin({1, 100});
    const Decoded packet = decoded({.time_ns = 100 * second_ns});
    const std::uint64_t hash = part->flows.hash(packet.key);
    const auto count_from = [&](std::uint64_t station) {
        (void)part->flows.count(packet, hash, part->flows.time_of(100 * second_ns), [&] {
            return LinkOrigin{.source = {station}, .to_all = (station & 0xff) == 8};
        });
    };
    count_from(0x0200'0000'0008);
    count_from(0x0200'0000'0009);
    CHECK(part->flows.births()[0].origin().source == HardwareAddress{0x0200'0000'0008});
    lab.merger.add(*part);
    const MergedEpoch& merged = lab.merger.close();
    REQUIRE(merged.new_flows.size() == 1);
    CHECK(lab.flows[merged.new_flows[0]].first_hardware() == HardwareAddress{0x0200'0000'0008});
    CHECK(lab.flows[merged.new_flows[0]].to_all == 1);
}
