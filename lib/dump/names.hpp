// SPDX-License-Identifier: BSD-3-Clause
// Names of numbers and of flags, as tables beside the protocols that have them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace flowlock::dump {

struct Name {
    std::uint32_t number;
    std::string_view text;
};

// The number's name; `otherwise` formats a number without one.
inline std::string name_of(std::span<const Name> names, std::uint32_t number,
                           fmt::format_string<const std::uint32_t&> otherwise) {
    const auto found = std::ranges::find(names, number, &Name::number);
    return found != names.end() ? std::string(found->text) : fmt::format(otherwise, std::as_const(number));
}

// The names of all flags that are set, in the table's order; "none" without any.
inline std::string flags_of(std::span<const Name> names, std::uint32_t flags, std::string_view separator) {
    std::string text;
    for (const auto& name : names) {
        if ((flags & name.number) == 0) continue;
        if (!text.empty()) text += separator;
        text += name.text;
    }
    return text.empty() ? "none" : text;
}

}  // namespace flowlock::dump
