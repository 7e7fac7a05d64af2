// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scans.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/prefetch.hpp"
#include "detect/scan_services.hpp"

namespace flowlock {
namespace {

// Enough that a memory access is over when its turn comes.
constexpr std::size_t records_ahead = 16;
constexpr std::size_t hosts_ahead = records_ahead / 2;
// However long the gap before this epoch, what waited was over by then.
constexpr std::int64_t answer_wait_max_s = 60;
// Packets may be counted in an epoch that begins up to a second after them.
constexpr std::int64_t disorder_ns = 2 * ns_per_second;

}  // namespace

ScanDetector::ScanDetector(const ScanOptions& options, const FlowStore& flows, const HostTable& hosts,
                           const HashKey& secret, ScanCaseLimits limits)
    : context_{.options = options, .limits = limits, .flows = flows, .hosts = hosts, .secret = secret},
      unanswering_(unanswering_networks(hosts.internal())),
      watch_(context_.options) {
    context_.budget.take_from_others = [this](HostId for_whom) { return take_contacts(for_whom); };
}

void ScanDetector::advance(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    context_.withdrawn.clear();
    context_.exonerated.clear();
    if (!context_.options.enabled) return;
    begin(epoch, findings);
    hear_late_answers(epoch);
    for (auto& entry : suspects_) entry.second->advance(now_s_);
    decide_waiting(now_s_, false);
    add_attempts(epoch);
    decide_waiting(now_s_, false);
    for (auto& entry : suspects_) entry.second->conclude(now_s_);
}

void ScanDetector::begin(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    context_.closed = &findings;
    // The clock was set back: nothing that comes can be compared with what was.
    if (started_ && epoch.name.start_s < now_s_) {
        decide_waiting(now_s_, true);
        close_all(Suspect::Ending::clock_set_back, findings);
        forget_all();
    }
    context_.chains.begin(epoch, context_.flows.end_id());
    context_.rows_kept = 0;
    for (const auto& entry : suspects_) context_.rows_kept += entry.second->rows();
    started_ = true;
    now_s_ = epoch.name.start_s;
    context_.seen_until_ns = std::max(epoch.last_ns, ns_of(end_of_epoch(now_s_ - epoch_length.count())));
    // After the epoch in which everybody is back, what was missing has come.
    context_.answers_may_be_missing = epoch.incomplete || was_incomplete_;
    was_incomplete_ = epoch.incomplete;
    turn_handshakes();
}

void ScanDetector::hear_late_answers(const MergedEpoch& epoch) {
    if (suspects_.empty()) return;
    for (const FlowId id : epoch.newly_answered) {
        const FlowRecord& flow = context_.flows[id];
        if (flow.host == no_host) continue;
        Suspect* suspect = watch_.suspect(flow.host);
        if (suspect != nullptr && is_attempt(flow)) suspect->hear(id);
    }
}

void ScanDetector::add_attempts(const MergedEpoch& epoch) {
    // Time order makes the rows, and which contact is the first, independent of how flows were spread over
    // workers.
    begun_.clear();
    for (std::size_t i = 0; i < epoch.new_flows.size(); ++i) {
        if (i + records_ahead < epoch.new_flows.size())
            prefetch_to_read(&context_.flows[epoch.new_flows[i + records_ahead]]);
        const FlowRecord& flow = context_.flows[epoch.new_flows[i]];
        if (is_attempt(flow)) begun_.emplace_back(flow.first_ns, epoch.new_flows[i]);
    }
    const auto by_time = [&](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first
                                  : context_.flows[a.second].key < context_.flows[b.second].key;
    };
    if (!std::is_sorted(begun_.begin(), begun_.end(), by_time))
        std::sort(begun_.begin(), begun_.end(), by_time);
    waiting_.push_back({.epoch_s = epoch.name.start_s, .flows = {}});
    for (const auto& entry : begun_) add_attempt(entry.second, epoch.name.start_s);
}

void ScanDetector::add_attempt(FlowId id, std::int64_t epoch_s) {
    const FlowRecord& flow = context_.flows[id];
    context_.chains.set_older(id, watch_.newest(flow.host));
    watch_.set_newest(flow.host, id);
    if (unanswering_.contains(flow.external_address())) {
        if (watch_.count_bogon(flow.host, epoch_s)) say_bogon(flow.host);
    } else if (Suspect* suspect = watch_.suspect(flow.host); suspect != nullptr) {
        suspect->add(id, epoch_s);
    } else {
        waiting_.back().flows.push_back(id);
    }
}

// Both lines of the record: who, and how much.
inline void ScanDetector::ask_for(FlowId id) const {
    const auto* record = reinterpret_cast<const std::byte*>(&context_.flows[id]);
    prefetch_to_read(record);
    prefetch_to_read(record + 64);
}

// Those whose waiting time is over at the end of this epoch, or all. First what they say of the tap, then of their
// hosts: a tap that sees no replies must not accuse anybody in its first second.
void ScanDetector::decide_waiting(std::int64_t now_s, bool all) {
    const std::int64_t due_ns = ns_of(end_of_epoch(now_s)) - Duration{context_.options.answer_wait}.count();
    while (!waiting_.empty()) {
        Waiting& oldest = waiting_.front();
        std::size_t due = 0;
        for (; due < oldest.flows.size(); ++due) {
            if (due + records_ahead < oldest.flows.size()) ask_for(oldest.flows[due + records_ahead]);
            const FlowRecord& flow = context_.flows[oldest.flows[due]];
            if (!all && flow.first_ns > due_ns) break;
            count_handshake(flow);
        }
        for (std::size_t i = 0; i < due; ++i) {
            if (i + records_ahead < due) ask_for(oldest.flows[i + records_ahead]);
            if (i + hosts_ahead < due) watch_.prefetch(context_.flows[oldest.flows[i + hosts_ahead]].host);
            decide(oldest.flows[i], std::min(now_s, oldest.epoch_s + answer_wait_max_s));
        }
        oldest.flows.erase(oldest.flows.begin(), oldest.flows.begin() + static_cast<std::ptrdiff_t>(due));
        if (!oldest.flows.empty()) return;
        waiting_.pop_front();
    }
}

void ScanDetector::decide(FlowId id, std::int64_t now_s) {
    const FlowRecord& flow = context_.flows[id];
    if (flow.host == no_host || is_suspect(flow.host)) return;  // which has it in its book
    const ContactTarget target = target_of(flow);
    const bool failed = outcome_of(flow) != ContactOutcome::answered;
    const bool is_odd = failed || is_service_for_few(target) || is_service_for_some(target);
    if (watch_.count(flow.host, target, is_odd, now_s)) accuse(flow.host, now_s);
}

void ScanDetector::count_handshake(const FlowRecord& flow) {
    const Handshake handshake = handshake_of(flow);
    if (handshake == Handshake::none) return;
    for (ReplyVisibility* sum : {&handshakes_.halves[0], &context_.replies}) {
        ++sum->established;
        if (handshake == Handshake::reply_seen) ++sum->seen;
    }
}

void ScanDetector::turn_handshakes() {
    const std::int64_t turn = now_s_ / std::max<std::int64_t>(1, context_.options.window.count() / 2);
    if (turn != handshakes_.turn) {
        handshakes_.halves[1] = turn == handshakes_.turn + 1 ? handshakes_.halves[0] : ReplyVisibility{};
        handshakes_.halves[0] = {};
        handshakes_.turn = turn;
    }
    context_.replies = {.established = handshakes_.halves[0].established + handshakes_.halves[1].established,
                        .seen = handshakes_.halves[0].seen + handshakes_.halves[1].seen};
}

// What it tried within the slow window, as far as the store remembers it, oldest first. An id that was forgotten and
// belongs to another flow now breaks the chain, and what lies behind it is older still.
std::vector<FlowId> ScanDetector::attempts_of(HostId host, std::int64_t now_s) const {
    std::vector<FlowId> attempts;
    const std::int64_t begin_ns = (now_s - length_of(Scale::slow, context_.options).count()) * ns_per_second;
    std::int64_t before_ns = std::numeric_limits<std::int64_t>::max();
    for (FlowId id = watch_.newest(host); id != no_flow; id = context_.chains.older(id)) {
        const FlowRecord& flow = context_.flows[id];
        if (!context_.flows.is_kept(id) || flow.host != host || !is_attempt(flow) ||
            flow.first_ns < begin_ns || flow.first_ns > before_ns ||
            attempts.size() == ContactBook::contacts_max)
            break;
        before_ns = std::min(before_ns, flow.first_ns + disorder_ns);
        attempts.push_back(id);
    }
    std::reverse(attempts.begin(), attempts.end());
    return attempts;
}

void ScanDetector::accuse(HostId host, std::int64_t now_s) {
    auto& suspect = suspects_[host];
    suspect = std::make_unique<Suspect>(host, context_);
    watch_.set_suspect(host, suspect.get());
    std::int64_t epoch_s = std::numeric_limits<std::int64_t>::min();
    for (const FlowId id : attempts_of(host, now_s)) {
        if (unanswering_.contains(context_.flows[id].external_address()) || holds(id)) continue;
        epoch_s = std::max(epoch_s, floor_seconds(time_from_ns(context_.flows[id].first_ns)));
        suspect->add(id, epoch_s);
    }
    suspect->advance(now_s);
}

// The distinct targets of its last attempts, as far as the store remembers them.
void ScanDetector::say_bogon(HostId host) {
    ScanCase rows{
        context_.exoneration_of(host, Kind::netscan, ProtocolClass::any, Exoneration::bogon_targets, now_s_)};
    const auto attempts = attempts_of(host, now_s_);
    const auto begin_ns = (now_s_ - context_.options.window.count()) * ns_per_second;
    for (const FlowId id : attempts) {
        const FlowRecord& flow = context_.flows[id];
        if (flow.first_ns < begin_ns || !unanswering_.contains(flow.external_address())) continue;
        rows.add(target_of(flow), time_from_ns(flow.first_ns), std::uint64_t{id} + 1, false, false);
    }
    if (rows.rows() < context_.options.min_targets) return;  // the same few, over and over
    watch_.bogons_have_been_said(host, now_s_);
    context_.exonerated.push_back(rows.figures(
        [&](std::uint64_t number) {
            FlowSum sum;
            sum.add(context_.flows[static_cast<FlowId>(number - 1)]);
            return sum;
        },
        context_.limits));
}

void ScanDetector::settle(std::int64_t ended_before_ns, std::uint32_t turns) {
    for (auto& entry : suspects_) entry.second->settle(ended_before_ns, turns);
    for (auto left = suspects_.size() / turns + 1; left > 0 && !suspects_.empty(); --left) {
        auto at = suspects_.upper_bound(settled_host_);
        if (at == suspects_.end()) at = suspects_.begin();
        settled_host_ = at->first;
        if (at->second->is_idle()) drop(settled_host_);
    }
}

void ScanDetector::drop(HostId host) {
    watch_.set_suspect(host, nullptr);
    suspects_.erase(host);
}

void ScanDetector::close_all(Suspect::Ending ending, std::vector<Finding>& findings) {
    context_.closed = &findings;
    for (auto& entry : suspects_) {
        entry.second->decide_rest(now_s_);
        entry.second->close_all(ending, now_s_);
    }
}

void ScanDetector::forget_all() {
    suspects_.clear();
    watch_.clear();
    waiting_.clear();
    handshakes_ = {};
}

void ScanDetector::change_options(const ScanOptions& options, ScanCaseLimits limits,
                                  std::vector<Finding>& findings) {
    if (context_.options.enabled && !options.enabled) {
        context_.closed = &findings;
        for (auto& entry : suspects_) entry.second->close_all(Suspect::Ending::quiet, now_s_);
        forget_all();
        context_.chains.clear();
        started_ = false;
    }
    context_.options = options;
    context_.limits = limits;
}

void ScanDetector::close_outside(const PrefixSet& internal, std::vector<Finding>& findings) {
    unanswering_ = unanswering_networks(internal);
    context_.closed = &findings;
    std::vector<HostId> outside;
    for (auto& entry : suspects_) {
        if (internal.contains(context_.hosts.address(entry.first))) continue;
        entry.second->close_all(Suspect::Ending::quiet, now_s_);
        outside.push_back(entry.first);
    }
    for (const HostId host : outside) drop(host);
}

void ScanDetector::finish(std::vector<Finding>& findings) {
    context_.withdrawn.clear();
    context_.exonerated.clear();
    if (!context_.options.enabled || !started_) return;
    context_.closed = &findings;
    decide_waiting(now_s_, true);
    close_all(Suspect::Ending::input_ended, findings);
    for (auto& entry : suspects_) entry.second->exonerate_since(now_s_, now_s_);
}

// From who has contacts older than the window, else from who has many; a few hosts are asked.
bool ScanDetector::take_contacts(HostId for_whom) {
    constexpr std::size_t hosts_asked = 64, contacts_taken = 256;
    const std::size_t many = 10 * std::size_t{context_.options.min_targets};
    for (const bool any : {false, true}) {
        for (std::size_t asked = 0; asked < std::min(hosts_asked, suspects_.size()); ++asked) {
            auto at = suspects_.upper_bound(asked_host_);
            if (at == suspects_.end()) at = suspects_.begin();
            asked_host_ = at->first;
            if (at->first == for_whom || (any && at->second->contacts() <= many)) continue;
            if (at->second->give_up(contacts_taken, any) > 0) return true;
        }
    }
    return false;
}

}  // namespace flowlock
