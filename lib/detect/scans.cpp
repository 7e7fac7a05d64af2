// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scans.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

#include "detect/window_history.hpp"
#include "packet/decode.hpp"

namespace flowlock {
namespace {

Time end_of_epoch(std::int64_t start_s) {
    return Time{std::chrono::seconds{start_s} + epoch_length};
}

std::uint16_t external_port(const FlowRecord& flow) {
    return flow.key.port[1 - flow.inside];
}

std::uint16_t internal_port(const FlowRecord& flow) {
    return flow.key.port[flow.inside];
}

}  // namespace

std::size_t ScanDetector::Hash::operator()(const ContactKey& key) const noexcept {
    const std::uint64_t rest = std::uint64_t{key.host} << 32 | std::uint64_t{key.port} << 16 |
                               std::uint64_t{key.protocol} << 8 | key.family;
    return fold_multiply(fold_multiply(key.address.high ^ secret.a, key.address.low ^ secret.b) ^ secret.c,
                         rest ^ secret.a);
}

ScanDetector::ScanDetector(const ScanOptions& options, const FlowStore& flows, const HostTable& hosts,
                           const HashKey& secret, ScanCaseLimits limits)
    : options_(options),
      flows_(flows),
      hosts_(hosts),
      limits_(limits),
      unanswering_(unanswering_networks(hosts.internal())),
      by_key_(64, Hash{secret}),
      groups_(64, Hash{secret}) {}

void ScanDetector::advance(const MergedEpoch& epoch, std::vector<Finding>& findings) {
    withdrawn_.clear();
    if (!options_.enabled) return;
    if (started_ && epoch.name.start_s < now_s_) reset(findings);
    next_flow_.resize(flows_.end_id(), no_flow);
    held_.resize(flows_.end_id());
    for (const FlowId id : epoch.new_flows) {  // the id may have been another flow's
        next_flow_[id] = no_flow;
        held_[id] = 0;
    }
    rows_kept_ = 0;
    for (const auto& [key, open] : open_) rows_kept_ += open.rows.rows();
    started_ = true;
    now_s_ = epoch.name.start_s;
    seen_until_ns_ = std::max(epoch.last_ns, ns_of(end_of_epoch(now_s_ - epoch_length.count())));
    // After the epoch in which everybody is back, what was missing has come.
    answers_may_be_missing_ = epoch.incomplete || was_incomplete_;
    was_incomplete_ = epoch.incomplete;
    hear_late_answers(epoch);
    decide_due(findings);
    pass_to(now_s_, findings);
    look_again(now_s_ - second_look_s);
    add_contacts(epoch);
    decide_due(findings);
    close_quiet(now_s_, findings);
}

// Which flows of an internal host count as an attempt to reach somebody.
bool ScanDetector::is_contact(const FlowRecord& flow) const {
    if (flow.host == no_host || flow.initiator != flow.inside ||
        unanswering_.contains(flow.external_address()))
        return false;
    switch (protocol_class_of(flow.key.protocol, flow.key.family)) {
        // SYN, FIN, NULL and XMAS probes have neither bit; an answer or a flow under way has.
        case ProtocolClass::tcp:
            return external_port(flow) != 0 && (flow.first_flags & (tcp_flag::ack | tcp_flag::rst)) == 0;
        // From a service's port to a client's: an answer to a request that the tap did not see.
        case ProtocolClass::udp:
            return external_port(flow) != 0 && !(internal_port(flow) < 1024 && external_port(flow) >= 1024);
        case ProtocolClass::icmp:
            return (flow.first_flags & icmp_class::echo_request) != 0;
        case ProtocolClass::any:
            return false;
    }
    return false;
}

void ScanDetector::add_contacts(const MergedEpoch& epoch) {
    std::vector<FlowId> begun;
    for (const FlowId id : epoch.new_flows)
        if (is_contact(flows_[id])) begun.push_back(id);
    // Time order makes the rows, and which contact is the first, independent of how flows were spread over
    // workers.
    std::sort(begun.begin(), begun.end(), [&](FlowId a, FlowId b) {
        return std::tie(flows_[a].first_ns, flows_[a].key) < std::tie(flows_[b].first_ns, flows_[b].key);
    });
    for (const FlowId id : begun) add_contact(id, epoch.name.start_s);
}

ScanDetector::ContactKey ScanDetector::contact_key(const FlowRecord& flow) const {
    return {.address = flow.external_address(),
            .host = flow.host,
            .port = external_port(flow),
            .protocol = flow.key.protocol,
            .family = flow.key.family};
}

void ScanDetector::add_contact(FlowId id, std::int64_t epoch_s) {
    const ContactKey key = contact_key(flows_[id]);
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        const FlowId first = contact(known->second).flow;
        next_flow_[id] = next_flow_[first];
        next_flow_[first] = id;
        held_[id] = held_[first];
        Contact answered = contact(known->second);
        if (answered.state != State::failed || outcome_of(flows_[id]) != ContactOutcome::answered) return;
        answered.state = State::answered;
        revise(contact(known->second), answered);
        return;
    }
    if (contacts_.size() >= options_.contacts_max) {
        ++contacts_untracked_;
        return;
    }
    const auto number = begin_number_ + contacts_.size();
    Contact& added = contacts_.emplace_back(Contact{.key = key, .flow = id, .epoch_s = epoch_s});
    by_key_.emplace(key, number);
    for (const Shape shape : {Shape::service, Shape::address}) {
        Group& group = groups_[group_key(added, shape)];
        added.older[static_cast<int>(shape)] = group.newest;
        group.newest = number;
        ++group.contacts;
    }
}

