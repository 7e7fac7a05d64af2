// SPDX-License-Identifier: BSD-3-Clause
#include "report/limit_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/attack_words.hpp"
#include "report/number_format.hpp"
#include "report/plain_text.hpp"
#include "report/report_words.hpp"
#include "report/sampling_error.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

std::string field_unless_empty(std::string_view label, const std::string& text) {
    return text.empty() ? "" : text_field(label, text);
}

std::string packets_counted(std::uint64_t packets, NumberFormat format) {
    return counted(packets, "packet", "packets", format);
}

std::string exceeded_text(const Finding& finding, NumberFormat format) {
    if (finding.trigger.first_exceeded == Time{}) return "";
    std::string text;
    if (finding.limit.excesses > 1)
        text = fmt::format("{} times, with pauses; ", grouped(finding.limit.excesses, format));
    return text + fmt::format("first at {}; the peak window ended at {}",
                              plain_time(finding.trigger.first_exceeded), plain_time(finding.trigger.peak));
}

// One field for each limit that was exceeded besides the trigger.
std::string other_rules_fields(const Finding& finding, NumberFormat format) {
    std::string fields;
    for (const Trigger& rule : finding.limit.rules)
        if (rule.rule != finding.trigger.rule)
            fields += text_field("Also", fmt::format("{}, first at {}", rule_text(rule, format),
                                                     plain_time(rule.first_exceeded)));
    return fields;
}

std::string other_vector_text(const Finding& finding) {
    const bool answered = finding.limit.established_packets > finding.totals.packets.value / 2;
    return answered ? "no flood: mostly answered traffic" : "mixed traffic";
}

// What the totals hold of the report's own vector: ", 98,7 % of the packets".
std::string own_share_text(const Finding& finding, NumberFormat format) {
    const auto own = std::ranges::find(finding.limit.vectors, finding.vector, &VectorShare::vector);
    if (own == finding.limit.vectors.end() || finding.totals.packets.value == 0) return "";
    return fmt::format(", {} of the packets", percent(own->packets, finding.totals.packets.value, format));
}

// The other vectors above 1 % of the packets: "; besides 1,2 % UDP flood, 1,1 % ICMP flood". Established connections
// have a field of their own.
std::string other_shares_text(const Finding& finding, NumberFormat format) {
    const std::uint64_t whole = finding.totals.packets.value;
    if (whole == 0) return "";
    std::string text;
    for (const VectorShare& share : finding.limit.vectors) {
        if (share.vector == finding.vector || share.vector == "established" || share.packets <= whole / 100)
            continue;
        text += fmt::format("{}{} {}", text.empty() ? "; besides " : ", ",
                            percent(share.packets, whole, format), vector_words(share.vector));
    }
    return text;
}

std::string vector_text(const Finding& finding, NumberFormat format) {
    std::string text;
    if (finding.vector != "other")
        text = fmt::format("{} ({}){}", vector_words(finding.vector), finding.vector,
                           own_share_text(finding, format));
    else if (!finding.limit.vectors.empty())
        text = other_vector_text(finding);
    return text + other_shares_text(finding, format);
}

std::string established_text(const Finding& finding, NumberFormat format) {
    if (finding.limit.vectors.empty() || finding.totals.packets.value == 0) return "";
    return fmt::format("{} of the packets are in established connections",
                       percent(finding.limit.established_packets, finding.totals.packets.value, format));
}

std::string unattributed_text(const Finding& finding, NumberFormat format) {
    const std::uint64_t packets = finding.limit.unattributed.packets.value;
    if (packets == 0 || finding.totals.packets.value == 0) return "";
    return fmt::format("not known for {} ({}): each address below may have so many more",
                       packets_counted(packets, format),
                       percent(packets, finding.totals.packets.value, format));
}

std::string sampling_text(const Finding& finding, NumberFormat format) {
    const std::uint32_t rate = finding.limit.sampling;
    if (rate == 1) return "";
    const Packets error = sampling_error(finding.totals.packets, rate);
    return fmt::format(
        "Counted from a mirror that passes on 1 packet of {}: packets and bytes are multiplied by it, "
        "± {} (95 %); flows are those that were seen",
        grouped(rate, format), packets_counted(error.value, format));
}

std::string allowed_fields(const LimitFigures& limit, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    std::string fields;
    for (const AllowedTraffic& allowed : limit.allowed)
        fields += text_field(
            "Allowed", fmt::format("{} more, {} GByte, which are not in these figures: {}",
                                   packets_counted(allowed.packets, format), gbyte({allowed.bytes}, format),
                                   line_text(allowed.reason, style)));
    return fields;
}

}  // namespace

std::string limit_fields(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    return field_unless_empty("Exceeded", exceeded_text(finding, format)) +
           other_rules_fields(finding, format) + field_unless_empty("Vector", vector_text(finding, format)) +
           field_unless_empty("Established", established_text(finding, format)) +
           field_unless_empty("Role", role_words(finding)) +
           field_unless_empty("Externals", unattributed_text(finding, format)) +
           field_unless_empty("Sampling", sampling_text(finding, format)) +
           allowed_fields(finding.limit, style);
}

std::string allowed_text(const LimitFigures& limit, const TextStyle& style) {
    std::string text;
    for (const AllowedTraffic& allowed : limit.allowed)
        text +=
            fmt::format("{}{}, {}", text.empty() ? "" : "; ", plain_text(line_text(allowed.reason, style)),
                        packets_counted(allowed.packets, style.numbers));
    return text;
}

}  // namespace flowlock
