// SPDX-License-Identifier: BSD-3-Clause
// When a host is called a scanner. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>

namespace flowlock {

struct ScanOptions {
    bool enabled = true;
    // Distinct targets contacted, on one service (netscan) or one address (portscan). 50: so many failures and no
    // answer tell a scanner even from a peer-to-peer node (scan_tests.hpp), and CESNET's detectors ask for as many.
    std::uint32_t min_targets = 50;
    // Three time scales: a burst of ten seconds, this window (1 s to 86,400 s) and the slow one, at least as long
    // (to 86,400 s). Whatever reaches min_targets in one of them is judged.
    std::chrono::seconds window{300};
    std::chrono::seconds slow_window{86'400};
    // A contact without an answer for so long has failed, 100 ms to 60 s: two and a half times the 200 ms that
    // light in fibre needs half round the earth and back. What comes later still clears it.
    std::chrono::milliseconds answer_wait{500};
    // Contacts of suspects remembered over all hosts; at most 400 bytes each.
    std::uint32_t contacts_max = 2'000'000;
};

}  // namespace flowlock
