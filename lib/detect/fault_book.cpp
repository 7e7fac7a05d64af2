// SPDX-License-Identifier: BSD-3-Clause
#include "detect/fault_book.hpp"

#include <algorithm>
#include <tuple>

#include "detect/fault_words.hpp"
#include "flow/epoch.hpp"

namespace flowlock {
namespace {

ProtocolClass protocol_of(Kind kind) noexcept {
    return kind == Kind::rogue_dhcp ? ProtocolClass::udp : ProtocolClass::any;
}

}  // namespace

FaultBook::Watch* FaultBook::find_or_add(const FaultSubject& subject, const FaultRule& rule) {
    if (rule.needed == 0) return nullptr;
    auto known = watches_.find(subject);
    if (known == watches_.end()) {
        if (watches_.size() >= subjects_max) {
            ++untracked_;
            return nullptr;
        }
        known = watches_.try_emplace(subject).first;
    }
    known->second.rule = rule;
    return &known->second;
}

void FaultBook::add(const FaultSubject& subject, const FaultEvent& event, const FaultRule& rule,
                    std::int64_t epoch_s) {
    if (Watch* watch = find_or_add(subject, rule)) add(*watch, event, epoch_s);
}

void FaultBook::add_network(const FaultSubject& subject, const IpAddress& network, FaultEvent event,
                            const FaultRule& rule, std::int64_t epoch_s) {
    Watch* watch = find_or_add(subject, rule);
    if (watch == nullptr) return;
    const auto known = watch->networks.find(network);
    if (known != watch->networks.end()) {
        event.weight = epoch_s - known->second >= rule.window_s ? 1 : 0;
        if (event.weight != 0) known->second = epoch_s;
    } else if (has_room(watch->networks.size())) {
        watch->networks.emplace(network, epoch_s);
        ++entries_;
        event.weight = 1;
    } else {
        event.weight = 0;  // it is one of thousands
    }
    add(*watch, event, epoch_s);
}

void FaultBook::add(Watch& watch, const FaultEvent& event, std::int64_t epoch_s) {
    if (watch.totals.packets.value == 0) watch.first_ns = event.first_ns;
    watch.first_ns = std::min(watch.first_ns, event.first_ns);
    watch.last_ns = std::max(watch.last_ns, event.last_ns);
    watch.totals += event.traffic;
    watch.last_s = epoch_s;
    if (event.weight != 0) {
        if (watch.seconds.empty() || watch.seconds.back().first != epoch_s)
            watch.seconds.emplace_back(epoch_s, 0);
        watch.seconds.back().second += event.weight;
        watch.sum += event.weight;
    }
    auto fact = watch.facts.find(event.fact);
    if (fact == watch.facts.end() && has_room(watch.facts.size())) {
        fact = watch.facts.emplace(event.fact, Count{0, event.first_ns, event.last_ns}).first;
        ++entries_;
    }
    if (fact != watch.facts.end()) {
        fact->second.count += event.traffic.packets.value;
        fact->second.first_ns = std::min(fact->second.first_ns, event.first_ns);
        fact->second.last_ns = std::max(fact->second.last_ns, event.last_ns);
    }
    if (!event.external) return;
    auto external = watch.externals.find(*event.external);
    if (external == watch.externals.end() && has_room(watch.externals.size())) {
        external = watch.externals.emplace(*event.external, Traffic{}).first;
        ++entries_;
    }
    if (external != watch.externals.end()) external->second += event.traffic;
}

void FaultBook::slide(Watch& watch, std::int64_t epoch_s) {
    while (!watch.seconds.empty() && watch.seconds.front().first <= epoch_s - watch.rule.window_s) {
        watch.sum -= watch.seconds.front().second;
        watch.seconds.pop_front();
    }
    watch.peak = std::max(watch.peak, watch.sum);
}

void FaultBook::open(const FaultSubject& subject, Watch& watch, const Accused& accused,
                     std::int64_t epoch_s) {
    Finding& finding = watch.finding.emplace();
    finding.reason = Reason::misconfiguration;
    finding.kind = subject.kind;
    finding.protocol = protocol_of(subject.kind);
    finding.case_number = ++cases_opened_;
    finding.host = accused.host;
    finding.scope = accused.scope;
    finding.opened = end_of_epoch(epoch_s);
    finding.fact.confidence = accused.confidence;
    if (accused.hardware) finding.fact.hardware_address = accused.hardware.to_string();
    // Whose it is that the host uses.
    if (subject.kind == Kind::foreign_address) finding.externals.push_back({subject.address, {}});
    finding.trigger = {.rule = watch.rule.name,
                       .metric = watch.rule.metric,
                       .threshold = watch.rule.needed,
                       .window_s = watch.rule.window_s};
    watch.peak = watch.sum;
}

Finding FaultBook::figures_now(const Watch& watch) const {
    Finding finding = *watch.finding;
    finding.trigger.value =
        watch.rule.metric == Metric::packets ? watch.peak / finding.trigger.window_s : watch.peak;
    finding.first_seen = time_from_ns(watch.first_ns);
    finding.last_seen = time_from_ns(watch.last_ns);
    finding.totals = watch.totals;
    finding.externals_total = watch.externals.size();
    finding.externals.clear();
    for (const auto& [address, traffic] : watch.externals) finding.externals.push_back({address, traffic});
    std::stable_sort(
        finding.externals.begin(), finding.externals.end(),
        [](const External& a, const External& b) { return a.traffic.packets > b.traffic.packets; });
    if (finding.externals.size() > externals_max_) finding.externals.resize(externals_max_);

    FactFigures& figures = finding.fact;
    figures.facts_total = watch.facts.size();
    // In the order of their names and words, then by count: of equal ones the order stays.
    std::vector<const std::pair<const FaultFact, Count>*> facts;
    for (const auto& fact : watch.facts) facts.push_back(&fact);
    std::stable_sort(facts.begin(), facts.end(),
                     [](const auto* a, const auto* b) { return a->second.count > b->second.count; });
    if (facts.size() > facts_max) facts.resize(facts_max);
    for (const auto* fact : facts)
        figures.facts.push_back({.name = fact->first.name,
                                 .words = words_of(finding.kind, fact->first),
                                 .reference = reference_of(finding.kind),
                                 .count = fact->second.count,
                                 .first = time_from_ns(fact->second.first_ns),
                                 .last = time_from_ns(fact->second.last_ns)});
    std::stable_sort(figures.facts.begin(), figures.facts.end(), [](const Fact& a, const Fact& b) {
        return std::tie(b.count, a.name, a.words) < std::tie(a.count, b.name, b.words);
    });
    return finding;
}

void FaultBook::close(const Watch& watch, std::vector<Finding>& ended, bool goes_on) const {
    Finding finding = figures_now(watch);
    if (!goes_on) finding.closed = end_of_epoch(watch.last_s);
    ended.push_back(std::move(finding));
}

std::map<FaultSubject, FaultBook::Watch>::iterator FaultBook::forget(
    std::map<FaultSubject, Watch>::iterator at) {
    entries_ -= at->second.entries();
    return watches_.erase(at);
}

void FaultBook::close_quiet(std::int64_t epoch_s, std::int64_t quiet_s, std::vector<Finding>& ended) {
    for (auto at = watches_.begin(); at != watches_.end();) {
        const Watch& watch = at->second;
        const bool is_quiet =
            epoch_s - watch.last_s >= (watch.finding ? quiet_s : std::int64_t{watch.rule.window_s});
        if (is_quiet && watch.finding) close(watch, ended);
        at = is_quiet ? forget(at) : std::next(at);
    }
}

void FaultBook::close_all(std::vector<Finding>& ended, bool input_ended, std::int64_t epoch_s) {
    for (auto& [subject, watch] : watches_)
        if (watch.finding) close(watch, ended, input_ended && watch.last_s == epoch_s);
    watches_.clear();
    entries_ = 0;
}

bool FaultBook::has_open(Kind kind, HardwareAddress station) const {
    const auto first = watches_.lower_bound({.kind = kind, .station = station, .address = {}});
    for (auto at = first; at != watches_.end() && at->first.kind == kind && at->first.station == station;
         ++at)
        if (at->second.finding) return true;
    return false;
}

}  // namespace flowlock
