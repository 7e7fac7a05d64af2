// SPDX-License-Identifier: BSD-3-Clause
// Every key that a [[limit]], a [[group]] or an [[allow]] may have: its name, its range, and the option it sets.
// docs/configuration.md lists the same keys for the user.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "config/values.hpp"
#include "detect/limit_rule.hpp"
#include "flow/allowance.hpp"
#include "flow/host_group.hpp"

namespace flowlock {

template <class Item>
struct ItemKey {
    std::string_view name;     // "window"
    std::string_view example;  // what to add where it is missing; empty: it may be
    bool identifies;           // two limits that agree in all of these would be one limit with two opinions
    Complaints (*read)(const toml::node& value, Item& item);
};

std::span<const ItemKey<LimitRule>> limit_keys();
std::span<const ItemKey<HostGroup>> group_keys();
std::span<const ItemKey<Allowance>> allow_keys();

template <class Item>
const ItemKey<Item>* find_item_key(std::span<const ItemKey<Item>> keys, std::string_view name) {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const ItemKey<Item>& key) { return key.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

template <class Item>
std::vector<std::string_view> item_key_names(std::span<const ItemKey<Item>> keys) {
    std::vector<std::string_view> names;
    for (const auto& key : keys) names.push_back(key.name);
    return names;
}

}  // namespace flowlock
