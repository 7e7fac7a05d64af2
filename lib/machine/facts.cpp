// SPDX-License-Identifier: BSD-3-Clause
#include "machine/facts.hpp"

#include <algorithm>
#include <charconv>

#include "machine/read_parts.hpp"
#include "machine/tree.hpp"

namespace flowlock {
namespace {

// What follows "name" on the line that begins with it.
std::string_view value_of(std::string_view text, std::string_view name) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.starts_with(name)) {
            const std::string_view rest = line.substr(name.size());
            return rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
        }
        at = end + 1;
    }
    return {};
}

std::uint64_t leading_number(std::string_view text, int base) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

ProcessFacts read_process(const Tree& tree) {
    ProcessFacts process;
    const std::string status = tree.text("/proc/self/status");
    // "Uid:" has the real, the effective and two more.
    const std::string_view users = value_of(status, "Uid:");
    process.user =
        std::to_string(leading_number(users.substr(std::min(users.find('\t') + 1, users.size())), 10));
    process.capabilities = leading_number(value_of(status, "CapEff:"), 16);
    const std::string limits = tree.text("/proc/self/limits");
    const std::string_view locked = value_of(limits, "Max locked memory");
    if (!locked.empty() && !locked.starts_with("unlimited"))
        process.locked_bytes = leading_number(locked, 10);
    return process;
}

VfioFacts read_vfio(const Tree& tree) {
    VfioFacts vfio;
    vfio.iommu_groups = static_cast<std::uint32_t>(tree.names("/sys/kernel/iommu_groups").size());
    vfio.module = tree.exists("/sys/module/vfio_pci") || tree.exists("/sys/bus/pci/drivers/vfio-pci");
    const std::string unsafe = tree.line("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
    vfio.without_iommu = unsafe == "Y" || unsafe == "1";
    return vfio;
}

}  // namespace

std::optional<std::uint32_t> read_node(const Tree& tree, const std::string& file) {
    const auto node = tree.number(file);
    if (!node || *node > 1023) return std::nullopt;
    return static_cast<std::uint32_t>(*node);
}

MachineFacts read_facts(const std::string& root, const std::vector<std::string>& ports,
                        const std::string& output_folder) {
    const Tree tree(root);
    MachineFacts facts;
    facts.kernel = tree.line("/proc/sys/kernel/osrelease");
    facts.command_line = tree.text("/proc/cmdline");
    facts.memory = read_memory(tree);
    facts.process = read_process(tree);
    facts.vfio = read_vfio(tree);
    facts.processor = read_processor(tree);
    for (const std::string& port : ports) facts.ports.push_back(read_port(tree, port));
    facts.output = read_output(tree, output_folder);
    return facts;
}

}  // namespace flowlock
