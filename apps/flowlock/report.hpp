// SPDX-License-Identifier: BSD-3-Clause
// `flowlock report`: the text of a case once more, from its folder, in another layout or language, or for somebody else's
// eyes. Starts no DPDK.
#pragma once

#include <stdexcept>

#include "command_line.hpp"

namespace flowlock {

// Prints to standard output. Returns the exit status: 0; 3: evidence.pcapng could not be read, and the text is without
// packets. Throws ReportUnreadable.
int report(const ReportCommand& command);

// The folder has no report, or none that this version can read: what, where and how to mend it.
class ReportUnreadable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace flowlock
