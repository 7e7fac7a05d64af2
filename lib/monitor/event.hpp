// SPDX-License-Identifier: BSD-3-Clause
// What a live monitor has to say while it runs. It writes no log itself: whoever drives it does. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowlock {

enum class Severity : std::uint8_t { info, warning, error };

struct Event {
    Severity severity = Severity::info;
    std::string text;  // a sentence without its full stop, beginning with what it is about: "port eth1: …"
};

using Events = std::vector<Event>;

}  // namespace flowlock
