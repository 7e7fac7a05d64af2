// SPDX-License-Identifier: BSD-3-Clause
#include "report/scan_text.hpp"

#include <string_view>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/number_format.hpp"
#include "report/report_words.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

// What a target's port is called. A scan of IP protocols has their numbers in its place.
std::string_view port_word(ProtocolClass protocol) {
    switch (protocol) {
        case ProtocolClass::tcp:
            return "TCP port";
        case ProtocolClass::udp:
            return "UDP port";
        default:
            return "IP protocol";
    }
}

std::string ports_counted(const Finding& finding, NumberFormat format) {
    const std::string one{port_word(finding.protocol)};
    return counted(finding.scan.ports, one, one + 's', format);
}

// "TCP port 22", or "3 TCP ports"
std::string ports_text(const Finding& finding, NumberFormat format) {
    if (finding.scan.ports == 1 && !finding.targets.empty())
        return fmt::format("{} {}", port_word(finding.protocol), finding.targets.front().port);
    return ports_counted(finding, format);
}

std::string addresses_counted(const Finding& finding, NumberFormat format) {
    return counted(finding.scan.addresses, "address", "addresses", format);
}

// "198.51.100.7", or "3 addresses"
std::string addresses_text(const Finding& finding, const TextStyle& style) {
    if (finding.scan.addresses == 1 && !finding.targets.empty())
        return address_text(finding.targets.front().address, style);
    return addresses_counted(finding, style.numbers);
}

std::string_view was(std::uint64_t count) {
    return count == 1 ? "was" : "were";
}

// Who was contacted. The number of targets is said where it is not that of the addresses or ports.
std::string whom_text(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    const ScanFigures& scan = finding.scan;
    std::string text;
    std::uint64_t named = scan.addresses;
    switch (finding.kind) {
        case Kind::icmp_sweep:
            return fmt::format("{} {} probed with ICMP", addresses_counted(finding, format),
                               was(scan.addresses));
        case Kind::portscan:
            named = scan.ports;
            text = fmt::format("{} of {} {} contacted", ports_counted(finding, format),
                               addresses_text(finding, style), was(scan.ports));
            break;
        default:
            text = fmt::format("{} {} contacted on {}", addresses_counted(finding, format),
                               was(scan.addresses), ports_text(finding, format));
    }
    if (finding.targets_total == named) return text;
    return text + fmt::format(", {} in all", counted(finding.targets_total, "target", "targets", format));
}

// All contacts lie within so many seconds, by the times of the JSON, which have microseconds.
std::uint64_t seconds_of(const Finding& finding) {
    using std::chrono::ceil, std::chrono::floor, std::chrono::microseconds, std::chrono::seconds;
    const auto length =
        ceil<seconds>(floor<microseconds>(finding.last_seen) - floor<microseconds>(finding.first_seen))
            .count();
    return length > 1 ? static_cast<std::uint64_t>(length) : 1;
}

// Where replies take another way, who seems silent may have answered.
std::string_view silence_word(const ScanFigures& scan) {
    const bool unseen =
        scan.criterion == Criterion::fan_out || scan.exoneration == Exoneration::replies_not_visible;
    return unseen ? "had no reply that this monitor saw" : "stayed silent";
}

// "115 stayed silent, 2 refused, 1 answered": without what did not occur, but for the answers.
std::string outcomes_text(const ScanFigures& scan, NumberFormat format) {
    std::string text;
    if (scan.unanswered > 0)
        text += fmt::format("{} {}", grouped(scan.unanswered, format), silence_word(scan));
    if (scan.cut_short > 0) text += fmt::format(" ({} as the input ended)", grouped(scan.cut_short, format));
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (scan.refused > 0) add(fmt::format("{} refused", grouped(scan.refused, format)));
    if (scan.unreachable > 0)
        add(fmt::format("{} {} reported as unreachable", grouped(scan.unreachable, format),
                        was(scan.unreachable)));
    add(scan.answered > 0 ? fmt::format("{} answered", grouped(scan.answered, format)) : "none answered");
    return text;
}

// The largest power of ten below 2^log2, so that a probability is never said to be smaller than it is.
// log10(2) = 0.30102999…
std::int64_t power_of_ten_below(std::int32_t log2) {
    return std::int64_t{log2} * 301'029'995 / 1'000'000'000;
}

// Wald: when each contact succeeds with a probability of 0.8 or more, a series of them ever reaches a
// likelihood ratio of L with a probability of 1/L at most.
std::string likelihood_sentence(const ScanFigures& scan, NumberFormat format) {
    const std::int64_t power = power_of_ten_below(scan.log2_likelihood);
    if (power < 1) return "";
    return fmt::format(
        " An ordinary host, whose contacts each succeed with a probability of at least 0.8, would look like "
        "this "
        "with a probability of less than 1 in 10^{} (sequential test, log2 likelihood ratio {} when the case "
        "opened).",
        power, grouped(static_cast<std::uint64_t>(scan.log2_likelihood), format));
}