ScanDetector::GroupKey ScanDetector::group_key(const Contact& contact, Shape shape) const {
    GroupKey key{contact.key, shape};
    if (shape == Shape::service)
        key.part.address = {};
    else
        key.part.port = 0;
    return key;
}

Kind ScanDetector::kind_of(const Contact& contact, Shape shape) {
    if (protocol_class_of(contact.key.protocol, contact.key.family) == ProtocolClass::icmp)
        return Kind::icmp_sweep;
    return shape == Shape::service ? Kind::netscan : Kind::portscan;
}

// Start of the first epoch that ends at least answer_wait after the contact's first packet.
std::int64_t ScanDetector::due_s(const Contact& contact) const {
    const std::int64_t first_ns = flows_[contact.flow].first_ns;
    const std::int64_t since_ns = (first_ns % ns_per_second + ns_per_second) % ns_per_second;
    const std::int64_t wait_ns = Duration{options_.answer_wait}.count();
    return floor_seconds(time_from_ns(first_ns)) + (since_ns + wait_ns + ns_per_second - 1) / ns_per_second -
           epoch_length.count();
}

// In the order in which they began. After a gap, what waited was over before it ended.
void ScanDetector::decide_due(std::vector<Finding>& findings) {
    for (const auto end = begin_number_ + contacts_.size(); waiting_number_ != end;) {
        const Contact& waiting = contact(waiting_number_);
        const std::int64_t decided_s = std::max(due_s(waiting), waiting.epoch_s);
        if (decided_s > now_s_) return;
        pass_to(decided_s, findings);
        decide(waiting_number_++, decided_s);
    }
}

// No more epochs will come that they could wait for.
void ScanDetector::decide_rest() {
    for (const auto end = begin_number_ + contacts_.size(); waiting_number_ != end; ++waiting_number_)
        decide(waiting_number_, now_s_);
    look_again(std::numeric_limits<std::int64_t>::max());
}

// Before what failed in this epoch counts: what had been quiet until it is over, and what is too old is gone.
void ScanDetector::pass_to(std::int64_t now_s, std::vector<Finding>& findings) {
    if (now_s <= passed_s_) return;
    passed_s_ = now_s;
    close_quiet(now_s - epoch_length.count(), findings);
    expire(now_s);
}

