// SPDX-License-Identifier: BSD-3-Clause
// From findings to lock reports: which findings lock, and their names. Pure; control side.
#pragma once

#include <vector>

#include "report/lock_report.hpp"

namespace flowlock {

// Findings in, reports out in the same order. The id is made of the opening time, host, direction and kind,
// so the same input gives the same ids; a second report of the same name gets "-2" and so on.
std::vector<LockReport> lock_reports(std::vector<Finding> findings, const Loss& loss);

}  // namespace flowlock
