// SPDX-License-Identifier: BSD-3-Clause
#include "detect/suspect.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace flowlock {
Finding ScanContext::finding_of(HostId host, Kind kind, ProtocolClass protocol, std::int64_t now_s) const {
    Finding finding;
    finding.reason = Reason::scan;
    finding.kind = kind;
    finding.protocol = protocol;
    finding.host = hosts.address(host);
    finding.opened = end_of_epoch(now_s);
    finding.trigger.rule = std::string("scan.") + name_of(kind);
    finding.scan.replies = replies;
    return finding;
}

Finding ScanContext::exoneration_of(HostId host, Kind kind, ProtocolClass protocol, Exoneration exoneration,
                                    std::int64_t now_s) const {
    Finding finding = finding_of(host, kind, protocol, now_s);
    finding.verdict = Verdict::exonerated;
    finding.closed = finding.opened;
    finding.trigger.metric = Metric::targets;
    finding.trigger.threshold = options.min_targets;
    finding.trigger.window_s = static_cast<std::uint32_t>(options.window.count());
    finding.scan.exoneration = exoneration;
    return finding;
}

Suspect::Suspect(HostId host, ScanContext& context)
    : host_(host),
      context_(context),
      book_(host, {context.options, context.flows, context.chains, context.budget, context.secret},
            [this](std::uint64_t number, const Contact& contact) { contact_leaves(number, contact); }) {}

Kind Suspect::kind_of(const Contact& contact, Shape shape) {
    if (contact.target.protocol == ProtocolClass::icmp) return Kind::icmp_sweep;
    return shape == Shape::address ? Kind::portscan : Kind::netscan;
}

ScanCase::SumOf Suspect::sums() const {
    return [this](std::uint64_t number) { return book_.sum_of(book_[number]); };
}

void Suspect::add(FlowId id, std::int64_t epoch_s) {
    book_.add(id, epoch_s);
}

void Suspect::advance(std::int64_t now_s) {
    decide_due(now_s);
    pass_to(now_s);
    clear_streams(book_.look_again(now_s - ContactBook::second_look_s));
}

void Suspect::clear_streams(const std::vector<std::uint64_t>& revised) {
    for (const std::uint64_t number : revised) {
        const Contact& contact = book_[number];
        for (const Shape shape : shapes) {
            const bool is_stream =
                contact.state == Contact::State::failed && !ContactBook::is_failure(contact, shape);
            const auto at = open_.find({kind_of(contact, shape), contact.target.protocol});
            if (is_stream && at != open_.end()) at->second.rows.remove(contact.target, number);
        }
    }
}

void Suspect::conclude(std::int64_t now_s) {
    decide_due(now_s);
    if (!context_.answers_may_be_missing) judge_held_back(now_s);
    close_quiet(now_s);
    exonerate_since(now_s - context_.options.window.count(), now_s);
}

// Groups that convinced while answers may have been missing: what was missing has come.
void Suspect::judge_held_back(std::int64_t now_s) {
    for (const auto& entry : std::exchange(held_back_, {})) {
        if (!book_.holds(entry.first)) continue;
        book_.group_of(book_[entry.first], entry.second).held_back = false;
        if (book_[entry.first].state != Contact::State::gone)
            judge_in_group(entry.first, entry.second, now_s);
    }
}

// In the order in which they began. After a gap, what waited was over before it ended.
void Suspect::decide_due(std::int64_t now_s) {
    for (auto due = book_.next_due_s(); due && *due <= now_s; due = book_.next_due_s()) {
        pass_to(*due);
        judge(book_.decide_next(), *due);
    }
}

void Suspect::decide_rest(std::int64_t now_s) {
    decide_due(now_s);
    while (book_.next_due_s()) judge(book_.decide_next(), now_s);
    judge_held_back(now_s);
    clear_streams(book_.look_again(std::numeric_limits<std::int64_t>::max()));
}

// Before what failed in this epoch counts: what had been quiet until it is over, and what is too old is gone.
void Suspect::pass_to(std::int64_t now_s) {
    if (now_s <= passed_s_) return;
    passed_s_ = now_s;
    close_quiet(now_s - epoch_length.count());
    book_.expire(now_s);
}

void Suspect::judge(std::uint64_t number, std::int64_t now_s) {
    for (const Shape shape : shapes)
        if (ContactBook::is_in_group(book_[number], shape)) judge_in_group(number, shape, now_s);
}

void Suspect::judge_in_group(std::uint64_t number, Shape shape, std::int64_t now_s) {
    const Contact& decided = book_[number];
    ContactGroup& group = book_.group_of(decided, shape);
    OpenCase* open = case_of(group, number, shape, now_s);
    if (open == nullptr) return doubt(group, decided, shape, now_s);
    if (ContactBook::is_failure(decided, shape) || open->rows.opened_as().scan.confidence == Confidence::low)
        open->failed_s = now_s;
    add_rows(*open, group, number, shape);
}

// The open case that the group belongs to, or joins now because it convinces; none: nullptr. All of a protocol
// is asked about only where neither a service nor an address stands out.
Suspect::OpenCase* Suspect::case_of(ContactGroup& group, std::uint64_t number, Shape shape,
                                    std::int64_t now_s) {
    const Contact& decided = book_[number];
    const CaseKey key{kind_of(decided, shape), decided.target.protocol};
    const auto at = open_.find(key);
    if (group.case_number != 0 && at != open_.end() && group.case_number == at->second.number)
        return &at->second;
    // Its own case has been closed since, or it has none: it must convince.
    group.case_number = 0;
    if (shape == Shape::protocol &&
        (at != open_.end() || open_.contains({Kind::portscan, decided.target.protocol})))
        return nullptr;
    const auto evidence = evidence_of(group, decided, shape);
    if (!evidence) return nullptr;
    if (at != open_.end()) return &at->second;
    if (context_.answers_may_be_missing) {
        if (!std::exchange(group.held_back, true)) held_back_.emplace_back(number, shape);
        return nullptr;
    }
    return &open_case(key, *evidence, now_s);
}

