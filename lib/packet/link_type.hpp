// SPDX-License-Identifier: BSD-3-Clause
// What the first bytes of a frame are. A NIC only hands out Ethernet; captures hold more.
#pragma once

#include <cstdint>

namespace flowlock {

enum class LinkType : std::uint8_t {
    ethernet,
    raw_ip,       // the IP header comes first, IPv4 or IPv6 by its version nibble
    cooked_v1,    // Linux "any" device: LINKTYPE_LINUX_SLL, 16 bytes
    cooked_v2,    // LINKTYPE_LINUX_SLL2, 20 bytes
    loopback,     // LINKTYPE_NULL and LINKTYPE_LOOP: 4 bytes of address family in either byte order
    unsupported,  // anything else: such frames are counted, not decoded
};

}  // namespace flowlock
