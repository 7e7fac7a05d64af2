// SPDX-License-Identifier: BSD-3-Clause
// When payload, or sessions that look alike, are called abuse. One match is never enough: it may be a test, a mistake,
// or chance. docs/signatures.md says why each number is what it is. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>

#include "detect/finding.hpp"

namespace flowlock {

// So many matches, in flows with so many external addresses, within the window.
struct AbuseRule {
    bool enabled = true;
    std::uint32_t matches = 1;    // at least 1
    std::uint32_t externals = 1;  // at least 1
    std::chrono::seconds window{300};
};

// Sessions to a service with logins that are short and look alike, whatever is in them (login_sessions.hpp).
struct LoginRule {
    bool enabled = true;
    std::uint32_t sessions = 60;  // on one address within the window
    std::uint32_t targets = 20;   // or on so many addresses, on each of them `repeats`
    std::uint32_t repeats = 3;
    std::chrono::seconds window{300};
};

struct AbuseOptions {
    bool enabled = true;
    AbuseRule amplification{.matches = 1'000, .externals = 1};
    AbuseRule brute_force{.matches = 20, .externals = 1};
    AbuseRule c2{.matches = 3, .externals = 1, .window = std::chrono::seconds{3600}};
    AbuseRule exploit{.matches = 5, .externals = 3, .window = std::chrono::seconds{3600}};
    AbuseRule malware{.matches = 3, .externals = 3, .window = std::chrono::seconds{3600}};
    AbuseRule mining{.matches = 3, .externals = 1, .window = std::chrono::seconds{3600}};
    AbuseRule p2p{.enabled = false, .matches = 3, .externals = 3};
    AbuseRule phishing{.matches = 5, .externals = 3, .window = std::chrono::seconds{3600}};
    AbuseRule sip_scan{.matches = 10, .externals = 10};
    LoginRule logins;
    // Without a match for so long, and for the rule's window, a case ends.
    std::chrono::seconds quiet_time{300};

    // Of a kind of abuse.
    const AbuseRule& rule(Kind kind) const noexcept;
};

}  // namespace flowlock
