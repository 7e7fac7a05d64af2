// SPDX-License-Identifier: BSD-3-Clause
#include "report/text_report.hpp"

#include <fmt/format.h>

#include "report/limit_text.hpp"
#include "report/netscan_text.hpp"
#include "report/number_format.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

std::string_view sentence_of(Kind kind) {
    switch (kind) {
        case Kind::packet_limit:
            return "Attack: more packets per second than the limit allows";
        case Kind::bandwidth_limit:
            return "Attack: more bits per second than the limit allows";
        case Kind::flow_limit:
            return "Attack: more flows per second than the limit allows";
        case Kind::netscan:
            return "Scan: many addresses contacted on one or few ports";
        case Kind::portscan:
            return "Scan: many ports contacted on one or few addresses";
        case Kind::icmp_sweep:
            return "Scan: many addresses probed with ICMP";
    }
    return "";
}

std::string reason_text(const Finding& finding) {
    std::string text = fmt::format("{} ({})", sentence_of(finding.kind), name_of(finding.kind));
    if (finding.reason == Reason::attack && finding.vector != "other")
        text += fmt::format(", vector {}", finding.vector);
    return text;
}

std::string_view direction_text(const Finding& finding) {
    if (finding.direction == Direction::out) return "outgoing, from this host";
    // A scan's host is the one that scans, also when it is the other side.
    return finding.reason == Reason::scan ? "incoming, from this host" : "incoming, to this host";
}

std::string_view protocol_text(ProtocolClass protocol) {
    switch (protocol) {
        case ProtocolClass::any:
            return "all protocols";
        case ProtocolClass::tcp:
            return "TCP";
        case ProtocolClass::udp:
            return "UDP";
        case ProtocolClass::icmp:
            return "ICMP";
    }
    return "";
}

// "2013-11-13 18:14:27": the zone is said once in the header, not here.
std::string plain_time(Time time) {
    std::string text = iso8601(time).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many, NumberFormat format) {
    return fmt::format("{} {}", grouped(count, format), count == 1 ? one : many);
}

std::string rule_text(const Trigger& trigger, NumberFormat format) {
    const std::string value = grouped(trigger.value, format);
    const std::string limit = grouped(trigger.threshold, format);
    if (trigger.metric == Metric::failed_contacts || trigger.metric == Metric::targets)
        return fmt::format("{}: {} within {} s, limit {}", trigger.rule,
                           counted(trigger.value, "failed contact", "failed contacts", format),
                           grouped(trigger.window_s, format), limit);
    const char* unit = name_of(trigger.metric);
    return fmt::format("{}: {} {}/s over {} s, limit {} {}/s", trigger.rule, value, unit,
                       grouped(trigger.window_s, format), limit, unit);
}

std::string targets_text(const ScanFigures& scan, NumberFormat format) {
    std::string text = fmt::format(
        "{}, {}; {} answered, {} refused, {} unanswered",
        counted(scan.addresses, "address", "addresses", format), counted(scan.ports, "port", "ports", format),
        grouped(scan.answered, format), grouped(scan.refused, format), grouped(scan.unanswered, format));
    if (scan.cut_short > 0) text += fmt::format(" ({} as the input ended)", grouped(scan.cut_short, format));
    return text;
}

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

std::string header_text(const LockReport& report, NumberFormat format) {
    const Finding& finding = report.finding;
    std::string host = finding.host.to_string();
    if (finding.group != "*") host += fmt::format(" (group {})", finding.group);

    std::string text = text_field("Case", report.id);
    if (report.state == CaseState::withdrawn)
        text += text_field("Withdrawn", "what the host contacted has answered since: it was no scan");
    text += text_field("Host", host);
    text += text_field("Reason", reason_text(finding));
    text += text_field("Traffic",
                       fmt::format("{}, {}", protocol_text(finding.protocol), direction_text(finding)));
    text += text_field("Seen", fmt::format("{} to {}; all times in this report are UTC",
                                           plain_time(finding.first_seen), plain_time(finding.last_seen)));
    text += text_field("Rule", rule_text(finding.trigger, format));
    if (finding.flows_estimated.value > 0)
        text += text_field("Flows", fmt::format("{} of {} estimated; packets and bytes are exact",
                                                grouped(finding.flows_estimated.value, format),
                                                grouped(finding.totals.flows.value, format)));
    if (finding.reason == Reason::scan) text += text_field("Targets", targets_text(finding.scan, format));
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

}  // namespace

std::string text_report(const LockReport& report, NumberFormat format) {
    const bool scan = report.finding.reason == Reason::scan;
    return header_text(report, format) + '\n' +
           (scan ? netscan_text(report.finding) : limit_text(report.finding, format));
}

}  // namespace flowlock
