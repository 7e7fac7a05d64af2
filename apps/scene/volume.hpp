// SPDX-License-Identifier: BSD-3-Clause
// What a scene counts of a host, an external address or an attack. Plain values; one thread.
#pragma once

#include <cstdint>

namespace flowlock::scene {

// Plain totals; bytes are IP bytes.
struct Volume {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t flows = 0;

    void count(std::uint32_t ip_bytes, bool new_flow) {
        ++packets;
        bytes += ip_bytes;
        flows += new_flow;
    }
};

}  // namespace flowlock::scene
