// SPDX-License-Identifier: BSD-3-Clause
#include "connections.hpp"

#include "random.hpp"

namespace flowlock::evaluate {

// Both directions have the same. Two connections that share one by chance are rare enough for a table of shares.
Connections::Key Connections::key_of(const Packet& packet, std::uint8_t number) {
    const IpAddress& server = packet.outgoing ? packet.target : packet.source;
    const std::uint16_t port = packet.outgoing ? packet.target_port : packet.source_port;
    const std::uint16_t own_port = packet.outgoing ? packet.source_port : packet.target_port;
    std::uint64_t key = scene::mix_bits(server.high ^ std::uint64_t{packet.host} << 32 ^ number);
    key = scene::mix_bits(key ^ server.low);
    return scene::mix_bits(key ^ (std::uint64_t{port} << 16 | own_port));
}

// An answer begins nothing, whatever was before it.
bool Connections::begins(const Packet& packet) {
    if (packet.protocol == protocol::tcp)
        return (packet.flags & tcp_flag::rst) == 0 &&
               (packet.flags & (tcp_flag::syn | tcp_flag::ack)) != (tcp_flag::syn | tcp_flag::ack);
    return !protocol::is_icmp(packet.protocol) || packet.flags == icmp_class::echo_request;
}

Connections::Connection* Connections::find(Key key) {
    if (const auto at = newer_.find(key); at != newer_.end()) return &at->second;
    const auto at = older_.find(key);
    if (at == older_.end()) return nullptr;
    return &newer_.insert(older_.extract(at)).position->second;
}

}  // namespace flowlock::evaluate
