// SPDX-License-Identifier: BSD-3-Clause
// What kind of traffic one side of a flow sends, as far as headers tell: a flood, and of what, or one half of a
// conversation. Each packet is in exactly one class, so classes add up to the host's traffic. A class is judged
// anew in each epoch, from all that is known of the flow by then. Pure; docs/attack-vectors.md explains the rules.
//
// A conversation is a flow in which both sides take part: each sends, TCP with acknowledgements, and neither
// sends more than conversation_ratio packets for each of the other's in the same epoch. Long transfers answer
// at least so often: with GRO the kernel joins 64 KB, which are 45 segments of 1,460 bytes, before it acknowledges.
#pragma once

#include <array>
#include <cstdint>

#include "packet/decode.hpp"
#include "packet/reflectors.hpp"

namespace flowlock {

constexpr std::uint64_t conversation_ratio = 64;
// A server that is asked and answers so many times as many bytes is used as a reflector. Ordinary answers of
// name servers with signatures are up to about 10 times their questions (Rossow 2014: abused ones 28 to 54).
constexpr std::uint64_t reflection_ratio = 10;
// Who wants others' answers to do the work asks with little; what is larger than this is none of his questions. An NTP
// packet without extensions has 76 bytes, a search of SSDP about 130; QUIC makes its first packet 1,200 bytes long so
// that it cannot be one (RFC 9000, 8.1).
constexpr std::uint64_t answer_bytes_min = 200;
// Linux sends a SYN-ACK six times before it gives up (tcp_synack_retries 5).
constexpr std::uint64_t answers_per_packet = 6;

enum class TrafficClass : std::uint8_t {
    tcp_established,   // a conversation
    tcp_one_way,       // might be one, or an ACK flood: the other side was not seen
    tcp_one_sided,     // … but this side shows a handshake, so there was another one, or it is forged
    tcp_answer,        // SYN-ACK or RST to what the other side began
    syn,               // SYN without ACK, never followed up
    syn_ack,           // SYN-ACK to nobody's SYN, or too many for it
    ack,               // ACK that the other side does not take part in
    rst,               // RST to nothing that was seen
    tcp_flags,         // none of SYN, ACK and RST; or SYN with FIN or URG
    tcp_fragment,      // later fragments
    tcp_unknown,       // captured too short to show its flags: accuses nobody
    udp_conversation,  // a conversation
    udp_exchange,      // … of fewer than conversation_packets_min packets on a side: question and answer
    udp_one_way,       // might be either: the other side was not seen
    udp,               // too much for its answers
    udp_fragment,      // later fragments
    icmp,
    icmp_answer,  // echo replies to the other side's requests
    icmp_fragment,
    other_conversation,  // of another protocol: a tunnel, such as GRE or ESP
    other_one_way,
    other,
    other_fragment,
    responses,  // first of one for each reflector: large answers that nobody asked for, or from a server of ours
    requests = static_cast<std::uint8_t>(responses + reflectors.size()),  // first of …: unanswered questions
};
constexpr std::uint64_t conversation_packets_min = 4;
constexpr unsigned traffic_classes = static_cast<unsigned>(TrafficClass::requests) + reflectors.size();

constexpr TrafficClass responses_of(std::uint8_t reflector) noexcept {
    return static_cast<TrafficClass>(static_cast<std::uint8_t>(TrafficClass::responses) + reflector);
}
constexpr TrafficClass requests_of(std::uint8_t reflector) noexcept {
    return static_cast<TrafficClass>(static_cast<std::uint8_t>(TrafficClass::requests) + reflector);
}

// A set of classes.
class ClassMask {
public:
    constexpr ClassMask() = default;
    static constexpr ClassMask all() noexcept {
        ClassMask mask;
        mask.words_ = {~std::uint64_t{0}, ~std::uint64_t{0}};
        return mask;
    }
    constexpr void add(TrafficClass added) noexcept {
        const auto number = static_cast<unsigned>(added);
        words_[number / 64] |= std::uint64_t{1} << number % 64;
    }
    constexpr void remove(TrafficClass removed) noexcept {
        const auto number = static_cast<unsigned>(removed);
        words_[number / 64] &= ~(std::uint64_t{1} << number % 64);
    }
    constexpr bool has(TrafficClass wanted) const noexcept {
        const auto number = static_cast<unsigned>(wanted);
        return (words_[number / 64] >> number % 64 & 1) != 0;
    }
    friend constexpr ClassMask operator&(ClassMask a, ClassMask b) noexcept {
        a.words_[0] &= b.words_[0];
        a.words_[1] &= b.words_[1];
        return a;
    }
    friend constexpr bool operator==(const ClassMask&, const ClassMask&) = default;

private:
    std::array<std::uint64_t, 2> words_{};
};
static_assert(traffic_classes <= 128);

// What is known of a flow: since it began, and in the running epoch. 0 and 1 are the endpoints of its key.
struct FlowView {
    const FlowKey& key;
    std::array<std::uint8_t, 2> flags;
    std::array<std::uint64_t, 2> packets;
    std::array<std::uint64_t, 2> bytes;
    std::array<std::uint64_t, 2> packets_now;  // in this epoch
    std::uint8_t first_flags;
    std::uint8_t initiator;
    std::uint8_t inside;
};

// Of what `sender` sends. Where the other side was not seen, the tap may not see it: see settled().
TrafficClass class_of_flow(const FlowView& flow, unsigned sender) noexcept;

// Whether the tap sees both directions of most connections.
enum class TapView : std::uint8_t { unknown, both_ways, one_way };

// The class of what was not answered, by what is known of the tap. It sees answers: then there were none, and "one
// way" is a flood. It does not: then questions and the answers of our own servers may be half of an exchange. When
// too little was seen to tell, only what shows a handshake is given the benefit of the doubt.
constexpr TrafficClass settled(TrafficClass unanswered, bool out, TapView view) noexcept {
    if (unanswered == TrafficClass::tcp_one_sided)
        return view == TapView::both_ways ? TrafficClass::ack : TrafficClass::tcp_one_way;
    if (view != TapView::one_way) {
        if (unanswered == TrafficClass::tcp_one_way) return TrafficClass::ack;
        if (unanswered == TrafficClass::udp_one_way) return TrafficClass::udp;
        if (unanswered == TrafficClass::other_one_way) return TrafficClass::other;
        return unanswered;
    }
    const bool asks = unanswered >= TrafficClass::requests;
    const bool answers = unanswered >= TrafficClass::responses && !asks;
    return asks || (answers && out) ? TrafficClass::udp_one_way : unanswered;
}

// Of a packet of which nothing else is known, as when the table is full. Data path.
TrafficClass class_of_packet(const Decoded& packet) noexcept;

}  // namespace flowlock
