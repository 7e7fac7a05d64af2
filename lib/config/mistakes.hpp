// SPDX-License-Identifier: BSD-3-Clause
// Collects what is wrong in a configuration, so that the user hears of everything at once. Main thread, at
// start.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace flowlock {

// Where something was said, as a message begins: "flowlock.toml:12: scan.window" or "--set scan.window=300".
struct Place {
    // What stands on the command line is judged after the whole file.
    static constexpr std::uint32_t command_line = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t line = 0;
    std::string label;
};

class Mistakes {
public:
    void add(const Place& place, std::string_view text);
    bool empty() const { return found_.empty(); }
    // Throws ConfigError with all mistakes in the order of the file, then of the command line.
    void throw_if_any();

private:
    struct Mistake {
        std::uint32_t line;
        std::string text;
    };
    std::vector<Mistake> found_;
};

// The text within quotes, cut where it gets long.
std::string quoted(std::string_view text);

// The text with control characters written as \xNN: a configuration must not steer the terminal that shows
// its errors.
std::string printable(std::string_view text);

}  // namespace flowlock
