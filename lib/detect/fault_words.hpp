// SPDX-License-Identifier: BSD-3-Clause
// What a wrong configuration's events mean, in one line of text. Pure.
#pragma once

#include <string>

#include "detect/fault_book.hpp"

namespace flowlock {

std::string words_of(Kind kind, const FaultFact& fact);
// Where the rule that was broken stands.
const char* reference_of(Kind kind);

// The whole that a source belongs to, when forged ones are counted: its /24, of IPv6 the /48.
IpAddress network_around(const IpAddress& address);

}  // namespace flowlock
