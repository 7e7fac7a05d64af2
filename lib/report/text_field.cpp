// SPDX-License-Identifier: BSD-3-Clause
#include "report/text_field.hpp"

#include <algorithm>
#include <cassert>

namespace flowlock {
namespace {

constexpr std::size_t text_width = page_width - label_width;
constexpr std::string_view white_space = " \t\r\n\v\f";

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
        if (begins_character(text[at]) && ++seen > columns) break;
    return at;
}

// Takes the next word, or as much of it as a line holds, off the front of the text; empty at the end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(white_space));
    const std::size_t length = bytes_of(word, text_width);
    text.remove_prefix(length);
    return word.substr(0, length);
}

}  // namespace

std::string text_field(std::string_view label, std::string_view text) {
    assert(label.size() < label_width);
    std::string lines(label);
    lines.resize(label_width, ' ');
    std::size_t column = 0;
    for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
        const std::size_t width = columns_of(word);
        if (column > 0 && column + 1 + width > text_width) {
            lines += '\n';
            lines.append(label_width, ' ');
            column = 0;
        }
        if (column > 0) lines += ' ';
        lines += word;
        column += width + (column > 0 ? 1 : 0);
    }
    return lines + '\n';
}

}  // namespace flowlock
