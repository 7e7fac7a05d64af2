// SPDX-License-Identifier: BSD-3-Clause
// What a detector says: who did what, by which rule, with which figures. Plain data, made on the control core
// and moved to the reports. Every figure is exact unless its comment says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace flowlock {

enum class Reason : std::uint8_t { attack, scan };
enum class Kind : std::uint8_t { packet_limit, bandwidth_limit, flow_limit, netscan, portscan, icmp_sweep };
enum class Direction : std::uint8_t { out, in };  // from an internal host, to an internal host
enum class Metric : std::uint8_t { packets, bits, flows, failed_contacts };
enum class ProtocolClass : std::uint8_t { any, tcp, udp, icmp };

// The names that stand in the JSON: "packet_limit", "out", "any" …
const char* name_of(Reason);
const char* name_of(Kind);
const char* name_of(Direction);
const char* name_of(Metric);
const char* name_of(ProtocolClass);

// Why it fired. For limits, value and threshold are per second over the window, as the rule states it; for
// scans, value is the number of distinct failed targets and threshold the number that is needed.
struct Trigger {
    std::string rule;
    Metric metric = Metric::packets;
    std::uint64_t value = 0;  // at the peak: floor(sum / window)
    std::uint64_t threshold = 0;
    std::uint32_t window_s = 0;
};

struct External {
    IpAddress address;
    Traffic traffic;
};

// One distinct target of a scan: the first contact with it.
struct Target {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;  // 0 for ICMP
};

// Figures of a scan verdict; all zero in other findings.
struct ScanFigures {
    std::uint64_t answered = 0;    // distinct targets that answered
    std::uint64_t refused = 0;     // … that refused (TCP RST)
    std::uint64_t unanswered = 0;  // … that stayed silent for the waiting time
    std::uint64_t addresses = 0;   // distinct target addresses
    std::uint64_t ports = 0;       // distinct target ports
    std::uint64_t cut_short = 0;   // of the unanswered: the input ended within their waiting time
    std::int32_t log2_likelihood =
        0;  // sequential test: log2 of the likelihood ratio when the finding opened

    friend bool operator==(const ScanFigures&, const ScanFigures&) = default;
};

struct Finding {
    Reason reason = Reason::attack;
    Kind kind = Kind::packet_limit;
    Direction direction = Direction::out;
    ProtocolClass protocol = ProtocolClass::any;
    std::string vector = "other";
    IpAddress host;
    std::string group = "*";

    Time opened;  // end of the epoch in which the rule fired
    std::optional<Time>
        closed;       // end of the epoch in which it was quiet again; none: still so at the end of input
    Time first_seen;  // limits: of the host's flows in the window, all protocols; scans: of the scan's flows
    Time last_seen;

    Trigger trigger;
    Traffic totals;  // limits: the peak window; scans: the flows of the scan
    // Of the totals' flows, those without a record: counted once in each epoch, and estimated where a
    // worker's table was full (flow/overflow.hpp). 0: the number of flows is exact.
    Flows flows_estimated;
    std::vector<External>
        externals;  // by packets, descending, then by address; at most the configured number
    std::uint64_t externals_total = 0;  // how many there are
    std::vector<Target> targets;  // scans: by time, then address, then port; at most the configured number
    std::uint64_t targets_total = 0;
    ScanFigures scan;
    std::uint64_t case_number = 0;  // among the cases of its detector; never shown
};

}  // namespace flowlock
