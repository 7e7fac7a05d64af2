// SPDX-License-Identifier: BSD-3-Clause
#include "machine/live_needs.hpp"

#include <algorithm>

#include "live/core_plan.hpp"
#include "live/port_sizes.hpp"
#include "machine/nic_table.hpp"

namespace flowlock {
namespace {

constexpr std::uint32_t gbit_of_a_worker = 10;

}  // namespace

std::optional<std::uint32_t> gbit_of(const PortFacts& port) {
    if (port.pci) {
        const KnownNic* nic = find_nic(port.pci->vendor, port.pci->device);
        if (nic != nullptr) return nic->gbit;
    }
    if (port.interface && port.interface->mbit) return (*port.interface->mbit + 999) / 1000;
    return std::nullopt;
}

std::uint32_t workers_of(const LiveOptions& live, const MachineFacts& facts) {
    std::uint64_t gbit = 0;
    for (const PortFacts& port : facts.ports) gbit += gbit_of(port).value_or(gbit_of_a_worker);
    // How many CPUs there are for them is another check's.
    return workers_for(live, 1000 * gbit, live.cores.empty() ? workers_max + 1 : live.cores.size());
}

std::uint64_t memory_needed_mib(const LiveOptions& live, std::size_t ports, std::uint32_t queues) {
    if (live.memory_mib > 0) return live.memory_mib;
    return PortSizes::memory_mib(static_cast<unsigned>(ports) * queues);
}

std::uint64_t memory_needed_mib(const LiveOptions& live, const MachineFacts& facts) {
    return memory_needed_mib(live, std::max<std::size_t>(facts.ports.size(), 1), workers_of(live, facts));
}

}  // namespace flowlock
