// SPDX-License-Identifier: BSD-3-Clause
// `flowlock run`: wires the monitor to the log, the service manager, the report writer and signals. Main thread,
// which is the control core.
#pragma once

#include "command_line.hpp"

namespace flowlock {

// The exit status: 0, or 1 when reports could not be written or a worker's last epoch was lost. Throws ConfigError, and std::runtime_error when it
// cannot start.
int run(const RunCommand& command);

}  // namespace flowlock
