// SPDX-License-Identifier: BSD-3-Clause
// What the scan detector remembers by flow: nine bytes for each id of the flow store. Two singly linked chains, and
// whether the flow must not be forgotten. Owned by the ScanDetector.
#pragma once

#include <cstdint>
#include <vector>

#include "flow/merge.hpp"

namespace flowlock {

class FlowChains {
public:
    // Ids of flows that begin may have been another flow's.
    void begin(const MergedEpoch& epoch, FlowId end_id) {
        older_.resize(end_id, no_flow);
        next_.resize(end_id, no_flow);
        held_.resize(end_id);
        for (const FlowId id : epoch.new_flows) {
            older_[id] = next_[id] = no_flow;
            held_[id] = 0;
        }
    }
    void clear() {
        older_.clear();
        next_.clear();
        held_.clear();
    }

    // The attempts of a host, from the newest to the oldest.
    FlowId older(FlowId id) const noexcept { return older_[id]; }
    void set_older(FlowId id, FlowId older) noexcept { older_[id] = older; }
    // The flows of a contact, in no order. They are held as long as the contact refers to them.
    FlowId next(FlowId id) const noexcept { return next_[id]; }
    void set_next(FlowId id, FlowId next) noexcept { next_[id] = next; }
    bool holds(FlowId id) const noexcept { return id < held_.size() && held_[id] != 0; }
    void hold(FlowId id, bool held) noexcept { held_[id] = held; }

private:
    std::vector<FlowId> older_;
    std::vector<FlowId> next_;
    std::vector<std::uint8_t> held_;
};

}  // namespace flowlock
