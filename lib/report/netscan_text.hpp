// SPDX-License-Identifier: BSD-3-Clause
// The log of a scan as abuse desks have known it since 2013: a banner, then one row per distinct target. Byte
// for byte the form of the provider's help page; times are UTC. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detect/finding.hpp"

namespace flowlock {

// The two fields that hold addresses. IPv6 does not fit the seed's widths; both are then widened, in the
// whole log.
struct NetscanLayout {
    int host_width = 26;    // in the banner
    int target_width = 19;  // in a row

    static NetscanLayout ipv4() { return {}; }
    static NetscanLayout ipv6() { return {45, 45}; }

    // The banner is a closed box, and the rule above the rows is as long: 67 in IPv4, 86 in IPv6.
    int line_width() const { return 41 + host_width; }
};

// Three lines: "####", "# … detected from host …#", "####". The host is text, since it may be masked
// ("x.x.x.x").
std::string netscan_banner(Kind kind, std::string_view host, NetscanLayout layout);

// "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.0:   22" and a line feed. The port is 0 for ICMP.
// The time is text as from ctime_utc: the help page's own rows name a weekday that its date did not have.
std::string netscan_row(std::string_view time, std::string_view host, std::string_view target,
                        std::uint16_t port, NetscanLayout layout);

// The whole log of a scan; a line of five dots where targets were cut.
std::string netscan_text(const Finding& finding);

}  // namespace flowlock
