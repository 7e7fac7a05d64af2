// SPDX-License-Identifier: BSD-3-Clause
#include "detect/attack_vector.hpp"

#include <algorithm>
#include <map>

#include "packet/reflectors.hpp"

namespace flowlock {
namespace {

// Who makes others attack for him asks many of them; questions to fewer are a flood at their port.
constexpr std::uint64_t reflectors_min = 10;

constexpr const char* established = "established";
constexpr const char* answered = "answered";
constexpr const char* one_way = "one_way";
constexpr const char* unknown = "unknown";

bool is_response(TrafficClass traffic) noexcept {
    return traffic >= TrafficClass::responses && traffic < TrafficClass::requests;
}
bool is_request(TrafficClass traffic) noexcept {
    return traffic >= TrafficClass::requests;
}

std::string amplification_by(TrafficClass traffic) {
    const auto first = is_request(traffic) ? TrafficClass::requests : TrafficClass::responses;
    const auto number = static_cast<std::size_t>(traffic) - static_cast<std::size_t>(first);
    return "amplification:" + std::string(reflectors[number].name);
}

// The share of a window that the class belongs to.
std::string share_of(TrafficClass traffic, Direction direction, bool asks_many) {
    switch (traffic) {
        case TrafficClass::tcp_established:
        case TrafficClass::udp_conversation:
        case TrafficClass::other_conversation:
            return established;
        case TrafficClass::tcp_answer:
        case TrafficClass::icmp_answer:
        case TrafficClass::udp_exchange:
            return answered;
        case TrafficClass::tcp_one_way:
        case TrafficClass::tcp_one_sided:
        case TrafficClass::udp_one_way:
        case TrafficClass::other_one_way:
            return one_way;
        case TrafficClass::tcp_unknown:
            return unknown;
        case TrafficClass::syn:
            return "syn_flood";
        case TrafficClass::syn_ack:
            return "amplification:tcp_synack";
        case TrafficClass::ack:
            return "ack_flood";
        case TrafficClass::rst:
            return "rst_flood";
        case TrafficClass::tcp_flags:
            return "tcp_flag_flood";
        case TrafficClass::tcp_fragment:
        case TrafficClass::udp_fragment:
        case TrafficClass::icmp_fragment:
        case TrafficClass::other_fragment:
            return "fragment_flood";
        case TrafficClass::udp:
            return "udp_flood";
        case TrafficClass::icmp:
            return "icmp_flood";
        case TrafficClass::other:
            return "protocol_flood";
        default:
            break;
    }
    const bool is_flood = is_request(traffic) && (direction == Direction::in || !asks_many);
    return is_flood ? "udp_flood" : amplification_by(traffic);
}

bool is_flood(const std::string& share) {
    return share != established && share != answered && share != one_way && share != unknown;
}

ProtocolClass protocol_of(TrafficClass traffic) noexcept {
    if (traffic <= TrafficClass::tcp_unknown) return ProtocolClass::tcp;
    if (traffic <= TrafficClass::udp_fragment || traffic >= TrafficClass::responses)
        return ProtocolClass::udp;
    return traffic <= TrafficClass::icmp_fragment ? ProtocolClass::icmp : ProtocolClass::any;
}

bool is_of_vector(TrafficClass traffic, const LimitRule& rule) {
    if (rule.vector == "any") return true;
    const std::string share = share_of(traffic, rule.direction, true);
    return share == rule.vector || (rule.vector == "amplification" && share.starts_with("amplification:"));
}

Role role_of(const ClassSums& sums, const Finding& finding) {
    if (!finding.vector.starts_with("amplification:")) return Role::none;
    if (finding.direction == Direction::in) return Role::victim;
    std::uint64_t asked = 0, answers = 0;
    for (unsigned i = 0; i < traffic_classes; ++i) {
        const auto traffic = static_cast<TrafficClass>(i);
        if (is_request(traffic) && amplification_by(traffic) == finding.vector) asked += sums[i].packets;
        if (is_response(traffic) && amplification_by(traffic) == finding.vector) answers += sums[i].packets;
    }
    return asked > answers ? Role::requests : Role::reflector;
}

}  // namespace

ClassMask classes_of(const LimitRule& rule) {
    ClassMask mask;
    for (unsigned i = 0; i < traffic_classes; ++i) {
        const auto traffic = static_cast<TrafficClass>(i);
        if (rule.protocol != ProtocolClass::any && rule.protocol != protocol_of(traffic)) continue;
        if (!is_of_vector(traffic, rule)) continue;
        if (rule.traffic == CountedTraffic::unanswered && !is_flood(share_of(traffic, rule.direction, true)))
            continue;
        mask.add(traffic);
    }
    return mask;
}

bool is_conversation(TrafficClass traffic) noexcept {
    return traffic == TrafficClass::tcp_established || traffic == TrafficClass::udp_conversation ||
           traffic == TrafficClass::other_conversation;
}

bool is_later_fragment(TrafficClass traffic) noexcept {
    return traffic == TrafficClass::tcp_fragment || traffic == TrafficClass::udp_fragment;
}

void join_fragments(ClassSums& of_external) noexcept {
    constexpr std::uint64_t later_fragments_max = 44;
    for (const TrafficClass fragments : {TrafficClass::tcp_fragment, TrafficClass::udp_fragment}) {
        ClassSum& later = of_external[static_cast<std::size_t>(fragments)];
        if (later.packets == 0) continue;
        ClassSum* largest = nullptr;
        for (unsigned i = 0; i < traffic_classes; ++i) {
            const auto traffic = static_cast<TrafficClass>(i);
            if (traffic == fragments || protocol_of(traffic) != protocol_of(fragments)) continue;
            if (largest == nullptr || of_external[i].packets > largest->packets) largest = &of_external[i];
        }
        if (largest->packets * later_fragments_max < later.packets) continue;
        *largest += later;
        later = {};
    }
}

namespace {

// Datagrams with random ports come from, or go to, the port of each reflector, too: one in 65,536. Less than a
// thousandth of the datagrams is no attack of its own.
ClassSums without_chance(ClassSums sums) {
    ClassSum& udp = sums[static_cast<std::size_t>(TrafficClass::udp)];
    constexpr auto first = static_cast<std::size_t>(TrafficClass::responses);
    std::uint64_t datagrams = udp.packets;
    for (std::size_t i = first; i < traffic_classes; ++i) datagrams += sums[i].packets;
    for (std::size_t i = first; i < traffic_classes; ++i) {
        if (sums[i].packets * 1'000 >= datagrams) continue;
        udp += sums[i];
        sums[i] = {};
    }
    return sums;
}

}  // namespace

void name_attack(const ClassSums& all, std::uint64_t requested, Finding& finding) {
    const ClassSums sums = without_chance(all);
    std::map<std::string, ClassSum> shares;
    ClassSum total;
    for (unsigned i = 0; i < traffic_classes; ++i) {
        if (sums[i].packets == 0) continue;
        const auto traffic = static_cast<TrafficClass>(i);
        shares[share_of(traffic, finding.direction, requested >= reflectors_min)] += sums[i];
        total += sums[i];
        if (!is_conversation(traffic)) continue;
        finding.limit.established_packets += sums[i].packets;
        finding.limit.established_bytes += sums[i].bytes;
    }
    const bool by_bytes = finding.trigger.metric == Metric::bits;
    const auto weight = [&](const ClassSum& sum) { return by_bytes ? sum.bytes : sum.packets; };
    std::uint64_t floods = 0, largest = 0;
    finding.vector = "other";
    for (const auto& [share, sum] : shares) {
        finding.limit.vectors.push_back({share, sum.packets, sum.bytes});
        if (!is_flood(share)) continue;
        floods += weight(sum);
        if (weight(sum) <= largest) continue;
        largest = weight(sum);
        finding.vector = share;
    }
    // What is mostly answered, or may be, is no flood.
    if (floods * 2 < weight(total)) finding.vector = "other";
    std::stable_sort(finding.limit.vectors.begin(), finding.limit.vectors.end(),
                     [](const VectorShare& a, const VectorShare& b) { return a.packets > b.packets; });
    finding.limit.role = role_of(sums, finding);
}

}  // namespace flowlock
