// SPDX-License-Identifier: BSD-3-Clause
// A case from its folder: report.json, and the packets of evidence.pcapng. Any thread; needs no DPDK.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "report/lock_report.hpp"

namespace flowlock {

// The folder has no report, or none that this version can read: what, where and how to mend it.
class ReportUnreadable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct CaseRead {
    LockReport report;
    // Why packets are missing, if evidence.pcapng could not be read to its end, or has more than any case.
    std::string error;
};

// Throws ReportUnreadable. A capture does not say by which port a packet came, so all are of the first.
CaseRead read_case(const std::filesystem::path& folder);

}  // namespace flowlock
