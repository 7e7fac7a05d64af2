// SPDX-License-Identifier: BSD-3-Clause
// What tcpdump prints of a capture, and what it takes for a line of ours to agree with it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "read_capture.hpp"

namespace flowlock::test {

// By the number of the packet in its file, from 1 on. Only the first line of each: hex dumps are left out.
using NumberedLines = std::map<std::size_t, std::string>;

// Of the installed tcpdump, which ends early where a file is broken.
NumberedLines run_tcpdump(const std::string& capture, const std::string& options);
// False, said aloud: there is none of the version that is compared with.
bool has_tcpdump();

// What was stored of `tcpdump -n -q`, packed with gzip.
std::vector<std::string> stored_lines(const std::string& file);

// Our line of each packet, from the first `head` bytes of its frame.
std::vector<std::string> own_lines(const ReadCapture& capture, std::size_t head = capture_length_max);

// All but TCP is as `quiet` (tcpdump -n -q) has it.
bool is_tcp(const std::string& quiet);
// TCP ends with the length of its segment, and so far is as `sequence` (tcpdump -n -S) has it.
bool is_head_of(const std::string& line, const std::string& sequence);

// Without the time of day.
std::string without_time(const std::string& line);

}  // namespace flowlock::test
