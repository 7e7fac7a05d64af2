// SPDX-License-Identifier: BSD-3-Clause
// `flowlock check`: judges configuration and machine, and shows the verdict on standard output. Main thread.
#pragma once

#include "command_line.hpp"

namespace flowlock {

// The exit status: 0 nothing is wrong, 1 the machine is, 2 the configuration is. Throws std::runtime_error
// when standard output cannot be written.
int check(const CheckCommand& command);

}  // namespace flowlock
