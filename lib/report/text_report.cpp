// SPDX-License-Identifier: BSD-3-Clause
#include "report/text_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/address_mask.hpp"
#include "report/dump_text.hpp"
#include "report/fact_text.hpp"
#include "report/limit_fields.hpp"
#include "report/limit_text.hpp"
#include "report/netscan_text.hpp"
#include "report/number_format.hpp"
#include "report/report_words.hpp"
#include "report/scan_text.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

std::string loss_text(const Loss& loss, NumberFormat format) {
    Packets sum;
    std::string causes;
    for (const auto& [cause, packets] : loss) {
        if (packets.value == 0) continue;
        sum += packets;
        causes += fmt::format("{} {} {}", causes.empty() ? "" : ",", cause, grouped(packets.value, format));
    }
    if (sum.value == 0) return "none";
    return fmt::format("{} not counted:{}", counted(sum.value, "packet", "packets", format), causes);
}

std::string flows_text(const Finding& finding, NumberFormat format) {
    const bool sampled = finding.limit.sampling > 1;
    return fmt::format("{} of {} estimated{}", grouped(finding.flows_estimated.value, format),
                       grouped(finding.totals.flows.value, format),
                       sampled ? "" : "; packets and bytes are exact");
}

// "tap1, flowlock 1.2.0"
std::string monitor_text(const Origin& origin) {
    return origin.version.empty()
               ? origin.tap
               : fmt::format("{}{}flowlock {}", origin.tap, origin.tap.empty() ? "" : ", ", origin.version);
}

std::string header_text(const LockReport& report, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    const Finding& finding = report.finding;
    std::string text = text_field("Case", report.id);
    if (report.state == CaseState::withdrawn)
        text += text_field("Withdrawn", "what the host contacted has answered since: it was no scan");
    text += text_field(host_label(finding), host_text(finding));
    text += text_field("Reason", reason_text(finding));
    text += text_field("Traffic", traffic_text(finding));
    text += text_field("Seen", seen_text(finding) + "; all times in this report are UTC");
    if (const std::string monitor = monitor_text(report.origin); !monitor.empty())
        text += text_field("Monitor", monitor);
    text += text_field("Rule", rule_text(finding.trigger, format));
    if (finding.reason == Reason::attack) text += limit_fields(finding, style);
    if (finding.flows_estimated.value > 0) text += text_field("Flows", flows_text(finding, format));
    if (finding.reason == Reason::scan) text += scan_fields(report, style);
    const bool is_by_facts = finding.reason == Reason::misconfiguration || finding.reason == Reason::abuse;
    if (!is_by_facts) text += payload_field(finding, format);
    if (!finding.fact.hardware_address.empty()) text += text_field("Hardware", finding.fact.hardware_address);
    if (is_by_facts && finding.fact.confidence == Confidence::low)
        text += text_field("Confidence", "low: an innocent explanation is unusual, but possible");
    text += text_field("Loss", loss_text(report.loss, format));
    if (report.duplicates.are_many())
        text += text_field(
            "Duplicates",
            fmt::format("{} % of the packets reach this monitor twice, as a mirror port sends them "
                        "({} of {} sampled); figures are up to twice what was sent",
                        report.duplicates.percent(), grouped(report.duplicates.twice, format),
                        grouped(report.duplicates.distinct, format)));
    return text;
}

// Line by line, since a mask does not know ports from addresses across lines.
std::string masked(const std::string& text, const AddressMask& mask) {
    std::string hidden;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        hidden += mask.line(std::string_view{text}.substr(at, end - at)) + '\n';
        at = end + 1;
    }
    return hidden;
}

std::string dump_part(const LockReport& report, const TextStyle& style) {
    const std::string dump = dump_text(report);
    if (dump.empty()) return "";
    return "Detailed Traffic Dump\n\n" + (style.mask != nullptr ? masked(dump, *style.mask) : dump);
}

}  // namespace

std::string log_text(const Finding& finding, const TextStyle& style) {
    switch (finding.reason) {
        case Reason::attack:
            break;
        case Reason::scan:
            return netscan_text(finding, style);
        case Reason::misconfiguration:
        case Reason::abuse:
            return fact_text(finding, style);
    }
    return limit_text(finding, style);
}

std::string text_report(const LockReport& report, const TextStyle& style) {
    std::string text;
    for (const std::string& part :
         {header_text(report, style), log_text(report.finding, style), dump_part(report, style)})
        if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
    return text;
}

}  // namespace flowlock
