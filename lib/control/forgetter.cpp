// SPDX-License-Identifier: BSD-3-Clause
#include "control/forgetter.hpp"

#include <algorithm>

namespace flowlock {
namespace {

// Packets may be counted in an epoch that begins up to a second after them, and a late epoch goes on beyond
// its end by what its table's time can hold.
constexpr std::int64_t margin_s = 10;
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

// What was last seen in a time that is still to come is from before the clock was set back.
void Forgetter::sweep_flows(std::int64_t now_s, std::uint64_t merges) {
    const std::int64_t before_s = std::min({limits_.history().records_begin_s(),
                                            now_s - scans_.window().count(), now_s - idle_time_min.count()}) -
                                  margin_s;
    const std::int64_t before_ns = before_s * ns_per_second;
    const std::int64_t after_ns = (now_s + idle_time_min.count()) * ns_per_second;
    scans_.settle(before_ns, turns);
    const auto back_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_s - before_s));
    const std::uint64_t merged_before = merges > back_s ? merges - back_s : 0;
    for (FlowId left = std::min(flows_.end_id() / turns + 1, flows_.end_id()); left > 0; --left) {
        const FlowId id = next_flow_++;
        if (next_flow_ >= flows_.end_id()) next_flow_ = 0;
        const FlowRecord& flow = flows_[id];
        // A worker that stood still comes with packets from long ago: the epoch they were merged in counts, too.
        const bool idle = (flow.last_ns < before_ns || flow.last_ns > after_ns) && flow.merge < merged_before;
        if (!idle || !flows_.is_kept(id) || scans_.holds(id)) continue;
        if (flow.host != no_host) --use_of(flow.host).flows;
        flows_.forget(id);
    }
}

// A contact refers to the host that its flow had when it began, whatever networks there are now.
void Forgetter::sweep_hosts(std::int64_t now_s) {
    const std::int64_t before_s =
        std::min(limits_.history().begin_s(), now_s - scans_.window().count() - margin_s);
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
