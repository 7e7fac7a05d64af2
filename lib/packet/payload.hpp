// SPDX-License-Identifier: BSD-3-Clause
// What a TCP segment or a UDP datagram carries, of a packet that was decoded. Pure, bounded, noexcept: data path.
#pragma once

#include <cstddef>
#include <span>

#include "packet/decode.hpp"

namespace flowlock {

// A part of `head`, which is what `decoded` was made of: the captured bytes of the payload, without what stands behind
// the end of the IP packet. Empty: it carries nothing, nothing of it was captured, it is a later fragment, or neither
// TCP nor UDP.
std::span<const std::byte> payload_of(LinkType link, std::span<const std::byte> head,
                                      const Decoded& decoded) noexcept;

}  // namespace flowlock
