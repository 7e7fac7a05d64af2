// SPDX-License-Identifier: BSD-3-Clause
// The numbers by which capture files name link types: the LINKTYPE_ registry of tcpdump.org. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "packet/link_type.hpp"

namespace flowlock {

LinkType link_type_of(std::uint32_t number) noexcept;

// "IEEE 802.11" for messages; empty where it is none of the usual ones.
std::string_view name_of_link(std::uint32_t number) noexcept;

}  // namespace flowlock
