// SPDX-License-Identifier: BSD-3-Clause
#include "config/mistakes.hpp"

#include <algorithm>

#include "config/config.hpp"

namespace flowlock {
namespace {

constexpr std::size_t shown_max = 20;   // mistakes: more do not help and scroll the first away
constexpr std::size_t quoted_max = 60;  // bytes of a value that are repeated in a message
constexpr std::size_t label_max =
    200;  // bytes of a place: a key or an argument can be as long as its author likes

// Never cuts a UTF-8 sequence: steps back to where a character begins. What has more than three bytes that
// continue one is no UTF-8, and is cut anywhere.
std::string_view head_of(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) return text;
    for (std::size_t size = size_max; size > 0 && size_max - size <= 3; --size)
        if ((static_cast<unsigned char>(text[size]) & 0xc0) != 0x80) return text.substr(0, size);
    return text.substr(0, size_max);
}

std::string shortened(std::string_view text, std::size_t size_max) {
    const auto head = head_of(text, size_max);
    return std::string(head) + (head.size() < text.size() ? "…" : "");
}

}  // namespace

std::string quoted(std::string_view text) {
    return '"' + shortened(text, quoted_max) + '"';
}

std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    for (const char character : text) {
        const auto code = static_cast<unsigned char>(character);
        if (code >= 0x20 && code != 0x7f)
            shown += character;
        else
            shown += {'\\', 'x', digits[code >> 4], digits[code & 15]};
    }
    return shown;
}

void Mistakes::add(const Place& place, std::string_view text) {
    found_.push_back({place.line, printable(shortened(place.label, label_max)) + ": " + printable(text)});
}

void Mistakes::throw_if_any() {
    if (found_.empty()) return;
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Mistake& a, const Mistake& b) { return a.line < b.line; });
    std::string message;
    for (std::size_t i = 0; i < std::min(found_.size(), shown_max); ++i)
        message += (i == 0 ? "" : "\n") + found_[i].text;
    if (found_.size() > shown_max) message += "\nand " + std::to_string(found_.size() - shown_max) + " more";
    throw ConfigError(message);
}

}  // namespace flowlock
