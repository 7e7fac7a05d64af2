// SPDX-License-Identifier: BSD-3-Clause
// Asks DPDK what a port can do. Main thread, before any other thread is started.
#pragma once

#include <string>

#include "live/live_options.hpp"
#include "machine/checks.hpp"

namespace flowlock {

struct PortAnswer {
    NicFacts nic;
    std::string failure;  // empty: `nic` is what DPDK said
};

// In a process of its own, which opens the port for a moment: DPDK can be started once per process, and ends
// it at some faults. Takes ten seconds at most.
PortAnswer ask_dpdk(const PortName& port, const LiveOptions& live);

}  // namespace flowlock
