// SPDX-License-Identifier: BSD-3-Clause
#include "detect/contact.hpp"

#include <algorithm>
#include <tuple>

#include "detect/window_history.hpp"
#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr std::uint16_t service_ports_end = 1024;

std::uint16_t external_port(const FlowRecord& flow) noexcept {
    return flow.key.port[1 - flow.inside];
}

std::uint16_t internal_port(const FlowRecord& flow) noexcept {
    return flow.key.port[flow.inside];
}

ProtocolClass protocol_of(const FlowRecord& flow) noexcept {
    return protocol_class_of(flow.key.protocol, flow.key.family);
}

bool is_tcp_attempt(const FlowRecord& flow) noexcept {
    if (external_port(flow) == 0 || (flow.first_flags & tcp_flag::rst) != 0) return false;
    if ((flow.first_flags & tcp_flag::ack) == 0) return true;
    return flow.first_flags == tcp_flag::ack && internal_port(flow) >= service_ports_end;
}

}  // namespace

bool is_attempt(const FlowRecord& flow) {
    if (flow.host == no_host || flow.initiator != flow.inside) return false;
    switch (protocol_of(flow)) {
        case ProtocolClass::tcp:
            return is_tcp_attempt(flow);
        case ProtocolClass::udp:
            return external_port(flow) != 0 &&
                   !(internal_port(flow) < service_ports_end && external_port(flow) >= service_ports_end);
        case ProtocolClass::icmp:
            return (flow.first_flags & icmp_class::echo_request) != 0;
        case ProtocolClass::any:
            return true;
    }
    return false;
}

bool is_ack_probe(const FlowRecord& flow) noexcept {
    return flow.first_flags == tcp_flag::ack && protocol_of(flow) == ProtocolClass::tcp;
}

std::uint32_t frame_bytes_of(std::uint32_t ip_bytes) noexcept {
    constexpr std::uint32_t header_and_fcs = 18, frame_min = 64;
    return ip_bytes == 0 ? 0 : std::max(frame_min, ip_bytes + header_and_fcs);
}

Handshake handshake_of(const FlowRecord& flow) noexcept {
    if (protocol_of(flow) != ProtocolClass::tcp || (flow.first_flags & tcp_flag::syn) == 0)
        return Handshake::none;
    if ((flow.flags[1 - flow.inside] & tcp_flag::syn) != 0) return Handshake::reply_seen;
    const bool acknowledged = (flow.flags[flow.inside] & tcp_flag::ack) != 0;
    return acknowledged && flow.packets[1 - flow.inside] == 0 ? Handshake::reply_not_seen : Handshake::none;
}

ContactOutcome outcome_of(const FlowRecord& flow) {
    const bool tcp = protocol_of(flow) == ProtocolClass::tcp;
    if (flow.packets[1 - flow.inside] == 0) {
        if (handshake_of(flow) == Handshake::reply_not_seen) return ContactOutcome::answered;
        return flow.unreachable ? ContactOutcome::unreachable : ContactOutcome::unanswered;
    }
    const std::uint8_t received = flow.flags[1 - flow.inside];
    const bool only_reset = tcp && (received & tcp_flag::rst) != 0 && (received & tcp_flag::syn) == 0;
    return only_reset ? ContactOutcome::refused : ContactOutcome::answered;
}

void FlowSum::add(const FlowRecord& flow) {
    sent += {{flow.packets[flow.inside]}, {flow.bytes[flow.inside]}, {1}};
    best = std::min(best, outcome_of(flow));
    tools |= flow.tools;
    take_first(flow.first_ns, flow.key.port[flow.inside], flow.first_ip_bytes);
    last_ns = std::max(last_ns, flow.last_ns);
}

void FlowSum::add(const FlowSum& other) {
    sent += other.sent;
    best = std::min(best, other.best);
    tools |= other.tools;
    take_first(other.first_ns, other.first_port, other.first_ip_bytes);
    last_ns = std::max(last_ns, other.last_ns);
}

void FlowSum::take_first(std::int64_t began_ns, std::uint16_t port, std::uint16_t ip_bytes) {
    if (std::tie(began_ns, port, ip_bytes) >= std::tie(first_ns, first_port, first_ip_bytes)) return;
    first_ns = began_ns;
    first_port = port;
    first_ip_bytes = ip_bytes;
}

ContactTarget target_of(const FlowRecord& flow) noexcept {
    const ProtocolClass protocol = protocol_of(flow);
    return {.address = flow.external_address(),
            .port = protocol == ProtocolClass::any ? std::uint16_t{flow.key.protocol} : external_port(flow),
            .protocol = protocol,
            .family = flow.key.family};
}

}  // namespace flowlock
