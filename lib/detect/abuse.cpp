// SPDX-License-Identifier: BSD-3-Clause
#include "detect/abuse.hpp"

#include <algorithm>
#include <array>

#include "detect/abuse_role.hpp"
#include "detect/contact.hpp"
#include "detect/window_history.hpp"

namespace flowlock {
namespace {

// At mail servers, databases, directories and shares programs log in by themselves: one whose password was changed is
// refused as often as it is used, by its one server.
bool may_be_forgotten_password(const Finding& finding) {
    constexpr std::array<std::uint16_t, 10> people_log_in{21, 22, 23, 80, 443, 2222, 2323, 3389, 5900, 8080};
    return finding.kind == Kind::brute_force && finding.externals_total == 1 &&
           std::ranges::none_of(finding.targets, [&](const Target& target) {
               return std::ranges::find(people_log_in, target.port) != people_log_in.end();
           });
}

}  // namespace

const AbuseRule& AbuseOptions::rule(Kind kind) const noexcept {
    switch (kind) {
        case Kind::amplification:
            return amplification;
        case Kind::brute_force:
            return brute_force;
        case Kind::c2:
            return c2;
        case Kind::exploit:
            return exploit;
        case Kind::malware:
            return malware;
        case Kind::mining:
            return mining;
        case Kind::phishing:
            return phishing;
        case Kind::sip_scan:
            return sip_scan;
        default:
            return p2p;
    }
}

void AbuseDetector::advance(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    if (!options_.enabled) return;
    const std::int64_t end_s = epoch.name.start_s + epoch_length.count();
    if (started_ && end_s < now_s_) {  // the clock was set back
        close_all([](const Key&) { return true; }, findings);
        suspects_.clear();
        logins_.clear();
        entries_ = 0;
    }
    now_s_ = end_s;
    started_ = true;
    for (const FlowMatch& match : epoch.matches) see(match, epoch.view);
    add_logins(epoch);
    end_quiet(findings);
}

void AbuseDetector::see(const FlowMatch& match, TapView view) {
    const SignatureNumber number{match.set, match.signature};
    const SignatureNote* note = notes_.find(number);
    if (note == nullptr) return;
    const FlowRecord& flow = flows_[match.flow];
    if (flow.host == no_host || !is_described(*note, flow, match.sender)) return;
    const Sighting sighting{.time_ns = match.time_ns,
                            .key = flow.key,
                            .flow = match.flow,
                            .signature = number,
                            .inside = flow.inside,
                            .decisive = note->kind && note->decisive};
    if (!note->kind) return add_to_known(sighting);
    if (options_.rule(*note->kind).enabled && plays_part(*note->kind, flow, match.sender, view))
        add({flow.internal_address(), *note->kind}, sighting);
}

// What only names a tool is shown beside what its host is suspected of.
void AbuseDetector::add_to_known(const Sighting& sighting) {
    const IpAddress& host = sighting.key.address[sighting.inside];
    for (auto at = suspects_.lower_bound({host, Kind{}}); at != suspects_.end() && at->first.first == host;
         ++at)
        add(at->first, sighting);
}

void AbuseDetector::add(const Key& key, const Sighting& sighting) {
    auto at = suspects_.find(key);
    if (entries_ >= entries_max || (at == suspects_.end() && suspects_.size() >= suspects_max)) {
        ++untracked_;
        return;
    }
    if (at == suspects_.end()) at = suspects_.try_emplace(key).first;
    at->second.add(sighting, flows_);
    ++entries_;
}

void AbuseDetector::add_logins(const MergedEpoch& epoch) {
    for (const LoginSessions::Guess& guess : logins_.advance(epoch)) {
        const Key key{guess.host, Kind::brute_force};
        for (const LoginSessions::Session& session : guess.sessions) {
            const FlowRecord& flow = flows_[session.flow];
            add(key, {.time_ns = flow.first_ns,
                      .key = flow.key,
                      .flow = session.flow,
                      .signature = login_session,
                      .inside = flow.inside,
                      .decisive = false});
        }
        const auto at = suspects_.find(key);
        if (at == suspects_.end()) continue;
        if (!at->second.is_open())
            open(key, at->second,
                 {.rule = "abuse.logins",
                  .metric = Metric::sessions,
                  .value = guess.alike,
                  .threshold = options_.logins.sessions,
                  .window_s = static_cast<std::uint32_t>(options_.logins.window.count())});
        else if (at->second.opened_as().trigger.metric == Metric::sessions)
            at->second.note_peak(guess.alike);
    }
}

void AbuseDetector::judge(const Key& key, AbuseCase& suspect) {
    const AbuseRule& rule = options_.rule(key.second);
    suspect.forget_before((now_s_ - rule.window.count()) * ns_per_second);
    if (!rule.enabled || suspect.decisive() < rule.matches) return;
    const AbuseCase::Sum sum = suspect.sum();
    if (suspect.is_open()) {
        if (suspect.opened_as().trigger.metric == Metric::matches) suspect.note_peak(sum.matches);
        return;
    }
    if (sum.externals < rule.externals) return;
    open(key, suspect,
         {.rule = std::string("abuse.") + name_of(key.second),
          .metric = Metric::matches,
          .value = sum.matches,
          .threshold = rule.matches,
          .window_s = static_cast<std::uint32_t>(rule.window.count())});
}

void AbuseDetector::open(const Key& key, AbuseCase& suspect, Trigger trigger) {
    Finding finding;
    finding.reason = Reason::abuse;
    finding.kind = key.second;
    finding.direction = Direction::out;
    finding.host = key.first;
    finding.opened = time_from_ns(now_s_ * ns_per_second);
    finding.trigger = std::move(trigger);
    finding.case_number = ++cases_opened_;
    // Encrypted sessions are alike also where a script runs the same command again and again.
    if (finding.trigger.metric == Metric::sessions) finding.fact.confidence = Confidence::low;
    suspect.open(std::move(finding), flows_);
}

void AbuseDetector::end_quiet(std::vector<Finding>& findings) {
    entries_ = 0;
    for (auto at = suspects_.begin(); at != suspects_.end();) {
        AbuseCase& suspect = at->second;
        judge(at->first, suspect);
        // What is still in the window would open the next case at once.
        const auto quiet_time = std::max(options_.quiet_time, options_.rule(at->first.second).window);
        if (suspect.is_open() &&
            now_s_ * ns_per_second > suspect.last_ns() + quiet_time.count() * ns_per_second)
            close(suspect, time_from_ns(now_s_ * ns_per_second), findings);
        entries_ += suspect.size();
        at = suspect.is_idle() ? suspects_.erase(at) : std::next(at);
    }
}

void AbuseDetector::close(AbuseCase& suspect, std::optional<Time> closed, std::vector<Finding>& findings) {
    findings.push_back(figures_of(suspect));
    findings.back().closed = closed;
    suspect.close();
}

template <class Which>
void AbuseDetector::close_all(Which which, std::vector<Finding>& findings) {
    for (auto& [key, suspect] : suspects_)
        if (suspect.is_open() && which(key)) close(suspect, time_from_ns(now_s_ * ns_per_second), findings);
}

void AbuseDetector::change_options(const AbuseOptions& options, ScanCaseLimits limits,
                                   std::vector<Finding>& findings) {
    options_ = options;
    limits_ = limits;
    logins_.change_rule(options.logins);
    const auto is_off = [&](const Key& key) {
        const bool by_logins = key.second == Kind::brute_force && options_.logins.enabled;
        return !options_.enabled || !(options_.rule(key.second).enabled || by_logins);
    };
    close_all(is_off, findings);
    std::erase_if(suspects_, [&](const auto& entry) { return is_off(entry.first); });
}

void AbuseDetector::close_outside(const PrefixSet& internal, std::vector<Finding>& findings) {
    const auto is_outside = [&](const Key& key) { return !internal.contains(key.first); };
    close_all(is_outside, findings);
    std::erase_if(suspects_, [&](const auto& entry) { return is_outside(entry.first); });
}

void AbuseDetector::finish(std::vector<Finding>& findings) {
    for (auto& [key, suspect] : suspects_)
        if (suspect.is_open()) close(suspect, std::nullopt, findings);
}

Finding AbuseDetector::figures_of(AbuseCase& suspect) const {
    suspect.update(flows_);
    Finding finding = suspect.opened_as();
    take_facts(suspect.counts(), notes_, finding.fact);
    add_flows(suspect, finding);
    if (may_be_forgotten_password(finding)) finding.fact.confidence = Confidence::low;
    return finding;
}

// Flows, and whom they were with. Targets are whom the host called itself.
void AbuseDetector::add_flows(const AbuseCase& suspect, Finding& finding) const {
    std::map<IpAddress, Traffic> externals;
    std::map<std::pair<IpAddress, std::uint16_t>, Target> targets;
    std::optional<ProtocolClass> protocol;
    for (const auto& [key, flow] : suspect.flows()) {
        const IpAddress& external = key.address[1 - flow.inside];
        externals[external] += flow.traffic;
        finding.totals += flow.traffic;
        const ProtocolClass its = protocol_class_of(key.protocol, key.family);
        protocol = protocol && *protocol != its ? ProtocolClass::any : its;
        const Time first = time_from_ns(flow.first_ns), last = time_from_ns(flow.last_ns);
        if (&flow == &suspect.flows().begin()->second) {
            finding.first_seen = first;
            finding.last_seen = last;
        }
        finding.first_seen = std::min(finding.first_seen, first);
        finding.last_seen = std::max(finding.last_seen, last);
        const Target target{.time = first,
                            .address = external,
                            .port = key.port[1 - flow.inside],
                            .source_port = key.port[flow.inside],
                            .frame_bytes = frame_bytes_of(flow.first_ip_bytes)};
        const auto [at, added] = targets.try_emplace({external, target.port}, target);
        if (!added && first < at->second.time) at->second = target;
    }
    finding.protocol = protocol.value_or(ProtocolClass::any);
    for (const auto& [address, traffic] : externals) finding.externals.push_back({address, traffic});
    std::ranges::stable_sort(finding.externals, [](const External& a, const External& b) {
        return a.traffic.packets.value > b.traffic.packets.value;
    });
    finding.externals_total = finding.externals.size();
    if (finding.externals.size() > limits_.externals_max) finding.externals.resize(limits_.externals_max);
    if (is_done_by_responders(finding.kind)) return;
    for (const auto& entry : targets) finding.targets.push_back(entry.second);
    std::ranges::stable_sort(finding.targets,
                             [](const Target& a, const Target& b) { return a.time < b.time; });
    finding.targets_total = finding.targets.size();
    if (finding.targets.size() > limits_.targets_max) finding.targets.resize(limits_.targets_max);
}

}  // namespace flowlock
