// SPDX-License-Identifier: BSD-3-Clause
// What a scan's verdict rests on, in words that a customer's engineer can check against the log. Any thread.
#pragma once

#include <string>

#include "detect/finding.hpp"
#include "report/lock_report.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// "118 addresses were contacted on TCP port 22 within 25 s (at most 9 in one second); 115 stayed silent, 2
// refused, 1 answered."
std::string contacts_sentence(const Finding& finding, const TextStyle& style);

// Why the host is innocent: one sentence; empty for none.
std::string exoneration_sentence(Exoneration exoneration);

// The field that says of whose established contacts this monitor saw a reply; empty when it saw half of them
// or more.
std::string replies_field(const ReplyVisibility& replies, NumberFormat format);

// The fields of a lock report's header: what convinced, how sure it is, tools, ports, replies. The last three
// only where they say something; a withdrawn report claims nothing, so it lacks the first two.
std::string scan_fields(const LockReport& report, const TextStyle& style);

}  // namespace flowlock
