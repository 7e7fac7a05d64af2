// SPDX-License-Identifier: BSD-3-Clause
// The text of one lock report, for the terminal, report.txt and mails, in the order of the provider's help page: a
// header that says who did what, when, by which rule, and who saw it; then the log of the scan or the summary on the
// exceeded limit. An empty line stands between the parts. Any thread.
#pragma once

#include <string>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// Ends with a line feed. The header is at most page_width columns wide.
std::string text_report(const LockReport& report, const TextStyle& style);

// The second part alone, without words around it.
std::string log_text(const Finding& finding, const TextStyle& style);

}  // namespace flowlock
