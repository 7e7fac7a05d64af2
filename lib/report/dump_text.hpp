// SPDX-License-Identifier: BSD-3-Clause
// The "detailed traffic dump" of the provider's help page: a case's packets, one line each. Any thread.
#pragma once

#include <string>

#include "report/lock_report.hpp"

namespace flowlock {

// A line that says how many packets it shows of how many, of which time, and how they were chosen; then one line for each
// packet, as tcpdump prints it (dump/packet_line.hpp). Numbers are plain digits, whatever the report's format, so that the
// file is one, and so is its checksum. Empty without packets.
std::string dump_text(const LockReport& report);

}  // namespace flowlock
