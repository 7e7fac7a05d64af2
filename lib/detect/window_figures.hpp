// SPDX-License-Identifier: BSD-3-Clause
// The figures of one window of a host, a network or a group: totals, and the same per external address and attack
// vector. Pure; control core.
#pragma once

#include <cstdint>
#include <vector>

#include "detect/external_networks.hpp"
#include "detect/finding.hpp"
#include "detect/window_history.hpp"

namespace flowlock {

// Whose traffic.
struct WindowSubject {
    Scope scope = Scope::host;
    std::uint32_t number = 0;  // of the host or network
    std::vector<bool> groups;  // network and group: whose hosts count
};

struct WindowQuery {
    const WindowHistory& history;
    const FlowStore& flows;
    const HostTable& hosts;
    WindowSubject subject;
    Direction direction;
    ClassMask classes;
    bool with_allowed;     // counts it; else it is only told
    std::int64_t after_s;  // epochs that start later than this …
    std::int64_t until_s;  // … and not later than this
    std::uint32_t externals_max;
    const ExternalNetworks& networks;
    const std::vector<Allowance>& allowances;
};

// Sets totals, flows_estimated, externals, first_seen, last_seen, vector, and what LimitFigures says of the window.
// Packets and bytes of the totals are exact; where flows have no records, or logs have forgotten them, flows and
// externals say less than there was, never more, and `unattributed` says how much.
void fill_window_figures(const WindowQuery& query, Finding& finding);

}  // namespace flowlock
