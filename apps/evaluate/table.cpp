// SPDX-License-Identifier: BSD-3-Clause
#include "table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace flowlock::evaluate {
namespace {

std::vector<std::size_t> widths_of(const Table& table) {
    std::vector<std::size_t> widths;
    for (const auto& row : table.rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    return widths;
}

std::string text_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
        line +=
            i == 0 ? fmt::format("{:<{}}", row[i], widths[i]) : fmt::format("  {:>{}}", row[i], widths[i]);
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string markdown_row(const std::vector<std::string>& row) {
    std::string line = "|";
    for (const std::string& word : row) line += " " + word + " |";
    return line + "\n";
}

}  // namespace

std::string to_string(const Table& table, Format format) {
    const std::vector<std::size_t> widths = widths_of(table);
    std::string text = format == Format::text ? table.title + "\n" : "**" + table.title + "**\n\n";
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        text += format == Format::text ? text_row(table.rows[i], widths) : markdown_row(table.rows[i]);
        if (i > 0 || format == Format::text) continue;
        text += "|---|";
        for (std::size_t column = 1; column < widths.size(); ++column) text += "---:|";
        text += "\n";
    }
    return text;
}

}  // namespace flowlock::evaluate
