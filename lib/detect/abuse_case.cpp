// SPDX-License-Identifier: BSD-3-Clause
#include "detect/abuse_case.hpp"

#include <algorithm>
#include <set>

namespace flowlock {

void AbuseCase::add(const Sighting& sighting, const FlowStore& flows) {
    if (window_.size() >= sightings_max) {
        decisive_ -= window_.front().decisive ? 1 : 0;
        window_.pop_front();
        cut_ = true;
    }
    const auto later = [](std::int64_t time_ns, const Sighting& other) { return time_ns < other.time_ns; };
    window_.insert(std::upper_bound(window_.begin(), window_.end(), sighting.time_ns, later), sighting);
    decisive_ += sighting.decisive ? 1 : 0;
    if (sighting.decisive || sighting.signature == login_session)
        last_ns_ = std::max(last_ns_, sighting.time_ns);
    if (is_open()) keep(sighting, flows);
}

void AbuseCase::forget_before(std::int64_t time_ns) {
    for (; !window_.empty() && window_.front().time_ns < time_ns; window_.pop_front())
        decisive_ -= window_.front().decisive ? 1 : 0;
    if (window_.empty() && !is_open()) cut_ = false;
}

AbuseCase::Sum AbuseCase::sum() const {
    Sum sum;
    std::set<IpAddress> externals;
    for (const Sighting& sighting : window_) {
        if (!sighting.decisive) continue;
        ++sum.matches;
        externals.insert(sighting.external());
    }
    sum.externals = static_cast<std::uint32_t>(externals.size());
    return sum;
}

void AbuseCase::open(Finding opened_as, const FlowStore& flows) {
    opened_ = std::move(opened_as);
    for (const Sighting& sighting : window_) keep(sighting, flows);
}

void AbuseCase::close() noexcept {
    opened_.reset();
    flows_.clear();
    counts_.clear();
    cut_ = false;
}

void AbuseCase::note_peak(std::uint64_t value) noexcept {
    opened_->trigger.value = std::max(opened_->trigger.value, value);
}

void AbuseCase::keep(const Sighting& sighting, const FlowStore& flows) {
    counts_[sighting.signature].add({1, sighting.time_ns, sighting.time_ns});

    auto at = flows_.find(sighting.key);
    if (at == flows_.end()) {
        if (flows_.size() >= flows_max) {
            cut_ = true;
            return;
        }
        at = flows_.emplace(sighting.key, Flow{.inside = sighting.inside}).first;
    }
    at->second.flow = sighting.flow;
    take_figures(at->second, sighting.key, flows);
}

// A flow that has been forgotten has the figures it had last.
void AbuseCase::take_figures(Flow& flow, const FlowKey& key, const FlowStore& flows) {
    if (flow.flow >= flows.end_id()) return;
    const FlowRecord& record = flows[flow.flow];
    if (record.key != key) return;
    flow.first_ip_bytes = record.first_ip_bytes;
    flow.first_ns = record.first_ns;
    flow.last_ns = record.last_ns;
    flow.traffic = {{record.packets[0] + record.packets[1]}, {record.bytes[0] + record.bytes[1]}, {1}};
}

void AbuseCase::update(const FlowStore& flows) {
    for (auto& [key, flow] : flows_) take_figures(flow, key, flows);
}

}  // namespace flowlock
