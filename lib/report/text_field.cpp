// SPDX-License-Identifier: BSD-3-Clause
#include "report/text_field.hpp"

#include <algorithm>
#include <cassert>

#include "report/plain_text.hpp"

namespace flowlock {
namespace {

constexpr std::size_t text_width = page_width - label_width;

// Takes the next word, or as much of it as a line holds, off the front of the text; empty at the end.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    const std::size_t length = bytes_of(word, text_width);
    text.remove_prefix(length);
    return word.substr(0, length);
}

}  // namespace

std::string text_field(std::string_view label, std::string_view unsafe_text) {
    assert(label.size() < label_width);
    const std::string plain = plain_text(unsafe_text);
    std::string_view text = plain;
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
