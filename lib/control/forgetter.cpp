// SPDX-License-Identifier: BSD-3-Clause
#include "control/forgetter.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace flowlock {
namespace {

// Packets may be counted in an epoch that begins up to a second after them, and a late epoch goes on beyond
// its end by what its table's time can hold.
constexpr std::int64_t margin_s = 10;
// Asked for together, so that a memory access is over when its turn comes.
constexpr std::size_t forgotten_at_once = 32;
constexpr auto turns = static_cast<std::uint32_t>(Forgetter::sweep_time / epoch_length);

}  // namespace

void Forgetter::advance(const MergedEpoch& epoch) {
    see_hosts(epoch);
    sweep_flows(epoch.name.start_s, epoch.number);
    sweep_hosts(epoch.name.start_s);
}

Forgetter::HostUse& Forgetter::use_of(HostId host) {
    if (host >= hosts_in_use_.size()) hosts_in_use_.resize(std::max(host + 1, hosts_.end_id()));
    hosts_in_use_[host].kept = true;
    return hosts_in_use_[host];
}

void Forgetter::see_hosts(const MergedEpoch& epoch) {
    for (const FlowId id : epoch.new_flows)
        if (flows_[id].host != no_host) {
            HostUse& use = use_of(flows_[id].host);
            ++use.flows;
            use.seen_s = epoch.name.start_s;
        }
    if (limits_.history().empty()) return;  // there is no limit
    for (const HostSlice& slice : limits_.history().newest().slices)
        use_of(slice.place.host()).seen_s = epoch.name.start_s;
}

void Forgetter::count_flows_anew() {
    for (HostUse& use : hosts_in_use_) use.flows = 0;
    for (FlowId id = 0; id < flows_.end_id(); ++id)
        if (flows_.is_kept(id) && flows_[id].host != no_host) ++use_of(flows_[id].host).flows;
}

// 0: there is room. 1: the store is all but full.
double Forgetter::pressure() const noexcept {
    const double filled = static_cast<double>(flows_.size()) / flows_.max();
    return std::clamp((filled - 0.75) / (0.875 - 0.75), 0.0, 1.0);
}

// Each step of pressure divides it by as much. Attempts that wait for an answer are never idle.
std::int64_t Forgetter::idle_time_s(std::int64_t usual_s, double pressure) const {
    const std::int64_t wait_s =
        std::chrono::ceil<std::chrono::seconds>(scans_.answer_wait()).count() + margin_s / 2;
    const auto least_s = static_cast<double>(std::max<std::int64_t>(idle_time_floor.count(), wait_s));
    const auto usual = static_cast<double>(usual_s);
    if (usual <= least_s) return usual_s;
    return static_cast<std::int64_t>(usual * std::pow(least_s / usual, pressure));
}

void Forgetter::sweep_flows(std::int64_t now_s, std::uint64_t merges) {
    const auto deadline = [&](std::int64_t before_s) -> Deadline {
        const auto back_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_s - before_s));
        return {before_s, merges > back_s ? merges - back_s : 0};
    };
    const std::int64_t records_s = limits_.history().records_begin_s();
    const std::int64_t usual_s =
        std::min({records_s, now_s - scans_.window().count(), now_s - idle_time_min.count()}) - margin_s;
    scans_.settle(usual_s * ns_per_second, turns);
    // The log of a merged epoch has the number before the epoch's: what is left of records refers to no flow.
    Deadline usual = deadline(usual_s);
    usual.merged_before =
        std::min<std::uint64_t>(usual.merged_before, limits_.history().records_begin_number() + 1);
    const std::int64_t after_s = now_s + idle_time_min.count();
    const double pressed = pressure();
    if (pressed == 0) return look_at_flows(turns, usual, usual, after_s);

    Deadline idle = deadline(now_s - idle_time_s(now_s - usual_s, pressed));
    limits_.forget_records_before(idle.before_s);
    idle.merged_before =
        std::min<std::uint64_t>(idle.merged_before, limits_.history().records_begin_number() + 1);
    const auto quick = static_cast<double>(sweep_time_floor / epoch_length);
    look_at_flows(static_cast<std::uint32_t>(turns * std::pow(quick / turns, pressed)), idle, usual, after_s);
}

// What was last seen in a time that is still to come is from before the clock was set back. A worker that stood still
// comes with packets from long ago: the epoch they were merged in counts, too.
void Forgetter::look_at_flows(std::uint32_t turns, const Deadline& idle, const Deadline& usual,
                              std::int64_t after_s) {
    std::array<FlowId, forgotten_at_once> found;
    std::size_t count = 0;
    const auto forget_found = [&] {
        for (std::size_t i = 0; i < count; ++i) forget(found[i]);
        count = 0;
    };
    for (FlowId left = std::min(flows_.end_id() / turns + 1, flows_.end_id()); left > 0; --left) {
        const FlowId id = next_flow_++;
        if (next_flow_ >= flows_.end_id()) next_flow_ = 0;
        const FlowRecord& flow = flows_[id];
        const bool of_another_time =
            flow.last_ns > after_s * ns_per_second && flow.merge < usual.merged_before;
        const bool over = usual.is_over(flow) || of_another_time;
        if (!(over || idle.is_over(flow)) || !flows_.is_kept(id) || scans_.holds(id)) continue;
        if (!over) forgotten_early_ += {1};
        flows_.prefetch_slot(flows_.hash(flow.key));
        found[count++] = id;
        if (count == found.size()) forget_found();
    }
    forget_found();
}

void Forgetter::forget(FlowId id) {
    if (flows_[id].host != no_host) --use_of(flows_[id].host).flows;
    limits_.forget(id);
    flows_.forget(id);
}

// A contact refers to the host that its flow had when it began, whatever networks there are now.
void Forgetter::sweep_hosts(std::int64_t now_s) {
    const std::int64_t before_s = std::min(limits_.history().begin_s(),
                                           now_s - std::max(scans_.window(), keep_hosts_).count() - margin_s);
    const auto count = static_cast<HostId>(hosts_in_use_.size());
    for (HostId left = std::min(count / turns + 1, count); left > 0; --left) {
        const HostId id = next_host_++;
        if (next_host_ >= count) next_host_ = 0;
        HostUse& use = hosts_in_use_[id];
        if (!use.kept || use.flows > 0 || (use.seen_s >= before_s && use.seen_s <= now_s + margin_s))
            continue;
        if (limits_.has_open_case(id) || scans_.is_suspect(id)) continue;
        hosts_.forget(id);
        scans_.forget(id);
        use = {};
    }
}

}  // namespace flowlock
