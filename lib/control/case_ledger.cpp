// SPDX-License-Identifier: BSD-3-Clause
#include "control/case_ledger.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace flowlock {
namespace {

// A packet may come a second late, and a scan's case ends a minute after it fell silent.
constexpr std::chrono::seconds margin{120};

// Packets may be counted in an epoch that begins up to a second after them.
std::int64_t window_begin_s(const Finding& finding) {
    return floor_seconds(finding.opened) - finding.trigger.window_s - 1;
}

bool is_before(const LockReport& a, const LockReport& b) {
    const Finding& x = a.finding;
    const Finding& y = b.finding;
    return std::tie(x.opened, x.host, x.scope, x.subject, x.direction, x.kind, x.protocol, x.first_seen,
                    x.totals.packets) < std::tie(y.opened, y.host, y.scope, y.subject, y.direction, y.kind,
                                                 y.protocol, y.first_seen, y.totals.packets);
}

// What a host is suspected of. Who is locked for it is not called innocent of it as well.
auto suspicion(const Finding& finding) {
    return std::tuple(finding.host, finding.scope, finding.direction, finding.kind, finding.protocol);
}

}  // namespace

CaseLedger::Figures CaseLedger::Figures::of(const Finding& finding) {
    return {.value = finding.trigger.value,
            .totals = finding.totals,
            .externals_total = finding.externals_total,
            .targets_total = finding.targets_total,
            .scan = finding.scan,
            .limits_exceeded = finding.limit.rules.size(),
            .excesses = finding.limit.excesses,
            .last_seen = finding.last_seen};
}

void CaseLedger::add_loss(std::int64_t end_s, const Loss& cumulative, std::chrono::seconds window_longest) {
    losses_.add(end_s, cumulative);
    losses_.forget_before(end_s - window_longest.count() - margin.count());
    lost_ = losses_.counts_of(cumulative);
    now_s_ = end_s;
    looks_ = 0;
}

CaseLedger::Open& CaseLedger::begin(const Finding& opened_as) {
    Open open;
    open.lost_before = losses_.until(window_begin_s(opened_as));
    if (live_) open.id = ids_.next(opened_as);
    return open_.emplace(key_of(opened_as), std::move(open)).first->second;
}

bool CaseLedger::is_to_report(const Finding& opened_as, bool has_more) {
    const auto known = open_.find(key_of(opened_as));
    if (known == open_.end()) {
        begin(opened_as).looked_s = now_s_;
        return live_;
    }
    const bool paused = !has_more && now_s_ - known->second.looked_s < pause_s();
    if (!live_ || looks_ == looks_max || paused) return false;
    ++looks_;
    known->second.looked_s = now_s_;
    return true;
}

// With many open cases one a second grows at most: else the first ones, whose pause is over again before the last ones'
// turn, and those that only grew, would take the turns of all others.
std::int64_t CaseLedger::pause_s() const {
    return std::max<std::int64_t>(report_pause.count(), static_cast<std::int64_t>(open_.size()));
}

void CaseLedger::report_open(Finding finding, bool has_more) {
    Open& open = open_.at(key_of(finding));
    const Figures figures = Figures::of(finding);
    if (figures == open.figures && !has_more) return;
    open.figures = figures;
    report(open, CaseState::open, lost_, std::move(finding));
}

// A closed case's time ends with it, or with its last packet if that came later.
LossHistory::Counts CaseLedger::lost_until_end(const Finding& closed) const {
    if (!closed.closed) return lost_;
    return losses_.until(std::max(floor_seconds(*closed.closed), floor_seconds(closed.last_seen) + 1));
}

void CaseLedger::end(Finding finding) {
    const Key key = key_of(finding);
    const auto known = open_.find(key);
    Open& open = known != open_.end() ? known->second : begin(finding);
    const CaseState state = finding.closed ? CaseState::closed : CaseState::open;
    const LossHistory::Counts lost = lost_until_end(finding);
    report(open, state, lost, std::move(finding));
    open_.erase(key);
}

// Nobody has heard of it in a replay.
void CaseLedger::withdraw(Finding finding) {
    const auto known = open_.find(key_of(finding));
    if (known == open_.end()) return;
    if (live_) report(known->second, CaseState::withdrawn, lost_, std::move(finding));
    open_.erase(known);
}

void CaseLedger::note(Finding exonerated) {
    Open innocent;
    innocent.lost_before = losses_.until(window_begin_s(exonerated));
    if (live_) innocent.id = exonerated_ids_.next(exonerated);
    const LossHistory::Counts lost = lost_until_end(exonerated);
    report(innocent, CaseState::closed, lost, std::move(exonerated));
}

void CaseLedger::report(const Open& open, CaseState state, const LossHistory::Counts& lost, Finding finding) {
    reports_.push_back({.id = open.id,
                        .state = state,
                        .finding = std::move(finding),
                        .loss = losses_.between(open.lost_before, lost)});
}

void CaseLedger::drop_contradicted() {
    std::set<decltype(suspicion(Finding{}))> locked;
    for (const LockReport& report : reports_)
        if (report.finding.verdict == Verdict::lock) locked.insert(suspicion(report.finding));
    std::erase_if(reports_, [&](const LockReport& report) {
        return report.finding.verdict == Verdict::exonerated && locked.contains(suspicion(report.finding));
    });
}

std::vector<LockReport> CaseLedger::take_reports() {
    if (!live_) {
        drop_contradicted();
        std::sort(reports_.begin(), reports_.end(), is_before);
        for (LockReport& report : reports_) report.id = ids_.next(report.finding);
    }
    return std::exchange(reports_, {});
}

}  // namespace flowlock
