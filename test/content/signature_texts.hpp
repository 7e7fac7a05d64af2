// SPDX-License-Identifier: BSD-3-Clause
// Signature files for tests, as text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/inspector.hpp"
#include "content/signature_file.hpp"

namespace flowlock::test {

// A signature that looks for `patterns`, as they stand in a file; `more` is further lines.
inline std::string signature_list_text(const std::string& id, const std::string& patterns,
                                       const std::string& more = "") {
    return "[[signature]]\nid = \"" + id +
           "\"\ncategory = \"tool\"\nwords = \"w\"\nreference = \"r\"\npattern = " + patterns +
           "\nmatches = [\"x\"]\ndiffers = [\"y\"]\n" + more + "\n";
}

// One that looks for `pattern`.
inline std::string signature_text(const std::string& id, const std::string& pattern,
                                  const std::string& more = "") {
    return signature_list_text(id, "'" + pattern + "'", more);
}

inline SignatureFiles read(const std::string& text) {
    SignatureFiles files;
    read_signatures(text, "a.toml", files);
    return files;
}

inline std::shared_ptr<const SignatureSet> set_of(const std::string& text) {
    SignatureFiles files = read(text);
    return std::make_shared<const SignatureSet>(std::move(files.signatures));
}

inline std::vector<std::byte> bytes_of(const std::string& text) {
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

constexpr std::uint8_t tcp = 6, udp = 17;

}  // namespace flowlock::test
