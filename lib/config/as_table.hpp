// SPDX-License-Identifier: BSD-3-Clause
// The table of report.as_file: which network belongs to which autonomous system. CSV (RFC 4180) in UTF-8, a line
// for each network:
//
//     192.0.2.0/24,64496,"Example, Inc."
//     2001:db8::/32,AS64497
//
// The first line may be the title, "prefix,asn,name". An AS has the first name that a line gives it.
#pragma once

#include <string_view>

#include "config/mistakes.hpp"
#include "detect/external_networks.hpp"

namespace flowlock {

constexpr std::size_t as_table_size_max = 64 << 20;  // bytes: the networks of the whole Internet, and names

// Mistakes name the table and its line, and stand where the configuration names the table. After twenty the rest
// is not read.
ExternalNetworks read_as_table(std::string_view text, std::string_view name, const Place& named_at,
                               Mistakes& mistakes);

}  // namespace flowlock
