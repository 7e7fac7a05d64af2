// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "case_reader.hpp"
#include "report/address_mask.hpp"
#include "report/finding_text.hpp"
#include "report/text_report.hpp"

namespace flowlock {
namespace {

constexpr int status_evidence_unread = 3;

}  // namespace

int report(const ReportCommand& command) {
    const std::filesystem::path folder = command.folder;
    const auto [report, error] = read_case(folder);
    if (command.redact && report.origin.internal.empty())
        throw ReportUnreadable(
            (folder / "report.json").string() +
            ": origin.internal names no network, so nobody knows whose addresses are to be "
            "hidden; leave out --redact, and hide them by hand");
    TextStyle style{command.numbers, command.netscan};
    std::optional<AddressMask> mask;
    if (command.redact) style.mask = &mask.emplace(report);
    fmt::print("{}", command.log_only ? log_text(report.finding, style)
                     : report.locks() ? text_report(report, style)
                                      : finding_text(report, style));
    if (error.empty()) return 0;
    fmt::print(stderr, "flowlock report: {}; the text is without some packets\n", error);
    return status_evidence_unread;
}

}  // namespace flowlock
