// SPDX-License-Identifier: BSD-3-Clause
// The finding of a lock report, read back from the members of its JSON. A part of report_reader.
#pragma once

#include "detect/finding.hpp"
#include "report/json_field.hpp"

namespace flowlock {

// The whole report's object. Throws FieldError.
Finding read_finding(const JsonField& root);

}  // namespace flowlock
