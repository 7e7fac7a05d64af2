// SPDX-License-Identifier: BSD-3-Clause
// Internal hosts under one name: a [[group]] of the configuration. Plain data, made by lib/config, checked
// there: no two groups overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/prefix.hpp"

namespace flowlock {

struct HostGroup {
    std::string name;
    PrefixSet prefixes;

    friend bool operator==(const HostGroup& a, const HostGroup& b) {
        return a.name == b.name && a.prefixes.prefixes() == b.prefixes.prefixes();
    }
};

constexpr std::size_t groups_max = 1'000;
// A host's group is its place in the list plus one; 0: it is in none.
using GroupNumber = std::uint16_t;

}  // namespace flowlock
