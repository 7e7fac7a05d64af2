// SPDX-License-Identifier: BSD-3-Clause
// Signatures of payloads: from their folders to a compiled set, and `flowlock signatures`, for those who write them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "content/signature_set.hpp"

namespace flowlock {

struct LoadedSignatures {
    std::shared_ptr<const SignatureSet> set;  // none: signatures or [abuse] are switched off
    std::vector<std::string> mistakes;        // in files and patterns; what they concern is left out
};

// Those of signatures.folders; by default the shipped ones, and /etc/flowlock/signatures if it is there.
LoadedSignatures load_signatures(const Config& config);

// Returns the exit status: 0; 1: a test payload failed; 2: a file or a pattern has a mistake.
int signatures(const SignaturesCommand& command);

}  // namespace flowlock
