// SPDX-License-Identifier: BSD-3-Clause
#include "control/lock_reports.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace flowlock {
namespace {

// "20131113T181427Z-192.0.2.1-out-netscan-tcp": fit for a folder name on any file system, so no colons.
std::string id_of(const Finding& finding) {
    std::string host = finding.host.to_string();
    std::replace(host.begin(), host.end(), ':', '_');
    std::string id = compact_utc(finding.opened) + "-" + host + "-" + name_of(finding.direction) + "-" +
                     name_of(finding.kind);
    if (finding.protocol != ProtocolClass::any) id += std::string("-") + name_of(finding.protocol);
    return id;
}

}  // namespace

std::vector<LockReport> lock_reports(std::vector<Finding> findings, const Loss& loss) {
    std::vector<LockReport> reports;
    std::map<std::string, int> uses;
    for (Finding& finding : findings) {
        std::string id = id_of(finding);
        if (const int use = ++uses[id]; use > 1) id += "-" + std::to_string(use);
        const CaseState state = finding.closed ? CaseState::closed : CaseState::open;
        reports.push_back({.id = std::move(id), .state = state, .finding = std::move(finding), .loss = loss});
    }
    return reports;
}

}  // namespace flowlock
