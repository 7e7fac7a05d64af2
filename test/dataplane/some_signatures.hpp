// SPDX-License-Identifier: BSD-3-Clause
// Sets of signatures for tests of the data path.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "content/signature_set.hpp"

namespace flowlock::test {

// Each matches payloads that begin with its words, on any port; all are of one category.
inline std::shared_ptr<const SignatureSet> signatures_of(const std::vector<std::string>& words,
                                                         SignatureCategory category = SignatureCategory::c2) {
    std::vector<Signature> signatures;
    for (const std::string& word : words) {
        Signature signature;
        signature.id = "begins-with-" + word;
        signature.category = category;
        signature.words = "begins with " + word;
        signature.patterns = {"^" + word};
        signatures.push_back(std::move(signature));
    }
    return std::make_shared<const SignatureSet>(std::move(signatures));
}

}  // namespace flowlock::test
