// SPDX-License-Identifier: BSD-3-Clause
// Pieces of configurations with limits, groups and allowances, for tests that add a mistake to them.
#pragma once

#include <string>

namespace flowlock::test {

// A limit without mistakes, in five lines.
inline const std::string good_limit =
    "[[limit]]\ndirection = \"out\"\nmetric = \"packets\"\nper_second = 5\nwindow = \"1s\"\n";

// Three lines.
inline std::string group_text(const std::string& name, const std::string& prefixes) {
    return "[[group]]\nname = \"" + name + "\"\nprefixes = [" + prefixes + "]\n";
}

}  // namespace flowlock::test
