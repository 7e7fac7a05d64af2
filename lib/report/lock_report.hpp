// SPDX-License-Identifier: BSD-3-Clause
// One lock report: a finding with its name and the loss of its window. In the same form goes what exonerates a
// suspect; the finding's verdict says which it is. Plain data of the control side.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/prefix.hpp"
#include "base/units.hpp"
#include "detect/duplicate_figures.hpp"
#include "detect/finding.hpp"
#include "report/evidence.hpp"
#include "report/reporter.hpp"

namespace flowlock {

// Packets not seen or not counted, by cause; all causes are always present, so that zero is said, not
// implied.
using Loss = std::map<std::string, Packets>;

// How far the case has come. Withdrawn: a scan that was reported while it was open, and that later answers
// have cleared.
enum class CaseState : std::uint8_t { open, closed, withdrawn };

// "open" …
const char* name_of(CaseState);

// Who saw it.
struct Origin {
    std::string tap;               // the monitor's name
    std::string version;           // of flowlock
    std::vector<Prefix> internal;  // the networks it took for its own
    Reporter reporter{};           // for xarf.json only

    friend bool operator==(const Origin&, const Origin&) = default;
};

struct LockReport {
    std::string
        id;  // "20131113T181427Z-192.0.2.1-netscan": fit for a folder name, the same for the same input
    CaseState state = CaseState::open;
    Finding finding;
    Loss loss;
    DuplicateFigures duplicates{};  // live: of the minute before this was written
    Origin origin{};
    Evidence evidence{};

    bool locks() const noexcept { return finding.verdict == Verdict::lock; }
};

}  // namespace flowlock
