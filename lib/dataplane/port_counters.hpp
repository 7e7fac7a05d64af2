// SPDX-License-Identifier: BSD-3-Clause
// What a port's driver counts. Some drivers begin anew when their peer leaves or the device comes back; here
// counts only grow. Plain value; the main thread's.
#pragma once

#include <cstdint>

#include "base/units.hpp"

namespace flowlock {

struct PortCounters {
    Packets received;  // handed to the workers, or waiting for them
    Bytes bytes;
    Packets missed;     // the NIC had no free descriptor: no worker came in time
    Packets errors;     // damaged on the wire: checksum, length
    Packets no_buffer;  // there was no packet buffer for them

    // Adds what has come since `before`, or all of `now` where the driver has begun anew.
    void add(const PortCounters& before, const PortCounters& now) noexcept {
        const bool anew = now.received < before.received;
        const auto grow = [anew](auto& sum, auto from, auto to) {
            sum += anew || to < from ? to : to - from;
        };
        grow(received, before.received, now.received);
        grow(bytes, before.bytes, now.bytes);
        grow(missed, before.missed, now.missed);
        grow(errors, before.errors, now.errors);
        grow(no_buffer, before.no_buffer, now.no_buffer);
    }
    PortCounters& operator+=(const PortCounters& other) noexcept {
        received += other.received;
        bytes += other.bytes;
        missed += other.missed;
        errors += other.errors;
        no_buffer += other.no_buffer;
        return *this;
    }
};

}  // namespace flowlock
