// SPDX-License-Identifier: BSD-3-Clause
// The log of a scan as in the provider's mails of 2016 to 2022, byte for byte: with protocol and source port. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock::netscan_v3 {

constexpr int address_width = 15;  // of IPv4; in IPv6 ipv6_width

std::string banner(Kind kind, std::string_view host, int width);

// "Sat Dec 16 03:26:09 2017 TCP  138.197.94.149 57954 =>   195.201.0.131 22   " and a line feed; the blanks at the end
// are the provider's. `target` gives the ports; the addresses are text, since they may be hidden.
std::string row(const Target& target, ProtocolClass protocol, std::string_view host, std::string_view address,
                int width);

std::string log(const Finding& finding, const TextStyle& style);

}  // namespace flowlock::netscan_v3
