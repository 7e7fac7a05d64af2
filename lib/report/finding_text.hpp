// SPDX-License-Identifier: BSD-3-Clause
// A suspect that was found innocent, as text: who, what it looked like, why it is innocent, and the figures.
// Any thread.
#pragma once

#include <string>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"

namespace flowlock {

std::string finding_text(const LockReport& exonerated, const TextStyle& style);

// Why it is innocent, in one sentence.
std::string innocence_text(const Finding& exonerated, const TextStyle& style);

}  // namespace flowlock
