// SPDX-License-Identifier: BSD-3-Clause
// The parts of read_facts: each reads one part of the machine from /proc and /sys. Within this library only.
#pragma once

#include "machine/facts.hpp"
#include "machine/tree.hpp"

namespace flowlock {

MemoryFacts read_memory(const Tree& tree);
ProcessorFacts read_processor(const Tree& tree);
PortFacts read_port(const Tree& tree, const std::string& name);
OutputFacts read_output(const Tree& tree, const std::string& folder);

// A node's number from numa_node; none where the kernel says -1.
std::optional<std::uint32_t> read_node(const Tree& tree, const std::string& file);

}  // namespace flowlock
