// SPDX-License-Identifier: BSD-3-Clause
// A lock report in the eXtended Abuse Reporting Format, version 4 (https://xarf.org): xarf.json, which accuses one
// internal host to whoever is responsible for it. docs/xarf.schema.json says what is written. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/case_files.hpp"

namespace flowlock {

// XARF takes no piece of evidence that is larger, in bytes before base64.
constexpr std::size_t xarf_evidence_max = 5'242'880;

// `evidence`: files of the case, which are embedded unless they are too large. Nothing: no type of XARF says what this case
// is (docs/output.md), it was withdrawn, or nobody is configured in whose name it could be reported. Text that is
// not UTF-8 is mended, never an error.
std::optional<std::string> xarf_page(const LockReport& report, const std::vector<CaseFile>& evidence);

}  // namespace flowlock
