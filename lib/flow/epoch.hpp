// SPDX-License-Identifier: BSD-3-Clause
// What a worker hands to the control core: everything it saw in one epoch, or in a part of one when its flow
// table was full. Owned by the worker until it is moved through the ring, by the control core until it comes
// back empty.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/time.hpp"
#include "flow/flow_table.hpp"
#include "packet/outcome.hpp"

namespace flowlock {

// The length of an epoch, and so the step of every window.
constexpr std::chrono::seconds epoch_length{1};

// Names an epoch. Sequence numbers grow by one with each epoch that has packets, on all workers alike. The
// start usually grows, too, but jumps with the packet clock, and goes back when that is set back.
struct EpochName {
    std::uint64_t sequence = 0;
    std::int64_t start_s = 0;  // seconds since 1970; the epoch ends epoch_length later

    friend bool operator==(const EpochName&, const EpochName&) = default;
};

struct Epoch {
    Epoch(std::uint32_t flows, const HashKey& secret) : flows(flows, secret) {}

    FlowTable flows;
    Tally tally;
    std::int64_t first_ns =
        std::numeric_limits<std::int64_t>::max();  // over all packets, whatever their outcome
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    EpochName name;
    // Before this sequence number nothing more will come from this worker; the name's own when this is only a
    // part.
    std::uint64_t next_sequence = 0;

    void clear() noexcept {
        flows.clear();
        tally = {};
        first_ns = std::numeric_limits<std::int64_t>::max();
        last_ns = std::numeric_limits<std::int64_t>::min();
    }
};

}  // namespace flowlock