Suspect::OpenCase& Suspect::open_case(const CaseKey& key, const Evidence& evidence, std::int64_t now_s) {
    const auto window = length_of(evidence.scale, context_.options);
    Finding finding = context_.finding_of(host_, key.first, key.second, now_s);
    finding.trigger.metric = evidence.metric;
    finding.trigger.threshold = evidence.threshold;
    finding.trigger.window_s = static_cast<std::uint32_t>(window.count());
    finding.scan.log2_likelihood =
        static_cast<std::int32_t>(scan_tests::log2_against_ordinary(evidence.counts));
    finding.scan.criterion = evidence.criterion;
    finding.scan.confidence = evidence.confidence;
    finding.case_number = ++context_.cases_opened;
    // A slow scanner pauses for longer than a window.
    const auto quiet = evidence.scale == Scale::slow ? std::max(context_.options.window, window / 24)
                                                     : context_.options.window;
    const auto number = static_cast<std::uint32_t>(context_.cases_opened);
    return open_
        .emplace(key, OpenCase{number, now_s, quiet, evidence.targets_min, evidence.counts.cleared,
                               evidence.scale, ScanCase{std::move(finding)}})
        .first->second;
}

// The new contact; or, when the group has just joined the case, all of its contacts that are decided.
void Suspect::add_rows(OpenCase& open, ContactGroup& group, std::uint64_t number, Shape shape) {
    const auto add = [&](std::uint64_t i, const Contact& contact) {
        if (contact.state == Contact::State::failed && !ContactBook::is_failure(contact, shape)) return;
        if (shape == Shape::protocol && !seems_spread(contact, group.in(open.scale), open.scale)) return;
        const bool is_used_up =
            context_.rows_kept >= ScanContext::rows_kept_max && open.rows.rows() >= ScanContext::rows_always;
        const bool failed = contact.state == Contact::State::failed;
        if (open.rows.add(contact.target, time_from_ns(contact.first_ns), i, failed, is_used_up))
            ++context_.rows_kept;
    };
    if (group.case_number == open.number) return add(number, book_[number]);
    group.case_number = open.number;
    book_.for_each_in(group, shape, add);
}

void Suspect::contact_leaves(std::uint64_t number, const Contact& contact) {
    for (auto& entry : open_) entry.second.rows.contact_leaves(contact.target, number, contact.ended);
}

void Suspect::close_quiet(std::int64_t now_s) {
    for (auto at = open_.begin(); at != open_.end();) {
        OpenCase& open = at->second;
        if (now_s - open.failed_s < open.quiet.count()) {
            ++at;
            continue;
        }
        close(open, Ending::quiet, now_s);
        book_.spend(open.number, open.failed_s);
        at = open_.erase(at);
    }
}

void Suspect::close_all(Ending ending, std::int64_t now_s) {
    for (auto& entry : open_) close(entry.second, ending, now_s);
    open_.clear();
}

// Late answers, or packets that made streams of probes, can have cleared what convinced when the case was opened;
// then it was no scan. Other targets that answered excuse nothing, and where rows are missing nothing is proved.
bool Suspect::has_been_cleared(const OpenCase& open, const Finding& finding) const {
    if (finding.targets_total < open.targets_min) return true;
    if (finding.trigger.metric != Metric::failed_contacts || open.rows.has_left_out_rows()) return false;
    const ScanFigures& scan = finding.scan;
    const ContactCounts counts{
        .failed = static_cast<std::uint32_t>(scan.refused + scan.unreachable + scan.unanswered),
        .cleared = open.answered + static_cast<std::uint32_t>(open.rows.answered_late(sums()))};
    return counts.failed < finding.trigger.threshold || !scan_tests::is_no_ordinary_host(counts);
}

void Suspect::close(OpenCase& open, Ending ending, std::int64_t now_s) {
    const std::int64_t cut_after_ns =
        ending == Ending::quiet ? std::numeric_limits<std::int64_t>::max()
                                : context_.seen_until_ns - Duration{context_.options.answer_wait}.count();
    Finding finding = open.rows.figures(sums(), context_.limits, cut_after_ns);
    const ProtocolClass protocol = finding.protocol;
    if (has_been_cleared(open, finding)) {
        finding.closed = end_of_epoch(now_s);
        context_.withdrawn.push_back(std::move(finding));
        return;
    }
    if (ending != Ending::input_ended) finding.closed = end_of_epoch(open.failed_s);
    context_.closed->push_back(std::move(finding));
    std::erase_if(doubts_, [&](const auto& entry) { return entry.first.second == protocol; });
}

bool Suspect::has_open_case(ProtocolClass protocol) const noexcept {
    return std::any_of(open_.begin(), open_.end(),
                       [&](const auto& entry) { return entry.first.second == protocol; });
}

std::size_t Suspect::rows() const {
    std::size_t rows = 0;
    for (const auto& entry : open_) rows += entry.second.rows.rows();
    return rows;
}

// Half of what makes a suspect.
bool Suspect::is_idle() const {
    if (!open_.empty() || book_.next_due_s()) return false;
    return book_.odd_slowly() * 8 < context_.options.min_targets;
}

}  // namespace flowlock
