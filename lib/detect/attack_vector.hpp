// SPDX-License-Identifier: BSD-3-Clause
// From classes of traffic to attack vectors: which classes a limit counts, and what a window's traffic is called.
// Pure; docs/attack-vectors.md says the same for users.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "detect/finding.hpp"
#include "detect/limit_rule.hpp"
#include "flow/traffic_class.hpp"

namespace flowlock {

struct ClassSum {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    ClassSum& operator+=(const ClassSum& other) noexcept {
        packets += other.packets;
        bytes += other.bytes;
        return *this;
    }
};
using ClassSums = std::array<ClassSum, traffic_classes>;

// The classes that a limit counts.
ClassMask classes_of(const LimitRule& rule);

bool is_conversation(TrafficClass traffic) noexcept;
bool is_later_fragment(TrafficClass traffic) noexcept;

// Of what one external address sent, or was sent: later fragments belong to the datagrams whose first fragments are
// there. A datagram has 65,535 bytes at most, so 44 later fragments of 1,480 bytes; what is more than that has no
// beginning, and stays.
void join_fragments(ClassSums& of_external) noexcept;

// Sets vector, role and shares. `requested`: to how many external addresses unanswered questions went.
void name_attack(const ClassSums& all, std::uint64_t requested, Finding& finding);

}  // namespace flowlock
