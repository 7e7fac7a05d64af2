// SPDX-License-Identifier: BSD-3-Clause
#include "config/text.hpp"

#include <algorithm>
#include <cstdint>

namespace flowlock {
namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// How long the character is that begins so, and the smallest code that needs so much; 0: nothing begins so.
struct Form {
    std::size_t size;
    std::uint32_t code_min;
};

Form form_of(unsigned char first) {
    if (first < 0x80) return {1, 0};
    if (first >> 5 == 0x06) return {2, 0x80};
    if (first >> 4 == 0x0e) return {3, 0x800};
    if (first >> 3 == 0x1e) return {4, 0x10000};
    return {0, 0};
}

bool is_printable_code(std::uint32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return !control && !surrogate && code < 0x110000;
}

}  // namespace

bool is_printable(std::string_view text) {
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const Form form = form_of(first);
        if (form.size == 0 || form.size > text.size()) return false;
        std::uint32_t code = form.size == 1 ? first : first & (0x7fu >> form.size);
        for (std::size_t i = 1; i < form.size; ++i) {
            if (!continues(text[i])) return false;
            code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
        }
        if (code < form.code_min || !is_printable_code(code)) return false;
        text.remove_prefix(form.size);
    }
    return true;
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

}  // namespace flowlock
