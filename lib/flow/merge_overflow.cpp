// SPDX-License-Identifier: BSD-3-Clause
// What did not fit the workers' flow tables: joined by host, direction and class of the single packet, and when the
// epoch is complete put into the class that all of a host's packets together tell.
#include <algorithm>

#include "flow/merge.hpp"

namespace flowlock {

void Merger::add_overflow(const Epoch& part) {
    const Overflow& overflow = *part.overflow;
    totals_.overflowed += overflow.packets();
    totals_.unattributed += overflow.unattributed();
    const auto flows = overflow.flows();
    for (std::uint32_t i = 0; i < overflow.size(); ++i) {
        const HostCounts& host = overflow.host(i);
        // Epochs that were on their way when the networks changed were counted by the old ones.
        if (!hosts_.internal().contains(host.host)) continue;
        const HostId id = hosts_.find_or_add(host.host);
        if (id == no_host) continue;
        for (const unsigned direction : {0u, 1u}) {
            if (host.packets[direction] == 0) continue;
            UnrecordedDelta& sum = overflowed_[{id, direction == 0, host.traffic}];
            sum.volume += {{host.packets[direction]}, {host.bytes[direction]}, flows[i][direction]};
            sum.first_ns = std::min(sum.first_ns, part.flows.time_ns(host.first));
            sum.last_ns = std::max(sum.last_ns, part.flows.time_ns(host.last));
        }
    }
}

// A single packet does not say whether it was answered. What the host sent and received beyond the table does, as
// one flow would.
TrafficClass Merger::settled_class(HostId host, bool out, TrafficClass traffic, const Traffic& volume) const {
    const auto opposite = [&](TrafficClass wanted) -> Traffic {
        const auto found = overflowed_.find({host, !out, wanted});
        return found == overflowed_.end() ? Traffic{} : found->second.volume;
    };
    const auto talk = [&](TrafficClass one_way, TrafficClass answered) {
        const std::uint64_t answers = opposite(traffic).packets.value;
        if (answers == 0) return one_way;
        return volume.packets.value <= conversation_ratio * (answers + 1) ? answered : traffic;
    };
    switch (traffic) {
        case TrafficClass::ack:
            return talk(TrafficClass::tcp_one_way, TrafficClass::tcp_established);
        case TrafficClass::udp:
            return talk(TrafficClass::udp_one_way, TrafficClass::udp_exchange);
        case TrafficClass::other:
            return talk(TrafficClass::other_one_way, TrafficClass::other_conversation);
        case TrafficClass::syn_ack:
        case TrafficClass::rst: {
            const std::uint64_t attempts = opposite(TrafficClass::syn).packets.value;
            return volume.packets.value <= answers_per_packet * attempts ? TrafficClass::tcp_answer : traffic;
        }
        case TrafficClass::icmp_answer: {
            const std::uint64_t questions = opposite(TrafficClass::icmp).packets.value;
            return volume.packets.value <= answers_per_packet * questions ? traffic : TrafficClass::icmp;
        }
        default:
            break;
    }
    if (traffic < TrafficClass::responses) return traffic;
    const bool asks = traffic >= TrafficClass::requests;
    const auto reflector = static_cast<std::uint8_t>(
        static_cast<unsigned>(traffic) -
        static_cast<unsigned>(asks ? TrafficClass::requests : TrafficClass::responses));
    const Traffic others = opposite(asks ? responses_of(reflector) : requests_of(reflector));
    if (others.packets.value == 0) {
        const bool large = volume.bytes.value >= answer_bytes_min * volume.packets.value;
        return asks && large ? TrafficClass::udp_one_way : traffic;
    }
    const bool is_reflected = !asks && out && !reflectors[reflector].bulk &&
                              volume.bytes.value >= reflection_ratio * others.bytes.value;
    const bool is_too_much = volume.packets.value > conversation_ratio * (others.packets.value + 1);
    return is_reflected || is_too_much ? traffic : TrafficClass::udp_exchange;
}

void Merger::settle_overflow() {
    for (const auto& [place, delta] : overflowed_) {
        const auto& [host, out, traffic] = place;
        UnrecordedDelta& sum = unrecorded_of(host, out, settled_class(host, out, traffic, delta.volume), 0);
        sum.volume += delta.volume;
        sum.first_ns = std::min(sum.first_ns, delta.first_ns);
        sum.last_ns = std::max(sum.last_ns, delta.last_ns);
    }
    overflowed_.clear();
}

}  // namespace flowlock
