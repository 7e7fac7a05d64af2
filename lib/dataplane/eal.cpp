// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/eal.hpp"

#include <sched.h>
#include <stdexcept>

#include <rte_eal.h>
#include <rte_errno.h>

namespace flowlock {
namespace {

std::vector<int> usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

// "(0-2)@(0,1)": lcores 0 to 2, each free to run on any CPU the process may use.
std::string floating_lcores(unsigned workers) {
    std::string list;
    for (const int cpu : usable_cpus()) list += (list.empty() ? "" : ",") + std::to_string(cpu);
    return "--lcores=(0-" + std::to_string(workers) + ")@(" + list + ")";
}

// "0@4,1@5": one CPU each.
std::string pinned_lcores(unsigned workers) {
    const std::vector<int> cpus = usable_cpus();
    if (cpus.size() <= workers)
        throw std::runtime_error("DPDK does not start: " + std::to_string(workers) +
                                 " workers and the control core need " + std::to_string(workers + 1) +
                                 " CPUs; this process may use " + std::to_string(cpus.size()));
    std::string list;
    for (unsigned lcore = 0; lcore <= workers; ++lcore)
        list += (list.empty() ? "" : ",") + std::to_string(lcore) + "@" + std::to_string(cpus[lcore]);
    return "--lcores=" + list;
}

}  // namespace

Eal::Eal(const EalOptions& options) {
    // rte_eal_init keeps pointers into its arguments and reorders them; they must outlive it.
    static std::vector<std::string> words;
    static std::vector<char*> arguments;
    words = {"flowlock",
             "--no-pci",
             "--no-telemetry",
             "--log-level=*:error",
             "-m",
             std::to_string(options.memory_mib)};
    if (options.live)
        words.insert(words.end(), {"--in-memory", "--huge-unlink", pinned_lcores(options.workers)});
    else
        words.insert(words.end(), {"--no-huge", "--no-shconf", floating_lcores(options.workers)});
    for (const std::string& device : options.devices) words.push_back("--vdev=" + device);
    arguments.clear();
    for (std::string& word : words) arguments.push_back(word.data());
    if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0)
        throw std::runtime_error(std::string("DPDK does not start: ") + rte_strerror(rte_errno));
}

Eal::~Eal() {
    rte_eal_cleanup();
}

}  // namespace flowlock
