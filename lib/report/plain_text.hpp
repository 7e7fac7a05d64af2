// SPDX-License-Identifier: BSD-3-Clause
// Text from others, such as the names of autonomous systems, made fit for a line of a report: it cannot end the line,
// move a terminal's cursor, or turn the direction of what follows. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowlock {

// Every run of white space, control characters and invisible marks becomes one blank, none at the ends; each byte
// that is not UTF-8 becomes U+FFFD.
std::string plain_text(std::string_view text);

// Of UTF-8; each character is taken for one column wide, also those of East Asia, which are two.
std::size_t columns_of(std::string_view text);
// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns);

}  // namespace flowlock
