// SPDX-License-Identifier: BSD-3-Clause
// A lock report read back from its JSON (docs/lock-report.schema.json): what json_report_page() makes of what was read
// is, byte for byte, what it once made. Strict about types and ranges, so that the texts may trust what they print;
// whoever may have written it: nothing worse than an error comes of it. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/lock_report.hpp"

namespace flowlock {

// Longer text is refused: 100,000 rows in each of a report's lists, the most that can be configured, are shorter.
constexpr std::size_t report_bytes_max = std::size_t{128} << 20;

struct ReadReport {
    std::optional<LockReport> report;
    // Where there is none: which field is wrong, and why: "trigger.window_s: is 0; a whole number … must stand there".
    std::string error;
};

// Members that are not known are passed over; those that reports of older versions do not have may be missing: `origin`,
// the targets' `source_port` and `frame_bytes`, all of `evidence`. Of the evidence, what is said of the packets is read,
// the packets stand elsewhere.
ReadReport read_report(std::string_view json);

}  // namespace flowlock
