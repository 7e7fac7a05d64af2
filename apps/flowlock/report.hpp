// SPDX-License-Identifier: BSD-3-Clause
// `flowlock report`: the text of a case once more, from its folder, in another layout or language, or for somebody else's
// eyes. Starts no DPDK.
#pragma once

#include "command_line.hpp"

namespace flowlock {

// Prints to standard output. Returns the exit status: 0; 3: evidence.pcapng could not be read, and the text is without
// packets. Throws ReportUnreadable (case_reader.hpp).
int report(const ReportCommand& command);

}  // namespace flowlock
