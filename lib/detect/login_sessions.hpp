// SPDX-License-Identifier: BSD-3-Clause
// Logins that are tried again and again, without a look into the payload, which is encrypted where it matters most:
// many sessions of one host with one service, each of them whole, short, and like the others. After Hellemons et al.,
// "SSHCure: A Flow-Based SSH Intrusion Detection System" (AIMS 2012), who tell the guessing of passwords by the
// number of packets of a session; here it is the sessions' being alike that counts, so no number of theirs is used but
// that a session of a guess has at least eleven packets. Owned by the control core.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "detect/abuse_options.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class LoginSessions {
public:
    // Sessions of the window over all hosts, 48 bytes each; beyond, new ones are not looked at.
    static constexpr std::size_t sessions_max = 1'000'000;
    static constexpr std::int64_t pause_s = 5;

    struct Session {
        FlowId flow = no_flow;
        FlowKey key;
    };
    // A host whose sessions with a service reached the limit.
    struct Guess {
        IpAddress host;
        std::uint16_t port = 0;
        std::uint64_t alike = 0;        // sessions of the window that are alike
        std::vector<Session> sessions;  // those of them that have not been given yet, by time
    };

    LoginSessions(const LoginRule& rule, const FlowStore& flows) : rule_(rule), flows_(flows) {}

    void change_rule(const LoginRule& rule) { rule_ = rule; }
    // What has been found in this epoch. A service is looked at again every `pause`.
    std::vector<Guess> advance(const MergedEpoch& epoch);
    void clear();

private:
    struct Begun {
        std::int64_t first_ns = 0;
        Session session;
        bool given = false;
    };
    struct Service {
        std::deque<Begun> sessions;  // of the window, by time
        std::int64_t next_look_s = 0;
    };
    using Key = std::pair<IpAddress, std::uint16_t>;

    void begin(FlowId id);
    bool judge(Service& service, Guess& guess) const;

    LoginRule rule_;
    const FlowStore& flows_;
    std::map<Key, Service> services_;
    std::size_t sessions_ = 0;
};

}  // namespace flowlock
