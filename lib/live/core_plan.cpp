// SPDX-License-Identifier: BSD-3-Clause
#include "live/core_plan.hpp"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <sstream>

#include "live/cpu_list.hpp"

namespace flowlock {
namespace {

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

int number_in(const std::string& path) {
    std::istringstream text(first_line(path));
    int number = -1;
    text >> number;
    return text.fail() ? -1 : number;
}

}  // namespace

std::vector<Cpu> read_cpu_facts(const std::string& sys) {
    const std::string base = sys + "/devices/system/";
    const auto isolated = parse_cpu_list(first_line(base + "cpu/isolated"));
    cpu_set_t affinity;
    CPU_ZERO(&affinity);
    sched_getaffinity(0, sizeof affinity, &affinity);
    std::vector<Cpu> cpus;
    for (const std::uint32_t number : parse_cpu_list(first_line(base + "cpu/online")))
        cpus.push_back({.number = number,
                        .isolated = isolated.contains(number),
                        .usable = number < CPU_SETSIZE && CPU_ISSET(number, &affinity)});
    for (const std::uint32_t node : parse_cpu_list(first_line(base + "node/online"))) {
        const auto on_node =
            parse_cpu_list(first_line(base + "node/node" + std::to_string(node) + "/cpulist"));
        for (Cpu& cpu : cpus)
            if (on_node.contains(cpu.number)) cpu.node = static_cast<int>(node);
    }
    return cpus;
}

int node_of_pci(const std::string& address, const std::string& sys) {
    return number_in(sys + "/bus/pci/devices/" + address + "/numa_node");
}

int node_of_interface(const std::string& interface, const std::string& sys) {
    return number_in(sys + "/class/net/" + interface + "/device/numa_node");
}

CorePlan plan_cores(const LiveOptions& options, const std::vector<Cpu>& machine, int node) {
    if (!options.cores.empty()) return {options.cores, options.cores.size() > 1};
    // An isolated CPU is outside of every process's affinity until the process asks for it by name.
    const bool some_isolated =
        std::any_of(machine.begin(), machine.end(), [](const Cpu& cpu) { return cpu.isolated; });
    std::vector<Cpu> chosen;
    for (const Cpu& cpu : machine)
        if (some_isolated ? cpu.isolated : cpu.usable) chosen.push_back(cpu);
    std::stable_sort(chosen.begin(), chosen.end(),
                     [&](const Cpu& a, const Cpu& b) { return (a.node == node) > (b.node == node); });
    CorePlan plan;
    for (const Cpu& cpu : chosen)
        if (plan.cpus.size() <= workers_max) plan.cpus.push_back(cpu.number);
    plan.pinned = plan.cpus.size() > std::max(1u, options.workers);
    return plan;
}

unsigned workers_for(const LiveOptions& options, std::uint64_t mbit_per_second, std::size_t cpus) {
    constexpr std::uint64_t mbit_per_worker = 10'000;
    if (options.workers > 0) return options.workers;
    if (options.cores.size() > 1) return static_cast<unsigned>(options.cores.size()) - 1;
    const std::uint64_t wanted =
        std::max<std::uint64_t>(1, (mbit_per_second + mbit_per_worker - 1) / mbit_per_worker);
    const std::uint64_t room = cpus > 1 ? cpus - 1 : 1;
    return static_cast<unsigned>(std::min({wanted, room, std::uint64_t{workers_max}}));
}

}  // namespace flowlock
