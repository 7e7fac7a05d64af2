// SPDX-License-Identifier: BSD-3-Clause
// The open cases of all detectors, and what has been reported of them: makes lock reports of findings. Live,
// a case is reported when it opens, while its figures change, and when it ends; in a replay once, at its end.
// 300 bytes an open case. Owned by the control core.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "control/case_ids.hpp"
#include "control/loss_history.hpp"
#include "report/lock_report.hpp"

namespace flowlock {

class CaseLedger {
public:
    // So long a case is silent between two reports that it grew; longer with more than 60 open cases: a second for each.
    static constexpr std::chrono::seconds report_pause{60};
    // Making a large case's figures takes up to 0.2 s. So many open ones are looked at again in an epoch at most;
    // the others are in the next.
    static constexpr unsigned looks_max = 2;

    explicit CaseLedger(bool live) : live_(live) {}

    // An epoch has closed: first end() for the cases that it closed, then add_loss(), withdraw() for those
    // that it cleared, note() for suspects that were found innocent, and look_at() for each case that is open.
    // At the end of the input there is no add_loss().
    void end(Finding finding);
    void withdraw(Finding finding);
    // An exonerated finding is no case: it is reported once, as closed.
    void note(Finding exonerated);
    void add_loss(std::int64_t end_s, const Loss& cumulative, std::chrono::seconds window_longest);
    // `figures` returns the finding with the figures it has now.
    // `has_more`: beside its figures, it has something to report at once.
    template <class Figures>
    void look_at(const Finding& opened_as, Figures&& figures, bool has_more = false) {
        if (is_to_report(opened_as, has_more)) report_open(figures(), has_more);
    }

    // Live: the reports since the last call. In a replay all there are, by opening time, host, direction and
    // kind; without the exonerated findings of a host that is to be locked for the same.
    std::vector<LockReport> take_reports();

private:
    // What a case amounts to, to see whether it changed.
    struct Figures {
        std::uint64_t value = 0;
        Traffic totals;
        std::uint64_t externals_total = 0;
        std::uint64_t targets_total = 0;
        ScanFigures scan;
        std::uint64_t limits_exceeded = 0;
        std::uint64_t excesses = 0;
        Time last_seen;

        static Figures of(const Finding& finding);
        friend bool operator==(const Figures&, const Figures&) = default;
    };
    struct Open {
        std::string id;
        LossHistory::Counts lost_before;  // its window
        std::int64_t looked_s = 0;        // end of the epoch in which its figures were last made
        Figures figures;                  // what was reported
    };
    using Key = std::pair<Reason, std::uint64_t>;

    static Key key_of(const Finding& finding) { return {finding.reason, finding.case_number}; }
    bool is_to_report(const Finding& opened_as, bool has_more);
    std::int64_t pause_s() const;
    Open& begin(const Finding& opened_as);
    void report_open(Finding finding, bool has_more);
    void report(const Open& open, CaseState state, const LossHistory::Counts& lost, Finding finding);
    LossHistory::Counts lost_until_end(const Finding& closed) const;
    void drop_contradicted();

    bool live_;
    CaseIds ids_;
    CaseIds
        exonerated_ids_;  // live: a case that opens later is not called "-2" for an innocent suspect's sake
    LossHistory losses_;
    LossHistory::Counts lost_;  // until now
    std::int64_t now_s_ = 0;    // end of the newest epoch
    unsigned looks_ = 0;        // of this epoch, at cases that were known
    std::map<Key, Open> open_;
    std::vector<LockReport> reports_;
};

}  // namespace flowlock
