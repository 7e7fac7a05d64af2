// SPDX-License-Identifier: BSD-3-Clause
// The summary of a run as JSON, schema flowlock.summary/1 (docs/summary.schema.json). Any thread.
#pragma once

#include <string>

#include "report/summary.hpp"

namespace flowlock {

// Indented, with a line feed at the end. File names that are not UTF-8 are mended, never an error.
std::string summary_page(const Summary& summary);

}  // namespace flowlock
