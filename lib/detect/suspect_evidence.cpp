// SPDX-License-Identifier: BSD-3-Clause
// The verdict: what convinces, and what exonerates. docs/scan-detection.md says why.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "detect/scan_services.hpp"
#include "detect/suspect.hpp"

namespace flowlock {
namespace {

// All of a protocol needs more targets than one service or address, and no address or service that has more than
// one in five of them, for that would be a scan of its own.
constexpr std::uint32_t protocol_factor = 2;
constexpr std::uint32_t protocol_parts_min = 5;
// In a day more comes together by accident than in five minutes: a list of peers that are gone, or the data
// ports of an FTP server behind a wrong firewall, a new one with each attempt.
constexpr std::uint32_t slow_addresses_factor = 2;
constexpr std::uint32_t slow_ports_factor = 5;
// The company of peers: at most so many targets to a port, and so many to an answer.
constexpr std::uint64_t peer_targets_per_port_max = 2;
constexpr std::uint64_t peer_targets_per_answer_max = 20;
// Without replies a target proves less. Who watches many hosts looks as a scanner does: fping, the quickest of the
// tools for it, asks 1,000 addresses in ten seconds unless told otherwise; a scanner, half as many again.
constexpr std::uint32_t unseen_ports_factor = 3;
constexpr std::uint32_t unseen_addresses_factor = 30;
// On a service for some, this many times the targets of a scan are worth a word.
constexpr std::uint32_t some_factor = 5;

// Targets of one block (/24, or /120 in IPv6) lie side by side from so many on: a sixteenth of the block. Addresses
// that others have told a host do not: among a million peers in the 2^24 blocks, a block has 0.06 of them.
constexpr std::uint32_t dense_in_block = 16;

IpAddress block_of(IpAddress address) {
    address.low &= 0x00ffffffffffffff;  // in memory order: without the last byte
    return address;
}

struct AddressHash {
    std::size_t operator()(const IpAddress& block) const noexcept {
        return fold_multiply(block.high ^ HashKey{}.a, block.low ^ HashKey{}.b);
    }
};

}  // namespace

std::optional<Suspect::Evidence> Suspect::evidence_of(ContactGroup& group, const Contact& decided,
                                                      Shape shape) const {
    for (const Scale scale : scales)
        if (auto evidence = evidence_in(scale, group, decided, shape)) return evidence;
    return std::nullopt;
}

std::optional<Suspect::Evidence> Suspect::evidence_in(Scale scale, ContactGroup& group,
                                                      const Contact& decided, Shape shape) const {
    using namespace scan_tests;
    const ContactCounts counts = group.in(scale);
    std::uint32_t min = context_.options.min_targets;
    if (scale == Scale::slow) min *= shape == Shape::address ? slow_ports_factor : slow_addresses_factor;
    if (counts.targets() < min) return std::nullopt;
    if (shape == Shape::protocol && !seems_spread(decided, counts, scale)) return std::nullopt;
    if (!context_.replies_are_visible() && decided.target.protocol != ProtocolClass::tcp)
        return evidence_without_replies(scale, group, decided, shape);

    if (shape == Shape::protocol) return evidence_in_all(scale, group, min);
    const auto convinced = [&](Criterion criterion, std::uint32_t failures) {
        return Evidence{.criterion = criterion,
                        .scale = scale,
                        .counts = counts,
                        .targets_min = min,
                        .metric = Metric::failed_contacts,
                        .threshold = failures};
    };
    if (is_no_ordinary_host(counts)) {
        // Peers are not pinged, and a peer has one port.
        if (shape == Shape::address || decided.target.protocol == ProtocolClass::icmp)
            return convinced(Criterion::failed_contacts, failures_needed(counts.cleared, min));
        if (passes(against_peer, counts, min) && !is_in_peer_company(group, decided, scale))
            return convinced(Criterion::failed_contacts,
                             failures_needed(against_peer, counts.cleared, min, min));
        if (lies_dense(group, shape, scale))
            return convinced(Criterion::dense_targets, failures_needed(counts.cleared, min));
    }
    if (shape == Shape::service && is_service_for_few(decided.target))
        return Evidence{.criterion = Criterion::answered_fan_out,
                        .confidence = Confidence::low,
                        .scale = scale,
                        .counts = counts,
                        .targets_min = min,
                        .threshold = min};
    return std::nullopt;
}

// As far as the parts that this contact is of can tell.
bool Suspect::seems_spread(const Contact& decided, ContactCounts all, Scale scale) const {
    for (const Shape shape : {Shape::service, Shape::address}) {
        const ContactGroup* part = book_.find_group(decided.target, shape);
        if (part->in(scale).targets() * protocol_parts_min > all.targets()) return false;
    }
    return true;
}

// Of the targets in a scale, those on services and addresses that have few of them.
ContactCounts Suspect::scattered(const ContactGroup& all, Scale scale) const {
    ContactCounts counts;
    book_.for_each_in(all, Shape::protocol, scale, [&](std::uint64_t, const Contact& contact) {
        if (seems_spread(contact, all.in(scale), scale))
            ++(ContactBook::is_failure(contact, Shape::protocol) ? counts.failed : counts.cleared);
    });
    return counts;
}

// What a host does on services of its own, as ordinary hosts do, is left out.
std::optional<Suspect::Evidence> Suspect::evidence_in_all(Scale scale, ContactGroup& all,
                                                          std::uint32_t min) const {
    using namespace scan_tests;
    const std::uint32_t needed = protocol_factor * min;
    if (all.in(scale).targets() < needed || all.in(scale).failed < min ||
        !is_worth_a_look(all, scale, all.spread_seen_at))
        return std::nullopt;
    const ContactCounts counts = scattered(all, scale);
    if (counts.targets() < needed || !is_no_ordinary_host(counts)) return std::nullopt;
    Evidence evidence{.scale = scale,
                      .counts = counts,
                      .targets_min = needed,
                      .metric = Metric::failed_contacts,
                      .threshold = failures_needed(counts.cleared, needed)};
    if (passes(against_any_client, counts, min))
        evidence.threshold = failures_needed(against_any_client, counts.cleared, needed, min);
    else if (lies_dense(all, Shape::protocol, scale))
        evidence.criterion = Criterion::dense_targets;
    else
        return std::nullopt;
    return evidence;
}

// What is left is how many targets there are, how fast, and whether the host tries little else.
std::optional<Suspect::Evidence> Suspect::evidence_without_replies(Scale scale, const ContactGroup& group,
                                                                   const Contact& decided,
                                                                   Shape shape) const {
    const bool are_ports = shape == Shape::address;
    if (shape == Shape::protocol || scale != (are_ports ? Scale::window : Scale::burst)) return std::nullopt;
    const ContactCounts counts = group.in(scale);
    const std::uint32_t factor = are_ports ? unseen_ports_factor : unseen_addresses_factor;
    const std::uint32_t needed = factor * context_.options.min_targets;
    if (counts.targets() < needed) return std::nullopt;
    if (!are_ports && decided.target.protocol == ProtocolClass::udp) {
        const ContactGroup* all = book_.find_group(decided.target, Shape::protocol);
        const bool is_most =
            counts.targets() * std::uint64_t{5} >= all->in(scale).targets() * std::uint64_t{4};
        if (is_service_for_all(decided.target) || !is_most) return std::nullopt;
    }
    return Evidence{.criterion = Criterion::fan_out,
                    .confidence = Confidence::low,
                    .scale = scale,
                    .counts = counts,
                    .targets_min = needed,
                    .threshold = needed};
}

// A walk over many contacts is only worth it when there are a quarter more, or fewer, than at the last one.
bool Suspect::is_worth_a_look(const ContactGroup& group, Scale scale, SeenAt& seen_at) {
    const std::uint32_t targets = group.in(scale).targets();
    std::uint32_t& seen = seen_at[static_cast<std::size_t>(scale)];
    if (seen != 0 && targets < seen + std::max(1u, seen / 4) && targets > seen - seen / 4) return false;
    seen = targets;
    return true;
}

// A peer-to-peer node finds most of its peers on ports of their own, and some of them answer; those on the default
// port of its protocol are among them, and may be gone for the most part. What a scanner does besides is little, or
// goes to few services, or fails altogether.
bool Suspect::is_in_peer_company(ContactGroup& group, const Contact& decided, Scale scale) const {
    const std::uint32_t targets = group.in(scale).targets();
    const ContactGroup* all = book_.find_group(decided.target, Shape::protocol);
    if (all == nullptr || all->in(scale).targets() < 2 * targets) return false;
    if (!is_worth_a_look(group, scale, group.company_seen_at)) return true;
    std::unordered_set<std::uint16_t> ports;
    ContactCounts others;
    book_.for_each_in(*all, Shape::protocol, scale, [&](std::uint64_t, const Contact& contact) {
        if (contact.target.port == decided.target.port) return;
        ports.insert(contact.target.port);
        ++(ContactBook::is_failure(contact, Shape::protocol) ? others.failed : others.cleared);
    });
    const bool is_company = ports.size() * peer_targets_per_port_max >= others.targets() &&
                            others.cleared * peer_targets_per_answer_max >= others.targets();
    if (!is_company) group.company_seen_at[static_cast<std::size_t>(scale)] = 0;
    return is_company;
}

// At least half of the targets lie in blocks with many.
bool Suspect::lies_dense(ContactGroup& group, Shape shape, Scale scale) const {
    if (!is_worth_a_look(group, scale, group.density_seen_at)) return false;
    std::unordered_map<IpAddress, std::uint32_t, AddressHash> blocks;
    std::uint32_t all = 0;
    book_.for_each_in(group, shape, scale, [&](std::uint64_t, const Contact& contact) {
        ++all;
        ++blocks[block_of(contact.target.address)];
    });
    std::uint32_t dense = 0;
    for (const auto& entry : blocks)
        if (entry.second >= dense_in_block) dense += entry.second;
    return dense * 2 >= all;
}

// A group that is large enough for a verdict, and of which half would be enough failures, is worth a word. It is
// said after a window, when it is still so.
void Suspect::doubt(const ContactGroup& group, const Contact& decided, Shape shape, std::int64_t now_s) {
    if (is_doubtful(group, decided.target, shape))
        doubts_.try_emplace({kind_of(decided, shape), decided.target.protocol},
                            Doubt{.example = decided.target, .shape = shape, .since_s = now_s});
}

bool Suspect::is_doubtful(const ContactGroup& group, const ContactTarget& target, Shape shape) const {
    if (shape == Shape::address) return false;
    const std::uint32_t min = context_.options.min_targets;
    const ContactCounts counts = group.in(Scale::window);
    const bool is_large = counts.targets() >= min * (shape == Shape::protocol ? protocol_factor : 1);
    const bool fails = is_large && counts.failed * 2 >= min;
    const bool spreads =
        shape == Shape::service && is_service_for_some(target) && counts.targets() >= some_factor * min;
    return fails || spreads;
}

void Suspect::exonerate_since(std::int64_t since_s, std::int64_t now_s) {
    for (auto at = doubts_.begin(); at != doubts_.end();) {
        const bool is_due = !at->second.said && at->second.since_s <= since_s;
        if (is_due && !exonerate(at->first, at->second, now_s))
            at = doubts_.erase(at);
        else
            ++at;
    }
}

Exoneration Suspect::exoneration_by(ContactCounts counts, ProtocolClass protocol) const {
    if (!context_.replies_are_visible() && protocol != ProtocolClass::tcp)
        return Exoneration::replies_not_visible;
    if (scan_tests::is_no_ordinary_host(counts)) return Exoneration::peer_to_peer;
    return counts.failed * 2 < context_.options.min_targets ? Exoneration::answered_fan_out_only
                                                            : Exoneration::answered_contacts;
}

// False: it has gone by, or is not what innocents do, and only lacks a verdict.
bool Suspect::exonerate(const CaseKey& key, Doubt& doubt, std::int64_t now_s) {
    const ContactGroup* group = book_.find_group(doubt.example, doubt.shape);
    if (group == nullptr || has_open_case(key.second) || !is_doubtful(*group, doubt.example, doubt.shape))
        return false;
    const ContactCounts counts = group->in(Scale::window);
    const bool is_peer =
        !scan_tests::passes(scan_tests::against_peer, counts, context_.options.min_targets) ||
        group->company_seen_at[static_cast<std::size_t>(Scale::window)] != 0;
    if (scan_tests::is_no_ordinary_host(counts) && !is_peer) return false;
    // Many ports of one address are no peers.
    if (doubt.shape == Shape::protocol &&
        scattered(*group, Scale::window).targets() < context_.options.min_targets)
        return false;
    doubt.said = true;

    Finding finding =
        context_.exoneration_of(host_, key.first, key.second, exoneration_by(counts, key.second), now_s);
    finding.scan.log2_likelihood = static_cast<std::int32_t>(scan_tests::log2_against_ordinary(counts));
    ScanCase rows{std::move(finding)};
    book_.for_each_in(*group, doubt.shape, Scale::window, [&](std::uint64_t number, const Contact& contact) {
        rows.add(contact.target, time_from_ns(contact.first_ns), number, false, false);
    });
    context_.exonerated.push_back(rows.figures(sums(), context_.limits));
    return true;
}

}  // namespace flowlock
