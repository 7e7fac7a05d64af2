// SPDX-License-Identifier: BSD-3-Clause
#include "flow/traffic_class.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t tcp = 6, udp = 17, icmp = 1, icmpv6 = 58;
constexpr std::uint8_t first_flags_missing = 0xff;

bool has_no_ports(const FlowKey& key) noexcept {
    return key.port[0] == 0 && key.port[1] == 0;
}

bool is_icmp(const FlowKey& key) noexcept {
    return key.protocol == (key.family == 4 ? icmp : icmpv6);
}

// A flow as one of its two sides sees it.
struct Side {
    const FlowView& flow;
    unsigned self;
    unsigned other;

    std::uint8_t flags() const noexcept { return flow.flags[self]; }
    std::uint8_t other_flags() const noexcept { return flow.flags[other]; }
    std::uint64_t packets() const noexcept { return flow.packets[self]; }
    std::uint64_t other_packets() const noexcept { return flow.packets[other]; }
    bool is_initiator() const noexcept { return flow.initiator == self; }
    bool is_answered() const noexcept { return other_packets() != 0; }
    bool keeps_the_ratio() const noexcept {
        return flow.packets_now[self] <= conversation_ratio * (flow.packets_now[other] + 1);
    }
};

// A lone RST with ACK is how some stacks refuse, no part in a conversation.
bool only_refuses(std::uint8_t flags, std::uint64_t packets) noexcept {
    return packets == 1 && (flags & tcp_flag::rst) != 0 && (flags & tcp_flag::syn) == 0;
}

bool is_established(const Side& side) noexcept {
    if ((side.flags() & side.other_flags() & tcp_flag::ack) == 0) return false;
    return !only_refuses(side.other_flags(), side.other_packets()) &&
           !only_refuses(side.flags(), side.packets());
}

TrafficClass class_of_syn(const Side& side) noexcept {
    const std::uint8_t flags = side.flags();
    const TrafficClass unanswered_ack = side.is_answered() ? TrafficClass::ack : TrafficClass::tcp_one_sided;
    if ((flags & tcp_flag::ack) == 0) {
        const bool odd = (flags & (tcp_flag::fin | tcp_flag::urg)) != 0;
        return odd ? TrafficClass::tcp_flags : TrafficClass::syn;
    }
    // SYN, and then ACK to something that was not seen: a client. Else SYN-ACKs, and no more of them than are
    // repeated, or the server of a connection whose client is not seen.
    if (side.is_initiator() && tcp_flag::opens(side.flow.first_flags)) return unanswered_ack;
    const bool repeats = side.packets() <= answers_per_packet || side.is_answered();
    const bool sent_data = (flags & tcp_flag::psh) != 0 || !repeats;
    return sent_data ? unanswered_ack : TrafficClass::syn_ack;
}

// No connection begins with SYN and FIN or RST at once, and none goes on without ACK (RFC 9293, 3.10.7.4), whatever
// comes after such a packet. first_flags_missing has all flags.
bool begins_oddly(const Side& side) noexcept {
    const std::uint8_t first = side.flow.first_flags;
    if (!side.is_initiator() || (side.flags() & first) != first) return false;
    if ((first & tcp_flag::syn) != 0) return (first & (tcp_flag::fin | tcp_flag::rst)) != 0;
    return (first & (tcp_flag::ack | tcp_flag::rst)) == 0;
}

TrafficClass class_of_tcp(const Side& side) noexcept {
    const std::uint8_t flags = side.flags();
    if (flags == 0 && has_no_ports(side.flow.key)) return TrafficClass::tcp_fragment;
    if (begins_oddly(side)) return TrafficClass::tcp_flags;
    if (is_established(side))
        return side.keeps_the_ratio() ? TrafficClass::tcp_established : TrafficClass::ack;
    const bool answers = !side.is_initiator() && side.packets() <= answers_per_packet * side.other_packets();
    if (answers && (flags & (tcp_flag::syn | tcp_flag::rst)) != 0) return TrafficClass::tcp_answer;
    if ((flags & tcp_flag::syn) != 0) return class_of_syn(side);
    if ((flags & tcp_flag::rst) != 0) return TrafficClass::rst;
    if ((flags & tcp_flag::ack) != 0)
        return side.is_answered() ? TrafficClass::ack : TrafficClass::tcp_one_way;
    const bool cut = flags == 0 && side.flow.first_flags == first_flags_missing;
    return cut ? TrafficClass::tcp_unknown : TrafficClass::tcp_flags;
}

bool is_large(const Side& side) noexcept {
    return side.flow.bytes[side.self] >= answer_bytes_min * side.packets();
}

// Two servers that talk port to port, as NTP's peers and old resolvers do, look alike both ways: large packets are
// answers. no_reflector: it does not send from such a port as the one that answers.
std::uint8_t reflector_that_sends(const Side& side) noexcept {
    const std::uint8_t self = reflector_of_port(side.flow.key.port[side.self]);
    const std::uint8_t other = reflector_of_port(side.flow.key.port[side.other]);
    if (self == no_reflector || self != other) return self;
    return is_large(side) ? self : no_reflector;
}