// Streams, as in a flood to random ports, may look like probes at first.
void ScanDetector::look_again(std::int64_t begun_until_s) {
    for (looked_number_ = std::max(looked_number_, begin_number_);
         looked_number_ != waiting_number_ && contact(looked_number_).epoch_s <= begun_until_s;
         ++looked_number_) {
        Contact& judged = contact(looked_number_);
        if (judged.state != State::failed || flows_[judged.flow].host != judged.key.host) continue;
        Contact revised = judged;
        look_at_flows(revised);
        if (revised.state != judged.state || revised.many != judged.many || revised.big != judged.big)
            revise(judged, revised);
    }
}

void ScanDetector::revise(Contact& judged, const Contact& revised) {
    const Contact before = judged;
    judged = revised;
    for (const Shape shape : {Shape::service, Shape::address}) {
        if (!is_in_group(judged, shape)) continue;
        count(before, shape, false);
        count(judged, shape, true);
        const bool is_stream = judged.state == State::failed && !is_failure(judged, shape);
        if (is_stream && is_failure(before, shape)) clear_row(judged, shape);
    }
}

void ScanDetector::clear_row(const Contact& cleared, Shape shape) {
    const auto at = open_.find({cleared.key.host, kind_of(cleared, shape),
                                protocol_class_of(cleared.key.protocol, cleared.key.family)});
    if (at != open_.end() && at->second.rows.remove(cleared.key.address, cleared.key.port, cleared.flow))
        hold(cleared.flow, -1);
}

// The best that any of the contact's flows met with, and what was sent in all of them.
void ScanDetector::look_at_flows(Contact& contact) const {
    ContactOutcome best = ContactOutcome::unanswered;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    for (FlowId id = contact.flow; id != no_flow; id = next_flow_[id]) {
        const FlowRecord& flow = flows_[id];
        best = std::min(best, outcome_of(flow));
        packets += flow.packets[flow.inside];
        bytes += flow.bytes[flow.inside];
    }
    contact.state = best == ContactOutcome::answered ? State::answered : State::failed;
    contact.many = packets > probe_packets_max;
    contact.big = bytes > packets * probe_bytes_max;
}

// Who tries one service at many addresses may try often; who tries many ports of one address does not.
bool ScanDetector::is_failure(const Contact& contact, Shape shape) noexcept {
    return contact.state == State::failed && !contact.big && !(contact.many && shape == Shape::address);
}

// A host that is only pinged has no ports to scan.
bool ScanDetector::is_in_group(const Contact& contact, Shape shape) {
    return shape == Shape::service || kind_of(contact, shape) != Kind::icmp_sweep;
}

void ScanDetector::count(const Contact& decided, Shape shape, bool add) {
    Group& group = groups_[group_key(decided, shape)];
    std::uint32_t& counter = is_failure(decided, shape) ? group.failed : group.cleared;
    if (add)
        ++counter;
    else
        --counter;
}

void ScanDetector::decide(std::uint64_t number, std::int64_t now_s) {
    Contact& decided = contact(number);
    // Since it began, the networks have changed: nobody's business any more.
    if (flows_[decided.flow].host != decided.key.host) {
        decided.state = State::answered;
        for (const Shape shape : {Shape::service, Shape::address})
            if (is_in_group(decided, shape)) count(decided, shape, true);
        return;
    }
    look_at_flows(decided);
    for (const Shape shape : {Shape::service, Shape::address})
        if (is_in_group(decided, shape)) count_in_group(number, shape, now_s);
}

// Flows whose first answer came in this epoch, after their contact had been judged.
void ScanDetector::hear_late_answers(const MergedEpoch& epoch) {
    for (const FlowId id : epoch.newly_answered) {
        const FlowRecord& flow = flows_[id];
        if (!is_contact(flow)) continue;
        const auto known = by_key_.find(contact_key(flow));
        if (known == by_key_.end()) continue;
        Contact& judged = contact(known->second);
        if (judged.state != State::failed || outcome_of(flow) != ContactOutcome::answered) continue;
        Contact answered = judged;
        answered.state = State::answered;
        revise(judged, answered);
    }
}

