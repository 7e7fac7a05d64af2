// SPDX-License-Identifier: BSD-3-Clause
#include "live/cpu_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace flowlock {
namespace {

constexpr std::uint32_t cpu_max = 8191;

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

void add_range(std::string_view part, CpuSet& cpus) {
    const std::size_t dash = part.find('-');
    const auto first = number_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_of(part.substr(dash + 1));
    if (!first || !last) return;
    for (std::uint32_t cpu = *first; cpu <= std::min(*last, cpu_max); ++cpu) cpus.insert(cpu);
}

}  // namespace

CpuSet parse_cpu_list(std::string_view text) {
    CpuSet cpus;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        add_range(text.substr(0, comma), cpus);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return cpus;
}

std::string written(const CpuSet& cpus) {
    if (cpus.empty()) return "none";
    std::string text;
    for (auto first = cpus.begin(); first != cpus.end();) {
        auto last = first;
        auto next = std::next(first);
        while (next != cpus.end() && *next == *last + 1) last = next++;
        text += (text.empty() ? "" : ",") + std::to_string(*first);
        if (last != first) text += "-" + std::to_string(*last);
        first = next;
    }
    return text;
}

}  // namespace flowlock
