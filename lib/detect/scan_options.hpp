// SPDX-License-Identifier: BSD-3-Clause
// When a host is called a scanner. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>

namespace flowlock {

struct ScanOptions {
    bool enabled = true;
    // Distinct targets that failed, on one service (netscan) or one address (portscan), within the window.
    // 100: twice CESNET's 50, the fan-out of the smallest lock in a provider's real mails was 118.
    std::uint32_t min_targets = 100;
    std::chrono::seconds window{300};     // 1 s to 86,400 s
    std::chrono::seconds answer_wait{3};  // a contact without an answer for so long has failed: TCP's first
                                          // retransmission comes after 1 s (RFC 6298), the second after 3 s
    std::uint32_t contacts_max =
        2'000'000;  // first contacts remembered over all hosts; at most 350 bytes each
};

}  // namespace flowlock
