// SPDX-License-Identifier: BSD-3-Clause
#include "detect/window_figures.hpp"

#include <algorithm>
#include <tuple>

namespace flowlock {
namespace {

struct OfExternal {
    IpAddress address;
    FlowTraffic record;
};

bool counts(const WindowQuery& query, const FlowRecord& flow) {
    return query.protocol == ProtocolClass::any ||
           query.protocol == protocol_class_of(flow.key.protocol, flow.key.family);
}

// Groups records, sorted by address and flow, into externals; each flow counts once.
std::vector<External> by_external(const std::vector<OfExternal>& records) {
    std::vector<External> externals;
    FlowId previous = no_flow;
    for (const OfExternal& each : records) {
        if (externals.empty() || externals.back().address != each.address)
            externals.push_back({.address = each.address, .traffic = {}});
        externals.back().traffic +=
            {{each.record.packets}, {each.record.bytes}, {each.record.flow != previous ? 1u : 0u}};
        previous = each.record.flow;
    }
    return externals;
}

}  // namespace

void fill_window_figures(const WindowQuery& query, Finding& finding) {
    Volume total;
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    std::vector<OfExternal> records;
    for (auto number = query.history.begin_number(); number < query.history.end_number(); ++number) {
        const EpochLog& log = query.history.log(number);
        if (log.start_s <= query.after_s || log.start_s > query.until_s) continue;
        const HostSlice* slice = log.find(query.place);
        if (slice == nullptr) continue;
        const Volume& volume = slice->volume[static_cast<std::size_t>(query.protocol)];
        total.packets += volume.packets;
        total.bytes += volume.bytes;
        total.unrecorded_flows += volume.unrecorded_flows;
        first_ns = std::min(first_ns, slice->first_ns);
        last_ns = std::max(last_ns, slice->last_ns);
        for (const FlowTraffic& record : log.records_of(*slice))
            if (const FlowRecord& flow = query.flows[record.flow]; counts(query, flow))
                records.push_back({flow.external_address(), record});
    }

    std::sort(records.begin(), records.end(), [](const OfExternal& a, const OfExternal& b) {
        return std::tie(a.address, a.record.flow) < std::tie(b.address, b.record.flow);
    });
    std::vector<External> externals = by_external(records);
    finding.flows_estimated = {total.unrecorded_flows};
    finding.totals = {{total.packets}, {total.bytes}, finding.flows_estimated};
    for (const External& external : externals) finding.totals.flows += external.traffic.flows;
    finding.externals_total = externals.size();
    std::sort(externals.begin(), externals.end(), [](const External& a, const External& b) {
        return a.traffic.packets != b.traffic.packets ? a.traffic.packets > b.traffic.packets
                                                      : a.address < b.address;
    });
    if (externals.size() > query.externals_max) externals.resize(query.externals_max);
    finding.externals = std::move(externals);
    finding.first_seen = time_from_ns(first_ns);
    finding.last_seen = time_from_ns(last_ns);
}

}  // namespace flowlock
