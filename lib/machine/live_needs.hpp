// SPDX-License-Identifier: BSD-3-Clause
// What a live monitor will need of this machine: workers, memory. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "live/live_options.hpp"
#include "machine/facts.hpp"

namespace flowlock {

// Gbit/s of a port: by its PCI ids or its interface's speed; none: not known.
std::optional<std::uint32_t> gbit_of(const PortFacts& port);

// As configured, else one for each 10 Gbit/s of the ports' speed (10 where it is not known), 1 to 64.
std::uint32_t workers_of(const LiveOptions& live, const MachineFacts& facts);

// MiB for packet buffers and rings. Each worker has one queue of each port.
std::uint64_t memory_needed_mib(const LiveOptions& live, std::size_t ports, std::uint32_t queues);

// Of the facts and options at hand; no port at all is counted as one.
std::uint64_t memory_needed_mib(const LiveOptions& live, const MachineFacts& facts);

}  // namespace flowlock
