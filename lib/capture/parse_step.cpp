// SPDX-License-Identifier: BSD-3-Clause
#include "capture/parse_step.hpp"

#include <utility>

#include "capture/link_number.hpp"

namespace flowlock {

std::string at_offset(std::uint64_t offset, std::string_view text) {
    return "offset " + std::to_string(offset) + ": " + std::string(text);
}

ParseStep fail(ParseReport& report, std::string text) {
    report.error = std::move(text);
    return {.status = ParseStatus::error};
}

ParseStep need(const ParseInput& input, ParseReport& report, std::string_view what, std::uint64_t start,
               std::uint64_t wanted) {
    if (input.more_may_come) return {.status = ParseStatus::need_more};
    report.truncated = true;
    const auto has = input.offset + input.unread.size() - start;
    return fail(report,
                at_offset(start, "the file ends in the middle of " + std::string(what) + " (wanted " +
                                     std::to_string(wanted) + " bytes, has " + std::to_string(has) + ")"));
}

ParseStep too_long(ParseReport& report, std::uint64_t offset, std::uint32_t length) {
    return fail(
        report,
        at_offset(offset, "a record of " + std::to_string(length) +
                              " bytes is longer than any capture may hold: the file is corrupt here"));
}

void note_unsupported_link(ParseReport& report, std::uint64_t offset, std::uint32_t link_number) {
    if (!report.unsupported_link.empty()) return;
    const auto name = name_of_link(link_number);
    const auto shown = name.empty() ? std::string() : " (" + std::string(name) + ")";
    report.unsupported_link = at_offset(offset, "packets of link type " + std::to_string(link_number) +
                                                    shown + " cannot be decoded, only counted");
}

}  // namespace flowlock
