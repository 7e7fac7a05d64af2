// SPDX-License-Identifier: BSD-3-Clause
// How much of a packet a case keeps: its headers, and of the payload what was configured. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flow/head_sample.hpp"

namespace flowlock {

// Of its captured bytes. TCP and UDP: to the end of their header and `payload_max` more. ICMP: so much behind the first
// 8 bytes of an echo; other messages are kept as they are, since they say what they are about in their body. Later
// fragments: nothing behind the IP header but `payload_max`. Other protocols and what is not IP: 64 bytes behind the last
// header that is known, which shows the headers of a tunnel.
std::size_t kept_size(const PacketHead& packet, std::uint32_t payload_max) noexcept;

}  // namespace flowlock
