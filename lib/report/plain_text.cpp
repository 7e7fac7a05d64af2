// SPDX-License-Identifier: BSD-3-Clause
#include "report/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace flowlock {
namespace {

struct Character {
    char32_t code;       // replacement: not UTF-8
    std::size_t length;  // bytes
};

constexpr char32_t replacement = 0xfffd;
constexpr Character broken{replacement, 1};

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// The text's first character; it is not empty.
Character first_of(std::string_view text) {
    const std::uint8_t head = byte_at(text, 0);
    if (head < 0x80) return {head, 1};
    const std::size_t length = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : 2;
    if (head < 0xc0 || head >= 0xf8 || length > text.size()) return broken;
    char32_t code = head & (0xffU >> (length + 1));
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte_at(text, at) & 0xc0) != 0x80) return broken;
        code = code << 6 | (byte_at(text, at) & 0x3fU);
    }
    // Longer than needed, half of a UTF-16 pair, or beyond Unicode.
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return broken;
    return {code, length};
}

bool is_blank(char32_t code) {
    return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0x061c ||  // controls, Arabic mark
           (code >= 0x2000 && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202f) ||  // spaces, marks, overrides
           (code >= 0x205f && code <= 0x206f) || code == 0x3000 || code == 0xfeff;  // … isolates
}

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::string plain_text(std::string_view text) {
    std::string plain;
    bool blank = false;
    while (!text.empty()) {
        const Character character = first_of(text);
        if (is_blank(character.code)) {
            blank = true;
        } else {
            if (blank && !plain.empty()) plain += ' ';
            blank = false;
            const bool whole = character.code != replacement || character.length > 1;
            plain += whole ? text.substr(0, character.length) : std::string_view("\xef\xbf\xbd");
        }
        text.remove_prefix(character.length);
    }
    return plain;
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
        if (begins_character(text[at]) && ++seen > columns) break;
    return at;
}

}  // namespace flowlock
