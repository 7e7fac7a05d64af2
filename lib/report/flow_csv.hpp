// SPDX-License-Identifier: BSD-3-Clause
// The flow records of a run as CSV, one row per biflow, in the order of their first packets. Control core.
#pragma once

#include <string>

#include "flow/flow_store.hpp"

namespace flowlock {

// Throws std::runtime_error "FILE: reason". Writes as it goes: FILE may be a pipe.
void write_flow_csv(const std::string& path, const FlowStore& flows);

}  // namespace flowlock
