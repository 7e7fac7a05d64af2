// SPDX-License-Identifier: BSD-3-Clause
#include "report/finding_text.hpp"

#include <fmt/format.h>

#include "report/limit_fields.hpp"
#include "report/number_format.hpp"
#include "report/report_words.hpp"
#include "report/scan_text.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

std::string scan_figures(const Finding& finding, const TextStyle& style) {
    return text_field("Figures", contacts_sentence(finding, style)) +
           replies_field(finding.scan.replies, style.numbers);
}

// With what is allowed: without it, no limit was exceeded.
std::string limit_figures(const Finding& finding, NumberFormat format) {
    const Traffic& totals = finding.totals;
    return text_field("Rule", rule_text(finding.trigger, format)) +
           text_field("Figures", fmt::format("{}, {} GByte and {} in the peak window, with what is allowed",
                                             counted(totals.packets.value, "packet", "packets", format),
                                             gbyte(totals.bytes, format),
                                             counted(totals.flows.value, "flow", "flows", format)));
}

}  // namespace

std::string innocence_text(const Finding& exonerated, const TextStyle& style) {
    if (exonerated.reason == Reason::scan) return exoneration_sentence(exonerated.scan.exoneration);
    return fmt::format("The limit was exceeded only with traffic that the configuration allows: {}.",
                       allowed_text(exonerated.limit, style));
}

std::string finding_text(const LockReport& exonerated, const TextStyle& style) {
    const Finding& finding = exonerated.finding;
    const bool scan = finding.reason == Reason::scan;
    return text_field("Not locked", host_text(finding)) +
           text_field("Looked like", reason_text(finding) + "; " + traffic_text(finding)) +
           text_field("Seen", seen_text(finding) + " UTC") +
           text_field("Innocent", innocence_text(finding, style)) +
           (scan ? scan_figures(finding, style) : limit_figures(finding, style.numbers));
}

}  // namespace flowlock
