// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/eal.hpp"

#include <sched.h>
#include <stdexcept>

#include <rte_eal.h>
#include <rte_errno.h>

namespace flowlock {
namespace {

// "(0-2)@(0,1)": lcores 0 to 2, each free to run on any CPU the process may use.
std::string floating_lcores(unsigned workers) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof cpus, &cpus);
    std::string list;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &cpus)) list += (list.empty() ? "" : ",") + std::to_string(cpu);
    return "--lcores=(0-" + std::to_string(workers) + ")@(" + list + ")";
}

}  // namespace

Eal::Eal(const EalOptions& options) {
    // rte_eal_init keeps pointers into its arguments and reorders them; they must outlive it.
    static std::vector<std::string> words;
    static std::vector<char*> arguments;
    words = {"flowlock",
             "--no-huge",
             "--no-shconf",
             "-m",
             std::to_string(options.memory_mib),
             "--no-pci",
             "--no-telemetry",
             "--log-level=*:error",
             floating_lcores(options.workers)};
    arguments.clear();
    for (std::string& word : words) arguments.push_back(word.data());
    if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0)
        throw std::runtime_error(std::string("DPDK does not start: ") + rte_strerror(rte_errno));
}

Eal::~Eal() {
    rte_eal_cleanup();
}

}  // namespace flowlock