bool ScanDetector::is_scanner(const Group& group) const {
    const auto ratio = 2 * (static_cast<std::int64_t>(group.failed) - group.cleared);
    return group.failed >= options_.min_targets && ratio >= log2_likelihood_min;
}

void ScanDetector::count_in_group(std::uint64_t number, Shape shape, std::int64_t now_s) {
    const Contact& decided = contact(number);
    count(decided, shape, true);
    Group& group = groups_[group_key(decided, shape)];
    OpenCase* open = case_of(group, decided, shape, now_s);
    if (open == nullptr) return;
    if (is_failure(decided, shape)) open->failed_s = now_s;
    add_rows(*open, group, number, shape);
}

// The open case that the group belongs to, or joins now because it convinces; none: nullptr.
ScanDetector::OpenCase* ScanDetector::case_of(Group& group, const Contact& decided, Shape shape,
                                              std::int64_t now_s) {
    if (group.case_number == 0 && !is_scanner(group)) return nullptr;
    const Kind kind = kind_of(decided, shape);
    const ProtocolClass protocol = protocol_class_of(decided.key.protocol, decided.key.family);
    const CaseKey key{decided.key.host, kind, protocol};
    const auto at = open_.find(key);
    if (at != open_.end() && group.case_number == at->second.number) return &at->second;
    // Its own case has been closed since, or it has none: it must convince.
    if (!is_scanner(group)) {
        group.case_number = 0;
        return nullptr;
    }
    if (at != open_.end()) return &at->second;
    if (answers_may_be_missing_) return nullptr;

    Finding finding;
    finding.reason = Reason::scan;
    finding.kind = kind;
    finding.protocol = protocol;
    finding.host = hosts_.address(decided.key.host);
    finding.opened = end_of_epoch(now_s);
    finding.trigger = {.rule = std::string("scan.") + name_of(kind),
                       .metric = Metric::failed_contacts,
                       .threshold = options_.min_targets,
                       .window_s = static_cast<std::uint32_t>(options_.window.count())};
    finding.scan.log2_likelihood =
        2 * (static_cast<std::int32_t>(group.failed) - static_cast<std::int32_t>(group.cleared));
    finding.case_number = ++cases_opened_;
    return &open_.emplace(key, OpenCase{cases_opened_, now_s, ScanCase{std::move(finding)}}).first->second;
}

// The new contact; or, when the group has just joined the case, all of its contacts that are decided.
void ScanDetector::add_rows(OpenCase& open, Group& group, std::uint64_t number, Shape shape) {
    const auto add = [&](const Contact& decided) {
        if (decided.state != State::answered && !is_failure(decided, shape)) return;
        if (!open.rows.add(row_of(decided), rows_kept_ >= rows_kept_max)) return;
        ++rows_kept_;
        hold(decided.flow, +1);
    };
    if (group.case_number == open.number) return add(contact(number));
    group.case_number = open.number;
    for (auto i = group.newest; i >= begin_number_; i = contact(i).older[static_cast<int>(shape)])
        add(contact(i));
}

void ScanDetector::hold(FlowId first, int change) {
    for (FlowId id = first; id != no_flow; id = next_flow_[id])
        held_[id] = static_cast<std::uint8_t>(held_[id] + change);
}

void ScanDetector::settle(std::int64_t ended_before_ns, std::uint32_t turns) {
    const auto has_ended = [&](const FlowRecord& flow) { return flow.last_ns < ended_before_ns; };
    for (auto& [key, open] : open_)
        open.rows.settle(flows_, next_flow_, turns, has_ended, [&](FlowId first) { hold(first, -1); });
}

bool ScanDetector::has_open_case(HostId host) const noexcept {
    const auto at = open_.lower_bound({host, Kind::packet_limit, ProtocolClass::any});
    return at != open_.end() && std::get<HostId>(at->first) == host;
}

