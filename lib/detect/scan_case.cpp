// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scan_case.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace flowlock {

void ScanCase::add(const ScanRow& row, std::vector<FlowId>& next_flow) {
    const auto at = rows_.find({row.address, row.port});
    if (at == rows_.end()) {
        if (rows_.size() < rows_max)
            rows_.emplace(std::pair{row.address, row.port}, row);
        else
            ++rows_left_out_;
        return;
    }
    // Contacted again after the window had forgotten it: splice the new chain in behind the row's first flow.
    const FlowId first = at->second.flow;
    if (first == row.flow) return;
    FlowId last = row.flow;
    while (next_flow[last] != no_flow) last = next_flow[last];
    next_flow[last] = next_flow[first];
    next_flow[first] = row.flow;
}

void ScanCase::add_figures() {
    std::set<std::uint16_t> ports;
    std::set<IpAddress> addresses;
    for (const auto& [target, row] : rows_) {
        addresses.insert(target.first);
        ports.insert(target.second);
        ScanFigures& scan = finding_.scan;
        if (row.outcome == ScanRow::Outcome::answered) ++scan.answered;
        if (row.outcome == ScanRow::Outcome::refused) ++scan.refused;
        if (row.outcome == ScanRow::Outcome::unanswered) ++scan.unanswered;
        if (row.cut_short) ++scan.cut_short;
    }
    finding_.scan.addresses = addresses.size();
    finding_.scan.ports = finding_.protocol == ProtocolClass::icmp ? 0 : ports.size();
    finding_.trigger.value = finding_.scan.refused + finding_.scan.unanswered;
    finding_.targets_total = rows_.size() + rows_left_out_;
}

// Sums what the host itself sent to its targets.
void ScanCase::add_traffic(const FlowStore& flows, const std::vector<FlowId>& next_flow,
                           ScanCaseLimits limits) {
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    for (const auto& [target, row] : rows_) {
        if (finding_.externals.empty() || finding_.externals.back().address != target.first)
            finding_.externals.push_back({.address = target.first, .traffic = {}});
        for (FlowId id = row.flow; id != no_flow; id = next_flow[id]) {
            const FlowRecord& flow = flows[id];
            finding_.externals.back().traffic +=
                {{flow.packets[flow.inside]}, {flow.bytes[flow.inside]}, {1}};
            first_ns = std::min(first_ns, flow.first_ns);
            last_ns = std::max(last_ns, flow.last_ns);
        }
    }
    for (const External& external : finding_.externals) finding_.totals += external.traffic;
    finding_.externals_total = finding_.externals.size();
    std::sort(finding_.externals.begin(), finding_.externals.end(), [](const External& a, const External& b) {
        return a.traffic.packets != b.traffic.packets ? a.traffic.packets > b.traffic.packets
                                                      : a.address < b.address;
    });
    if (finding_.externals.size() > limits.externals_max) finding_.externals.resize(limits.externals_max);
    finding_.first_seen = time_from_ns(first_ns);
    finding_.last_seen = time_from_ns(last_ns);
}

Finding ScanCase::finish(const FlowStore& flows, const std::vector<FlowId>& next_flow,
                         ScanCaseLimits limits) {
    add_figures();
    add_traffic(flows, next_flow, limits);
    for (const auto& [target, row] : rows_) finding_.targets.push_back({row.time, row.address, row.port});
    std::sort(finding_.targets.begin(), finding_.targets.end(), [](const Target& a, const Target& b) {
        return std::tie(a.time, a.address, a.port) < std::tie(b.time, b.address, b.port);
    });
    if (finding_.targets.size() > limits.targets_max) finding_.targets.resize(limits.targets_max);
    return std::move(finding_);
}

}  // namespace flowlock
