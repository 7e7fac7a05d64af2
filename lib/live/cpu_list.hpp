// SPDX-License-Identifier: BSD-3-Clause
// Sets of CPUs as the kernel writes them, "0-3,8". Pure functions.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace flowlock {

using CpuSet = std::set<std::uint32_t>;

// What cannot be read, such as "(null)", names no CPU; a range is cut at 8,191, the most that Linux counts to.
CpuSet parse_cpu_list(std::string_view text);

// "0-3,8"; "none" for the empty set.
std::string written(const CpuSet& cpus);

}  // namespace flowlock
