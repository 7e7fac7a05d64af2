// SPDX-License-Identifier: BSD-3-Clause
// Which packets a case gets. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>

namespace flowlock {

struct EvidenceOptions {
    bool enabled = true;              // may not change while it runs
    std::chrono::seconds before{30};  // how long before the alarm the packets begin, at most; 0 to 300
    std::chrono::seconds after{10};   // … and how long after it they end, at most; 0 to 300
    std::uint32_t packets_max = 200;  // of a case, 0 to 2,000
    // Bytes behind the headers of TCP, UDP and ICMP echo; 0 to 128. What a customer sends is not needed to prove a flood
    // or a scan.
    std::uint32_t payload_max = 0;
    // … of packets that matched a signature, in cases of abuse, which their payload is what proves. Not in those of
    // phishing: what visitors send there is theirs.
    std::uint32_t matched_payload_max = 128;

    friend bool operator==(const EvidenceOptions&, const EvidenceOptions&) = default;
};

}  // namespace flowlock
