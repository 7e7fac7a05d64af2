// SPDX-License-Identifier: BSD-3-Clause
#include "detect/abuse_role.hpp"

#include "packet/decode.hpp"
#include "packet/reflectors.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

// What a host must be in a flow to be accused of it.
enum class Part : std::uint8_t { any, initiator, responder };
struct Demand {
    Part part = Part::any;
    bool sends = false;     // what the signature describes comes from it
    bool answered = false;  // there is a conversation
};

Demand demand_of(Kind kind) {
    switch (kind) {
        case Kind::amplification:
        case Kind::phishing:
            return {.part = Part::responder};
        case Kind::brute_force:
            return {.part = Part::initiator};
        case Kind::exploit:
        case Kind::sip_scan:
            return {.part = Part::initiator, .sends = true};
        case Kind::malware:
            return {.sends = true};
        case Kind::c2:
        case Kind::mining:
            return {.answered = true};
        default:
            return {};
    }
}

// Who began it: of a TCP flow that was there before the monitor nobody knows.
bool is_beginning_known(const FlowRecord& flow) {
    return flow.key.protocol != tcp || tcp_flag::opens(flow.first_flags);
}

// A reflector answers whom the attacker names, so its victim's side has no question in it, and neither has a tap that
// sees one direction: what comes first is the answer, and its sender is the responder.
bool is_reflected(const FlowRecord& flow) {
    const unsigned first = flow.initiator;
    return flow.key.protocol == udp && flow.packets[1 - first] == 0 &&
           reflector_of_port(flow.key.port[first]) != no_reflector &&
           reflector_of_port(flow.key.port[1 - first]) == no_reflector;
}

bool has_part(const FlowRecord& flow, unsigned endpoint, bool initiator) {
    if (!is_beginning_known(flow)) return false;
    const unsigned began = is_reflected(flow) ? 1u - flow.initiator : flow.initiator;
    return (began == endpoint) == initiator;
}

}  // namespace

bool is_described(const SignatureNote& note, const FlowRecord& flow, unsigned sender) {
    if (note.direction && (*note.direction == Direction::out) != (sender == flow.inside)) return false;
    return note.side == SignatureSide::any || has_part(flow, sender, note.side == SignatureSide::initiator);
}

bool plays_part(Kind kind, const FlowRecord& flow, unsigned sender, TapView view) {
    const Demand demand = demand_of(kind);
    if (demand.part != Part::any && !has_part(flow, flow.inside, demand.part == Part::initiator))
        return false;
    if (demand.sends && sender != flow.inside) return false;
    return !demand.answered || view == TapView::one_way || (flow.packets[0] > 0 && flow.packets[1] > 0);
}

bool is_done_by_responders(Kind kind) {
    return demand_of(kind).part == Part::responder;
}

}  // namespace flowlock
