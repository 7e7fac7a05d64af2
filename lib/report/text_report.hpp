// SPDX-License-Identifier: BSD-3-Clause
// The whole text of one lock report, for the terminal, report.txt and mails: a header that says who did what,
// when and by which rule, then the log of the scan or the summary on the exceeded limit. Any thread.
#pragma once

#include <string>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// Ends with a line feed. The header is at most page_width columns wide.
std::string text_report(const LockReport& report, const TextStyle& style);

}  // namespace flowlock
