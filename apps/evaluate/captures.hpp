// SPDX-License-Identifier: BSD-3-Clause
// Captures with known truth, judged like scenes: a folder with truth.json, which says for each file what its internal
// networks are and what must be found in it ("expected": type, level, src or dst). ICMP errors in captures are not
// matched with the packets they quote, so Snort's counts of rejects are lower bounds there.
#pragma once

#include <string>

#include "table.hpp"

namespace flowlock::evaluate {

struct CaptureResults {
    Table table;
    unsigned missed = 0;       // by flowlock: scans that must be found
    unsigned false_locks = 0;  // … hosts that are locked as scanners, and are expected for nothing at all
};

// Throws std::runtime_error when a file cannot be read.
CaptureResults judge_captures(const std::string& folder);

}  // namespace flowlock::evaluate
