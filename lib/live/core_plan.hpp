// SPDX-License-Identifier: BSD-3-Clause
// Which CPUs the control core and the workers run on. Pure but for read_cpu_facts(); main thread, at start.
//
// The rule, where live.cores says nothing: the CPUs that are isolated from the scheduler, else all that the
// process may use; of these the ones on the NUMA node of the first port whose node is known come first, since
// a worker that fetches its packets from another socket's memory is about a third slower. The control core
// takes the first, the workers the next ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "live/live_options.hpp"

namespace flowlock {

struct Cpu {
    std::uint32_t number = 0;
    int node = 0;
    bool isolated = false;  // isolcpus= on the kernel's command line
    bool usable = true;     // the process's affinity lets it
};

// The machine's CPUs that are online. An unreadable file leaves its default.
std::vector<Cpu> read_cpu_facts(const std::string& sys = "/sys");

// The NUMA node of a PCI device or of the device behind an interface; -1: unknown.
int node_of_pci(const std::string& address, const std::string& sys = "/sys");
int node_of_interface(const std::string& interface, const std::string& sys = "/sys");

struct CorePlan {
    std::vector<std::uint32_t> cpus;  // the control core's, then the workers'
    // Each thread has a CPU of its own. Otherwise there are too few, and threads float over all of them.
    bool pinned = true;
};

// So many CPUs as there are, or as options.cores says; at most workers_max + 1. `node`: of the ports, or -1.
CorePlan plan_cores(const LiveOptions& options, const std::vector<Cpu>& machine, int node);

// One worker for each 10 Gbit/s of the ports' speed, at least one: a worker takes 10 GbE of smallest frames.
// `cpus`: how many there are, the control core's included; it bounds the workers unless that leaves none.
unsigned workers_for(const LiveOptions& options, std::uint64_t mbit_per_second, std::size_t cpus);

constexpr unsigned workers_max = 64;

}  // namespace flowlock
