// SPDX-License-Identifier: BSD-3-Clause
#include "control/case_ids.hpp"

#include <algorithm>

namespace flowlock {

std::string CaseIds::next(const Finding& finding) {
    if (finding.opened != opened_) uses_.clear();
    opened_ = finding.opened;
    std::string host = finding.host.to_string();
    std::replace(host.begin(), host.end(), ':', '_');
    std::string id = compact_utc(finding.opened) + "-" + host + "-" + name_of(finding.direction) + "-" +
                     name_of(finding.kind);
    if (finding.protocol != ProtocolClass::any) id += std::string("-") + name_of(finding.protocol);
    if (const int use = ++uses_[id]; use > 1) id += "-" + std::to_string(use);
    return id;
}

}  // namespace flowlock
