// SPDX-License-Identifier: BSD-3-Clause
// The log of a scan as abuse desks and their parsers have known it for years: a banner, then one row per distinct
// target, in one of the provider's layouts. Times are UTC. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// The whole log; a line of five dots where targets were cut.
std::string netscan_text(const Finding& finding, const TextStyle& style);

}  // namespace flowlock
