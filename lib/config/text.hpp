// SPDX-License-Identifier: BSD-3-Clause
// Text from outside that is to stand in reports. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace flowlock {

// UTF-8 without control characters: nothing that JSON could not hold or that a terminal would obey.
bool is_printable(std::string_view text);

// How many characters (not bytes) UTF-8 text has.
std::size_t characters_of(std::string_view text);

}  // namespace flowlock
