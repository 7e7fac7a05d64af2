// SPDX-License-Identifier: BSD-3-Clause
#include "config/spelling.hpp"

#include <algorithm>

namespace flowlock {
namespace {

// Longer words are nobody's slip of the finger, and the distance takes quadratic time.
constexpr std::size_t word_max = 100;

// All keys there are fit in; the names of a thousand limits would be no help.
constexpr std::size_t listed_max = 30;

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

// Short names are near to each other by chance: "in" is two edits from "out" and from nearly anything.
std::size_t tolerance(std::string_view word) {
    return last_part(word).size() < 5 ? 1 : 2;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Rows of the usual table: row[j] is the distance of a's first i characters to b's first j.
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string_view nearest_name(std::string_view word, const std::vector<std::string_view>& known) {
    if (word.size() > word_max) return {};
    std::string_view nearest;
    std::size_t distance_min = tolerance(word) + 1;
    for (const auto name : known) {
        const bool misplaced = last_part(name) == last_part(word);
        const std::size_t distance = misplaced ? 1 : edit_distance(word, name);
        if (distance >= distance_min) continue;
        nearest = name;
        distance_min = distance;
    }
    return nearest;
}

std::string unknown_name(std::string_view word, const std::vector<std::string_view>& known) {
    const auto nearest = nearest_name(word, known);
    if (!nearest.empty()) return "is not known; did you mean " + std::string(nearest) + "?";
    std::string names;
    for (std::size_t i = 0; i < std::min(known.size(), listed_max); ++i)
        names += (names.empty() ? "" : ", ") + std::string(known[i]);
    return "is not known; known are " + names + (known.size() > listed_max ? " …" : "");
}

}  // namespace flowlock
