// SPDX-License-Identifier: BSD-3-Clause
#include "control/control_core.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/backoff.hpp"
#include "control/signature_notes.hpp"

namespace flowlock {
namespace {
// However small the history of records is configured, exact sums of packets and bits get 128 MB.
HistorySizes history_sizes(const EngineOptions& engine) {
    return {.records = engine.history_max, .slices = std::max(4 * engine.history_max, 4'000'000u)};
}

constexpr std::uint64_t no_more = std::numeric_limits<std::uint64_t>::max();
}  // namespace

ControlCore::ControlCore(const Options& options, std::vector<EpochChannel*> channels)
    : flows_(options.engine.flows_max, options.secret),
      hosts_(options.internal, options.secret),
      merger_(flows_, hosts_, options.live ? FlowParts::in_any_order : FlowParts::in_order),
      limits_(options.limits, flows_, hosts_, history_sizes(options.engine), options.report.externals_max,
              options.secret),
      scans_(options.scan, flows_, hosts_, options.secret,
             {.targets_max = options.report.targets_max, .externals_max = options.report.externals_max}),
      abuse_(options.abuse, flows_, notes_,
             {.targets_max = options.report.targets_max, .externals_max = options.report.externals_max}),
      witness_(options.abuse, notes_, flows_),
      faults_(options.faults, flows_, hosts_, options.secret, options.report.externals_max),
      cases_(options.live),
      evidence_(options.evidence, hosts_, options.live),
      origin_(options.origin) {
    hosts_.change_groups(options.limits.groups);
    merger_.change_allowances(options.limits.allowances);
    if (options.live) forgetter_.emplace(flows_, hosts_, limits_, scans_).keep_hosts(options.evidence.before);
    // A live worker begins with epoch 1, a replaying one says with its first epoch where it begins.
    for (EpochChannel* channel : channels)
        sources_.push_back({.channel = channel, .next_sequence = options.live ? 1u : 0u});
    live_ = options.live;
    if (options.signatures) change_signatures(options.signatures, options.signature_packets);
    keeps_heads_ = std::ranges::any_of(channels, [](const EpochChannel* c) { return c->keeps_heads(); });
}

// An epoch is complete when no worker can come with another part of it: every worker's next epoch is a later
// one. Live it is also when a worker has filled the whole epoch after it: who has not come by then stands still, and
// nobody else's verdicts wait for him, from then on not even that long.
bool ControlCore::poll() {
    if (finished_) return false;
    for (Source& source : sources_) {
        if (source.pending != nullptr) continue;
        source.pending = source.channel->take_full();
        if (source.pending != nullptr) source.absent = false;
    }
    if (merge_overdue()) return true;

    Source& first = earliest();
    const std::uint64_t sequence = first.sequence();
    if (merger_.is_open() && open_sequence_ < sequence) {
        for (Source& source : sources_) source.absent = source.sequence() <= open_sequence_;
        close_epoch();
        return true;
    }
    if (first.pending != nullptr) {
        merge(first);
        return true;
    }
    // At the end the absent are waited for, until somebody says that they will not come.
    if (std::ranges::any_of(sources_, [](const Source& s) { return s.sequence() != no_more; })) return false;
    finish();
    return true;
}

// Among workers with the same sequence number, one whose epoch is there. Who stands still comes last.
ControlCore::Source& ControlCore::earliest() {
    std::uint64_t newest = 0;
    if (live_)
        for (const Source& source : sources_)
            if (source.pending != nullptr) newest = std::max(newest, source.sequence());
    const auto rank = [&](const Source& source) {
        const bool waits = source.pending == nullptr;
        return std::tuple(waits && (source.absent || source.sequence() < newest), source.sequence(), waits);
    };
    return *std::min_element(sources_.begin(), sources_.end(),
                             [&](const Source& a, const Source& b) { return rank(a) < rank(b); });
}

// An epoch that was closed without this part.
bool ControlCore::merge_overdue() {
    for (Source& source : sources_) {
        if (source.pending == nullptr || source.sequence() > closed_sequence_ || source.sequence() == 0)
            continue;
        merger_.add_late(*source.pending);
        open_sequence_ = std::max(open_sequence_, closed_sequence_);
        give_back(source);
        return true;
    }
    return false;
}

void ControlCore::abandon_missing() {
    for (Source& source : sources_)
        if (source.pending == nullptr) source.next_sequence = no_more;
}

void ControlCore::merge(Source& source) {
    // Sequence 0 is before the first packet: it says only where the worker goes on.
    if (source.pending->name.sequence > 0) {
        merger_.add(*source.pending);
        open_sequence_ = source.pending->name.sequence;
        if (source.pending->sample) duplicates_.add(*source.pending->sample);
        if (source.pending->heads)
            evidence_.add(*source.pending->heads, static_cast<std::uint32_t>(&source - sources_.data()));
    }
    give_back(source);
}

void ControlCore::give_back(Source& source) {
    source.next_sequence = source.pending->next_sequence;
    source.channel->give_back(source.pending);
    source.pending = nullptr;
}

void ControlCore::close_epoch() {
    const MergedEpoch& epoch =
        merger_.close(std::ranges::any_of(sources_, [](const Source& source) { return source.absent; }));
    closed_sequence_ = open_sequence_;
    limits_.advance(epoch, ended_);
    scans_.advance(epoch, ended_);
    abuse_.advance(epoch, ended_);
    witness_.advance(epoch);
    faults_.advance(epoch, ended_);
    if (keeps_heads_) evidence_.close_epoch(limits_.history().newest());
    tell_cases(epoch.name.start_s + epoch_length.count());
    if (forgetter_) forgetter_->advance(epoch);
    duplicates_.close();
    for (Source& source : sources_) source.channel->send_sample_level(duplicates_.level());
    if (keeps_heads_) order_watch();
    send_signatures();
    if (reload_) apply(*std::exchange(reload_, std::nullopt));
}

void ControlCore::tell_cases(std::int64_t end_s) {
    tell_ended();
    cases_.add_loss(end_s, loss(), std::max({limits_.looks_back(), scans_.window(), faults_.window()}));
    tell_innocent();
    // What exonerates is said once, at its end.
    const auto look_at = [&](const Finding& opened_as, auto figures) {
        if (opened_as.verdict != Verdict::lock) return;
        if (keeps_heads_) evidence_.follow(opened_as);
        const auto testified = [&] {
            Finding finding = figures();
            witness_.testify(finding);
            return finding;
        };
        cases_.look_at(opened_as, testified, keeps_heads_ && evidence_.has_news(opened_as));
    };
    limits_.for_each_open(look_at);
    scans_.for_each_open(look_at);
    abuse_.for_each_open(look_at);
    faults_.for_each_open(look_at);
}

// Hosts whose cases are new, and suspects. Live, a worker that has not taken the last orders misses this one; in a
// replay each epoch has its order, which a worker with nothing else to do is waiting for, unless it has ended.
void ControlCore::order_watch() {
    watched_.clear();
    evidence_.list_watched(watched_);
    const bool alarm = !watched_.empty();
    scans_.for_each_suspect([&](HostId host) {
        if (watched_.size() < WatchList::hosts_max) watched_.push_back(hosts_.address(host));
    });
    std::sort(watched_.begin(), watched_.end());
    watched_.erase(std::unique(watched_.begin(), watched_.end()), watched_.end());
    for (Source& source : sources_) {
        Backoff backoff;
        while (!source.channel->send_order(closed_sequence_ + order_lead, alarm, watched_) && !live_ &&
               source.sequence() != no_more)
            backoff.wait();
    }
}

// Matches name their set by its number, so that those of the old one, which are on their way, mean what they did.
void ControlCore::change_signatures(std::shared_ptr<const SignatureSet> signatures, std::uint32_t packets) {
    if (signatures == signatures_ && packets == signature_packets_) return;
    if (!signatures) signatures = std::make_shared<const SignatureSet>(std::vector<Signature>{});
    signatures_ = std::move(signatures);
    signature_packets_ = packets;
    notes_.add(++signatures_number_, notes_of(*signatures_));
    send_signatures();
}

// A worker that has not taken the last set yet gets this one later.
void ControlCore::send_signatures() {
    for (Source& source : sources_) {
        if (source.signatures == signatures_number_) continue;
        std::unique_ptr<InspectorOrder> order(
            new InspectorOrder{signatures_number_, signature_packets_, Inspector(signatures_)});
        if (source.channel->send_inspector(order)) source.signatures = signatures_number_;
    }
}

void ControlCore::tell_ended() {
    for (Finding& finding : ended_) {
        witness_.testify(finding);
        if (finding.verdict == Verdict::exonerated)
            cases_.note(std::move(finding));
        else
            cases_.end(std::move(finding));
    }
    ended_.clear();
}

// Withdrawn cases, and suspects that never became a case.
void ControlCore::tell_innocent() {
    for (const Finding& finding : scans_.withdrawn()) cases_.withdraw(finding);
    for (Finding finding : scans_.exonerated()) {
        witness_.testify(finding);
        cases_.note(std::move(finding));
    }
}

void ControlCore::finish() {
    limits_.finish(ended_);
    scans_.finish(ended_);
    abuse_.finish(ended_);
    faults_.finish(ended_);
    tell_ended();
    tell_innocent();
    finished_ = true;
}

Loss ControlCore::loss() const {
    Loss loss = {{"flow_table_full", merger_.totals().overflowed},
                 {"overflow_hosts_full", merger_.totals().unattributed},
                 {"late_epochs", {merger_.totals().late}},
                 {"flow_store_full", merger_.totals().unrecorded},
                 {"host_table_full", {hosts_.refused().value}},
                 {"history_full", {limits_.records_forgotten()}},
                 {"scan_contacts_full", {scans_.contacts_untracked()}},
                 {"unreachables_full", merger_.totals().unreachables_refused},
                 {"matches_full", {merger_.totals().inspection.refused.value + abuse_.untracked()}},
                 {"notices_full", merger_.totals().notices_refused},
                 {"faults_full", {faults_.untracked()}}};
    if (forgetter_) loss["flows_forgotten_early"] = {forgetter_->forgotten_early().value};
    for (const auto& [cause, packets] : port_loss_) loss[cause] += packets;
    return loss;
}

std::vector<LockReport> ControlCore::take_reports() {
    std::vector<LockReport> reports = cases_.take_reports();
    for (LockReport& report : reports) complete(report);
    return reports;
}

void ControlCore::complete(LockReport& report) {
    report.duplicates = duplicates_.figures();
    report.origin = origin_;
    report.origin.internal = hosts_.internal().prefixes();
    if (!report.locks()) return;
    report.evidence = evidence_.evidence_for(report.finding);
    if (report.state != CaseState::open) evidence_.let_go(report.finding);
}

void ControlCore::reload(const Reload& settings) {
    reload_ = settings;
    if (!merger_.is_open()) apply(*std::exchange(reload_, std::nullopt));
}

void ControlCore::apply(const Reload& settings) {
    const bool other_networks = settings.internal.prefixes() != hosts_.internal().prefixes();
    limits_.settle_figures();
    evidence_.change_options(settings.evidence);
    if (forgetter_) forgetter_->keep_hosts(settings.evidence.before);
    origin_.tap = settings.tap;
    origin_.reporter = settings.report.reporter;
    if (other_networks) change_networks(settings.internal);
    hosts_.change_groups(settings.limits.groups);
    merger_.change_allowances(settings.limits.allowances);
    limits_.change_rules(settings.limits, settings.report.externals_max, other_networks, ended_);
    scans_.change_options(
        settings.scan,
        {.targets_max = settings.report.targets_max, .externals_max = settings.report.externals_max}, ended_);
    change_signatures(settings.signatures, settings.signature_packets);
    abuse_.change_options(
        settings.abuse,
        {.targets_max = settings.report.targets_max, .externals_max = settings.report.externals_max}, ended_);
    witness_.change_options(settings.abuse);
    faults_.change_options(settings.faults, settings.report.externals_max, ended_);
    tell_ended();
    for (const Finding& finding : scans_.withdrawn()) cases_.withdraw(finding);
}

// Cases of hosts that are no longer ours take their figures before their flows are judged anew.
void ControlCore::change_networks(const PrefixSet& internal) {
    limits_.close_outside(internal, ended_);
    scans_.close_outside(internal, ended_);
    abuse_.close_outside(internal, ended_);
    faults_.close_outside(internal, ended_);
    hosts_.change_internal(internal);
    merger_.judge_anew();
    faults_.take_networks();
    if (forgetter_) forgetter_->count_flows_anew();
    for (Source& source : sources_) source.channel->change_internal(internal);
}

void ControlCore::set_port_loss(const Loss& cumulative) {
    for (const auto& [cause, packets] : cumulative) port_loss_[cause] = packets;
}

}  // namespace flowlock
