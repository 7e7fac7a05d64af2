// SPDX-License-Identifier: BSD-3-Clause
#include "conversation.hpp"

#include <array>

namespace flowlock::evaluate {
namespace {

// RFC 6298 and Linux: a SYN again after 1, 3 and 7 s. Resolvers, ping and P2P nodes wait similarly.
constexpr std::array<std::int64_t, 4> retry_after_ms{0, 1'000, 3'000, 7'000};

class Writer {
public:
    Writer(const Meeting& meeting, const Dialler& dialler, Calendar& calendar)
        : meeting_(meeting), dialler_(dialler), calendar_(calendar), now_ns_(meeting.time_ns) {}

    // From who began the conversation (true) or from the other one.
    void say(bool beginner, std::uint8_t flags, std::uint16_t bytes) {
        const bool own = beginner != dialler_.inwards;
        if (!own && dialler_.one_way) return;
        Packet packet;
        packet.time_ns = now_ns_;
        packet.source = own ? meeting_.own : meeting_.other;
        packet.target = own ? meeting_.other : meeting_.own;
        packet.source_port = own ? meeting_.own_port : meeting_.other_port;
        packet.target_port = own ? meeting_.other_port : meeting_.own_port;
        packet.bytes = bytes;
        packet.protocol = meeting_.protocol;
        packet.flags = flags;
        packet.outgoing = own;
        packet.probe = beginner && dialler_.probe && !probed_;
        packet.host = meeting_.host;
        probed_ = probed_ || packet.probe;
        calendar_.add(packet);
    }
    // An ICMP error that quotes what the beginner has sent.
    void refuse_by_icmp() {
        if (dialler_.one_way && !dialler_.inwards) return;
        Packet packet;
        packet.time_ns = now_ns_;
        packet.source = dialler_.inwards ? meeting_.own : meeting_.other;
        packet.target = dialler_.inwards ? meeting_.other : meeting_.own;
        packet.source_port = dialler_.inwards ? meeting_.own_port : meeting_.other_port;
        packet.target_port = dialler_.inwards ? meeting_.other_port : meeting_.own_port;
        packet.bytes = 56;
        packet.quoted = meeting_.protocol;
        packet.protocol = meeting_.own.is_ipv4() ? protocol::icmp : protocol::icmp6;
        packet.flags = icmp_class::unreachable;
        packet.outgoing = dialler_.inwards;
        packet.host = meeting_.host;
        calendar_.add(packet);
    }
    void wait(std::int64_t ns) { now_ns_ += ns; }
    void say_until_heard(std::uint8_t flags, std::uint16_t bytes) {
        const std::int64_t begin_ns = now_ns_;
        const bool heard = meeting_.fate != Fate::silent;
        for (unsigned i = 0; i <= dialler_.retries && i < retry_after_ms.size(); ++i) {
            const std::int64_t after_ns = retry_after_ms[i] * ms;
            if (heard && after_ns >= meeting_.round_trip_ns && i > 0) break;
            now_ns_ = begin_ns + after_ns;
            say(true, flags, bytes);
        }
        now_ns_ = begin_ns + meeting_.round_trip_ns;
    }

    // A connection with a request and an answer in each turn.
    void tcp() {
        say_until_heard(dialler_.first_flags, 60);
        if (meeting_.fate == Fate::silent) return;
        if (meeting_.fate == Fate::refuses) return say(false, tcp_flag::rst | tcp_flag::ack, 40);
        if (dialler_.first_flags != tcp_flag::syn) return;  // an open port says nothing to a strange segment
        say(false, tcp_flag::syn | tcp_flag::ack, 60);
        wait(ms / 10);
        if (dialler_.hangs_up) return say(true, tcp_flag::rst, 40);
        say(true, tcp_flag::ack, 52);
        for (unsigned turn = 0; turn < dialler_.turns; ++turn) {
            wait(ms);
            say(true, tcp_flag::psh | tcp_flag::ack, dialler_.bytes);
            wait(meeting_.round_trip_ns);
            say(false, tcp_flag::psh | tcp_flag::ack, dialler_.bytes);
        }
        wait(ms);
        say(true, tcp_flag::fin | tcp_flag::ack, 52);
        wait(meeting_.round_trip_ns);
        say(false, tcp_flag::fin | tcp_flag::ack, 52);
        say(true, tcp_flag::ack, 52);
    }
    // An answer to what the tap has not seen, or what somebody else has asked in our name.
    void answer_only() { say(true, dialler_.first_flags, 40); }
    // UDP, ICMP echo and everything without connections: asks, and is answered.
    void ask() {
        const bool echo = protocol::is_icmp(meeting_.protocol);
        const std::uint16_t bytes = dialler_.bytes;
        say_until_heard(echo ? icmp_class::echo_request : 0, bytes);
        if (meeting_.fate == Fate::silent) return;
        if (meeting_.fate == Fate::refuses) return refuse_by_icmp();
        say(false, echo ? icmp_class::echo_reply : 0, bytes);
        for (unsigned turn = 1; turn < dialler_.turns; ++turn) {
            wait(20 * ms);
            say(true, echo ? icmp_class::echo_request : 0, bytes);
            wait(meeting_.round_trip_ns);
            say(false, echo ? icmp_class::echo_reply : 0, bytes);
        }
    }

private:
    const Meeting& meeting_;
    const Dialler& dialler_;
    Calendar& calendar_;
    std::int64_t now_ns_;
    bool probed_ = false;
};

}  // namespace

void write_conversation(const Meeting& meeting, const Dialler& dialler, Calendar& calendar) {
    Writer writer(meeting, dialler, calendar);
    if (dialler.opening == Opening::answer) return writer.answer_only();
    if (meeting.protocol == protocol::tcp) return writer.tcp();
    writer.ask();
}

}  // namespace flowlock::evaluate
