// SPDX-License-Identifier: BSD-3-Clause
// What misconfiguration and abuse were found by, as text: in what order it stands is docs/output.md's. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/number_format.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// The facts, then the addresses on the other side, then the targets as a scan's log.
std::string fact_text(const Finding& finding, const TextStyle& style);
// Of a scan or an attack what its payload says, as a field of the header; empty if nothing.
std::string payload_field(const Finding& finding, NumberFormat format);

}  // namespace flowlock
