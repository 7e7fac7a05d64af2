// SPDX-License-Identifier: BSD-3-Clause
// Packets that a mirror port sends twice are told from repeated ones.
#include <random>

#include <catch2/catch.hpp>

#include "detect/duplicate_watch.hpp"
#include "packet/frame_print.hpp"

using namespace flowlock;

namespace {

using Frame = std::vector<std::byte>;

void put_be16(Frame& frame, std::size_t at, std::uint32_t value) {
    frame[at] = static_cast<std::byte>(value >> 8);
    frame[at + 1] = static_cast<std::byte>(value);
}

// Ethernet, IPv4, UDP with 18 bytes of payload.
Frame udp_frame(std::uint32_t identification, std::uint32_t payload) {
    Frame frame(60);
    put_be16(frame, 12, 0x0800);
    frame[14] = std::byte{0x45};
    put_be16(frame, 16, 46);
    put_be16(frame, 18, identification);
    frame[22] = std::byte{64};
    frame[23] = std::byte{17};
    put_be16(frame, 26, 0xc000);
    put_be16(frame, 30, 0x0a00);
    put_be16(frame, 42, payload >> 16);
    put_be16(frame, 44, payload);
    return frame;
}

std::uint64_t print_of(const Frame& frame) {
    return frame_print(frame, HashKey{});
}

DuplicateFigures figures_of(const std::vector<Frame>& frames) {
    PacketSample sample;
    sample.begin(0, 1);
    for (const Frame& frame : frames) sample.add(print_of(frame));
    DuplicateWatch watch;
    watch.add(sample);
    watch.close();
    return watch.figures();
}

}  // namespace

TEST_CASE("the copy that a router or switch has changed on its way has the same print") {
    const Frame frame = udp_frame(7, 9);
    Frame routed = frame;
    routed[0] = std::byte{2};  // MAC addresses
    routed[11] = std::byte{9};
    routed[15] = std::byte{8};   // traffic class
    routed[22] = std::byte{63};  // hop limit and checksum
    put_be16(routed, 24, 0x1234);
    CHECK(print_of(routed) == print_of(frame));

    Frame tagged = frame;
    tagged.insert(tagged.begin() + 12, {std::byte{0x81}, std::byte{0}, std::byte{0}, std::byte{5}});
    CHECK(print_of(tagged) == print_of(frame));
    Frame padded = frame;
    padded.resize(64, std::byte{0xff});
    CHECK(print_of(padded) == print_of(frame));
}

TEST_CASE("another packet has another print, even if only a bit of it differs") {
    const Frame frame = udp_frame(7, 9);
    const auto print = print_of(frame);
    CHECK(print_of(udp_frame(8, 9)) != print);
    CHECK(print_of(udp_frame(7, 8)) != print);
    for (std::size_t at : {16u, 23u, 29u, 33u, 35u, 37u, 59u}) {
        Frame other = frame;
        other[at] ^= std::byte{1};
        INFO(at);
        CHECK(print_of(other) != print);
    }
}

TEST_CASE("every prefix of a frame has a print or none, and is never read past its end") {
    Frame ipv6(120);
    put_be16(ipv6, 12, 0x86dd);
    put_be16(ipv6, 18, 60);
    // Behind Ethernet, the whole IP header must be there.
    for (const auto& [frame, size_min] : {std::pair{udp_frame(7, 9), 34u}, std::pair{ipv6, 54u}})
        for (std::size_t size = 0; size <= frame.size(); ++size) {
            // In a block of its own, so that a sanitizer sees every byte too many.
            const Frame prefix(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
            CHECK((print_of(prefix) != 0) == (size >= size_min));
        }
    CHECK(print_of(Frame(60)) == 0);
}

TEST_CASE("of a tap's packets none come twice, of a mirror's all do, of half a mirror's a third") {
    std::vector<Frame> once, twice, half;
    for (std::uint32_t i = 0; i < 1'500; ++i) {
        once.push_back(udp_frame(i, 0));
        for (int copy = 0; copy < 2; ++copy) twice.push_back(udp_frame(i, 0));
        half.push_back(udp_frame(i, 0));
        if (i % 3 == 0) half.push_back(udp_frame(i, 0));
    }
    CHECK(figures_of(once).twice == 0);
    CHECK_FALSE(figures_of(once).are_many());
    CHECK(figures_of(twice).distinct == 1'500);
    CHECK(figures_of(twice).twice == 1'500);
    CHECK(figures_of(twice).are_many());
    CHECK(figures_of(half).twice == 500);
    CHECK(figures_of(half).are_many());
}

TEST_CASE("a generator that sends the same packet over and over is no mirror") {
    std::vector<Frame> frames;
    for (std::uint32_t i = 0; i < 4'000; ++i) frames.push_back(udp_frame(i % 8, 0));
    CHECK(figures_of(frames).twice == 0);
}

TEST_CASE("copies that two workers have counted are joined, and the older minutes forgotten") {
    DuplicateWatch watch;
    for (int epoch = 0; epoch < 200; ++epoch) {
        PacketSample of_first, of_second;
        for (PacketSample* sample : {&of_first, &of_second}) {
            sample->begin(0, 1);
            for (std::uint32_t i = 0; i < 100; ++i)
                sample->add(print_of(udp_frame(i, static_cast<std::uint32_t>(epoch))));
        }
        watch.add(of_first);
        if (epoch < 100) watch.add(of_second);
        watch.close();
        if (epoch == 99) CHECK(watch.figures().are_many());
    }
    CHECK(watch.figures().distinct == 100 * DuplicateWatch::window);
    CHECK(watch.figures().twice == 0);
}

TEST_CASE("more packets than a sample holds are sampled by fewer flows until they fit, and fewer by more") {
    DuplicateWatch watch;
    std::mt19937_64 random(3);
    const auto second = [&](std::size_t packets) {
        PacketSample sample;
        sample.begin(watch.level(), 5);
        for (std::size_t i = 0; i < packets; ++i) {
            const std::uint64_t hash = random();
            if (sample.choice().wants(hash)) sample.add(hash | 1);
        }
        watch.add(sample);
        watch.close();
        return sample.is_cut();
    };
    int cut = 0;
    for (int i = 0; i < 20; ++i) cut += second(200'000) ? 1 : 0;
    CHECK(cut > 0);
    CHECK(cut < 5);
    CHECK_FALSE(second(200'000));
    for (int i = 0; i < 60; ++i) second(100);
    CHECK(watch.level() == 0);
}
