// SPDX-License-Identifier: BSD-3-Clause
// flowlock's commands on DPDK's telemetry socket, for `dpdk-telemetry.py -f flowlock`: /flowlock/status,
// /flowlock/loss, /flowlock/ports, /flowlock/workers. They answer from the summary shown last, at most a second
// old. The main thread shows, DPDK's telemetry thread reads; between them is a short lock, which no data path
// and no merging meets. One object at a time, while the EAL lives.
#pragma once

#include "report/summary.hpp"

namespace flowlock {

class Telemetry {
public:
    // Throws std::runtime_error when DPDK refuses the commands.
    Telemetry();
    ~Telemetry();
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;

    void show(const Summary& summary);
};

}  // namespace flowlock
