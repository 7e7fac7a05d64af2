// SPDX-License-Identifier: BSD-3-Clause
// Connections as rules of others see them, whose client is an internal host. Connections that began before, or whose
// client is external, are none. Forgets what has been quiet for one to two minutes. Owned by one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "packet.hpp"

namespace flowlock::evaluate {

enum class Event : std::uint8_t {
    asked,        // a packet of the client, whose server has not been seen yet; ICMP: every echo request
    answered,     // a packet of the server; TCP: SYN-ACK
    established,  // TCP: the client's acknowledgement of it
    refused,      // a reset before that, or an ICMP error about the client's packets
    failed,       // TCP: for 5 s there was nothing but the client's SYN
};

struct ConnectionEvent {
    Event event = Event::asked;
    bool first = false;  // the connection begins
    std::int64_t time_ns = 0;
    std::uint32_t host = 0;
    IpAddress server;
    std::uint16_t port = 0;
    std::uint8_t protocol = 0;
    std::uint8_t first_flags = 0;
};

class Connections {
public:
    // Zeek's tcp_attempt_delay.
    static constexpr std::int64_t attempt_ns = 5'000 * ms;

    // Calls act(ConnectionEvent) for what the packet means. Packets come by time.
    template <class Act>
    void see(const Packet& packet, Act&& act) {
        pass_to(packet.time_ns, act);
        if (packet.protocol == protocol::tcp && (packet.flags & tcp_flag::psh) != 0 &&
            packet.flags != (tcp_flag::fin | tcp_flag::psh | tcp_flag::urg))
            return;  // data: says nothing new
        packet.outgoing ? see_client(packet, act) : see_server(packet, act);
    }
    // The input ends: what still waits has failed, as Zeek says of it.
    template <class Act>
    void end(Act&& act) {
        if (!attempts_.empty()) pass_to(attempts_.back().due_ns, act);
    }

private:
    enum class State : std::uint8_t { asked, answered, over };
    struct Connection {
        std::uint32_t host = 0;
        IpAddress server;
        std::uint16_t port = 0;
        std::uint8_t protocol = 0;
        std::uint8_t first_flags = 0;
        State state = State::asked;
    };
    using Key = std::uint64_t;
    using Table = std::unordered_map<Key, Connection>;
    struct Attempt {
        std::int64_t due_ns = 0;
        Key key = 0;
    };

    static Key key_of(const Packet& packet, std::uint8_t number);
    static bool begins(const Packet& packet);
    Connection* find(Key key);
    static ConnectionEvent event(const Connection& connection, Event what, std::int64_t time_ns, bool first) {
        return {what,
                first,
                time_ns,
                connection.host,
                connection.server,
                connection.port,
                connection.protocol,
                connection.first_flags};
    }

    template <class Act>
    void pass_to(std::int64_t now_ns, Act&& act) {
        for (; !attempts_.empty() && attempts_.front().due_ns <= now_ns; attempts_.pop_front()) {
            const Connection* waiting = find(attempts_.front().key);
            if (waiting != nullptr && waiting->state == State::asked)
                act(event(*waiting, Event::failed, attempts_.front().due_ns, false));
        }
        if (now_ns < turn_ns_) return;
        turn_ns_ = now_ns + 60'000 * ms;
        older_ = std::move(newer_);
        newer_.clear();
    }
    template <class Act>
    void see_client(const Packet& packet, Act&& act) {
        const Key key = key_of(packet, packet.protocol);
        Connection* known = find(key);
        if (known == nullptr) {
            if (!begins(packet)) return;
            known = &add(key, packet, State::asked);
            if (packet.protocol == protocol::tcp && packet.flags == tcp_flag::syn)
                attempts_.push_back({packet.time_ns + attempt_ns, key});
            return act(event(*known, Event::asked, packet.time_ns, true));
        }
        const bool pings = protocol::is_icmp(packet.protocol) && packet.flags == icmp_class::echo_request;
        if (known->state == State::asked || (pings && known->state != State::over))
            return act(event(*known, Event::asked, packet.time_ns, false));
        if (packet.protocol != protocol::tcp || known->state != State::answered) return;
        known->state = State::over;
        if ((packet.flags & tcp_flag::rst) == 0)
            act(event(*known, Event::established, packet.time_ns, false));
    }
    template <class Act>
    void see_server(const Packet& packet, Act&& act) {
        const Key key = key_of(packet, packet.is_error() ? packet.quoted : packet.protocol);
        Connection* known = find(key);
        if (known == nullptr) {
            // A stranger begins: from now on, nothing of it says anything of the host.
            if (!packet.is_error() && begins(packet)) add(key, packet, State::over);
            return;
        }
        if (known->state == State::over) return;
        const bool reset = packet.protocol == protocol::tcp && (packet.flags & tcp_flag::rst) != 0;
        if (reset || packet.is_error()) {
            known->state = State::over;
            return act(event(*known, Event::refused, packet.time_ns, false));
        }
        known->state = State::answered;
        act(event(*known, Event::answered, packet.time_ns, false));
    }
    Connection& add(Key key, const Packet& packet, State state) {
        return newer_[key] = {packet.host,     packet.target, packet.target_port,
                              packet.protocol, packet.flags,  state};
    }

    Table newer_;
    Table older_;
    std::deque<Attempt> attempts_;
    std::int64_t turn_ns_ = 0;
};

}  // namespace flowlock::evaluate
