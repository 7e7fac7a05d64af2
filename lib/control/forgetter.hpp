// SPDX-License-Identifier: BSD-3-Clause
// Lets a live control core forget: flows that have been silent for so long that no window, contact or open
// case refers to them, and hosts that none of those and no flow refers to. Each epoch looks at a part of
// both, so that all are seen within sweep_time; the work of an epoch is bounded. 16 bytes a host. Owned by
// the control core.
//
// When the flow store runs full, flows are forgotten before their window is over: the fuller, the sooner and the
// faster, down to idle_time_floor. Who is new is worth more than who is silent: a flow without a record is seen by no
// scan detector. Limits then give up the records of those flows first, and what a suspect's contact refers to stays.
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
    // … unless the store runs full: from three quarters on it is less, from seven eighths on so little, and all flows
    // are looked at within sweep_time_floor.
    static constexpr std::chrono::seconds idle_time_floor{10};
    static constexpr std::chrono::seconds sweep_time_floor{2};

    // All outlive it.
    Forgetter(FlowStore& flows, HostTable& hosts, LimitDetector& limits, ScanDetector& scans)
        : flows_(flows), hosts_(hosts), limits_(limits), scans_(scans) {}

    // Hosts stay for so long after their last packet, whatever the windows are: somebody else counts by their numbers.
    void keep_hosts(std::chrono::seconds time) noexcept { keep_hosts_ = time; }
    // After the detectors have judged the epoch.
    void advance(const MergedEpoch& epoch);
    // The hosts of flows have been judged anew.
    void count_flows_anew();
    // Flows whose window was not over.
    Flows forgotten_early() const noexcept { return forgotten_early_; }

private:
    // Flows that were last seen before this, and merged before this, are idle.
    struct Deadline {
        std::int64_t before_s = 0;
        std::uint64_t merged_before = 0;

        bool is_over(const FlowRecord& flow) const noexcept {
            return flow.last_ns < before_s * ns_per_second && flow.merge < merged_before;
        }
    };
    struct HostUse {
        std::int64_t seen_s = 0;  // start of the last epoch in which it sent or received
        std::uint32_t flows = 0;
        bool kept = false;  // counted here, and not forgotten since
    };

    void see_hosts(const MergedEpoch& epoch);
    double pressure() const noexcept;
    std::int64_t idle_time_s(std::int64_t usual_s, double pressure) const;
    void sweep_flows(std::int64_t now_s, std::uint64_t merges);
    void look_at_flows(std::uint32_t turns, const Deadline& idle, const Deadline& usual,
                       std::int64_t after_s);
    void forget(FlowId id);
    void sweep_hosts(std::int64_t now_s);
    HostUse& use_of(HostId host);

    FlowStore& flows_;
    HostTable& hosts_;
    LimitDetector& limits_;
    ScanDetector& scans_;
    std::chrono::seconds keep_hosts_{0};
    std::vector<HostUse> hosts_in_use_;  // by host
    FlowId next_flow_ = 0;
    HostId next_host_ = 0;
    Flows forgotten_early_;
};

}  // namespace flowlock
