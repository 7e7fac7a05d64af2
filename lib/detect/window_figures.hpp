// SPDX-License-Identifier: BSD-3-Clause
// The figures of one host over one window: totals, and the same per external address. Pure; control core.
#pragma once

#include <cstdint>

#include "detect/finding.hpp"
#include "detect/window_history.hpp"

namespace flowlock {

struct WindowQuery {
    const WindowHistory& history;
    const FlowStore& flows;
    HostPlace place;
    ProtocolClass protocol;
    std::int64_t after_s;  // epochs that start later than this …
    std::int64_t until_s;  // … and not later than this
    std::uint32_t externals_max;
};

// Sets totals, flows_estimated, externals, externals_total, first_seen and last_seen of the finding. Packets and bytes of the
// totals are exact; where logs have forgotten their records, flows and externals say less than there was,
// never more.
void fill_window_figures(const WindowQuery& query, Finding& finding);

}  // namespace flowlock
