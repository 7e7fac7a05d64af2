// SPDX-License-Identifier: BSD-3-Clause
// What each side of a flow is taken to send. Endpoint 0 of the key and endpoint 1 are tried in both places.
#include "flow/traffic_class.hpp"

#include <catch2/catch.hpp>

#include "lab.hpp"

namespace flowlock::test {
namespace {

// Not all: the flags have the names of some.
using TrafficClass::icmp;
using TrafficClass::icmp_fragment;
using TrafficClass::other;
using TrafficClass::other_conversation;
using TrafficClass::other_fragment;
using TrafficClass::other_one_way;
using TrafficClass::syn_ack;
using TrafficClass::tcp_answer;
using TrafficClass::tcp_established;
using TrafficClass::tcp_flags;
using TrafficClass::tcp_fragment;
using TrafficClass::tcp_one_sided;
using TrafficClass::tcp_one_way;
using TrafficClass::tcp_unknown;
using TrafficClass::udp;
using TrafficClass::udp_conversation;
using TrafficClass::udp_exchange;
using TrafficClass::udp_fragment;
using TrafficClass::udp_one_way;
using namespace tcp_flag;

constexpr std::uint16_t dns = 53, ntp = 123, quic = 443;

TrafficClass responses_at(std::uint16_t port) {
    return responses_of(reflector_of_port(port));
}
TrafficClass requests_at(std::uint16_t port) {
    return requests_of(reflector_of_port(port));
}

// One side of a flow.
struct Does {
    std::uint64_t packets = 0;
    std::uint8_t flags = 0;
    std::uint16_t port = 40'000;
    std::uint64_t bytes_each = 100;
    std::uint64_t packets_now = ~std::uint64_t{0};  // as packets
};

// A flow between a host of ours, who begins or not, and another.
struct Flow {
    Does ours;
    Does theirs{};
    std::uint8_t protocol = 6;
    bool ours_begins = true;
    std::uint8_t first_flags = syn;
    std::uint8_t family = 4;
};

struct Classes {
    TrafficClass ours;
    TrafficClass theirs;
};

TrafficClass class_of(const Flow& flow, bool of_ours, unsigned inside) {
    FlowKey key;
    key.protocol = flow.protocol;
    key.family = flow.family;
    FlowView view{.key = key,
                  .flags = {},
                  .packets = {},
                  .bytes = {},
                  .packets_now = {},
                  .first_flags = flow.first_flags,
                  .initiator = static_cast<std::uint8_t>(flow.ours_begins ? inside : 1 - inside),
                  .inside = static_cast<std::uint8_t>(inside)};
    for (const unsigned end : {0u, 1u}) {
        const Does& does = end == inside ? flow.ours : flow.theirs;
        key.port[end] = does.port;
        view.flags[end] = does.flags;
        view.packets[end] = does.packets;
        view.bytes[end] = does.packets * does.bytes_each;
        view.packets_now[end] = does.packets_now == ~std::uint64_t{0} ? does.packets : does.packets_now;
    }
    return class_of_flow(view, of_ours ? inside : 1 - inside);
}

// The classes do not depend on which endpoint of the key is which.
TrafficClass ours(const Flow& flow) {
    const TrafficClass first = class_of(flow, true, 0);
    CHECK(class_of(flow, true, 1) == first);
    return first;
}
TrafficClass theirs(const Flow& flow) {
    const TrafficClass first = class_of(flow, false, 0);
    CHECK(class_of(flow, false, 1) == first);
    return first;
}

}  // namespace

TEST_CASE("two sides that both acknowledge are in a conversation, whoever began it and is seen to") {
    for (const bool ours_begins : {true, false})
        for (const std::uint8_t first : {syn, ack, first_flags_unknown}) {
            const Flow flow{.ours = {10, syn | ack | psh},
                            .theirs = {8, syn | ack | fin},
                            .ours_begins = ours_begins,
                            .first_flags = first};
            CHECK(ours(flow) == tcp_established);
            CHECK(theirs(flow) == tcp_established);
        }
}

TEST_CASE("a conversation may have up to 64 packets for each of the other's, and 64 more, in an epoch") {
    const auto sends = [](std::uint64_t packets, std::uint64_t answers, std::uint8_t protocol) {
        return ours({.ours = {10'000'000, ack, 40'000, 100, packets},
                     .theirs = {10'000'000, ack, 50'000, 100, answers},
                     .protocol = protocol});
    };
    CHECK(sends(64, 0, 6) == tcp_established);
    CHECK(sends(65, 0, 6) == TrafficClass::ack);
    CHECK(sends(64 * 1'001, 1'000, 6) == tcp_established);
    CHECK(sends(64 * 1'001 + 1, 1'000, 6) == TrafficClass::ack);
    CHECK(sends(64 * 11, 10, 17) == udp_conversation);
    CHECK(sends(64 * 11 + 1, 10, 17) == udp);
    CHECK(sends(64 * 11, 10, 47) == other_conversation);
    CHECK(sends(64 * 11 + 1, 10, 47) == other);
}

TEST_CASE("SYN that nobody answers are a SYN flood, whatever ECN says, and SYN with FIN or URG are no SYN") {
    for (const int flags : {+syn, syn | ece | cwr, syn | psh}) {
        CHECK(ours({.ours = {1'000, static_cast<std::uint8_t>(flags)}}) == TrafficClass::syn);
        CHECK(
            theirs({.ours = {}, .theirs = {1'000, static_cast<std::uint8_t>(flags)}, .ours_begins = false}) ==
            TrafficClass::syn);
    }
    CHECK(ours({.ours = {3, syn | fin}, .first_flags = syn | fin}) == tcp_flags);
    CHECK(ours({.ours = {3, syn | urg}, .first_flags = syn | urg}) == tcp_flags);
    CHECK(ours({.ours = {3, 0}, .first_flags = 0}) == tcp_flags);
    CHECK(ours({.ours = {3, fin | psh | urg}, .first_flags = fin | psh | urg}) == tcp_flags);
}

TEST_CASE("who refuses or accepts is no attacker, and who was refused sent SYN") {
    // Closed port, open port whose SYN-ACK is never acknowledged, and six of them for one SYN.
    for (const Does& answer : {Does{1, rst | ack}, Does{1, rst}, Does{1, syn | ack}, Does{6, syn | ack}}) {
        const Flow flow{.ours = {1, syn}, .theirs = answer};
        CHECK(ours(flow) == TrafficClass::syn);
        CHECK(theirs(flow) == tcp_answer);
    }
    CHECK(theirs({.ours = {1, syn}, .theirs = {7, syn | ack}}) == syn_ack);
    CHECK(theirs({.ours = {10, syn}, .theirs = {60, syn | ack}}) == tcp_answer);
    CHECK(theirs({.ours = {10, syn}, .theirs = {61, syn | ack}}) == syn_ack);
    CHECK(theirs({.ours = {1, syn}, .theirs = {7, rst}}) == TrafficClass::rst);
    // An ACK that hits a port where nobody listens is refused, and is no conversation.
    const Flow refused{.ours = {50, ack}, .theirs = {1, rst | ack}, .first_flags = ack};
    CHECK(ours(refused) == TrafficClass::ack);
    CHECK(theirs(refused) == tcp_answer);
}

TEST_CASE("what answers nothing that was seen is named by its flags") {
    CHECK(ours({.ours = {5, syn | ack}, .first_flags = syn | ack}) == syn_ack);
    CHECK(theirs({.ours = {}, .theirs = {5, syn | ack}, .ours_begins = false, .first_flags = syn | ack}) ==
          syn_ack);
    CHECK(ours({.ours = {5, rst}, .first_flags = rst}) == TrafficClass::rst);
    CHECK(ours({.ours = {5, rst | ack}, .first_flags = rst | ack}) == TrafficClass::rst);
    CHECK(ours({.ours = {5, ack | psh}, .first_flags = ack}) == tcp_one_way);
    CHECK(ours({.ours = {5, ack}, .theirs = {2, fin}, .first_flags = ack}) == TrafficClass::ack);
}

TEST_CASE("one half of a connection shows its handshake: the client's side, and the server's") {
    // A client: SYN, and then ACK.
    CHECK(ours({.ours = {5, syn | ack}, .first_flags = syn}) == tcp_one_sided);
    // A server: SYN-ACK, and then data, or more packets than SYN-ACKs are repeated.
    CHECK(theirs(
              {.ours = {}, .theirs = {2, syn | ack | psh}, .ours_begins = false, .first_flags = syn | ack}) ==
          tcp_one_sided);
    CHECK(ours({.ours = {7, syn | ack}, .first_flags = syn | ack}) == tcp_one_sided);
    CHECK(ours({.ours = {6, syn | ack}, .first_flags = syn | ack}) == syn_ack);
}

TEST_CASE("TCP that was captured too short to show flags accuses nobody") {
    CHECK(ours({.ours = {9, 0}, .first_flags = first_flags_unknown}) == tcp_unknown);
    CHECK(ours({.ours = {9, 0, 0}, .theirs = {0, 0, 0}, .first_flags = 0}) == tcp_fragment);
}

TEST_CASE("later fragments have no ports; fragments with ports are the datagrams they begin") {
    for (const bool answered : {false, true}) {
        const std::uint64_t answers = answered ? 3 : 0;
        CHECK(ours({.ours = {9, fragment_flag, 0},
                    .theirs = {answers, fragment_flag, 0},
                    .protocol = 17,
                    .first_flags = 0}) == udp_fragment);
        CHECK(ours({.ours = {9, fragment_flag, 0},
                    .theirs = {answers, fragment_flag, 0},
                    .protocol = 47,
                    .first_flags = 0}) == (answered ? other_conversation : other_fragment));
    }
    CHECK(ours({.ours = {9, fragment_flag, dns}, .protocol = 17}) == responses_at(dns));
    CHECK(ours({.ours = {9, fragment_flag, 4'000}, .theirs = {0, 0, 4'000}, .protocol = 17}) == udp_one_way);
    // Datagrams between the ports 0 are none.
    CHECK(ours({.ours = {9, 0, 0}, .theirs = {0, 0, 0}, .protocol = 17}) == udp_one_way);
}

TEST_CASE("pings are ICMP in both families, large ones, too; later fragments alone are fragments") {
    for (const std::uint8_t family : {4, 6}) {
        const std::uint8_t protocol = family == 4 ? 1 : 58;
        const auto sends = [&](std::uint8_t flags) {
            return ours({.ours = {9, flags, 0},
                         .theirs = {9, 0, 0},
                         .protocol = protocol,
                         .first_flags = 0,
                         .family = family});
        };
        CHECK(sends(icmp_class::echo_request) == icmp);
        CHECK(sends(icmp_class::echo_reply) == icmp);
        CHECK(sends(icmp_class::unreachable) == icmp);
        CHECK(sends(icmp_class::other) == icmp);
        CHECK(sends(icmp_class::echo_request | fragment_flag) == icmp);
        CHECK(sends(fragment_flag) == icmp_fragment);
    }
    // ICMP of the other family is a protocol like others.
    CHECK(ours({.ours = {9, 0, 0}, .theirs = {0, 0, 0}, .protocol = 1, .family = 6}) == other_one_way);
    CHECK(ours({.ours = {9, 0, 0}, .theirs = {0, 0, 0}, .protocol = 58}) == other_one_way);
}

TEST_CASE("questions and answers over UDP are an exchange, more of them a conversation, both sides alike") {
    const auto talk = [](std::uint64_t questions, std::uint64_t answers) {
        const Flow flow{
            .ours = {questions, 0, 40'000}, .theirs = {answers, 0, 50'000}, .protocol = 17, .first_flags = 0};
        CHECK(ours(flow) == theirs(flow));
        return ours(flow);
    };
    CHECK(talk(1, 1) == udp_exchange);
    CHECK(talk(3, 60) == udp_exchange);
    CHECK(talk(60, 3) == udp_exchange);
    CHECK(talk(4, 4) == udp_conversation);
    CHECK(ours({.ours = {1'000}, .protocol = 17}) == udp_one_way);
}

TEST_CASE("large answers that nobody asked for are amplification, and unanswered questions are requests") {
    for (const Reflector& reflector : reflectors) {
        INFO(reflector.name);
        // A victim of ours gets answers; forged questions go out; a server of ours that is not seen to be asked.
        CHECK(theirs({.ours = {0, 0, 40'000},
                      .theirs = {50, 0, reflector.port, 1'400},
                      .protocol = 17,
                      .ours_begins = false}) == responses_at(reflector.port));
        CHECK(ours({.ours = {50}, .theirs = {0, 0, reflector.port}, .protocol = 17}) ==
              requests_at(reflector.port));
        CHECK(ours({.ours = {50, 0, reflector.port}, .theirs = {0, 0, 40'000}, .protocol = 17}) ==
              responses_at(reflector.port));
        // The question and the answer of an ordinary client.
        const Flow client{.ours = {1}, .theirs = {1, 0, reflector.port, 400}, .protocol = 17};
        CHECK(ours(client) == udp_exchange);
        CHECK(theirs(client) == udp_exchange);
    }
}

TEST_CASE(
    "a server of ours is used as a reflector from ten times as many bytes on, unless its port has "
    "downloads") {
    const auto answers = [](std::uint16_t port, std::uint64_t bytes, bool ours_begins = false) {
        return ours({.ours = {1, 0, port, bytes},
                     .theirs = {1, 0, 40'000, 60},
                     .protocol = 17,
                     .ours_begins = ours_begins});
    };
    CHECK(answers(dns, 599) == udp_exchange);
    CHECK(answers(dns, 600) == responses_at(dns));
    CHECK(answers(quic, 6'000) == udp_exchange);
    // Our server that asks from its own port is a client.
    CHECK(answers(dns, 600, true) == udp_exchange);
    // A server elsewhere is not ours to mend: who asked gets what he asked for.
    CHECK(theirs({.ours = {1, 0, 40'000, 60}, .theirs = {1, 0, dns, 4'000}, .protocol = 17}) == udp_exchange);
    // The question of a reflected answer is an exchange.
    CHECK(theirs({.ours = {1, 0, dns, 4'000},
                  .theirs = {1, 0, 40'000, 60},
                  .protocol = 17,
                  .ours_begins = false}) == udp_exchange);
}

TEST_CASE("between two ports of one service, large packets are answers and small ones questions") {
    const auto sends = [](std::uint64_t bytes) {
        return ours({.ours = {50, 0, ntp, bytes}, .theirs = {0, 0, ntp}, .protocol = 17});
    };
    CHECK(sends(76) == requests_at(ntp));
    CHECK(sends(199) == requests_at(ntp));
    CHECK(sends(200) == responses_at(ntp));
    // Between two services, it is the sender's that answers.
    CHECK(ours({.ours = {50, 0, ntp}, .theirs = {0, 0, dns}, .protocol = 17}) == responses_at(ntp));
    // Peers of NTP.
    const Flow peers{.ours = {1, 0, ntp, 76}, .theirs = {1, 0, ntp, 76}, .protocol = 17};
    CHECK(ours(peers) == udp_exchange);
    CHECK(theirs(peers) == udp_exchange);
}

TEST_CASE("tunnels are conversations as soon as both sides send") {
    CHECK(ours({.ours = {1, 0, 0}, .theirs = {1, 0, 0}, .protocol = 47}) == other_conversation);
    CHECK(ours({.ours = {1, 0, 0}, .theirs = {0, 0, 0}, .protocol = 50}) == other_one_way);
}

TEST_CASE(
    "what is not answered is a flood where the tap sees answers, and half a conversation where it does not") {
    for (const bool out : {true, false}) {
        const auto by = [&](TrafficClass traffic) {
            return std::array{settled(traffic, out, TapView::both_ways),
                              settled(traffic, out, TapView::unknown),
                              settled(traffic, out, TapView::one_way)};
        };
        CHECK(by(tcp_one_way) == std::array{TrafficClass::ack, TrafficClass::ack, tcp_one_way});
        CHECK(by(tcp_one_sided) == std::array{TrafficClass::ack, tcp_one_way, tcp_one_way});
        CHECK(by(udp_one_way) == std::array{udp, udp, udp_one_way});
        CHECK(by(other_one_way) == std::array{other, other, other_one_way});
        CHECK(by(requests_at(dns)) == std::array{requests_at(dns), requests_at(dns), udp_one_way});
        // Answers that come in are nobody's questions' where our side is seen; those that go out may be.
        const TrafficClass answers = responses_at(dns);
        CHECK(by(answers) == std::array{answers, answers, out ? udp_one_way : answers});
        for (const TrafficClass clear :
             {tcp_established, tcp_answer, TrafficClass::syn, syn_ack, TrafficClass::ack, TrafficClass::rst,
              tcp_flags, tcp_fragment, tcp_unknown, udp_conversation, udp_exchange, udp, udp_fragment, icmp,
              icmp_fragment, other_conversation, other, other_fragment})
            CHECK(by(clear) == std::array{clear, clear, clear});
    }
}

TEST_CASE("a single packet is judged as a flow of one that nobody answers") {
    const auto packet = [](const Sent& sent) { return class_of_packet(decoded(sent)); };
    CHECK(packet({.flags = syn}) == TrafficClass::syn);
    CHECK(packet({.flags = syn | ece | cwr}) == TrafficClass::syn);
    CHECK(packet({.flags = syn | ack}) == syn_ack);
    CHECK(packet({.flags = syn | fin}) == tcp_flags);
    CHECK(packet({.flags = syn | urg}) == tcp_flags);
    CHECK(packet({.flags = rst | ack}) == TrafficClass::rst);
    CHECK(packet({.flags = ack | psh}) == TrafficClass::ack);
    CHECK(packet({.flags = fin}) == tcp_flags);
    CHECK(packet({.flags = 0}) == tcp_flags);
    CHECK(packet({.from_port = 0, .to_port = 0, .flags = 0}) == tcp_fragment);
    Decoded cut = decoded({.flags = 0});
    cut.flags_cut = true;
    CHECK(class_of_packet(cut) == tcp_unknown);
    const auto datagram = [&](std::uint16_t from, std::uint16_t to, std::uint8_t flags, std::uint32_t bytes) {
        return packet({.from_port = from, .to_port = to, .protocol = 17, .bytes = bytes, .flags = flags});
    };
    CHECK(datagram(4'000, 5'000, 0, 100) == udp);
    CHECK(datagram(4'000, 5'000, fragment_flag, 1'500) == udp);
    CHECK(datagram(0, 0, fragment_flag, 1'500) == udp_fragment);
    CHECK(datagram(dns, 5'000, 0, 100) == responses_at(dns));
    CHECK(datagram(5'000, dns, 0, 100) == requests_at(dns));
    CHECK(datagram(ntp, ntp, 0, 76) == requests_at(ntp));
    CHECK(datagram(ntp, ntp, 0, 468) == responses_at(ntp));
    CHECK(datagram(ntp, dns, 0, 76) == responses_at(ntp));
    const Sent ping{.from_port = 0, .to_port = 0, .protocol = 1, .flags = icmp_class::echo_request};
    CHECK(packet(ping) == icmp);
    CHECK(packet({.from_port = 0, .to_port = 0, .protocol = 1, .flags = fragment_flag}) == icmp_fragment);
    CHECK(packet({.from_port = 0, .to_port = 0, .protocol = 47, .flags = 0}) == other);
    CHECK(packet({.from_port = 0, .to_port = 0, .protocol = 47, .flags = fragment_flag}) == other_fragment);
}

}  // namespace flowlock::test
