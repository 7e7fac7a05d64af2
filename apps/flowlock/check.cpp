// SPDX-License-Identifier: BSD-3-Clause
#include "check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>
#include <rte_version.h>

#include "machine/check_report.hpp"
#include "machine/checks.hpp"
#include "machine/facts.hpp"
#include "machine/live_needs.hpp"
#include "port_inquiry.hpp"
#include "signatures.hpp"

namespace flowlock {
namespace {

// Each mistake of the file is a line of its own, as load_config says it.
void add_mistakes(const std::string& mistakes, Checks& checks) {
    for (std::size_t at = 0; at < mistakes.size();) {
        const std::size_t end = std::min(mistakes.find('\n', at), mistakes.size());
        if (end > at)
            checks.push_back(wrong("configuration.file", mistakes.substr(at, end - at),
                                   "# correct it there; docs/configuration.md explains every key"));
        at = end + 1;
    }
}

void check_detectors(const Config& config, Checks& checks) {
    const std::string name = "configuration.limits";
    const auto state = [](bool enabled) { return enabled ? "on" : "off"; };
    if (config.limits.empty() && !config.scan.enabled && !config.abuse.enabled && !config.faults.enabled)
        checks.push_back(wrong(name, "no limit, and all detectors are off: nothing would be found",
                               "# write a [[limit]], or under [scan]: enabled = true"));
    else
        checks.push_back(ok(name, fmt::format("{} limits, scans {}, abuse {}, misconfiguration {}",
                                              config.limits.size(), state(config.scan.enabled),
                                              state(config.abuse.enabled), state(config.faults.enabled))));
}

void check_payloads(const Config& config, Checks& checks) {
    const std::string name = "configuration.signatures";
    const LoadedSignatures loaded = load_signatures(config);
    for (const std::string& mistake : loaded.mistakes)
        checks.push_back(warning(name, mistake + "; left out",
                                 "# correct it there; this says what is wrong with any of them:\n"
                                 "flowlock signatures test"));
    if (!loaded.set)
        checks.push_back(ok(name, "off: no payload is looked into"));
    else if (loaded.set->signatures().empty())
        checks.push_back(warning(name, "there are none: payloads say nothing of abuse",
                                 "# name folders with signatures: signatures.folders; or switch them off: "
                                 "signatures.enabled = false\n"
                                 "apt-get install --reinstall flowlock"));
    else
        checks.push_back(ok(name, fmt::format("{} signatures", loaded.set->signatures().size())));
}

void check_config(const ConfigSources& sources, const Config& config, Checks& checks) {
    checks.push_back(ok("configuration.file", sources.file.value_or("defaults") + " is complete"));
    const LiveOptions& live = config.live;
    if (live.ports.empty())
        checks.push_back(wrong("configuration.ports", "live.ports names none: there is nothing to listen to",
                               "# under [live], name the NIC: ports = [\"0000:3b:00.0\"]\n"
                               "dpdk-devbind.py --status-dev net"));
    else
        checks.push_back(
            ok("configuration.ports", fmt::format("{} ({} in all)", live.ports.front(), live.ports.size())));
    if (config.internal.empty())
        checks.push_back(wrong("configuration.internal",
                               "networks.internal is empty: no host would be judged",
                               "# under [networks], name your servers: internal = [\"10.0.0.0/16\"]"));
    else
        checks.push_back(ok("configuration.internal", "internal networks are named"));
    if (config.report.reporter.is_known())
        checks.push_back(ok("configuration.xarf",
                            "abuse is reported in the name of " + config.report.reporter.organisation));
    else
        checks.push_back(ok("configuration.xarf",
                            "no xarf.json is written: report.organisation, report.contact and report.domain "
                            "are not configured"));
    check_detectors(config, checks);
    check_payloads(config, checks);
}

Check not_checked(const PortFacts& port, const std::string& reason, const std::string& mend) {
    return warning("port.dpdk", fmt::format("{}: not checked: {}", port.name.text, reason), mend);
}

// Whether DPDK would only repeat in its own words what this check has found.
bool forestalls(const Check& check, const PortFacts& port, const LiveOptions& live) {
    if (check.state != CheckState::wrong) return false;
    if (check.name == "memory.hugepages") return port.pci || live.hugepages;
    if (!port.pci) return false;
    return check.name == "vfio.iommu" || check.name == "vfio.module" ||
           check.text.starts_with(port.name.text + ": ");
}

Check ask_port(const PortFacts& port, const LiveOptions& live, std::uint32_t workers, const Checks& so_far) {
    // A device with a peer, or an interface, would be disturbed.
    if (!port.pci && port.name.driver != "net_null")
        return ok("port.dpdk", port.name.text + ": not asked: others would notice");
    for (const Check& check : so_far)
        if (forestalls(check, port, live))
            return not_checked(port, check.name + " is wrong", "# mend " + check.name + " first");
    const PortAnswer answer = ask_dpdk(port.name, live);
    if (!answer.failure.empty())
        return not_checked(port, answer.failure, "# run it again as root, while no monitor runs");
    return check_nic(port.name.text, answer.nic, workers);
}

void show(const Checks& checks, bool json) {
    // A terminal that asks for none gets no colours: https://no-color.org
    const char* no_colour = std::getenv("NO_COLOR");
    const bool coloured = ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
    const std::string text = json ? check_page(checks) : check_text(checks, coloured);
    const bool shown =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!shown) throw std::runtime_error("standard output: " + std::string(std::strerror(errno)));
}

}  // namespace

int check(const CheckCommand& command) {
    Checks checks;
    // Without a configuration the machine is judged for the defaults.
    LiveOptions live;
    OutputOptions output;
    try {
        const Config config = load_config(command.config);
        check_config(command.config, config, checks);
        live = config.live;
        output = config.output;
    } catch (const ConfigError& error) {
        add_mistakes(error.what(), checks);
    }
    MachineFacts facts = read_facts("/", live.ports, output.folder);
    ask_kernel(facts);
    checks.push_back(ok("version.dpdk", rte_version()));
    const Checks machine = check_machine(facts, live, output.folder);
    checks.insert(checks.end(), machine.begin(), machine.end());
    for (const PortFacts& port : facts.ports)
        checks.push_back(ask_port(port, live, workers_of(live, facts), machine));
    show(checks, command.json);
    return exit_status_of(checks);
}

}  // namespace flowlock
