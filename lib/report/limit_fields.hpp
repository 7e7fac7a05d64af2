// SPDX-License-Identifier: BSD-3-Clause
// What a limit's report says in its header beyond the rule: when, what else was exceeded, what kind of traffic it was,
// and how far the figures can be trusted. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// Only fields that say something: figures that a detector does not give are left out, not said to be zero.
std::string limit_fields(const Finding& finding, const TextStyle& style);

// "backup, 3.000.000 packets; monitoring, 12 packets"
std::string allowed_text(const LimitFigures& limit, const TextStyle& style);

}  // namespace flowlock
