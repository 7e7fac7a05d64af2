// SPDX-License-Identifier: BSD-3-Clause
// The folder a live monitor writes into: the files of `--out DIR`, but they grow instead of being replaced.
// Cases of earlier runs stay. A case that is reported again is written over, file by file; locks.jsonl gets a
// further line, and the last line with an id counts. A suspect that was found innocent is a line in
// findings.jsonl, and nothing else. Owned by one thread of the control side.
//
// Nothing is kept open, so a folder that was removed, or a disk that is mounted again, is used with the next
// report.
#pragma once

#include <filesystem>
#include <string>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"
#include "report/summary.hpp"

namespace flowlock {

class LiveFolder {
public:
    // Creates DIR and DIR/cases. Cuts what a crash may have left of an unfinished last line in locks.jsonl and
    // findings.jsonl. Throws std::runtime_error "FILE: reason", as do the others.
    explicit LiveFolder(std::filesystem::path folder);

    // The case's folder, then the line, or for an exonerated finding only the line; on disk when it returns.
    void write(const LockReport& report, const TextStyle& style) const;
    void write(const Summary& summary) const;

private:
    void mend_lines(const char* name) const;
    void append_line(const char* name, const LockReport& report) const;

    std::filesystem::path folder_;
};

}  // namespace flowlock
