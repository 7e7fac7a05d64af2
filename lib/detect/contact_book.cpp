// SPDX-License-Identifier: BSD-3-Clause
#include "detect/contact_book.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "detect/scan_services.hpp"

namespace flowlock {
namespace {

std::int64_t due_s(const Contact& contact, const ScanOptions& options) {
    const std::int64_t since_ns = (contact.first_ns % ns_per_second + ns_per_second) % ns_per_second;
    const std::int64_t wait_ns = Duration{options.answer_wait}.count();
    const std::int64_t due = floor_seconds(time_from_ns(contact.first_ns)) +
                             (since_ns + wait_ns + ns_per_second - 1) / ns_per_second - epoch_length.count();
    return std::max(due, contact.epoch_s);
}

// traceroute sends each probe to another port of its one target, from 33434 on (Jacobson 1988): three for each of
// 30 hops by default. They are rows of a scan, but no evidence of one.
bool is_traceroute(const ContactTarget& target) noexcept {
    constexpr std::uint16_t first = 33'434, count = 100;
    return target.protocol == ProtocolClass::udp && target.port >= first && target.port < first + count;
}

}  // namespace

std::size_t ContactBook::Hash::operator()(const ContactTarget& target) const noexcept {
    const std::uint64_t rest =
        std::uint64_t{target.port} << 16 | static_cast<std::uint64_t>(target.protocol) << 8 | target.family;
    return fold_multiply(
        fold_multiply(target.address.high ^ secret.a, target.address.low ^ secret.b) ^ secret.c,
        rest ^ secret.a);
}

ContactBook::ContactBook(HostId host, const Parts& parts, Leaves leaves)
    : host_(host),
      parts_(parts),
      leaves_(std::move(leaves)),
      by_target_(8, Hash{parts.secret}),
      groups_(8, Hash{parts.secret}) {
    scale_begin_.fill(1);
}

ContactBook::~ContactBook() {
    for (Contact& contact : contacts_) fold(contact, std::numeric_limits<std::int64_t>::max());
    parts_.budget.used -= static_cast<std::uint32_t>(contacts_.size());
}

ContactBook::GroupKey ContactBook::group_key(const ContactTarget& target, Shape shape) {
    GroupKey key{target, shape};
    if (shape != Shape::address) key.part.address = {};
    if (shape != Shape::service) key.part.port = 0;
    if (shape == Shape::protocol) key.part.family = 0;
    return key;
}

const ContactGroup* ContactBook::find_group(const ContactTarget& target, Shape shape) const {
    const auto at = groups_.find(group_key(target, shape));
    return at == groups_.end() ? nullptr : &at->second;
}

// A host that is only pinged has no ports to scan; another IP protocol is no service; and where many ports of many
// hosts count together, the middle of a connection would be taken for a probe too easily.
bool ContactBook::is_in_group(const Contact& contact, Shape shape) noexcept {
    switch (contact.target.protocol) {
        case ProtocolClass::icmp:
            return shape == Shape::service;
        case ProtocolClass::any:
            return shape == Shape::address;
        case ProtocolClass::tcp:
        case ProtocolClass::udp:
            return shape != Shape::protocol || !contact.ack_probe;
    }
    return false;
}

// The more is used by all, the less a single one may have; but always what a verdict needs.
std::size_t ContactBook::room() const noexcept {
    const std::uint64_t used = parts_.budget.used;
    const std::uint64_t max = parts_.options.contacts_max;
    const std::size_t enough = 10 * std::size_t{parts_.options.min_targets};
    if (used < max / 2) return contacts_max;
    if (used < max / 4 * 3) return std::max<std::size_t>(8'192, enough);
    return std::max<std::size_t>(used < max / 8 * 7 ? 2'048 : 512, enough);
}

// For one more contact, by dropping the oldest ones if they have been judged.
bool ContactBook::make_room() {
    while (contacts_.size() >= room() || parts_.budget.used >= parts_.options.contacts_max) {
        if (begin_number_ == waiting_number_ && contacts_.size() < room() && parts_.budget.take_from_others &&
            parts_.budget.take_from_others(host_))
            continue;
        if (begin_number_ == waiting_number_) {
            ++parts_.budget.untracked;
            return false;
        }
        drop_oldest();
    }
    return true;
}

void ContactBook::add(FlowId id, std::int64_t epoch_s) {
    const FlowRecord& flow = parts_.flows[id];
    const ContactTarget target = target_of(flow);
    if (const auto known = by_target_.find(target); known != by_target_.end()) {
        const std::uint64_t number = known->second;
        const bool is_waiting = number >= waiting_number_;
        if (is_waiting || epoch_s - at(number).tried_s < parts_.options.window.count())
            return retry(number, id, epoch_s);
        go(number);  // long ago: contacted anew
    }
    if (!make_room()) return;
    const std::uint64_t number = end_number();
    Contact& added = contacts_.emplace_back(Contact{.target = target,
                                                    .older = {},
                                                    .epoch_s = epoch_s,
                                                    .tried_s = epoch_s,
                                                    .first_ns = flow.first_ns,
                                                    .ended = {},
                                                    .ack_probe = is_ack_probe(flow)});
    ++parts_.budget.used;
    hold(added, id);
    by_target_.emplace(target, number);
    for (const Shape shape : shapes) {
        if (!is_in_group(added, shape)) continue;
        ContactGroup& group = group_of(added, shape);
        added.older[static_cast<std::size_t>(shape)] = group.newest;
        group.newest = number;
        ++group.contacts;
    }
}

void ContactBook::hold(Contact& contact, FlowId id) {
    parts_.chains.set_next(id, contact.flow);
    parts_.chains.hold(id, true);
    contact.flow = id;
}

void ContactBook::retry(std::uint64_t number, FlowId id, std::int64_t epoch_s) {
    Contact& known = at(number);
    known.tried_s = epoch_s;
    hold(known, id);
    if (known.state == Contact::State::failed) hear(id);
}

void ContactBook::hear(FlowId id) {
    const auto known = by_target_.find(target_of(parts_.flows[id]));
    if (known == by_target_.end()) return;
    Contact& judged = at(known->second);
    if (judged.state != Contact::State::failed || outcome_of(parts_.flows[id]) != ContactOutcome::answered)
        return;
    Contact answered = judged;
    answered.state = Contact::State::answered;
    revise(judged, answered);
}

std::optional<std::int64_t> ContactBook::next_due_s() const {
    if (waiting_number_ == end_number()) return std::nullopt;
    return due_s((*this)[waiting_number_], parts_.options);
}

std::uint64_t ContactBook::decide_next() {
    Contact& decided = at(waiting_number_);
    look_at_flows(decided);
    for (const Scale scale : scales) count_in(decided, scale, true);
    decided.counted = (1u << scales.size()) - 1;
    return waiting_number_++;
}

// The best that any of its flows met with, and what was sent in all of them. Since it began, the networks may have
// changed: then it is nobody's business any more.
void ContactBook::look_at_flows(Contact& contact) const {
    if (contact.flow != no_flow && parts_.flows[contact.flow].host != host_) {
        contact.state = Contact::State::answered;
        return;
    }
    const FlowSum sum = sum_of(contact);
    const std::uint64_t packets = sum.sent.packets.value;
    contact.state = sum.best == ContactOutcome::answered ? Contact::State::answered : Contact::State::failed;
    contact.many = packets > probe_packets_max;
    contact.big =
        sum.sent.bytes.value > packets * (contact.ack_probe ? ack_probe_bytes_max : probe_bytes_max);
}

FlowSum ContactBook::sum_of(const Contact& contact) const {
    FlowSum sum = contact.ended;
    for (FlowId id = contact.flow; id != no_flow; id = parts_.chains.next(id)) sum.add(parts_.flows[id]);
    return sum;
}

// Streams, as in a flood to random ports, may look like probes at first.
std::vector<std::uint64_t> ContactBook::look_again(std::int64_t begun_until_s) {
    std::vector<std::uint64_t> numbers;
    for (looked_number_ = std::max(looked_number_, begin_number_);
         looked_number_ != waiting_number_ && at(looked_number_).epoch_s <= begun_until_s; ++looked_number_) {
        Contact& judged = at(looked_number_);
        if (judged.state != Contact::State::failed) continue;
        Contact revised = judged;
        look_at_flows(revised);
        if (revised.state == judged.state && revised.many == judged.many && revised.big == judged.big)
            continue;
        revise(judged, revised);
        numbers.push_back(looked_number_);
    }
    return numbers;
}

void ContactBook::revise(Contact& judged, const Contact& revised) {
    const std::uint8_t counted = judged.counted;
    for (const Scale scale : scales)
        if (is_in_scale(judged, scale)) count_in(judged, scale, false);
    judged = revised;
    judged.counted = counted;
    for (const Scale scale : scales)
        if (is_in_scale(judged, scale)) count_in(judged, scale, true);
}

void ContactBook::count(const Contact& contact, Shape shape, Scale scale, bool add) {
    if (!is_counted(contact, shape) || (shape != Shape::service && is_traceroute(contact.target))) return;
    ContactCounts& counts = group_of(contact, shape).counts[static_cast<std::size_t>(scale)];
    std::uint32_t& counter = is_failure(contact, shape) ? counts.failed : counts.cleared;
    counter += add ? 1u : ~0u;
}

void ContactBook::count_in(const Contact& contact, Scale scale, bool add) {
    for (const Shape shape : shapes) count(contact, shape, scale, add);
    const bool is_odd = contact.state == Contact::State::failed || is_service_for_few(contact.target) ||
                        is_service_for_some(contact.target);
    if (scale == Scale::slow && is_odd) odd_slowly_ += add ? 1 : ~std::uint64_t{0};
}

// Out of the scales in which it still is.
void ContactBook::leave(Contact& contact, Scale scale) {
    if (!is_in_scale(contact, scale)) return;
    count_in(contact, scale, false);
    contact.counted = static_cast<std::uint8_t>(contact.counted & ~(1u << static_cast<unsigned>(scale)));
}

// No contact leaves a scale undecided.
void ContactBook::expire(std::int64_t now_s) {
    for (const Scale scale : scales) {
        std::uint64_t& begin = scale_begin_[static_cast<std::size_t>(scale)];
        begin = std::max(begin, begin_number_);
        const std::int64_t until_s = now_s - length_of(scale, parts_.options).count();
        for (; begin != waiting_number_ && at(begin).epoch_s <= until_s; ++begin) leave(at(begin), scale);
    }
    while (begin_number_ != scale_begin_.back()) drop_oldest();
}

// Counted no more, and not found by its target; its place stays until it is the oldest.
void ContactBook::go(std::uint64_t number) {
    Contact& old = at(number);
    if (old.state == Contact::State::gone) return;
    for (const Scale scale : scales) leave(old, scale);
    fold(old, std::numeric_limits<std::int64_t>::max());
    leaves_(number, old);
    by_target_.erase(old.target);
    old.state = Contact::State::gone;
}

void ContactBook::drop_oldest() {
    assert(begin_number_ != waiting_number_);
    go(begin_number_);
    const Contact& oldest = contacts_.front();
    for (const Shape shape : shapes) {
        if (!is_in_group(oldest, shape)) continue;
        const auto at = groups_.find(group_key(oldest.target, shape));
        if (--at->second.contacts == 0) groups_.erase(at);
    }
    contacts_.pop_front();
    ++begin_number_;
    --parts_.budget.used;
}

void ContactBook::fold(Contact& contact, std::int64_t ended_before_ns) {
    FlowId kept = no_flow;
    for (FlowId id = contact.flow; id != no_flow;) {
        const FlowId next = parts_.chains.next(id);
        if (parts_.flows[id].last_ns < ended_before_ns) {
            contact.ended.add(parts_.flows[id]);
            parts_.chains.hold(id, false);
        } else {
            parts_.chains.set_next(id, kept);
            kept = id;
        }
        id = next;
    }
    contact.flow = kept;
}

void ContactBook::settle(std::int64_t ended_before_ns, std::uint32_t turns) {
    for (auto left = contacts_.size() / turns + 1; left > 0 && !contacts_.empty(); --left) {
        if (!holds(++settled_number_)) settled_number_ = begin_number_;
        if (settled_number_ < waiting_number_) fold(at(settled_number_), ended_before_ns);
    }
}

std::size_t ContactBook::give_up(std::size_t count, bool any) {
    const std::uint64_t end = any ? waiting_number_ : scale_begin_[static_cast<std::size_t>(Scale::window)];
    std::size_t dropped = 0;
    for (; dropped < count && begin_number_ < end; ++dropped) drop_oldest();
    return dropped;
}

// In every shape: the ports of an ended portscan are not the targets of a netscan.
void ContactBook::spend(std::uint32_t case_number, std::int64_t until_s) {
    for (auto i = begin_number_; i != waiting_number_ && at(i).epoch_s <= until_s; ++i) {
        Contact& contact = at(i);
        const bool is_of_case = std::any_of(shapes.begin(), shapes.end(), [&](Shape shape) {
            return is_counted(contact, shape) && group_of(contact, shape).case_number == case_number;
        });
        if (!is_of_case) continue;
        for (const Scale scale : scales) {
            if (!is_in_scale(contact, scale)) continue;
            for (const Shape shape : shapes) count(contact, shape, scale, false);
        }
        contact.spent = true;
    }
}

}  // namespace flowlock
