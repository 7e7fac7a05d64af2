// SPDX-License-Identifier: BSD-3-Clause
#include "control/case_ids.hpp"

namespace flowlock {

namespace {

// Whom the case is about. A group is called by its name, since its networks may be many.
std::string subject_of(const Finding& finding) {
    if (finding.scope == Scope::group) return "group-" + (finding.group == "*" ? "all" : finding.group);
    if (finding.scope == Scope::outside) return "outside";
    return finding.subject.empty() ? finding.host.to_string() : finding.subject;
}

// Letters, digits, points and dashes; "_" for the rest, such as the colons of IPv6.
std::string fit_for_folder(std::string name) {
    const auto is_fit = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
    };
    for (char& letter : name)
        if (!is_fit(letter)) letter = '_';
    return name;
}

}  // namespace

std::string CaseIds::next(const Finding& finding) {
    if (finding.opened != opened_) uses_.clear();
    opened_ = finding.opened;
    std::string id = compact_utc(finding.opened) + "-" + fit_for_folder(subject_of(finding)) + "-" +
                     name_of(finding.direction) + "-" + name_of(finding.kind);
    if (finding.protocol != ProtocolClass::any) id += std::string("-") + name_of(finding.protocol);
    if (const int use = ++uses_[id]; use > 1) id += "-" + std::to_string(use);
    return id;
}

}  // namespace flowlock
