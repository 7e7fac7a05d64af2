// SPDX-License-Identifier: BSD-3-Clause
// What summary.json says about a run. Plain data of the control side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/units.hpp"
#include "packet/outcome.hpp"
#include "report/lock_report.hpp"

namespace flowlock {

struct InputSummary {
    std::string file;  // as given on the command line; "-" is standard input
    Packets packets;
    Bytes bytes;             // on the wire
    bool truncated = false;  // it ends in the middle of a record
    std::string error;       // empty: read to its end
};

// A port of a live monitor. Counts are since it started, over all devices that had this name.
struct PortSummary {
    std::string name;    // as configured
    std::string driver;  // of DPDK
    bool present = false;
    bool up = false;
    std::uint64_t mbit_per_second = 0;  // 0: unknown
    std::uint64_t queues = 0;
    Packets received{};
    Packets missed{};
    Packets errors{};
    Packets no_buffer{};
    bool counts_loss = true;  // false: this driver's counters of loss are always 0
    std::uint64_t vanished = 0;
    std::uint64_t link_changes = 0;
};

struct WorkerSummary {
    Packets packets;
    std::optional<std::uint32_t> cpu{};  // none: it floats
    bool stalled = false;                // it has not looked at its queues for seconds
    std::uint64_t stalls = 0;
};

// What only a live monitor has to say.
struct LiveSummary {
    bool running = true;
    Time started;
    Time written;
    Duration clock_offset{};  // how far ahead of the workers' clock the system's is
    std::vector<PortSummary> ports;
    std::vector<WorkerSummary> workers;
    DuplicateFigures duplicates;  // of the last minute
    std::uint64_t reloads = 0;
    std::uint64_t open_cases = 0;
    std::uint64_t reports_waiting = 0;  // that could not be written yet
    std::uint64_t reports_lost = 0;     // that could not be kept until they could be written
};

struct Summary {
    std::vector<InputSummary> inputs;
    std::optional<LiveSummary> live;  // none in a replay
    Tally tally;
    std::optional<Time> first;  // earliest and latest timestamp of all packets; none without packets
    std::optional<Time> last;
    Flows flows;
    Packets inspected{};           // payloads that were looked into
    Packets inspection_shed{};     // packets that were not, since others were waiting
    std::uint64_t time_steps = 0;  // how often the packet clock was set back (see docs/architecture.md)
    Loss loss;
    std::uint64_t findings = 0;
    std::uint64_t locks = 0;
};

}  // namespace flowlock
