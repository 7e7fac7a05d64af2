// SPDX-License-Identifier: BSD-3-Clause
// A lock report as JSON, schema flowlock.lock/1 (docs/lock-report.schema.json). Any thread.
#pragma once

#include <string>
#include <vector>

#include "report/case_files.hpp"

namespace flowlock {

// One line without a line feed: a line of locks.jsonl. Text that is not UTF-8 is mended, never an error.
std::string json_report_line(const LockReport& report);

// The same, indented, with a line feed at the end: report.json.
std::string json_report_page(const LockReport& report);
// … for which evidence_files(report) are at hand.
std::string json_report_page(const LockReport& report, const std::vector<CaseFile>& evidence);

}  // namespace flowlock
