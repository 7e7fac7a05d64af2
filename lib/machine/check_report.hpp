// SPDX-License-Identifier: BSD-3-Clause
// What `flowlock check` shows: aligned text for a person, or one JSON object, schema flowlock.check/1
// (docs/check.schema.json), for a script. Pure functions.
#pragma once

#include <string>

#include "machine/check.hpp"

namespace flowlock {

struct CheckSums {
    std::size_t ok = 0, warnings = 0, wrong = 0;
};

CheckSums sums_of(const Checks& checks);

// 0: nothing is wrong. 1: the machine is. 2: the configuration is ("configuration." begins the check's name).
int exit_status_of(const Checks& checks);

// One line a check, what mends it below, and the sums at the end.
std::string check_text(const Checks& checks, bool coloured);
// Indented, with a line feed at the end.
std::string check_page(const Checks& checks);

}  // namespace flowlock
