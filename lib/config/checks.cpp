// SPDX-License-Identifier: BSD-3-Clause
// What only the whole configuration can tell: which options exclude each other. The lists
// are judged in item_checks.cpp.
#include "config/draft.hpp"
#include "config/values.hpp"

namespace flowlock {
namespace {

// Of two keys that do not fit together, the mistake is reported where the user spoke last.
Place later_place(const ConfigDraft& draft, std::string_view a, std::string_view b) {
    const auto place_a = draft.places.find(a);
    const auto place_b = draft.places.find(b);
    if (place_a == draft.places.end())
        return place_b == draft.places.end() ? Place{0, std::string(a)} : place_b->second;
    if (place_b == draft.places.end()) return place_a->second;
    return place_a->second.line >= place_b->second.line ? place_a->second : place_b->second;
}

void check_scan(ConfigDraft& draft) {
    const ScanOptions& scan = draft.options.scan;
    if (scan.answer_wait > scan.window)
        draft.mistakes.add(later_place(draft, "scan.answer_wait", "scan.window"),
                           "a contact would wait for its answer (answer_wait, " + written(scan.answer_wait) +
                               ") longer than contacts are counted (window, " + written(scan.window) +
                               "); make answer_wait shorter or window longer");
    if (scan.slow_window < scan.window)
        draft.mistakes.add(later_place(draft, "scan.slow_window", "scan.window"),
                           "slow scans would be counted for a shorter time (slow_window, " +
                               written(scan.slow_window) + ") than fast ones (window, " +
                               written(scan.window) + "); make slow_window longer or window shorter");
    if (scan.min_targets > scan.contacts_max)
        draft.mistakes.add(later_place(draft, "scan.contacts_max", "scan.min_targets"),
                           "no scan could be seen with fewer contacts remembered (contacts_max, " +
                               std::to_string(scan.contacts_max) +
                               ") than a scan has targets (min_targets, " + std::to_string(scan.min_targets) +
                               "); make contacts_max larger or min_targets smaller");
}

// XARF wants all three.
void check_reporter(ConfigDraft& draft) {
    const Reporter& reporter = draft.options.report.reporter;
    if (reporter.is_known() || reporter == Reporter{}) return;
    constexpr std::string_view said[] = {"report.organisation", "report.contact", "report.domain"};
    const std::string* const values[] = {&reporter.organisation, &reporter.contact, &reporter.domain};
    std::string_view first_said;
    std::string missing;
    for (std::size_t i = 0; i < std::size(said); ++i) {
        if (!values[i]->empty() && first_said.empty()) first_said = said[i];
        if (values[i]->empty()) missing += (missing.empty() ? "" : " and ") + std::string(said[i]);
    }
    draft.mistakes.add(
        draft.places.find(first_said)->second,
        "xarf.json needs to know who reports; add " + missing + ", or remove this, and none is written");
}

void check_report(ConfigDraft& draft) {
    if (draft.options.externals_by == ExternalsBy::as && draft.options.as_file.empty())
        draft.mistakes.add(
            later_place(draft, "report.externals_by", "report.as_file"),
            "\"as\" needs a table of networks; add as_file = \"/etc/flowlock/as.csv\" to [report]");
    check_reporter(draft);
}

}  // namespace

void check_draft(ConfigDraft& draft) {
    // Where a value could not be read its default stands, and would be blamed for what the user did not say.
    if (!draft.mistakes.empty()) return;
    check_scan(draft);
    check_report(draft);
    check_groups(draft);
    check_allowances(draft);
    check_limits(draft);
}

}  // namespace flowlock
