// SPDX-License-Identifier: BSD-3-Clause
#include "detect/external_pairs.hpp"

#include <algorithm>

namespace flowlock {

void ExternalPairs::enable(bool enabled) {
    if (enabled == enabled_) return;
    enabled_ = enabled;
    count_anew();
}

void ExternalPairs::count_anew() {
    flows_of_ = ByPair<std::uint32_t>(0, HashOf{secret_});
    new_ = {};
    if (!enabled_) return;
    for (FlowId id = 0; id < flows_.end_id(); ++id)
        if (flows_.is_kept(id) && flows_[id].host != no_host) ++flows_of_[pair_of(flows_[id])];
}

// Of the flows that begin a pair in one epoch the earliest says who began, whatever the order of the deltas.
const std::vector<ExternalPairs::New>& ExternalPairs::look_at(const MergedEpoch& epoch) {
    new_.assign(enabled_ ? epoch.deltas.size() : 0, New::no);
    if (!enabled_) return new_;
    ByPair<std::uint32_t> first_of(0, HashOf{secret_});
    for (const FlowId id : epoch.new_flows) {
        const FlowRecord& flow = flows_[id];
        if (flow.host == no_host) continue;
        const Pair pair = pair_of(flow);
        if (++flows_of_[pair] == 1) {
            first_of.emplace(pair, flow.delta);
            continue;
        }
        const auto first = first_of.find(pair);
        if (first == first_of.end()) continue;
        const FlowRecord& before = flows_[epoch.deltas[first->second].flow];
        const bool is_earlier =
            flow.first_ns != before.first_ns ? flow.first_ns < before.first_ns : flow.key < before.key;
        if (is_earlier) first->second = flow.delta;
    }
    for (const auto& [pair, delta] : first_of) {
        const FlowRecord& flow = flows_[epoch.deltas[delta].flow];
        new_[delta] = flow.initiator == flow.inside ? New::out : New::in;
    }
    return new_;
}

void ExternalPairs::forget(FlowId id) {
    if (!enabled_ || flows_[id].host == no_host) return;
    const auto found = flows_of_.find(pair_of(flows_[id]));
    if (found != flows_of_.end() && --found->second == 0) flows_of_.erase(found);
}

}  // namespace flowlock
