// SPDX-License-Identifier: BSD-3-Clause
// Whether signatures match what their authors say they match, and nothing of what they say they do not. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "content/signature_set.hpp"

namespace flowlock {

struct SignatureCheck {
    std::size_t payloads = 0;
    std::vector<std::string> failures;  // "mining.toml:12: mining-x: matches[2]: is not matched"
};

SignatureCheck check_signatures(const std::shared_ptr<const SignatureSet>& set);

}  // namespace flowlock
