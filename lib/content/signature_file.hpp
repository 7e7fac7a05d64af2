// SPDX-License-Identifier: BSD-3-Clause
// Signature files: TOML, any number of [[signature]], one file for each topic. Whatever stands in them, nothing worse
// than a mistake that is named comes of it. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "content/signature.hpp"

namespace flowlock {

constexpr std::size_t signature_file_bytes_max = std::size_t{4} << 20;
constexpr std::size_t signatures_max = 20'000;  // in all files together
constexpr std::size_t pattern_length_max = 4'096;
constexpr std::size_t patterns_max = 100;  // of a signature
constexpr std::size_t test_payload_bytes_max = 4'096;

// What was read, and what is wrong, each in one line: "mining.toml:12: signature[2].category: is …; write …". A
// signature with a mistake is left out.
struct SignatureFiles {
    std::vector<Signature> signatures;
    std::vector<std::string> mistakes;
};

// Adds the signatures of a file's text, which messages call `name`.
void read_signatures(std::string_view text, const std::string& name, SignatureFiles& files);
// Adds all *.toml of a folder, in the order of their names. A folder that is not there is a mistake.
void read_signature_folder(const std::string& folder, SignatureFiles& files);

}  // namespace flowlock
