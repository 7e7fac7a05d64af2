// SPDX-License-Identifier: BSD-3-Clause
// Hides the other customers in a report that goes to somebody else: every address of the monitored networks but that
// of the case's host becomes "x.x.x.x", as in the provider's help page. Hidden hosts are not told apart. Immutable;
// any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/prefix.hpp"
#include "report/lock_report.hpp"

namespace flowlock {

class AddressMask {
public:
    // By the report's own origin.internal; without networks there, nothing is hidden. Of a network's or a group's
    // report, no host is shown.
    explicit AddressMask(const LockReport& report);

    bool hides(const IpAddress& address) const noexcept;
    // "192.0.2.1", or "x.x.x.x", or "x:x:x:x:x:x:x:x".
    std::string text(const IpAddress& address) const;
    // "192.0.2.0/24", or "x.x.x.x/24" where a hidden host may be in it; other text is treated as a line.
    std::string network_text(const std::string& name) const;
    // A line with every address in it hidden that is to be, also those that a port follows, "192.0.2.1.443".
    std::string line(std::string_view text) const;

private:
    PrefixSet internal_;
    bool shows_host_;
    IpAddress host_;
};

}  // namespace flowlock
