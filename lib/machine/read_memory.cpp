// SPDX-License-Identifier: BSD-3-Clause
#include <charconv>

#include "machine/read_parts.hpp"

namespace flowlock {
namespace {

// "hugepages-2048kB" is 2048; 0: something else.
std::uint64_t page_kib(std::string_view name) {
    constexpr std::string_view begin = "hugepages-";
    if (!name.starts_with(begin) || !name.ends_with("kB")) return 0;
    std::uint64_t size = 0;
    std::from_chars(name.data() + begin.size(), name.data() + name.size(), size);
    return size;
}

void read_pools(const Tree& tree, const std::string& folder, std::optional<std::uint32_t> node,
                std::vector<HugepagePool>& pools) {
    for (const std::string& name : tree.names(folder)) {
        const std::uint64_t size = page_kib(name);
        if (size == 0) continue;
        pools.push_back({.page_kib = size,
                         .total = tree.number(folder + "/" + name + "/nr_hugepages").value_or(0),
                         .free = tree.number(folder + "/" + name + "/free_hugepages").value_or(0),
                         .node = node});
    }
}

// The word in brackets of "always [madvise] never".
std::string chosen_word(const std::string& line) {
    const std::size_t begin = line.find('[');
    const std::size_t end = line.find(']');
    if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
    return line.substr(begin + 1, end - begin - 1);
}

// Column one of /proc/swaps, below its header.
std::vector<std::string> swaps_in(std::string_view text) {
    std::vector<std::string> swaps;
    for (std::size_t at = text.find('\n'); at != text.npos && at + 1 < text.size();
         at = text.find('\n', at + 1)) {
        const std::string_view line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
        const std::string name = plain(line.substr(0, line.find_first_of(" \t")));
        if (!name.empty()) swaps.push_back(name);
    }
    return swaps;
}

}  // namespace

MemoryFacts read_memory(const Tree& tree) {
    MemoryFacts memory;
    read_pools(tree, "/sys/kernel/mm/hugepages", std::nullopt, memory.hugepages);
    const std::string nodes = "/sys/devices/system/node/";
    for (const std::uint32_t node : tree.cpus(nodes + "online"))
        read_pools(tree, nodes + "node" + std::to_string(node) + "/hugepages", node, memory.hugepages);
    memory.transparent = chosen_word(tree.line("/sys/kernel/mm/transparent_hugepage/enabled"));
    memory.swaps = swaps_in(tree.text("/proc/swaps"));
    return memory;
}

}  // namespace flowlock