// What two sides send each other, TCP aside.
TrafficClass class_of_talk(const Side& side, TrafficClass conversation, TrafficClass exchange,
                           TrafficClass one_way, TrafficClass too_much) noexcept {
    if (!side.is_answered()) return one_way;
    if (!side.keeps_the_ratio()) return too_much;
    const bool is_long =
        side.packets() >= conversation_packets_min && side.other_packets() >= conversation_packets_min;
    return is_long ? conversation : exchange;
}

TrafficClass class_of_udp(const Side& side) noexcept {
    if ((side.flags() & fragment_flag) != 0 && has_no_ports(side.flow.key)) return TrafficClass::udp_fragment;
    if (const std::uint8_t self = reflector_that_sends(side); self != no_reflector) {
        if (!side.is_answered()) return responses_of(self);
        const bool is_ours = side.self == side.flow.inside;
        const bool large = side.flow.bytes[side.self] >= reflection_ratio * side.flow.bytes[side.other];
        if (is_ours && !side.is_initiator() && large && !reflectors[self].bulk) return responses_of(self);
    } else if (const std::uint8_t other = reflector_of_port(side.flow.key.port[side.other]);
               other != no_reflector && !side.is_answered() && !is_large(side)) {
        return requests_of(other);
    }
    return class_of_talk(side, TrafficClass::udp_conversation, TrafficClass::udp_exchange,
                         TrafficClass::udp_one_way, TrafficClass::udp);
}

constexpr std::uint8_t icmp_types =
    icmp_class::echo_request | icmp_class::echo_reply | icmp_class::unreachable | icmp_class::other;

// Whether these packets may be answers: nothing but echo replies.
TrafficClass class_of_icmp(std::uint8_t flags) noexcept {
    // A ping that is too large for one packet has its type in the first fragment.
    if ((flags & fragment_flag) != 0 && (flags & icmp_types) == 0) return TrafficClass::icmp_fragment;
    return (flags & icmp_types) == icmp_class::echo_reply ? TrafficClass::icmp_answer : TrafficClass::icmp;
}

TrafficClass class_of_icmp(const Side& side) noexcept {
    const TrafficClass alone = class_of_icmp(side.flags());
    if (alone != TrafficClass::icmp_answer) return alone;
    const bool asked = (side.other_flags() & icmp_class::echo_request) != 0 &&
                       side.packets() <= answers_per_packet * side.other_packets();
    return asked ? TrafficClass::icmp_answer : TrafficClass::icmp;
}

}  // namespace

TrafficClass class_of_flow(const FlowView& flow, unsigned sender) noexcept {
    const Side side{flow, sender, 1 - sender};
    if (flow.key.protocol == tcp) return class_of_tcp(side);
    if (flow.key.protocol == udp) return class_of_udp(side);
    if (is_icmp(flow.key)) return class_of_icmp(side);
    const TrafficClass talk =
        class_of_talk(side, TrafficClass::other_conversation, TrafficClass::other_conversation,
                      TrafficClass::other_one_way, TrafficClass::other);
    // A tunnel whose packets are too long after all is still one.
    const bool is_fragmented = (side.flags() & fragment_flag) != 0;
    return is_fragmented && talk != TrafficClass::other_conversation ? TrafficClass::other_fragment : talk;
}

TrafficClass class_of_packet(const Decoded& packet) noexcept {
    const FlowKey& key = packet.key;
    const std::uint8_t flags = packet.flags;
    if (key.protocol == tcp) {
        if (flags == 0 && has_no_ports(key)) return TrafficClass::tcp_fragment;
        if (packet.flags_cut) return TrafficClass::tcp_unknown;
        if ((flags & tcp_flag::syn) != 0) {
            if ((flags & (tcp_flag::fin | tcp_flag::rst | tcp_flag::urg)) != 0)
                return TrafficClass::tcp_flags;
            return (flags & tcp_flag::ack) != 0 ? TrafficClass::syn_ack : TrafficClass::syn;
        }
        if ((flags & tcp_flag::rst) != 0) return TrafficClass::rst;
        return (flags & tcp_flag::ack) != 0 ? TrafficClass::ack : TrafficClass::tcp_flags;
    }
    if (key.protocol == udp) {
        if ((flags & fragment_flag) != 0 && has_no_ports(key)) return TrafficClass::udp_fragment;
        const std::uint8_t self = reflector_of_port(key.port[packet.sender]);
        const std::uint8_t other = reflector_of_port(key.port[1 - packet.sender]);
        if (self != no_reflector && (self != other || packet.ip_bytes >= answer_bytes_min))
            return responses_of(self);
        return other != no_reflector ? requests_of(other) : TrafficClass::udp;
    }
    if (is_icmp(key)) return class_of_icmp(flags);
    return (flags & fragment_flag) != 0 ? TrafficClass::other_fragment : TrafficClass::other;
}

}  // namespace flowlock
