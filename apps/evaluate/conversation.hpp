// SPDX-License-Identifier: BSD-3-Clause
// One contact, packet by packet, into the calendar: how TCP, UDP and ICMP behave when somebody answers, refuses
// or is silent. Owned by one thread.
#pragma once

#include <cstdint>

#include "calendar.hpp"
#include "dialler.hpp"

namespace flowlock::evaluate {

enum class Fate : std::uint8_t { answers, refuses, silent };

struct Meeting {
    std::int64_t time_ns = 0;
    IpAddress own;
    IpAddress other;
    std::uint16_t own_port = 0;
    std::uint16_t other_port = 0;
    std::uint8_t protocol = 0;
    Fate fate = Fate::silent;
    std::int64_t round_trip_ns = 0;
    std::uint32_t host = 0;
};

// Writes all packets of a meeting that the tap sees.
void write_conversation(const Meeting& meeting, const Dialler& dialler, Calendar& calendar);

}  // namespace flowlock::evaluate
