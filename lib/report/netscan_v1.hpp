// SPDX-License-Identifier: BSD-3-Clause
// The log of a scan as on the provider's help page, byte for byte: the form of 2013, and the default. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock::netscan_v1 {

// The two fields that hold addresses.
struct Widths {
    int host = 26;    // in the banner
    int target = 19;  // in a row

    // The banner is a closed box, and the rule above the rows is as long: 67 in IPv4, 86 in IPv6.
    int line() const { return 41 + host; }
};
Widths widths(bool ipv6);

// Three lines: "####", "# … detected from host …#", "####". The host is text, as the help page masks it
// ("x.x.x.x").
std::string banner(Kind kind, std::string_view host, Widths widths);

// "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.0:   22" and a line feed. The port is 0 for ICMP.
// The time is text as from ctime_utc: the help page's own rows name a weekday that its date did not have.
std::string row(std::string_view time, std::string_view host, std::string_view target, std::uint16_t port,
                Widths widths);

std::string log(const Finding& finding, const TextStyle& style);

}  // namespace flowlock::netscan_v1
