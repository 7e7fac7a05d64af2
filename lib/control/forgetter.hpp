// SPDX-License-Identifier: BSD-3-Clause
// Lets a live control core forget: flows that have been silent for so long that no window, contact or open
// case refers to them, and hosts that none of those and no flow refers to. Each epoch looks at a part of
// both, so that all are seen within sweep_time; the work of an epoch is bounded. 16 bytes a host. Owned by
// the control core.
#pragma once

#include <cstdint>
#include <vector>

#include "detect/limits.hpp"
#include "detect/scans.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class Forgetter {
public:
    static constexpr std::chrono::seconds sweep_time{60};
    // A flow that is silent for less is never forgotten, however short the windows are.
    static constexpr std::chrono::seconds idle_time_min{60};

    // All outlive it.
    Forgetter(FlowStore& flows, HostTable& hosts, const LimitDetector& limits, ScanDetector& scans)
        : flows_(flows), hosts_(hosts), limits_(limits), scans_(scans) {}

    // After the detectors have judged the epoch.
    void advance(const MergedEpoch& epoch);
    // The hosts of flows have been judged anew.
    void count_flows_anew();

private:
    struct HostUse {
        std::int64_t seen_s = 0;  // start of the last epoch in which it sent or received
        std::uint32_t flows = 0;
        bool kept = false;  // counted here, and not forgotten since
    };

    void see_hosts(const MergedEpoch& epoch);
    void sweep_flows(std::int64_t now_s, std::uint64_t merges);
    void sweep_hosts(std::int64_t now_s);
    HostUse& use_of(HostId host);

    FlowStore& flows_;
    HostTable& hosts_;
    const LimitDetector& limits_;
    ScanDetector& scans_;
    std::vector<HostUse> hosts_in_use_;  // by host
    FlowId next_flow_ = 0;
    HostId next_host_ = 0;
};

}  // namespace flowlock
