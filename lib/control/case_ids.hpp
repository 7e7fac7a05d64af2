// SPDX-License-Identifier: BSD-3-Clause
// Names of cases. An id is made of the opening time, whom it is about, direction, kind and protocol, so the same input
// gives the same ids; a second case of the same name gets "-2" and so on. Control side.
#pragma once

#include <map>
#include <string>

#include "detect/finding.hpp"

namespace flowlock {

class CaseIds {
public:
    // "20131113T181427Z-192.0.2.1-out-netscan-tcp", "20131113T181427Z-192.0.2.0_24-in-packet_limit",
    // "20131113T181427Z-group-customers-in-packet_limit": fit for a folder name on any file system, so no colons.
    // Cases that were opened at the same time are named one after the other.
    std::string next(const Finding& finding);

private:
    Time opened_;  // of the newest name; those of other times cannot be the same, and are forgotten
    std::map<std::string, int> uses_;
};

}  // namespace flowlock
