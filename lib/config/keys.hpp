// SPDX-License-Identifier: BSD-3-Clause
// Every key that a configuration may have once: its name, its range, and the option it sets. docs/configuration.md
// lists the same keys for the user.
#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace flowlock {

struct Key {
    std::string_view name;  // "scan.window"; "sampling", of no table
    Complaints (*read)(const toml::node& value, Config& config);
};

const Key* find_key(std::string_view name);
// Only those of no table: "scan.window", in quotes, is none of them.
const Key* find_top_key(std::string_view name);

// "networks", "scan" …: the tables that stand there once.
std::vector<std::string_view> section_names();

// The names that begin so: "" for all, "scan." for those of a table.
std::vector<std::string_view> key_names(std::string_view beginning = {});

}  // namespace flowlock
