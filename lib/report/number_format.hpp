// SPDX-License-Identifier: BSD-3-Clause
// Numbers as they stand in the text reports: grouped in thousands, binary units with three decimals. Exact
// integer arithmetic, no locale, no floating point, so that a reader who calculates again finds the same
// figure. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// 40674000 is "40.674.000" (de) or "40,674,000" (en).
std::string grouped(std::uint64_t value, NumberFormat format);

// Bytes / 2^30 with three decimals, half up: "5,909" (de) or "5.909" (en).
std::string gbyte(Bytes bytes, NumberFormat format);

// Bits / 2^20: "100" where it is whole, else with three decimals, half up. For limits, which are seldom whole
// in binary units and must not be cut to a smaller limit than the configured one.
std::string mbit(std::uint64_t bits, NumberFormat format);

// "98,7 %" of a whole that is not 0, rounded half up; "below 0,1 %" and "above 99,9 %" for what is little and what is
// nearly all, so that "0,0 %" is none and "100,0 %" is all.
std::string percent(std::uint64_t part, std::uint64_t whole, NumberFormat format);

}  // namespace flowlock
