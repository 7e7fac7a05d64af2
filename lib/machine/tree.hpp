// SPDX-License-Identifier: BSD-3-Clause
// The small text files of /proc and /sys, below a root that a test may choose. Nothing here throws or blocks:
// what is missing, empty, huge or not text is "not there", because what the kernel shows differs from machine
// to machine. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/cpu_list.hpp"

namespace flowlock {

class Tree {
public:
    // Paths below are absolute, "/proc/cmdline", and meant below the root.
    explicit Tree(std::string root) : root_(std::move(root)) {}

    std::string path(std::string_view path) const;
    bool exists(std::string_view path) const;
    // The first 256 KiB; "" when it cannot be read.
    std::string text(std::string_view path) const;
    // The first line without blanks at its ends and without what is not printable ASCII, 255 bytes at most.
    std::string line(std::string_view path) const;
    // Of a line such as "12" or "0x8086".
    std::optional<std::uint64_t> number(std::string_view path) const;
    CpuSet cpus(std::string_view path) const;
    // The last part of what a symbolic link points to: the name of a driver, a group.
    std::string link_name(std::string_view path) const;
    // Names in a folder, sorted; 4,096 at most.
    std::vector<std::string> names(std::string_view folder) const;

private:
    std::string root_;
};

// The text without what is not printable ASCII: it must not steer the terminal that shows it.
std::string plain(std::string_view text);

}  // namespace flowlock
