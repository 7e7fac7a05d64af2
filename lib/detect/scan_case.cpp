// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scan_case.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr std::size_t ports_top_max = 10;
// A mark on one target in so many, or more, names the tool: the marks of 16 bits come by chance, too.
constexpr std::uint64_t tool_share_min = 10;

struct ToolMark {
    std::uint8_t mark;
    const char* name;
};
constexpr std::array tool_marks{ToolMark{scan_tool::masscan, "masscan"}, ToolMark{scan_tool::zmap, "zmap"},
                                ToolMark{scan_tool::mirai, "mirai"}, ToolMark{scan_tool::nmap, "nmap"}};

std::uint64_t& count_of(ContactOutcome outcome, ScanFigures& scan) {
    switch (outcome) {
        case ContactOutcome::answered:
            return scan.answered;
        case ContactOutcome::refused:
            return scan.refused;
        case ContactOutcome::unreachable:
            return scan.unreachable;
        case ContactOutcome::unanswered:
            break;
    }
    return scan.unanswered;
}

// Targets by port and by mark, the most first.
class Shares {
public:
    void add(std::uint16_t port, std::uint8_t tools) {
        ++targets_;
        ++ports_[port];
        // Older masscan has nmap's window, too.
        if ((tools & scan_tool::masscan) != 0) tools &= static_cast<std::uint8_t>(~scan_tool::nmap);
        for (std::size_t i = 0; i < tool_marks.size(); ++i)
            if ((tools & tool_marks[i].mark) != 0) ++tools_[i];
    }
    std::uint64_t ports() const { return ports_.size(); }
    void list(ScanFigures& scan) const {
        for (const auto& [port, targets] : ports_) scan.ports_top.push_back({port, targets});
        std::stable_sort(scan.ports_top.begin(), scan.ports_top.end(),
                         [](const PortShare& a, const PortShare& b) { return a.targets > b.targets; });
        if (scan.ports_top.size() > ports_top_max) scan.ports_top.resize(ports_top_max);
        for (std::size_t i = 0; i < tool_marks.size(); ++i)
            if (tools_[i] * tool_share_min >= targets_) scan.tools.push_back({tool_marks[i].name, tools_[i]});
        std::sort(scan.tools.begin(), scan.tools.end(), [](const ToolShare& a, const ToolShare& b) {
            return a.targets != b.targets ? a.targets > b.targets : a.tool < b.tool;
        });
    }

private:
    std::uint64_t targets_ = 0;
    std::map<std::uint16_t, std::uint64_t> ports_;
    std::array<std::uint64_t, tool_marks.size()> tools_{};
};

}  // namespace

bool ScanCase::add(const ContactTarget& target, Time time, std::uint64_t contact, bool failed,
                   bool rows_are_used_up) {
    const auto at = rows_.find({target.address, target.port});
    if (at != rows_.end()) {  // contacted anew, long after
        at->second.contact = contact;
        return false;
    }
    if (rows_.size() >= rows_max || rows_are_used_up) {
        ++rows_left_out_;
        return false;
    }
    rows_.emplace(std::pair{target.address, target.port},
                  ScanRow{.time = time, .contact = contact, .failed_first = failed});
    return true;
}

void ScanCase::contact_leaves(const ContactTarget& target, std::uint64_t contact, const FlowSum& sum) {
    const auto at = rows_.find({target.address, target.port});
    if (at == rows_.end() || at->second.contact != contact) return;
    at->second.ended.add(sum);
    at->second.contact = 0;
}

void ScanCase::remove(const ContactTarget& target, std::uint64_t contact) {
    const auto at = rows_.find({target.address, target.port});
    if (at == rows_.end() || at->second.contact != contact || at->second.ended.sent.flows.value > 0) return;
    rows_.erase(at);
}

void ScanCase::add_rows(const SumOf& sum_of, std::int64_t cut_after_ns, Finding& finding) const {
    Shares shares;
    FlowSum all;
    ScanFigures& scan = finding.scan;
    for (const auto& [target, row] : rows_) {
        const FlowSum sum = sum_of_row(row, sum_of);
        shares.add(target.second, sum.tools);
        ++count_of(sum.best, scan);
        if (sum.best == ContactOutcome::unanswered && ns_of(row.time) > cut_after_ns) ++scan.cut_short;
        if (finding.externals.empty() || finding.externals.back().address != target.first)
            finding.externals.push_back({.address = target.first, .traffic = {}});
        finding.externals.back().traffic += sum.sent;
        all.add(sum);
    }
    scan.addresses = finding.externals.size();
    scan.ports = finding.protocol == ProtocolClass::icmp ? 0 : shares.ports();
    shares.list(scan);
    if (finding.protocol == ProtocolClass::icmp) scan.ports_top.clear();
    finding.targets_total = rows_.size() + rows_left_out_;
    finding.trigger.value = finding.trigger.metric == Metric::targets
                                ? finding.targets_total
                                : scan.refused + scan.unreachable + scan.unanswered;
    // Totals are what the host itself sent to its targets.
    finding.totals = all.sent;
    finding.first_seen = time_from_ns(all.first_ns);
    finding.last_seen = time_from_ns(all.last_ns);
}

FlowSum ScanCase::sum_of_row(const ScanRow& row, const SumOf& sum_of) {
    FlowSum sum = row.ended;
    if (row.contact != 0) sum.add(sum_of(row.contact));
    return sum;
}

std::uint64_t ScanCase::answered_late(const SumOf& sum_of) const {
    return static_cast<std::uint64_t>(std::count_if(rows_.begin(), rows_.end(), [&](const auto& entry) {
        return entry.second.failed_first && sum_of_row(entry.second, sum_of).best == ContactOutcome::answered;
    }));
}

void ScanCase::list_targets(const SumOf& sum_of, Finding& finding, ScanCaseLimits limits) const {
    for (const auto& [target, row] : rows_)
        finding.targets.push_back({.time = row.time, .address = target.first, .port = target.second});
    std::sort(finding.targets.begin(), finding.targets.end(), [](const Target& a, const Target& b) {
        return std::tie(a.time, a.address, a.port) < std::tie(b.time, b.address, b.port);
    });
    std::uint64_t in_second = 0;
    std::int64_t second = std::numeric_limits<std::int64_t>::min();
    for (const Target& target : finding.targets) {
        const std::int64_t its = floor_seconds(target.time);
        in_second = its == second ? in_second + 1 : 1;
        second = its;
        finding.scan.peak_per_second = std::max(finding.scan.peak_per_second, in_second);
    }
    if (finding.targets.size() > limits.targets_max) finding.targets.resize(limits.targets_max);
    for (Target& target : finding.targets) {
        const FlowSum sum = sum_of_row(rows_.at({target.address, target.port}), sum_of);
        target.source_port = sum.first_port;
        target.frame_bytes = frame_bytes_of(sum.first_ip_bytes);
    }
}

Finding ScanCase::figures(const SumOf& sum_of, ScanCaseLimits limits, std::int64_t cut_after_ns) const {
    Finding finding = finding_;
    add_rows(sum_of, cut_after_ns, finding);
    finding.externals_total = finding.externals.size();
    std::sort(finding.externals.begin(), finding.externals.end(), [](const External& a, const External& b) {
        return a.traffic.packets != b.traffic.packets ? a.traffic.packets > b.traffic.packets
                                                      : a.address < b.address;
    });
    if (finding.externals.size() > limits.externals_max) finding.externals.resize(limits.externals_max);
    list_targets(sum_of, finding, limits);
    return finding;
}

}  // namespace flowlock
