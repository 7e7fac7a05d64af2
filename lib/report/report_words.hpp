// SPDX-License-Identifier: BSD-3-Clause
// Words that the texts about locks and those about innocent suspects share. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "detect/finding.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// "Scan: many addresses contacted on one or few ports (netscan)"
std::string reason_text(const Finding& finding);
// "TCP, outgoing, from this host"
std::string traffic_text(const Finding& finding);
// Whom it is about: an address, a network, or a group's networks.
std::string subject_text(const Finding& finding);
// How it is called: "Host", "Network" or "Group"
std::string_view host_label(const Finding& finding);
// "192.0.2.1 (group customers)"; for a group "customers (192.0.2.0/24, 2001:db8::/32)"
std::string host_text(const Finding& finding);
// "2013-11-13 18:14:27 to 2013-11-13 18:14:29": the zone is said once in a report, not here.
std::string seen_text(const Finding& finding);
// "scan.netscan: 118 failed contacts within 300 s, limit 100"
std::string rule_text(const Trigger& trigger, NumberFormat format);
// "2013-11-13 18:14:27", in UTC
std::string plain_time(Time time);
// "1 port", "1,024 ports"
std::string counted(std::uint64_t count, std::string_view one, std::string_view many, NumberFormat format);

}  // namespace flowlock
