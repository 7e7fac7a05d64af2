// SPDX-License-Identifier: BSD-3-Clause
// A case's packets as a capture file, for Wireshark and the like. Any thread.
#pragma once

#include <string>

#include "report/lock_report.hpp"

namespace flowlock {

// The bytes of a pcapng file (draft-ietf-opsawg-pcapng): little-endian, times in nanoseconds, an interface for each of
// the evidence's interfaces and link types, a comment that names the case. The same report gives the same bytes.
std::string evidence_capture(const LockReport& report);

}  // namespace flowlock
