// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as a signature file: nothing but signatures that keep their promises, and mistakes in one line each,
// comes out.
#include "content/signature_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace flowlock;

namespace {
void require(bool holds) {
    if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    SignatureFiles files;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_signatures(text, "fuzz.toml", files);
    read_signatures(text, "again.toml", files);
    std::set<std::string> ids;
    for (const Signature& signature : files.signatures) {
        require(signature.file == "fuzz.toml" && signature.line > 0);
        require(ids.insert(signature.id).second);
        require(!signature.id.empty() && !signature.words.empty() && !signature.reference.empty());
        require(!signature.patterns.empty() && signature.patterns.size() <= patterns_max);
        for (const std::string& pattern : signature.patterns)
            require(!pattern.empty() && pattern.size() <= pattern_length_max);
        require(!signature.matches.empty() && !signature.differs.empty());
        for (const PortRange& range : signature.ports) require(range.first >= 1 && range.first <= range.last);
    }
    for (const std::string& mistake : files.mistakes) {
        require(mistake.starts_with("fuzz.toml:") || mistake.starts_with("again.toml:"));
        require(std::ranges::none_of(mistake, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    }
    return 0;
}
