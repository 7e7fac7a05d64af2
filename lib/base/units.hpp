// SPDX-License-Identifier: BSD-3-Clause
// Counts with a unit: Packets, Bytes and Flows do not add to each other and do not come from a bare int.
// Plain values; any thread.
#pragma once

#include <compare>
#include <cstdint>

namespace flowlock {

template <class Tag>
struct Count {
    std::uint64_t value = 0;

    constexpr Count& operator+=(Count other) {
        value += other.value;
        return *this;
    }
    constexpr Count& operator-=(Count other) {
        value -= other.value;
        return *this;
    }
    friend constexpr Count operator+(Count a, Count b) { return {a.value + b.value}; }
    friend constexpr Count operator-(Count a, Count b) { return {a.value - b.value}; }
    friend constexpr auto operator<=>(Count, Count) = default;
};

using Packets = Count<struct PacketsTag>;
using Bytes = Count<struct BytesTag>;
using Flows = Count<struct FlowsTag>;

// What a host, an external address or a whole report amounts to. Bytes are IP bytes (layer 3).
struct Traffic {
    Packets packets;
    Bytes bytes;
    Flows flows;

    constexpr Traffic& operator+=(const Traffic& other) {
        packets += other.packets;
        bytes += other.bytes;
        flows += other.flows;
        return *this;
    }
    constexpr Traffic& operator-=(const Traffic& other) {
        packets -= other.packets;
        bytes -= other.bytes;
        flows -= other.flows;
        return *this;
    }
    friend constexpr bool operator==(const Traffic&, const Traffic&) = default;
};

}  // namespace flowlock
