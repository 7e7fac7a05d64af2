// SPDX-License-Identifier: BSD-3-Clause
// What a worker keeps of its packets: no stratum more than its quota, and none at another's expense.
#include "flow/head_sample.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace flowlock;

namespace {

constexpr std::byte one_byte[] = {std::byte{0x45}};

void offer(HeadSample& sample, std::uint32_t stratum, std::uint64_t serial) {
    PacketHead info;
    info.serial = serial;
    info.lot = HeadSample::lot_of(serial);
    info.stratum = stratum;
    info.size = sizeof one_byte;
    if (sample.draw(stratum, info.lot)) sample.add(info, one_byte);
}

std::map<std::uint32_t, std::set<std::uint64_t>> kept_by(const HeadSample& sample) {
    std::map<std::uint32_t, std::set<std::uint64_t>> kept;
    sample.for_each([&](const PacketHead& head) { kept[head.stratum].insert(head.serial); });
    return kept;
}

}  // namespace

TEST_CASE("while there is room, every packet is kept") {
    HeadSample sample;
    sample.begin(2);
    for (std::uint64_t i = 0; i < HeadSample::general_quota; ++i) offer(sample, HeadSample::general, i);
    for (std::uint64_t i = 0; i < 64; ++i) offer(sample, HeadSample::first_watched + 3, i);
    const auto kept = kept_by(sample);
    CHECK(kept.at(HeadSample::general).size() == HeadSample::general_quota);
    CHECK(kept.at(HeadSample::first_watched + 3).size() == 64);
}

TEST_CASE("of a flood a stratum keeps between half its quota and all of it, spread evenly over time") {
    HeadSample sample;
    sample.begin(0);
    constexpr std::uint64_t packets = 3'000'000;
    for (std::uint64_t i = 0; i < packets; ++i) offer(sample, HeadSample::general, i);
    const auto kept = kept_by(sample).at(HeadSample::general);
    CHECK(kept.size() <= HeadSample::general_quota);
    CHECK(kept.size() >= HeadSample::general_quota / 2 - 1);
    // No tenth of the time has more than an eighth or less than a twelfth of them.
    for (std::uint64_t tenth = 0; tenth < 10; ++tenth) {
        const auto begin = kept.lower_bound(tenth * packets / 10);
        const auto end = kept.lower_bound((tenth + 1) * packets / 10);
        const auto share = static_cast<std::size_t>(std::distance(begin, end));
        CHECK(share * 8 <= kept.size());
        CHECK(share * 12 >= kept.size());
    }
}

TEST_CASE("a flood takes no room from openings and watched hosts") {
    HeadSample sample;
    sample.begin(1000);
    const std::uint32_t last = HeadSample::first_watched + 2 * 999 + 1;
    offer(sample, last, 1);
    offer(sample, HeadSample::openings, 2);
    for (std::uint64_t i = 0; i < 1'000'000; ++i) {
        offer(sample, HeadSample::general, i);
        offer(sample, HeadSample::first_watched, i);
    }
    const auto kept = kept_by(sample);
    CHECK(kept.at(last) == std::set<std::uint64_t>{1});
    CHECK(kept.at(HeadSample::openings) == std::set<std::uint64_t>{2});
    CHECK(kept.at(HeadSample::first_watched).size() <= HeadSample::quota_of(HeadSample::first_watched, 1000));
    CHECK(sample.size() <= HeadSample::room);
}

TEST_CASE("a sample that is begun anew is empty, whatever the number of watched hosts was") {
    HeadSample sample;
    for (const std::uint32_t watched : {0u, 1000u, 3u}) {
        sample.begin(watched);
        CHECK(sample.size() == 0);
        for (std::uint64_t i = 0; i < 5000; ++i) offer(sample, HeadSample::openings, i);
        CHECK(sample.size() <= HeadSample::openings_quota);
        CHECK(sample.size() >= HeadSample::openings_quota / 2 - 1);
    }
}

TEST_CASE("a watch list finds its hosts and no other, also when it is used again") {
    WatchList list;
    const auto host = [](std::uint32_t n) {
        return *IpAddress::parse("10.0." + std::to_string(n / 256) + "." + std::to_string(n % 256));
    };
    for (const std::uint32_t first : {0u, 500u}) {
        std::vector<IpAddress> hosts;
        for (std::uint32_t n = 0; n < 500; ++n) hosts.push_back(host(first + n));
        list.assign(hosts);
        std::uint32_t mistaken = 0;
        for (std::uint32_t n = 0; n < 2000; ++n) {
            const bool listed = n >= first && n < first + 500;
            CHECK((list.find(host(n)) != WatchList::nobody) == listed);
            if (listed) CHECK(list.may_hold(host(n)));
            mistaken += !listed && list.may_hold(host(n)) ? 1 : 0;
        }
        CHECK(mistaken < 100);  // 1500 * 500 / 32768 = 23 expected
    }
}

TEST_CASE("matched packets have a place of their own, whatever else there is") {
    HeadSample sample;
    sample.begin(1000);
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        offer(sample, HeadSample::general, i);
        offer(sample, HeadSample::openings, i);
        offer(sample, HeadSample::first_watched + static_cast<std::uint32_t>(i % 2000), i);
    }
    for (std::uint64_t i = 0; i < HeadSample::matched_quota; ++i) offer(sample, HeadSample::matched, i);
    CHECK(kept_by(sample).at(HeadSample::matched).size() == HeadSample::matched_quota);
    CHECK(sample.size() <= HeadSample::room);
}
