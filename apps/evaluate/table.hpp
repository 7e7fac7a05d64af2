// SPDX-License-Identifier: BSD-3-Clause
// Rows of words in columns: aligned for a terminal, or as Markdown. Plain value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowlock::evaluate {

enum class Format : std::uint8_t { text, markdown };

struct Table {
    std::string title;
    std::vector<std::vector<std::string>>
        rows{};  // the first is the head; all but the first column to the right
};

std::string to_string(const Table& table, Format format);

}  // namespace flowlock::evaluate
