// SPDX-License-Identifier: BSD-3-Clause
// Round trips take 2 to 40 ms, segments follow each other like on a fast line.
#include "background.hpp"

namespace flowlock::scene {

namespace {

// One TCP connection: what each side has sent so far, from which follow the numbers of the next segment.
class TcpTalk {
public:
    TcpTalk(const Path& path, Random& random) : path_{path}, number_{side(random), side(random)} {}

    // The next segment of the initiator (0) or of its peer (1).
    PacketSpec segment(int from, Time time, std::uint32_t flags, std::uint32_t payload) {
        PacketSpec spec;
        spec.time = time;
        spec.path = from == 0 ? path_ : path_.reversed();
        spec.protocol = tcp;
        spec.payload = static_cast<std::uint16_t>(payload);
        spec.tcp_flags = static_cast<std::uint8_t>(flags);
        spec.sequence = number_[from];
        if (flags & ack) spec.acknowledgement = number_[1 - from];
        number_[from] += payload + ((flags & (syn | fin)) != 0);
        return spec;
    }

private:
    static std::uint32_t side(Random& random) { return static_cast<std::uint32_t>(random.next()); }

    Path path_;
    std::uint32_t number_[2];
};

}  // namespace

void Background::web(Time start, const Path& path, std::uint32_t segments) {
    TcpTalk talk{path, random_};
    const auto round_trip = microseconds(2'000, 40'000);
    auto now = start;
    const auto say_next = [&](int from, Duration after, std::uint32_t flags, std::uint32_t payload) {
        script_.push_back(talk.segment(from, now += after, flags, payload));
        script_.back().identification = static_cast<std::uint16_t>(random_.next());
    };
    say_next(0, Duration{0}, syn, 0);
    say_next(1, round_trip, syn | ack, 0);
    say_next(0, microseconds(20, 200), ack, 0);
    say_next(0, microseconds(50, 900), psh | ack, random_.between(180, 700));
    say_next(1, round_trip, ack, 0);
    for (std::uint32_t i = 1; i <= segments; ++i) {
        const bool last = i == segments;
        say_next(1, microseconds(30, 1'500), last ? psh | ack : ack,
                 last ? random_.between(40, 1'400) : 1'440);
        if (i % 2 == 0 || last) say_next(0, microseconds(10, 80), ack, 0);
    }
    say_next(0, microseconds(100, 30'000), fin | ack, 0);
    say_next(1, round_trip, fin | ack, 0);
    say_next(0, microseconds(20, 200), ack, 0);
}

void Background::dns(Time start, const Path& path) {
    say(start, path, udp, random_.between(24, 60));
    say(start + microseconds(900, 25'000), path.reversed(), udp, random_.between(60, 480));
}

void Background::dns_fragmented(Time start, const Path& path) {
    say(start, path, udp, 40);
    const auto answered = start + microseconds(900, 25'000);
    constexpr std::uint32_t answer = 2'000;
    constexpr std::uint32_t first_part = 1'472;  // with 8 bytes of UDP header a multiple of 8
    auto& first = say(answered, path.reversed(), udp, first_part);
    first.more_fragments = true;
    first.udp_length = 8 + answer;
    const auto identification = first.identification;
    auto& second = say(answered + microseconds(5, 30), path.reversed(), udp, answer - first_part);
    second.fragment_offset = 8 + first_part;
    second.identification = identification;
}

void Background::ntp(Time start, const Path& path) {
    say(start, path, udp, 48);
    say(start + microseconds(2'000, 30'000), path.reversed(), udp, 48);
}

void Background::ping(Time start, const Path& path, std::uint32_t count) {
    const bool ipv4 = path.source.is_ipv4();
    const std::uint8_t protocol = ipv4 ? icmp : icmp6;
    for (std::uint32_t i = 1; i <= count; ++i) {
        auto& request = say(start, path, protocol, 56);
        request.icmp_type = ipv4 ? 8 : 128;
        request.icmp_number = static_cast<std::uint16_t>(i);
        auto& reply = say(start + microseconds(2'000, 40'000), path.reversed(), protocol, 56);
        reply.icmp_type = ipv4 ? 0 : 129;
        reply.icmp_number = static_cast<std::uint16_t>(i);
        start += std::chrono::seconds{1} + microseconds(0, 900);
    }
}

// The reference holds until the next call.
PacketSpec& Background::say(Time time, const Path& path, std::uint8_t protocol, std::uint32_t payload) {
    auto& spec = script_.emplace_back();
    spec.time = time;
    spec.path = path;
    spec.protocol = protocol;
    spec.payload = static_cast<std::uint16_t>(payload);
    spec.identification = static_cast<std::uint16_t>(random_.next());
    return spec;
}

}  // namespace flowlock::scene
