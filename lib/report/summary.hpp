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

struct Summary {
    std::vector<InputSummary> inputs;
    Tally tally;
    std::optional<Time> first;  // earliest and latest timestamp of all packets; none without packets
    std::optional<Time> last;
    Flows flows;
    std::uint64_t time_steps = 0;  // how often the packet clock was set back (see docs/architecture.md)
    Loss loss;
    std::uint64_t findings = 0;
    std::uint64_t locks = 0;
};

}  // namespace flowlock
