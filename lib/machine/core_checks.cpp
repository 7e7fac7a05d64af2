// SPDX-License-Identifier: BSD-3-Clause
// The CPUs on which workers and control core run, and the counter that is their clock.
#include <algorithm>

#include <fmt/format.h>

#include "machine/checks.hpp"
#include "machine/live_needs.hpp"
#include "machine/mend.hpp"

namespace flowlock {
namespace {

CpuSet online(const ProcessorFacts& processor) {
    CpuSet cpus;
    for (const CpuFacts& cpu : processor.cpus) cpus.insert(cpu.number);
    return cpus;
}

CpuSet both(const CpuSet& a, const CpuSet& b) {
    CpuSet common;
    std::ranges::set_intersection(a, b, std::inserter(common, common.end()));
    return common;
}

CpuSet without(const CpuSet& a, const CpuSet& b) {
    CpuSet rest;
    std::ranges::set_difference(a, b, std::inserter(rest, rest.end()));
    return rest;
}

// The configured cores; where none are, isolated CPUs, or any, will be chosen.
CpuSet wanted_cores(const MachineFacts& facts, const LiveOptions& live) {
    if (!live.cores.empty()) return {live.cores.begin(), live.cores.end()};
    const CpuSet isolated = both(online(facts.processor), facts.processor.isolated);
    return isolated.empty() ? online(facts.processor) : isolated;
}

void check_existence(const MachineFacts& facts, const LiveOptions& live, Checks& checks) {
    const CpuSet wanted(live.cores.begin(), live.cores.end());
    const CpuSet absent = without(wanted, facts.processor.present);
    const CpuSet offline = without(without(wanted, online(facts.processor)), absent);
    if (!absent.empty())
        checks.push_back(wrong("cores.exist",
                               fmt::format("live.cores {} are not in this machine, which has {}",
                                           written(absent), written(facts.processor.present)),
                               fmt::format("# in the configuration, choose live.cores among {}",
                                           written(online(facts.processor)))));
    if (!offline.empty()) {
        std::string mend;
        for (const std::uint32_t cpu : offline)
            mend +=
                fmt::format("{}echo 1 > /sys/devices/system/cpu/cpu{}/online", mend.empty() ? "" : "\n", cpu);
        checks.push_back(
            wrong("cores.exist", fmt::format("live.cores {} are offline", written(offline)), mend));
    }
    if (absent.empty() && offline.empty())
        checks.push_back(ok(
            "cores.exist", live.cores.empty() ? fmt::format("live.cores is not set: chosen at start among {}",
                                                            written(wanted_cores(facts, live)))
                                              : fmt::format("live.cores {} are online", written(wanted))));
}

Check check_count(const MachineFacts& facts, const LiveOptions& live) {
    const std::string name = "cores.count";
    const std::size_t needed = workers_of(live, facts) + std::size_t{1};
    const std::size_t cpus = facts.processor.cpus.size();
    const std::string needs =
        fmt::format("{} CPUs are needed: the control core's and {} for workers", needed, needed - 1);
    if (!live.cores.empty() && live.cores.size() < needed)
        return wrong(name, fmt::format("{}; live.cores names {}", needs, live.cores.size()),
                     live.cores.size() > 1 ? fmt::format("# in the configuration, under [live]: workers = {}",
                                                         live.cores.size() - 1)
                                           : "# in the configuration, name two CPUs or more in live.cores");
    if (cpus < needed)
        return wrong(name, fmt::format("{}; {} are online", needs, cpus),
                     cpus > 1 ? fmt::format("# in the configuration, under [live]: workers = {}", cpus - 1)
                              : "# use a machine with two CPUs or more");
    return ok(name, fmt::format("{}; {} are online", needs, cpus));
}

// Pairs of wanted cores that are one core: each would have half of it.
Check check_siblings(const MachineFacts& facts, const LiveOptions& live) {
    const CpuSet wanted(live.cores.begin(), live.cores.end());
    CpuSet free = online(facts.processor);
    CpuSet shared;
    for (const CpuFacts& cpu : facts.processor.cpus) {
        if (!cpu.siblings.empty() && cpu.number != *cpu.siblings.begin()) free.erase(cpu.number);
        if (wanted.contains(cpu.number) && both(cpu.siblings, wanted).size() > 1)
            shared.merge(both(cpu.siblings, wanted));
    }
    if (shared.empty()) return ok("cores.siblings", "no two of live.cores share a core");
    return warning(
        "cores.siblings",
        fmt::format("live.cores {} are hyperthreads of the same core: each is half as fast", written(shared)),
        fmt::format("# in the configuration, choose live.cores among {}", written(free)));
}

// Which CPUs to keep free of other work: the configured ones, or as many as will be chosen.
CpuSet cores_to_isolate(const MachineFacts& facts, const LiveOptions& live) {
    CpuSet cores = both(wanted_cores(facts, live), online(facts.processor));
    if (!live.cores.empty()) return cores;
    const std::size_t needed = workers_of(live, facts) + std::size_t{1};
    // The kernel does its own work on CPU 0 where it can.
    if (cores.size() > needed) cores.erase(0);
    while (cores.size() > needed) cores.erase(std::prev(cores.end()));
    return cores;
}

Check check_isolation(const MachineFacts& facts, const LiveOptions& live) {
    const std::string name = "cores.isolated";
    const CpuSet cores = cores_to_isolate(facts, live);
    const CpuSet busy = without(cores, facts.processor.isolated);
    const CpuSet ticking = without(cores, facts.processor.tickless);
    if (busy.empty() && ticking.empty())
        return ok(name, fmt::format("CPUs {}: nothing else runs there", written(cores)));
    const std::string text =
        busy.empty()
            ? fmt::format("CPUs {} are isolated, but the kernel's timer interrupts them", written(ticking))
            : fmt::format("CPUs {}: the kernel runs other work there too", written(busy));
    // A kernel without any CPU of its own does not start.
    if (without(online(facts.processor), cores).empty())
        return warning(name, text, "# use a machine with a CPU to spare: the kernel needs one, too");
    return warning(
        name, text,
        kernel_words("cores", fmt::format("isolcpus={0} nohz_full={0} rcu_nocbs={0}", written(cores))));
}

void check_governor(const MachineFacts& facts, const LiveOptions& live, Checks& checks) {
    const CpuSet wanted = wanted_cores(facts, live);
    CpuSet slow;
    std::string governor;
    for (const CpuFacts& cpu : facts.processor.cpus) {
        if (!wanted.contains(cpu.number) || cpu.governor.empty() || cpu.governor == "performance") continue;
        slow.insert(cpu.number);
        governor = cpu.governor;
    }
    if (slow.empty()) {
        checks.push_back(ok("cores.governor", "no CPU slows down to save power"));
        return;
    }
    checks.push_back(
        warning("cores.governor",
                fmt::format("CPUs {}: governor {}; they slow down to save power", written(slow), governor),
                lines({"echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
                       "# for good: apt-get install cpufrequtils; echo GOVERNOR=performance > "
                       "/etc/default/cpufrequtils"})));
}

Check check_tsc(const ProcessorFacts& processor) {
    const std::string name = "cores.tsc";
    if (!processor.steady_tsc) {
        const std::string text =
            "the CPU's cycle counter, the workers' clock, is not steady (constant_tsc, nonstop_tsc)";
        if (processor.virtual_machine)
            return warning(name, text,
                           "# give the virtual machine the host's CPU, with invtsc: qemu -cpu host,+invtsc");
        return wrong(name, text, "# use another machine: this CPU's counter changes its rate");
    }
    if (processor.clock_source == "tsc") return ok(name, "steady, and the kernel's clock too");
    const bool could = std::ranges::find(processor.clock_sources, "tsc") != processor.clock_sources.end();
    return warning(name,
                   fmt::format("steady, but the kernel's clock is {}: it may have found the counters apart",
                               processor.clock_source),
                   could ? "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource"
                         : kernel_words("tsc", "tsc=reliable"));
}

}  // namespace

Checks check_cores(const MachineFacts& facts, const LiveOptions& live) {
    Checks checks;
    check_existence(facts, live, checks);
    checks.push_back(check_count(facts, live));
    if (!live.cores.empty()) checks.push_back(check_siblings(facts, live));
    checks.push_back(check_isolation(facts, live));
    check_governor(facts, live, checks);
    checks.push_back(check_tsc(facts.processor));
    return checks;
}

}  // namespace flowlock
