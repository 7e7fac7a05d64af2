// SPDX-License-Identifier: BSD-3-Clause
// Writing a file whole or not at all: a reader sees the old content or the new one, never half of it. Used by
// one thread per file.
#pragma once

#include <filesystem>
#include <string_view>

namespace flowlock {

// Where the content stands until it is complete: "report.json.part" in the same folder. A run that was killed
// leaves it behind; the next one writes over it.
std::filesystem::path part_of(const std::filesystem::path& path);

// Writes the part, syncs it to the disk, renames it to the path. Throws std::runtime_error "PATH: reason";
// the part is then removed and what stood at the path is untouched.
void write_whole_file(const std::filesystem::path& path, std::string_view content);

}  // namespace flowlock
