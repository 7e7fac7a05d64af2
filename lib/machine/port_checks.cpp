// SPDX-License-Identifier: BSD-3-Clause
#include "machine/port_checks.hpp"

#include <fmt/format.h>

#include "machine/live_needs.hpp"
#include "machine/mend.hpp"

namespace flowlock {
namespace {

std::optional<std::uint32_t> node_of(const PortFacts& port) {
    if (port.pci) return port.pci->node;
    return port.interface ? port.interface->node : std::nullopt;
}

CpuSet cpus_on(std::uint32_t node, const ProcessorFacts& processor) {
    CpuSet cpus;
    for (const CpuFacts& cpu : processor.cpus)
        if (cpu.node == node) cpus.insert(cpu.number);
    return cpus;
}

void check_node(const PortFacts& port, const MachineFacts& facts, const LiveOptions& live, Checks& checks) {
    const auto node = node_of(port);
    if (!node) return;  // a machine without nodes, or a virtual device
    const CpuSet near = cpus_on(*node, facts.processor);
    CpuSet far;
    for (const std::uint32_t core : live.cores)
        if (!near.contains(core)) far.insert(core);
    if (far.empty())
        checks.push_back(ok("port.node", fmt::format("{}on node {}, as the cores", of(port), *node)));
    else
        checks.push_back(
            warning("port.node",
                    fmt::format("{}on node {}; live.cores {} are not, and reach its packets slowly", of(port),
                                *node, written(far)),
                    fmt::format("# in the configuration, choose live.cores among {}", written(near))));
}

// A port that carries the machine's own traffic: taking it would cut off whoever reads this.
void check_routes(const PortFacts& port, Checks& checks) {
    if (port.routed.empty()) return;
    checks.push_back(warning("port.in_use",
                             fmt::format("{}{} carries this machine's own traffic; the monitor would take it",
                                         of(port), port.routed.front()),
                             lines({"# monitor another port, or move these routes first:",
                                    "ip route show dev " + shell_word(port.routed.front())})));
}

}  // namespace

Checks check_ports(const MachineFacts& facts, const LiveOptions& live) {
    Checks checks;
    const std::uint32_t workers = workers_of(live, facts);
    for (const PortFacts& port : facts.ports) {
        if (port.pci) check_pci(port, facts, checks);
        if (port.interface) check_interface(port, facts, workers, checks);
        if (!port.pci && !port.interface)
            checks.push_back(ok("port.device", of(port) + "a device that DPDK makes: " + port.name.driver));
        check_node(port, facts, live, checks);
        check_routes(port, checks);
    }
    return checks;
}

Check check_nic(const std::string& port, const NicFacts& nic, std::uint32_t workers) {
    constexpr auto spread_by_software = "packets are spread by software, which takes one more CPU";
    const std::string name = "port.dpdk";
    std::string rss;
    for (const auto& [is_on, word] :
         {std::pair{nic.rss_ip, "IP"}, {nic.rss_tcp, "TCP"}, {nic.rss_udp, "UDP"}})
        if (is_on) rss += (rss.empty() ? "" : ", ") + std::string(word);
    const std::string text =
        fmt::format("{}: {}, {} queues, RSS by {}, {} redirection entries, timestamps {}, VLAN tags {}", port,
                    nic.driver, nic.queues_max, rss.empty() ? "nothing" : rss, nic.redirection_entries,
                    nic.timestamps ? "yes" : "no", nic.vlan_strip ? "strippable" : "left alone");
    if (nic.queues_max < workers)
        return warning(name, fmt::format("{}; too few for {} workers: {}", text, workers, spread_by_software),
                       fmt::format("# in the configuration, under [live]: workers = {}", nic.queues_max));
    if (workers > 1 && !nic.rss_ip && !nic.rss_tcp && !nic.rss_udp)
        return warning(name, fmt::format("{}; without RSS it has one queue: {}", text, spread_by_software),
                       "# in the configuration, under [live]: workers = 1");
    return ok(name, text);
}

}  // namespace flowlock
