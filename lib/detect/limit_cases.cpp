// SPDX-License-Identifier: BSD-3-Clause
// The cases of limits: how they open, which figures they have, and how they end.
#include <algorithm>

#include "detect/limits.hpp"

namespace flowlock {
namespace {

Kind kind_of(Metric metric) noexcept {
    if (metric == Metric::bits) return Kind::bandwidth_limit;
    if (metric == Metric::packets) return Kind::packet_limit;
    return Kind::flow_limit;
}

std::string text_of(const PrefixSet& prefixes) {
    std::string text;
    for (const Prefix& prefix : prefixes.prefixes()) text += (text.empty() ? "" : ", ") + prefix.to_string();
    return text;
}

}  // namespace

void LimitDetector::open(const Rule& rule, const CaseKey& key, Case& opened, std::int64_t now_s) {
    Finding& finding = opened.finding;
    finding.case_number = ++cases_opened_;
    finding.verdict = key.allowed ? Verdict::exonerated : Verdict::lock;
    finding.reason = Reason::attack;
    finding.kind = kind_of(rule.rule.metric);
    finding.direction = rule.rule.direction;
    finding.protocol = rule.rule.protocol;
    finding.group = rule.rule.group;
    finding.scope = key.scope;
    finding.opened = end_of_epoch(now_s);
    finding.limit.sampling = options_.sampling;
    if (key.scope == Scope::host) {
        finding.host = hosts_.address(key.subject);
        if (const GroupNumber group = hosts_.group_of(key.subject); group != 0)
            finding.group = options_.groups[group - 1].name;
    } else if (key.scope == Scope::network) {
        finding.host = hosts_.networks().address(key.subject);
        finding.subject = hosts_.networks().text(key.subject);
    } else if (key.scope == Scope::group) {
        const PrefixSet& prefixes =
            key.subject == 0 ? hosts_.internal() : options_.groups[key.subject - 1].prefixes;
        finding.host = prefixes.prefixes().front().network();
        finding.subject = text_of(prefixes);
    }
}

WindowSubject LimitDetector::subject_of(const CaseKey& key, const Rule& rule) const {
    const std::uint32_t number = key.scope == Scope::outside ? hosts_.outsiders() : key.subject;
    return {.scope = key.scope, .number = number, .groups = rule.groups};
}

// Whether it has been for quiet_time, up to and with the epoch that started then.
bool LimitDetector::is_quiet(const Case& open, std::int64_t last_s) const {
    return std::all_of(open.excesses.begin(), open.excesses.end(), [&](const Excess& excess) {
        return last_s - excess.exceeded_s >= rules_[excess.rule].rule.quiet_time.count();
    });
}

void LimitDetector::close_quiet(std::int64_t last_s, std::vector<Finding>& findings) {
    for (auto at = open_.begin(); at != open_.end();) {
        if (!is_quiet(at->second, last_s)) {
            ++at;
            continue;
        }
        close(at->first, at->second, false, findings);
        at = open_.erase(at);
    }
}

// A window that is higher than all before it is remembered, and its figures are taken when the next one is
// not. A host that fell silent has no slice to be judged by, but its window may still be over the limit.
void LimitDetector::take_peaks(std::int64_t now_s) {
    for (auto& [key, open] : open_) {
        const std::uint32_t subject = summed_subject(key);
        for (Excess& excess : open.excesses) {
            const std::uint64_t now = sum(rules_[excess.rule], subject, key.allowed);
            if (now > allowed_[excess.rule]) excess.exceeded_s = now_s;
            if (now > excess.peak) {
                excess.peak = now;
                excess.peak_s = now_s;
                excess.peak_is_new = true;
            } else if (excess.peak_is_new) {
                take_figures(key, open, excess);
            }
        }
        const bool exceeded = open.excesses.front().exceeded_s == now_s;
        if (exceeded && !open.was_exceeded) ++open.finding.limit.excesses;
        open.was_exceeded = exceeded;
    }
}

// The first limit of a case, and the first of each other window.
bool LimitDetector::has_figures(const Case& open, const Excess& excess) const {
    std::size_t windows = 0;
    for (const Excess& other : open.excesses) {
        if (&other == &excess) return windows <= further_windows_max;
        if (other.trigger.window_s == excess.trigger.window_s) return false;
        ++windows;
    }
    return false;
}

// Figures of the peak window. The logs it needs are still there: it ended with the newest epoch or the one
// before.
void LimitDetector::take_figures(const CaseKey& key, Case& open, Excess& excess) {
    excess.peak_is_new = false;
    if (!has_figures(open, excess)) return;
    if (&excess == &open.excesses.front()) return fill(key, excess, open.finding);
    Finding finding = open.finding;
    fill(key, excess, finding);
    excess.figures = {.trigger = {},
                      .totals = finding.totals,
                      .externals = std::move(finding.externals),
                      .externals_total = finding.externals_total,
                      .unattributed = finding.limit.unattributed};
}

void LimitDetector::take_new_figures(const CaseKey& key, Case& open) {
    for (Excess& excess : open.excesses)
        if (excess.peak_is_new) take_figures(key, open, excess);
}

void LimitDetector::fill(const CaseKey& key, const Excess& excess, Finding& finding) {
    const Rule& rule = rules_[excess.rule];
    fill_window_figures({.history = history(),
                         .flows = flows_,
                         .hosts = hosts_,
                         .subject = subject_of(key, rule),
                         .direction = key.direction,
                         .classes = rule.classes,
                         .with_allowed = key.allowed,
                         .after_s = excess.peak_s - rule.rule.window.count(),
                         .until_s = excess.peak_s,
                         .externals_max = externals_max_,
                         .networks = options_.networks,
                         .allowances = options_.allowances},
                        finding);
}

Finding LimitDetector::figures_now(const CaseKey& key, Case& open) {
    take_new_figures(key, open);
    Finding& finding = open.finding;
    finding.limit.rules.clear();
    finding.limit.further.clear();
    for (const Excess& excess : open.excesses) {
        Trigger trigger = excess.trigger;
        trigger.value = excess.peak / trigger.window_s;
        trigger.peak = end_of_epoch(excess.peak_s);
        if (&excess != &open.excesses.front() && has_figures(open, excess)) {
            finding.limit.further.push_back(excess.figures);
            finding.limit.further.back().trigger = trigger;
        }
        finding.limit.rules.push_back(std::move(trigger));
    }
    finding.trigger = finding.limit.rules.front();
    return finding;
}

void LimitDetector::close(const CaseKey& key, Case& open, bool still_exceeded,
                          std::vector<Finding>& findings) {
    std::int64_t exceeded_s = open.excesses.front().exceeded_s;
    for (const Excess& excess : open.excesses) exceeded_s = std::max(exceeded_s, excess.exceeded_s);
    Finding finding = figures_now(key, open);
    if (!still_exceeded) finding.closed = end_of_epoch(exceeded_s);
    findings.push_back(std::move(finding));
}

void LimitDetector::close_all(bool input_ended, std::vector<Finding>& findings) {
    for (auto& [key, open] : open_) {
        const bool exceeded = std::any_of(
            open.excesses.begin(), open.excesses.end(),
            [&](const Excess& excess) { return excess.exceeded_s == history().newest().start_s; });
        close(key, open, input_ended && exceeded, findings);
    }
    open_.clear();
    waiting_.clear();
    sums_.clear();
}

void LimitDetector::finish(std::vector<Finding>& findings) {
    close_all(true, findings);
}

}  // namespace flowlock