std::string criterion_sentences(const Finding& finding, NumberFormat format) {
    const ScanFigures& scan = finding.scan;
    switch (scan.criterion) {
        case Criterion::failed_contacts:
            return likelihood_sentence(scan, format) +
                   (finding.kind == Kind::netscan
                        ? " The contacts of peer-to-peer nodes fail less often, too."
                        : "");
        case Criterion::dense_targets:
            return likelihood_sentence(scan, format) +
                   " The targets lie side by side, as a scanner takes them.";
        case Criterion::answered_fan_out:
            return " This service is made for few: ordinary use does not take so many strangers, whether or "
                   "not "
                   "they answer.";
        case Criterion::fan_out:
            return " Replies take a way that this monitor does not see; the verdict rests on the number of "
                   "targets.";
    }
    return "";
}

std::string_view confidence_text(Confidence confidence) {
    return confidence == Confidence::high
               ? "high"
               : "low: the evidence allows an innocent explanation, though an unusual one";
}

// "all first probes carry the mark of masscan", or "150 of 160 first probes …, 3 that of zmap"
std::string tools_text(const Finding& finding, NumberFormat format) {
    std::string text;
    for (const ToolShare& share : finding.scan.tools) {
        if (!text.empty())
            text += fmt::format(", {} that of {}", grouped(share.targets, format), share.tool);
        else if (share.targets == finding.targets_total)
            text = fmt::format("all first probes carry the mark of {}", share.tool);
        else
            text = fmt::format("{} of {} first probes carry the mark of {}", grouped(share.targets, format),
                               grouped(finding.targets_total, format), share.tool);
    }
    return text;
}

// "22 (118 targets), 2222 (3), and 7 more"; empty where every port has one target or there is only one port.
std::string ports_top_text(const ScanFigures& scan, NumberFormat format) {
    if (scan.ports < 2 || scan.ports_top.empty() || scan.ports_top.front().targets < 2) return "";
    std::string text;
    for (const PortShare& share : scan.ports_top)
        text += text.empty() ? fmt::format("{} ({} targets)", share.port, grouped(share.targets, format))
                             : fmt::format(", {} ({})", share.port, grouped(share.targets, format));
    if (scan.ports > scan.ports_top.size())
        text += fmt::format(", and {} more", grouped(scan.ports - scan.ports_top.size(), format));
    return text;
}

std::string field_unless_empty(std::string_view label, const std::string& text) {
    return text.empty() ? "" : text_field(label, text);
}

}  // namespace

std::string contacts_sentence(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    std::string text = fmt::format("{} within {} s", whom_text(finding, style), seconds_of(finding));
    if (finding.scan.peak_per_second > 0)
        text += fmt::format(" (at most {} in one second)", grouped(finding.scan.peak_per_second, format));
    return text + "; " + outcomes_text(finding.scan, format) + '.';
}

std::string exoneration_sentence(Exoneration exoneration) {
    switch (exoneration) {
        case Exoneration::none:
            return "";
        case Exoneration::answered_contacts:
            return "As many of its contacts are answered as those of ordinary hosts.";
        case Exoneration::peer_to_peer:
            return "Fewer of its contacts are answered than those of ordinary hosts, but more than a "
                   "scanner's, "
                   "and its targets are scattered: so it is with peer-to-peer nodes.";
        case Exoneration::bogon_targets:
            return "Its targets are private addresses, which nobody on the Internet has.";
        case Exoneration::replies_not_visible:
            return "This monitor sees no replies, so silence proves nothing, and the number of targets alone "
                   "is "
                   "not enough.";
        case Exoneration::answered_fan_out_only:
            return "It contacted many strangers, but they answer, on a service where that is usual.";
    }
    return "";
}

std::string replies_field(const ReplyVisibility& replies, NumberFormat format) {
    if (replies.established == 0 || replies.seen >= replies.established - replies.seen) return "";
    return text_field(
        "Replies",
        fmt::format("seen for {} of {} TCP contacts that were established, over all internal hosts",
                    grouped(replies.seen, format), grouped(replies.established, format)));
}

std::string scan_fields(const LockReport& report, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    const Finding& finding = report.finding;
    const ScanFigures& scan = finding.scan;
    const bool by_protocol = finding.protocol == ProtocolClass::any;
    std::string text;
    if (report.state == CaseState::withdrawn)
        text += text_field("Targets", contacts_sentence(finding, style));
    else
        text +=
            text_field("Evidence", contacts_sentence(finding, style) + criterion_sentences(finding, format)) +
            text_field("Confidence", confidence_text(scan.confidence));
    return text + field_unless_empty("Tools", tools_text(finding, format)) +
           field_unless_empty(by_protocol ? "Protocols" : "Ports", ports_top_text(scan, format)) +
           replies_field(scan.replies, format);
}

}  // namespace flowlock
