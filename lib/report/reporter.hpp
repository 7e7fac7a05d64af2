// SPDX-License-Identifier: BSD-3-Clause
// In whose name abuse is reported to others. Plain data, made by lib/config, checked there.
#pragma once

#include <string>

namespace flowlock {

// Either all is said or nothing.
struct Reporter {
    std::string organisation;  // 200 bytes at most
    std::string contact;       // an e-mail address
    std::string domain;

    bool is_known() const noexcept { return !organisation.empty() && !contact.empty() && !domain.empty(); }

    friend bool operator==(const Reporter&, const Reporter&) = default;
};

}  // namespace flowlock
