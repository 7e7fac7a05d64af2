// SPDX-License-Identifier: BSD-3-Clause
#include "detect/payload_witness.hpp"

#include <algorithm>
#include <string_view>

#include "detect/abuse_role.hpp"
#include "detect/window_history.hpp"

namespace flowlock {
namespace {

// Kinds that a scan is a part of: break-ins, guessed passwords, and malware that spreads.
constexpr Kind hostile_kinds[] = {Kind::exploit, Kind::brute_force, Kind::sip_scan, Kind::malware};

std::uint8_t reflector_of(const FlowRecord& flow) {
    if (protocol_class_of(flow.key.protocol, flow.key.family) != ProtocolClass::udp) return no_reflector;
    const std::uint8_t external = reflector_of_port(flow.key.port[1 - flow.inside]);
    return external != no_reflector ? external : reflector_of_port(flow.key.port[flow.inside]);
}

}  // namespace

void PayloadWitness::change_options(const AbuseOptions& options) {
    options_ = options;
}

void PayloadWitness::advance(const MergedEpoch& epoch) {
    if (epoch.name.start_s < now_s_) {  // the clock was set back
        hosts_.clear();
        rows_ = 0;
    }
    now_s_ = epoch.name.start_s;
    for (const FlowMatch& match : epoch.matches) see(match, epoch.view);
    keep();
    forget_before((now_s_ - memory.count()) * ns_per_second);
}

void PayloadWitness::see(const FlowMatch& match, TapView view) {
    const SignatureNumber number{match.set, match.signature};
    const SignatureNote* note = notes_.find(number);
    const FlowRecord& flow = flows_[match.flow];
    if (note == nullptr || flow.host == no_host || !is_described(*note, flow, match.sender)) return;
    const Subject subject{
        .signature = number,
        .protocol = protocol_class_of(flow.key.protocol, flow.key.family),
        .port = flow.key.port[1 - flow.inside],
        .reflector = reflector_of(flow),
        .sent = match.sender == flow.inside,
        .accuses = note->kind && note->decisive && plays_part(*note->kind, flow, match.sender, view)};
    newest_[{flow.internal_address(), subject}].add({1, match.time_ns, match.time_ns});
}

void PayloadWitness::keep() {
    for (const auto& [what, count] : newest_) {
        if (hosts_.size() >= hosts_max && !hosts_.contains(what.first)) continue;
        std::deque<Row>& rows = hosts_[what.first];
        if (rows.size() >= rows_of_host) {
            rows.pop_front();
            --rows_;
        }
        if (rows_ >= rows_max) continue;
        rows.push_back({what.second, count});
        ++rows_;
    }
    newest_.clear();
}

void PayloadWitness::forget_before(std::int64_t time_ns) {
    for (auto host = hosts_.begin(); host != hosts_.end();) {
        std::deque<Row>& rows = host->second;
        for (; !rows.empty() && rows.front().count.last_ns < time_ns; --rows_) rows.pop_front();
        host = rows.empty() ? hosts_.erase(host) : std::next(host);
    }
}

bool PayloadWitness::is_of_vector(const std::string& vector, const Subject& subject) {
    constexpr std::string_view amplification = "amplification:";
    if (!vector.starts_with(amplification)) return true;
    return subject.reflector != no_reflector &&
           vector.substr(amplification.size()) == reflectors[subject.reflector].name;
}

bool PayloadWitness::concerns(const Finding& finding, const Row& row) {
    if (time_from_ns(row.count.last_ns) < finding.first_seen ||
        time_from_ns(row.count.first_ns) > finding.last_seen)
        return false;
    if (finding.protocol != ProtocolClass::any && finding.protocol != row.subject.protocol) return false;
    if (finding.reason == Reason::attack)
        return row.subject.sent == (finding.direction == Direction::out) &&
               is_of_vector(finding.vector, row.subject);
    const auto& ports = finding.scan.ports_top;
    // When there are more ports than are listed, any may be one of them.
    if (ports.empty() || finding.scan.ports > ports.size()) return true;
    return std::ranges::any_of(ports, [&](const PortShare& share) { return share.port == row.subject.port; });
}

Confidence PayloadWitness::confidence_of(Confidence before,
                                         const std::map<Kind, std::uint64_t>& counts) const {
    const auto suffices = [&](Kind kind) {
        const auto count = counts.find(kind);
        return count != counts.end() && count->second >= options_.rule(kind).matches;
    };
    if (std::ranges::any_of(hostile_kinds, suffices)) return Confidence::high;
    return suffices(Kind::p2p) ? Confidence::low : before;
}

void PayloadWitness::testify(Finding& finding) const {
    const bool is_judged = finding.reason == Reason::scan || finding.reason == Reason::attack;
    if (!is_judged || finding.scope != Scope::host) return;
    const auto rows = hosts_.find(finding.host);
    if (rows == hosts_.end()) return;
    std::map<SignatureNumber, SignatureCount> counts;
    std::map<Kind, std::uint64_t> accusing;
    for (const Row& row : rows->second) {
        if (!concerns(finding, row)) continue;
        counts[row.subject.signature].add(row.count);
        if (const SignatureNote* note = notes_.find(row.subject.signature);
            note != nullptr && row.subject.accuses)
            accusing[*note->kind] += row.count.count;
    }
    take_facts(counts, notes_, finding.fact);
    if (finding.reason != Reason::scan) return;
    finding.scan.confidence = confidence_of(finding.scan.confidence, accusing);
    finding.fact.confidence = finding.scan.confidence;
}

}  // namespace flowlock
