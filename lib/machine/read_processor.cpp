// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <map>
#include <sstream>

#include "machine/read_parts.hpp"

namespace flowlock {
namespace {

const std::string cpu_folder = "/sys/devices/system/cpu/";
const std::string node_folder = "/sys/devices/system/node/";

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(plain(word));
    return words;
}

// The words of the first "flags" line; all processors of a machine have the same.
std::vector<std::string> flags_in(const std::string& cpuinfo) {
    const std::size_t begin = cpuinfo.find("\nflags");
    if (begin == std::string::npos) return {};
    return words_of(cpuinfo.substr(begin + 1, cpuinfo.find('\n', begin + 1) - begin - 1));
}

std::map<std::uint32_t, std::uint32_t> nodes_of_cpus(const Tree& tree) {
    std::map<std::uint32_t, std::uint32_t> nodes;
    for (const std::uint32_t node : tree.cpus(node_folder + "online"))
        for (const std::uint32_t cpu : tree.cpus(node_folder + "node" + std::to_string(node) + "/cpulist"))
            nodes[cpu] = node;
    return nodes;
}

CpuFacts read_cpu(const Tree& tree, std::uint32_t number) {
    const std::string folder = cpu_folder + "cpu" + std::to_string(number);
    CpuFacts cpu;
    cpu.number = number;
    cpu.siblings = tree.cpus(folder + "/topology/thread_siblings_list");
    cpu.governor = tree.line(folder + "/cpufreq/scaling_governor");
    return cpu;
}

}  // namespace

ProcessorFacts read_processor(const Tree& tree) {
    ProcessorFacts processor;
    const auto nodes = nodes_of_cpus(tree);
    for (const std::uint32_t number : tree.cpus(cpu_folder + "online")) {
        processor.cpus.push_back(read_cpu(tree, number));
        if (const auto node = nodes.find(number); node != nodes.end())
            processor.cpus.back().node = node->second;
    }
    processor.present = tree.cpus(cpu_folder + "present");
    processor.isolated = tree.cpus(cpu_folder + "isolated");
    processor.tickless = tree.cpus(cpu_folder + "nohz_full");

    const std::string cpuinfo = tree.text("/proc/cpuinfo");
    const auto flags = flags_in(cpuinfo);
    const auto has = [&](const char* flag) { return std::ranges::find(flags, flag) != flags.end(); };
    processor.intel = cpuinfo.find("GenuineIntel") != std::string::npos;
    processor.virtual_machine = has("hypervisor");
    processor.steady_tsc = has("constant_tsc") && has("nonstop_tsc");
    const std::string source = "/sys/devices/system/clocksource/clocksource0/";
    processor.clock_source = tree.line(source + "current_clocksource");
    processor.clock_sources = words_of(tree.line(source + "available_clocksource"));
    return processor;
}

}  // namespace flowlock
