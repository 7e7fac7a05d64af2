// SPDX-License-Identifier: BSD-3-Clause
// The folder that `--out DIR` names: summary.json, locks.jsonl, cases/<id>/, and findings.jsonl with the suspects
// that were found innocent. It holds one run's results: what an earlier run left is removed first, what others put there is left alone. Owned by one thread of the
// control side.
#pragma once

#include <filesystem>
#include <vector>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"
#include "report/summary.hpp"

namespace flowlock {

class OutputFolder {
public:
    // Creates DIR and DIR/cases, with their parents, so that a folder that cannot be written is refused
    // before the work begins: std::runtime_error "DIR: reason". Nothing that stands in it is touched yet.
    explicit OutputFolder(std::filesystem::path folder);

    // Replaces the earlier run's results by these. Throws std::runtime_error "FILE: reason". summary.json is
    // removed first and written last: where it stands, everything it speaks of stands beside it.
    void write(const Summary& summary, const std::vector<LockReport>& reports, const TextStyle& style) const;

private:
    void remove_earlier_run() const;
    void write_case(const LockReport& report, const TextStyle& style) const;

    std::filesystem::path folder_;
    std::filesystem::path cases_;
};

}  // namespace flowlock
