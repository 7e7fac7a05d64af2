// SPDX-License-Identifier: BSD-3-Clause
// The log of a scan as in the provider's mails since 2024, byte for byte: with frame lengths, sorted by destination.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock::netscan_v4 {

constexpr int address_width = 15;  // of IPv4 in a row; in IPv6 ipv6_width. The banner has room for both

std::string banner(Kind kind, std::string_view host);

// "2024-04-12 06:22:17  107.170.229.46 59547 ->    37.27.128.19 28015   64 TCP" and a line feed. A length that is not
// known is 0. `target` gives all but the addresses, which are text, since they may be hidden.
std::string row(const Target& target, ProtocolClass protocol, std::string_view host, std::string_view address,
                int width);

std::string log(const Finding& finding, const TextStyle& style);

}  // namespace flowlock::netscan_v4
