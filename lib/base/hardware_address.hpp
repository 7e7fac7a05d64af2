// SPDX-License-Identifier: BSD-3-Clause
// A MAC address (IEEE 802, 48 bits) as a number: the first byte on the wire is the highest. 0 stands for none, which no
// station has. Plain value; any thread; no allocation except in to_string.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/wire.hpp"

namespace flowlock {

struct HardwareAddress {
    std::uint64_t value = 0;

    static HardwareAddress from_wire(const std::byte* at) noexcept {
        return {std::uint64_t{load_be32(at)} << 16 | load_be16(at + 4)};
    }
    // Reads "02:00:5e:10:00:01", also with "-" and capitals.
    static std::optional<HardwareAddress> parse(std::string_view text);

    explicit operator bool() const noexcept { return value != 0; }
    // Broadcast or multicast: of no single station.
    bool is_group() const noexcept { return (value >> 40 & 1) != 0; }
    bool is_broadcast() const noexcept { return value == 0xffff'ffff'ffff; }
    // Of a virtual router or a failover pair, whose members share it: VRRP and CARP (RFC 5798, 7.3), HSRP version 1 and
    // 2, GLBP, and Microsoft's load balancing.
    bool is_shared() const noexcept;
    // "02:00:5e:10:00:01"
    std::string to_string() const;

    friend bool operator==(const HardwareAddress&, const HardwareAddress&) = default;
    friend auto operator<=>(const HardwareAddress&, const HardwareAddress&) = default;
};

}  // namespace flowlock
