// SPDX-License-Identifier: BSD-3-Clause
// Wrong configuration: what addresses say, in messages of the link (ARP, neighbour discovery, router advertisements,
// DHCP) and in flows (flow_faults.hpp). docs/misconfiguration.md explains the method. Owned by the control core.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "detect/address_claims.hpp"
#include "detect/fault_book.hpp"
#include "detect/fault_options.hpp"
#include "detect/flow_faults.hpp"
#include "detect/stations.hpp"
#include "flow/merge.hpp"

namespace flowlock {

class AddressFaults {
public:
    // The stores outlive the detector; externals_max as in ReportOptions.
    AddressFaults(const FaultOptions& options, const FlowStore& flows, const HostTable& hosts,
                  const HashKey& secret, std::uint32_t externals_max);

    // Judges the next epoch. Findings of cases that closed are appended to `ended`.
    void advance(const MergedEpoch& epoch, std::vector<Finding>& ended);
    // Between two epochs. Cases stay, unless they are of a kind that is switched off.
    void change_options(const FaultOptions& options, std::uint32_t externals_max,
                        std::vector<Finding>& ended);
    // Closes the cases of hosts that are not in these networks.
    void close_outside(const PrefixSet& internal, std::vector<Finding>& ended);
    // … which are the internal ones from now on.
    void take_networks() { flow_faults_.take_networks(); }
    // Calls act(finding, figures) for each open case: what it was opened as, and a function that returns the finding
    // with the figures it has now.
    template <class Act>
    void for_each_open(Act&& act) const {
        book_.for_each_open(act);
    }
    // No more epochs will come: what is open is appended.
    void finish(std::vector<Finding>& ended);
    std::chrono::seconds window() const noexcept {
        return std::max({options_.claim_window, options_.rate_window, options_.storm_window});
    }
    // Messages and events of subjects for which there was no room.
    std::uint64_t untracked() const noexcept { return claims_.untracked() + book_.untracked(); }

private:
    void hear(const TimedNotice& timed);
    void hear_server(const TimedNotice& timed);
    void hear_claim(const TimedNotice& timed);
    void accuse_between(const TimedNotice& timed);
    void hear_foreign(const TimedNotice& timed);
    void count_group_frames(const MergedEpoch& epoch);
    // Of two who claim an address, the one that is wrong; none: it cannot be told.
    const Claimant* intruder_of(const IpAddress& address, const Return& contest) const;
    bool proxies(const Claimant& claimant) const;
    FaultRule claim_rule(const char* name, std::uint64_t needed) const;
    void judge(std::vector<Finding>& ended);
    std::optional<Accused> accused_of(const FaultSubject& subject) const;
    std::optional<Accused> station_or(HardwareAddress station, const IpAddress& address) const;

    FaultOptions options_;
    const HostTable& hosts_;
    Stations stations_;
    FaultBook book_;
    AddressClaims claims_;
    FlowFaults flow_faults_;
    std::int64_t now_s_ = 0;  // start of the newest epoch
    bool started_ = false;
};

}  // namespace flowlock
