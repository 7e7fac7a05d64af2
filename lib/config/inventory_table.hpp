// SPDX-License-Identifier: BSD-3-Clause
// The inventory ([misconfiguration] inventory): which address belongs to which hardware address. A CSV file with a line
// for each, the third field is for people only:
//
//     02:00:5e:10:00:01,192.0.2.10,web1
//     02:00:5e:10:00:01,2001:db8:0:1::/64
//
// The first line may be the title, "mac,address,name".
#pragma once

#include <string_view>

#include "config/mistakes.hpp"
#include "detect/station_list.hpp"

namespace flowlock {

constexpr std::size_t inventory_size_max = 64 << 20;  // bytes: a million addresses

// Mistakes name the file and its line, and stand where the configuration names the file. After twenty the rest is not
// read.
Inventory read_inventory(std::string_view text, std::string_view name, const Place& named_at,
                         Mistakes& mistakes);

}  // namespace flowlock
