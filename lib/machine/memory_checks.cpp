// SPDX-License-Identifier: BSD-3-Clause
// Hugepages, locked memory, and what moves memory about.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "machine/checks.hpp"
#include "machine/live_needs.hpp"
#include "machine/mend.hpp"

namespace flowlock {
namespace {

constexpr std::uint64_t kib_of_a_gib = 1024 * 1024;
constexpr unsigned cap_ipc_lock = 14;

std::string size_text(std::uint64_t kib) {
    return kib % kib_of_a_gib == 0 ? fmt::format("{} GiB", kib / kib_of_a_gib)
                                   : fmt::format("{} MiB", kib / 1024);
}

// Counts from the kernel are small, but nothing holds it to that.
std::uint64_t mib_of(std::uint64_t pages, std::uint64_t page_kib) {
    const std::uint64_t most = std::uint64_t{1} << 60;
    return std::min(pages, most / std::max<std::uint64_t>(page_kib, 1)) * page_kib / 1024;
}

std::string pool_folder(const HugepagePool& pool) {
    const std::string parent = pool.node
                                   ? fmt::format("/sys/devices/system/node/node{}/hugepages", *pool.node)
                                   : "/sys/kernel/mm/hugepages";
    return fmt::format("{}/hugepages-{}kB/nr_hugepages", parent, pool.page_kib);
}

std::string reserve(const HugepagePool& pool, std::uint64_t missing_mib) {
    const std::uint64_t page_mib = std::max<std::uint64_t>(pool.page_kib / 1024, 1);
    return fmt::format("echo {} > {}", pool.total + (missing_mib + page_mib - 1) / page_mib,
                       pool_folder(pool));
}

// The pool that is easiest to grow on a running machine: the one with the smallest pages.
const HugepagePool* smallest(const std::vector<HugepagePool>& pools, std::optional<std::uint32_t> node) {
    const HugepagePool* found = nullptr;
    for (const HugepagePool& pool : pools)
        if (pool.node == node && (found == nullptr || pool.page_kib < found->page_kib)) found = &pool;
    return found;
}

bool has_gigantic(const std::vector<HugepagePool>& pools) {
    return std::ranges::any_of(pools,
                               [](const auto& pool) { return !pool.node && pool.page_kib == kib_of_a_gib; });
}

// At start there is memory in one piece, later there may not be: so for good it is done there.
std::string reserve_for_good(const std::vector<HugepagePool>& pools, std::uint64_t mib) {
    const std::string words =
        has_gigantic(pools)
            ? fmt::format("default_hugepagesz=1G hugepagesz=1G hugepages={}", (mib + 1023) / 1024)
            : fmt::format("default_hugepagesz=2M hugepagesz=2M hugepages={}", (mib + 1) / 2);
    return lines({"# for good:", kernel_words("hugepages", words)});
}

std::string pools_text(const std::vector<HugepagePool>& pools) {
    std::string text;
    for (const HugepagePool& pool : pools)
        if (!pool.node)
            text += fmt::format("{}{} of {} pages of {} free", text.empty() ? "" : ", ", pool.free,
                                pool.total, size_text(pool.page_kib));
    return text;
}

Check check_hugepages(const MachineFacts& facts, const LiveOptions& live) {
    const std::string name = "memory.hugepages";
    const std::uint64_t needed = memory_needed_mib(live, facts);
    const bool any_pci =
        std::ranges::any_of(facts.ports, [](const auto& port) { return port.pci.has_value(); });
    if (!live.hugepages && any_pci)
        return wrong(name, "live.hugepages is false, but the driver of a PCI port needs them",
                     "# in the configuration, write under [live]: hugepages = true");
    if (!live.hugepages) return ok(name, "not used: live.hugepages is false");

    const auto& pools = facts.memory.hugepages;
    const HugepagePool* small = smallest(pools, std::nullopt);
    if (small == nullptr)
        return wrong(
            name, fmt::format("{} MiB are needed, and this kernel has none", needed),
            "# run a kernel with CONFIG_HUGETLBFS, such as Debian's: apt-get install linux-image-amd64");
    std::uint64_t free = 0, total = 0;
    for (const HugepagePool& pool : pools) {
        if (pool.node) continue;
        free += mib_of(pool.free, pool.page_kib);
        total += mib_of(pool.total, pool.page_kib);
    }
    const std::string text =
        fmt::format("{} MiB are needed, {} MiB are free: {}", needed, free, pools_text(pools));
    if (free >= needed) return ok(name, text);
    const std::string more = reserve(*small, needed - free);
    if (total >= needed)
        return warning(name, text + "; a program uses the others, which may be the running monitor",
                       lines({"# if no monitor runs, see who has them:", "grep -l huge /proc/[0-9]*/maps",
                              "# or add some:", more}));
    return wrong(name, text, lines({more, reserve_for_good(pools, needed)}));
}

std::uint64_t free_mib_on(const std::vector<HugepagePool>& pools, std::uint32_t node) {
    std::uint64_t free = 0;
    for (const HugepagePool& pool : pools)
        if (pool.node == node) free += mib_of(pool.free, pool.page_kib);
    return free;
}

std::set<std::uint32_t> nodes_of_ports(const MachineFacts& facts) {
    std::set<std::uint32_t> nodes;
    for (const PortFacts& port : facts.ports) {
        if (port.pci && port.pci->node) nodes.insert(*port.pci->node);
        if (port.interface && port.interface->node) nodes.insert(*port.interface->node);
    }
    return nodes;
}

// A line for each NUMA node that has a port: a packet that is written to another node's memory comes late.
void check_nodes(const MachineFacts& facts, const LiveOptions& live, Checks& checks) {
    const auto nodes = nodes_of_ports(facts);
    for (const std::uint32_t node : nodes) {
        const HugepagePool* small = smallest(facts.memory.hugepages, node);
        if (small == nullptr || !live.hugepages) continue;
        const std::uint64_t needed = memory_needed_mib(live, facts) / nodes.size();
        const std::uint64_t free = free_mib_on(facts.memory.hugepages, node);
        const std::string text =
            fmt::format("node {}, where a port is: {} MiB are needed, {} MiB are free", node, needed, free);
        if (free >= needed)
            checks.push_back(ok("memory.nodes", text));
        else
            checks.push_back(warning("memory.nodes", text, reserve(*small, needed - free)));
    }
}

Check check_locked(const MachineFacts& facts, const LiveOptions& live) {
    const std::string name = "memory.locked";
    const bool locks = std::ranges::any_of(
        facts.ports, [](const auto& port) { return port.pci || port.name.driver == "net_af_xdp"; });
    if (!locks && !facts.ports.empty()) return ok(name, "no port needs locked memory");
    if ((facts.process.capabilities >> cap_ipc_lock & 1) != 0)
        return ok(name, "CAP_IPC_LOCK: no limit applies");
    if (!facts.process.locked_bytes) return ok(name, "no limit");
    const std::uint64_t needed = memory_needed_mib(live, facts);
    const std::uint64_t may = *facts.process.locked_bytes / (1024 * 1024);
    const std::string text =
        fmt::format("this process may lock {} MiB, {} MiB are needed for the NIC", may, needed);
    if (may >= needed) return ok(name, text);
    const std::string mend =
        lines({"ulimit -l unlimited", "# in a systemd service, under [Service]: LimitMEMLOCK=infinity"});
    // Without ports nobody has said yet that one will need it.
    return facts.ports.empty() ? warning(name, text, mend) : wrong(name, text, mend);
}

Check check_transparent(const MemoryFacts& memory) {
    const std::string name = "memory.transparent_hugepages";
    if (memory.transparent != "always")
        return ok(name, memory.transparent.empty() ? "this kernel has none" : memory.transparent);
    return warning(name, "always: the kernel may stop a worker while it joins pages",
                   lines({"echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
                          "# for good:", kernel_words("thp", "transparent_hugepage=madvise")}));
}

Check check_swap(const MemoryFacts& memory) {
    if (memory.swaps.empty()) return ok("memory.swap", "off");
    return warning("memory.swap",
                   fmt::format("on: {}; what is swapped out makes the monitor late", memory.swaps[0]),
                   lines({"swapoff -a", "# for good: remove the swap lines from /etc/fstab"}));
}

}  // namespace

Checks check_memory(const MachineFacts& facts, const LiveOptions& live) {
    Checks checks{check_hugepages(facts, live)};
    check_nodes(facts, live, checks);
    checks.push_back(check_locked(facts, live));
    checks.push_back(check_transparent(facts.memory));
    checks.push_back(check_swap(facts.memory));
    return checks;
}

}  // namespace flowlock
