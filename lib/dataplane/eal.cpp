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
    std::string list;
    for (const std::uint32_t cpu : usable_cpus()) list += (list.empty() ? "" : ",") + std::to_string(cpu);
    return "--lcores=(0-" + std::to_string(workers) + ")@(" + list + ")";
}

// "0@4,1@5": one CPU each.
std::string pinned_lcores(unsigned workers, const std::vector<std::uint32_t>& cpus) {
    if (cpus.size() <= workers)
        throw std::runtime_error("DPDK does not start: " + std::to_string(workers) +
                                 " workers and the control core need " + std::to_string(workers + 1) +
                                 " CPUs; there are " + std::to_string(cpus.size()));
    std::string list;
    for (unsigned lcore = 0; lcore <= workers; ++lcore)
        list += (list.empty() ? "" : ",") + std::to_string(lcore) + "@" + std::to_string(cpus[lcore]);
    return "--lcores=" + list;
}

std::vector<std::string> words_of(const EalOptions& options) {
    std::vector<std::string> words{"flowlock"};
    if (options.memory_mib > 0) words.insert(words.end(), {"-m", std::to_string(options.memory_mib)});
    words.push_back(options.cpus.empty() ? floating_lcores(options.workers)
                                         : pinned_lcores(options.workers, options.cpus));
    if (options.hugepages)
        words.insert(words.end(), {"--in-memory", "--huge-unlink"});
    else
        words.insert(words.end(), {"--no-huge", "--no-shconf"});
    if (options.pci.empty()) words.emplace_back("--no-pci");
    for (const std::string& address : options.pci) words.push_back("--allow=" + address);
    for (const std::string& device : options.devices) words.push_back("--vdev=" + device);
    words.emplace_back("--file-prefix=flowlock");
    // Of several levels that fit, DPDK takes the one named first. Its telemetry misses an old form of itself, and memif
    // other processes, neither of which is there on purpose.
    if (options.telemetry)
        words.insert(words.end(), {"--log-level=lib.telemetry:error", "--log-level=pmd.net.memif:error",
                                   "--log-level=*:warning"});
    else
        words.insert(words.end(), {"--no-telemetry", "--log-level=*:error"});
    return words;
}

}  // namespace

std::vector<std::uint32_t> usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    std::vector<std::uint32_t> cpus;
    for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

Eal::Eal(const EalOptions& options) : leaves_to_kernel_(options.telemetry) {
    // rte_eal_init keeps pointers into its arguments and reorders them; they must outlive it.
    static std::vector<std::string> words;
    static std::vector<char*> arguments;
    words = words_of(options);
    arguments.clear();
    for (std::string& word : words) arguments.push_back(word.data());
    if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0)
        throw std::runtime_error(std::string("DPDK does not start: ") + rte_strerror(rte_errno) +
                                 (options.hugepages
                                      ? "; are there free hugepages? 'flowlock check' says so, and "
                                        "how to reserve them"
                                      : ""));
}

// DPDK 22.11 never ends its interrupt thread, and unmaps what this thread reads whenever a driver's descriptor has
// something to say, such as that of a memif peer which has just seen us go: one end in 25 under load crashed.
Eal::~Eal() {
    if (!leaves_to_kernel_) rte_eal_cleanup();
}

}  // namespace flowlock
