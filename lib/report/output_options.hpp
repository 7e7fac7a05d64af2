// SPDX-License-Identifier: BSD-3-Clause
// Where a live monitor writes. Plain data, made by lib/config, checked there.
#pragma once

#include <string>

namespace flowlock {

struct OutputOptions {
    std::string folder =
        "/var/lib/flowlock";  // summary.json, locks.jsonl, findings.jsonl and cases/ are written into it
};

}  // namespace flowlock
