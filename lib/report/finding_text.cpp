// SPDX-License-Identifier: BSD-3-Clause
#include "report/finding_text.hpp"

#include "report/report_words.hpp"
#include "report/scan_text.hpp"
#include "report/text_field.hpp"

namespace flowlock {

std::string finding_text(const LockReport& exonerated, NumberFormat format) {
    const Finding& finding = exonerated.finding;
    return text_field("Not locked", host_text(finding)) +
           text_field("Looked like", reason_text(finding) + "; " + traffic_text(finding)) +
           text_field("Seen", seen_text(finding) + " UTC") +
           text_field("Innocent", exoneration_sentence(finding.scan.exoneration)) +
           text_field("Figures", contacts_sentence(finding, format)) +
           replies_field(finding.scan.replies, format);
}

}  // namespace flowlock
