// SPDX-License-Identifier: BSD-3-Clause
// What the layouts of a scan's log share. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/finding.hpp"

namespace flowlock {

// "Netscan detected from host". A vertical scan is a "Portscan", and abuse has its own name: whoever mines has not scanned.
std::string_view netscan_title(Kind kind);

// IPv6 does not fit the widths of the provider's fields: where there is any, all addresses' fields are widened.
bool has_ipv6(const Finding& finding);
constexpr int ipv6_width = 45;

// "TCP"; "IP" in a scan of IP protocols, whose numbers stand in the place of ports.
std::string_view netscan_protocol(ProtocolClass protocol);

// A line of a banner with a line of "#" above and below.
std::string boxed(std::string_view line);

// A line of five dots where targets were cut, else nothing.
std::string_view netscan_end(const Finding& finding);

}  // namespace flowlock