ScanRow ScanDetector::row_of(const Contact& contact) const {
    return {.time = time_from_ns(flows_[contact.flow].first_ns),
            .address = contact.key.address,
            .port = contact.key.port,
            .chains = {contact.flow}};
}

// No contact leaves the window undecided.
void ScanDetector::expire(std::int64_t now_s) {
    while (begin_number_ != waiting_number_ && contacts_.front().epoch_s <= now_s - options_.window.count())
        drop_oldest();
}

void ScanDetector::drop_oldest() {
    const Contact& oldest = contacts_.front();
    assert(oldest.state != State::waiting);
    for (const Shape shape : {Shape::service, Shape::address}) {
        if (is_in_group(oldest, shape)) count(oldest, shape, false);
        const auto at = groups_.find(group_key(oldest, shape));
        if (--at->second.contacts == 0) groups_.erase(at);
    }
    by_key_.erase(oldest.key);
    contacts_.pop_front();
    ++begin_number_;
}

void ScanDetector::close_quiet(std::int64_t now_s, std::vector<Finding>& findings) {
    for (auto at = open_.begin(); at != open_.end();) {
        if (now_s - at->second.failed_s < options_.window.count()) {
            ++at;
            continue;
        }
        close(at->second, Ending::quiet, findings);
        at = open_.erase(at);
    }
}

// Late answers can have cleared what convinced when the case was opened; then it was no scan.
void ScanDetector::close(OpenCase& open, Ending ending, std::vector<Finding>& findings) {
    const std::int64_t cut_after_ns = ending == Ending::quiet
                                          ? std::numeric_limits<std::int64_t>::max()
                                          : seen_until_ns_ - Duration{options_.answer_wait}.count();
    Finding finding = open.rows.figures(flows_, next_flow_, limits_, cut_after_ns);
    open.rows.for_each_chain([&](FlowId first) { hold(first, -1); });
    const auto failed = static_cast<std::int64_t>(finding.scan.refused + finding.scan.unanswered);
    const auto answered = static_cast<std::int64_t>(finding.scan.answered);
    if (failed < static_cast<std::int64_t>(finding.trigger.threshold) ||
        2 * (failed - answered) < log2_likelihood_min) {
        finding.closed = end_of_epoch(now_s_);
        withdrawn_.push_back(std::move(finding));
        return;
    }
    if (ending != Ending::input_ended) finding.closed = end_of_epoch(open.failed_s);
    findings.push_back(std::move(finding));
}

// The clock was set back: nothing that comes can be compared with what was.
void ScanDetector::reset(std::vector<Finding>& findings) {
    decide_rest();
    for (auto& [key, open] : open_) close(open, Ending::clock_set_back, findings);
    forget_all();
}

void ScanDetector::forget_all() {
    passed_s_ = std::numeric_limits<std::int64_t>::min();
    open_.clear();
    begin_number_ = waiting_number_ = begin_number_ + contacts_.size();
    contacts_.clear();
    by_key_.clear();
    groups_.clear();
}

void ScanDetector::change_options(const ScanOptions& options, ScanCaseLimits limits,
                                  std::vector<Finding>& findings) {
    if (options_.enabled && !options.enabled) {
        for (auto& [key, open] : open_) close(open, Ending::quiet, findings);
        forget_all();
        next_flow_.clear();
        held_.clear();
        started_ = false;
    }
    options_ = options;
    limits_ = limits;
}

void ScanDetector::close_outside(const PrefixSet& internal, std::vector<Finding>& findings) {
    unanswering_ = unanswering_networks(internal);
    for (auto at = open_.begin(); at != open_.end();) {
        if (internal.contains(at->second.rows.opened_as().host)) {
            ++at;
            continue;
        }
        close(at->second, Ending::quiet, findings);
        at = open_.erase(at);
    }
}

void ScanDetector::finish(std::vector<Finding>& findings) {
    withdrawn_.clear();
    if (!options_.enabled || !started_) return;
    decide_rest();
    for (auto& [key, open] : open_) close(open, Ending::input_ended, findings);
    open_.clear();
}

}  // namespace flowlock
