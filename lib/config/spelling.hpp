// SPDX-License-Identifier: BSD-3-Clause
// What a mistyped key was meant to be. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flowlock {

// How many characters must be inserted, removed, replaced or swapped with their neighbour to make one of the
// other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known name that `word` is probably meant to be: a few edits away, or the same key of another table
// ("min_targets" for "scan.min_targets"). Empty if none is near.
std::string_view nearest_name(std::string_view word, const std::vector<std::string_view>& known);

// "is not known; did you mean scan.window?", or with all names if none is near.
std::string unknown_name(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace flowlock
