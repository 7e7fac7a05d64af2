// SPDX-License-Identifier: BSD-3-Clause
// `flowlock replay`: wires the file source, workers, control core and reports together. Main thread.
#pragma once

#include "command_line.hpp"

namespace flowlock {

// The exit status: 0, 1 or 3. Throws ConfigError, and std::runtime_error when it cannot run or write.
int replay(const ReplayCommand& command);

}  // namespace flowlock
