// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scan_case.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "packet/decode.hpp"

namespace flowlock {
namespace {
constexpr std::uint8_t protocol_tcp = 6;
}

ContactOutcome outcome_of(const FlowRecord& flow) {
    const bool tcp = flow.key.protocol == protocol_tcp;
    const std::uint8_t sent = flow.flags[flow.inside];
    const std::uint8_t received = flow.flags[1 - flow.inside];
    if (flow.packets[1 - flow.inside] == 0) {
        const bool acknowledged =
            tcp && (flow.first_flags & tcp_flag::syn) != 0 && (sent & tcp_flag::ack) != 0;
        return acknowledged ? ContactOutcome::answered : ContactOutcome::unanswered;
    }
    const bool only_reset = tcp && (received & tcp_flag::rst) != 0 && (received & tcp_flag::syn) == 0;
    return only_reset ? ContactOutcome::refused : ContactOutcome::answered;
}

void EndedFlows::add(const FlowRecord& flow) {
    sent += {{flow.packets[flow.inside]}, {flow.bytes[flow.inside]}, {1}};
    best = std::min(best, outcome_of(flow));
    first_ns = std::min(first_ns, flow.first_ns);
    last_ns = std::max(last_ns, flow.last_ns);
}

EndedFlows ScanCase::sum_of(const ScanRow& row, const Flows& flows) {
    EndedFlows sum = row.ended;
    for (const FlowId first : row.chains)
        for (FlowId id = first; id != no_flow; id = flows.next[id]) sum.add(flows.store[id]);
    return sum;
}

bool ScanCase::add(ScanRow row, bool rows_are_used_up) {
    const auto at = rows_.find({row.address, row.port});
    if (at == rows_.end()) {
        if (rows_.size() < rows_max && !rows_are_used_up)
            return rows_.emplace(std::pair{row.address, row.port}, std::move(row)).second;
        ++rows_left_out_;
        return false;
    }
    // Contacted again after the window had forgotten it.
    auto& chains = at->second.chains;
    if (std::find(chains.begin(), chains.end(), row.chains.front()) != chains.end()) return false;
    chains.push_back(row.chains.front());
    return true;
}

bool ScanCase::remove(const IpAddress& address, std::uint16_t port, FlowId chain) {
    const auto at = rows_.find({address, port});
    if (at == rows_.end() || at->second.chains != std::vector{chain} || at->second.ended.sent.flows.value > 0)
        return false;
    rows_.erase(at);
    return true;
}

void ScanCase::add_rows(const Flows& flows, std::int64_t cut_after_ns, Finding& finding) const {
    std::set<std::uint16_t> ports;
    std::set<IpAddress> addresses;
    EndedFlows all;
    ScanFigures& scan = finding.scan;
    for (const auto& [target, row] : rows_) {
        addresses.insert(target.first);
        ports.insert(target.second);
        const EndedFlows sum = sum_of(row, flows);
        if (sum.best == ContactOutcome::answered) ++scan.answered;
        if (sum.best == ContactOutcome::refused) ++scan.refused;
        if (sum.best == ContactOutcome::unanswered) ++scan.unanswered;
        if (sum.best == ContactOutcome::unanswered && ns_of(row.time) > cut_after_ns) ++scan.cut_short;
        if (finding.externals.empty() || finding.externals.back().address != target.first)
            finding.externals.push_back({.address = target.first, .traffic = {}});
        finding.externals.back().traffic += sum.sent;
        all.first_ns = std::min(all.first_ns, sum.first_ns);
        all.last_ns = std::max(all.last_ns, sum.last_ns);
    }
    scan.addresses = addresses.size();
    scan.ports = finding.protocol == ProtocolClass::icmp ? 0 : ports.size();
    finding.trigger.value = scan.refused + scan.unanswered;
    finding.targets_total = rows_.size() + rows_left_out_;
    finding.first_seen = time_from_ns(all.first_ns);
    finding.last_seen = time_from_ns(all.last_ns);
}

// Totals are what the host itself sent to its targets.
void ScanCase::sum_up(Finding& finding, ScanCaseLimits limits) {
    for (const External& external : finding.externals) finding.totals += external.traffic;
    finding.externals_total = finding.externals.size();
    std::sort(finding.externals.begin(), finding.externals.end(), [](const External& a, const External& b) {
        return a.traffic.packets != b.traffic.packets ? a.traffic.packets > b.traffic.packets
                                                      : a.address < b.address;
    });
    if (finding.externals.size() > limits.externals_max) finding.externals.resize(limits.externals_max);
}

Finding ScanCase::figures(const FlowStore& flows, const std::vector<FlowId>& next_flow, ScanCaseLimits limits,
                          std::int64_t cut_after_ns) const {
    Finding finding = finding_;
    add_rows({flows, next_flow}, cut_after_ns, finding);
    sum_up(finding, limits);
    for (const auto& [target, row] : rows_) finding.targets.push_back({row.time, row.address, row.port});
    std::sort(finding.targets.begin(), finding.targets.end(), [](const Target& a, const Target& b) {
        return std::tie(a.time, a.address, a.port) < std::tie(b.time, b.address, b.port);
    });
    if (finding.targets.size() > limits.targets_max) finding.targets.resize(limits.targets_max);
    return finding;
}

}  // namespace flowlock
