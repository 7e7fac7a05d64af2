// SPDX-License-Identifier: BSD-3-Clause
// Where a frame's transport header is, for those who cut or show packets. Pure, bounded, noexcept; decode() (decode.hpp)
// is the data path's, and says the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "packet/link_type.hpp"

namespace flowlock {

struct Headers {
    bool found = false;            // there is an IP header, and it is whole
    bool later_fragment = false;   // no transport header is in it
    std::uint8_t protocol = 0;     // of what stands at transport_at: IANA protocol number
    std::size_t ip_at = 0;         // where the IP header begins
    std::size_t transport_at = 0;  // never beyond the captured bytes
};

// As decode().
Headers find_headers(LinkType link, std::span<const std::byte> head, std::uint32_t wire) noexcept;

}  // namespace flowlock
