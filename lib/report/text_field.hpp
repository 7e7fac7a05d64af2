// SPDX-License-Identifier: BSD-3-Clause
// One field of a report's header: a label, then text that is wrapped within the page. Names in it come from
// the configuration and may be of any length. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace flowlock {

constexpr std::size_t page_width = 100;  // columns
constexpr std::size_t label_width = 12;

// "Host        192.0.2.1" and a line feed. The text is made plain_text(); a word that is longer than a line is broken
// between two UTF-8 characters.
std::string text_field(std::string_view label, std::string_view text);

}  // namespace flowlock
