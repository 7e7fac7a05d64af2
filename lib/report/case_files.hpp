// SPDX-License-Identifier: BSD-3-Clause
// What a case's folder holds, as bytes. Any thread.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/lock_report.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// Not changed any more, so that its sum is made once, for all that say it.
struct CaseFile {
    // Throws std::runtime_error as sha256_hex() does.
    CaseFile(std::string name, std::string content);

    std::string name;
    std::string content;
    std::string sha256;
};

// Every name that a case's file can have. report.json comes last: where it stands, the folder is known to be ours.
inline constexpr std::array case_file_names{"report.txt", "dump.txt",      "evidence.pcapng",
                                            "xarf.json",  "manifest.json", "report.json"};

// dump.txt and evidence.pcapng; none, if the case has no packets.
std::vector<CaseFile> evidence_files(const LockReport& report);

// All of them; the last one is manifest.json, which says the size and the SHA-256 of the others.
std::vector<CaseFile> case_files(const LockReport& report, const TextStyle& style);

}  // namespace flowlock
