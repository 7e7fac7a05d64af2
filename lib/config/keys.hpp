// SPDX-License-Identifier: BSD-3-Clause
// Every key that a configuration may have: its name, its range, and the option it sets. docs/configuration.md
// lists the same keys for the user.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace flowlock {

struct Key {
    std::string_view name;  // "scan.window"
    Complaints (*read)(const toml::node& value, Config& config);
};

// A key of a [[limit]].
struct LimitKey {
    std::string_view name;  // "window"
    bool required;
    bool identifies;  // two limits that agree in all of these would be one limit with two opinions
    Complaints (*read)(const toml::node& value, LimitRule& rule);
};

std::span<const LimitKey> limit_keys();

const Key* find_key(std::string_view name);
const LimitKey* find_limit_key(std::string_view name);

// "networks", "scan" …: the tables outside [[limit]].
std::vector<std::string_view> section_names();

// The names that begin so: "" for all, "scan." for those of a table.
std::vector<std::string_view> key_names(std::string_view beginning = {});
std::vector<std::string_view> limit_key_names();

}  // namespace flowlock
