// SPDX-License-Identifier: BSD-3-Clause
#include "control/evidence_book.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>
#include <tuple>

#include "control/evidence_choice.hpp"
#include "control/packet_cut.hpp"
#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr std::uint16_t port_unknown = 255;

std::span<const HostPacket> packets_of(const ArchivedEpoch& epoch, const IpAddress& host) {
    const auto [first, last] =
        std::equal_range(epoch.by_host.begin(), epoch.by_host.end(), HostPacket{host},
                         [](const HostPacket& a, const HostPacket& b) { return a.host < b.host; });
    return {first, last};
}

}  // namespace

EvidenceBook::Subject EvidenceBook::Subject::of(const Finding& finding) {
    Subject subject{.scope = finding.scope, .host = finding.host, .networks = networks_of(finding)};
    if (finding.scope == Scope::outside) subject.host = {};
    if (finding.reason == Reason::misconfiguration && finding.scope == Scope::host)
        subject.foreign = FaultFrames::of(finding);
    return subject;
}

void EvidenceBook::name_port(std::uint16_t number, std::string name) {
    ports_[std::min(number, port_unknown)] = std::move(name);
}

void EvidenceBook::close_epoch(const EpochLog& log) {
    if (started_ && log.start_s <= now_s_) {
        archive_.clear();
        counts_.clear();
    }
    started_ = true;
    now_s_ = log.start_s;
    const std::int64_t oldest_s = now_s_ - options_.before.count();
    archive_.close(now_s_, oldest_s, hosts_.internal());
    counts_.add(log, oldest_s);
}

// A long window says little about when it began; a short one is shown twice: what was before, and what exceeded it.
void EvidenceBook::begin(const Finding& opened_as) {
    if (cases_.size() >= cases_max || options_.packets_max == 0) return;
    Case open;
    open.subject = Subject::of(opened_as);
    open.shows_matches = opened_as.reason == Reason::abuse;
    open.shows_payload = open.shows_matches && opened_as.kind != Kind::phishing;
    std::int64_t before = options_.before.count();
    if (opened_as.reason == Reason::attack)
        before = std::min<std::int64_t>(before, 2 * std::int64_t{opened_as.trigger.window_s});
    open.begin_s = std::max(now_s_ + 1 - before, archive_.epochs().front().start_s);
    open.end_s = now_s_ + 1;
    open.ends_s = open.end_s + options_.after.count();
    for (const ArchivedEpoch& epoch : archive_.epochs())
        if (epoch.start_s >= open.begin_s) {
            take(open, epoch);
            if (const auto* counts = counts_.find(epoch.start_s)) count(open, *counts);
        }
    cases_.emplace(key_of(opened_as), std::move(open));
}

void EvidenceBook::follow(const Finding& opened_as) {
    const auto known = cases_.find(key_of(opened_as));
    if (known == cases_.end()) return begin(opened_as);
    Case& open = known->second;
    if (now_s_ < open.end_s || now_s_ >= open.ends_s) return;
    open.end_s = now_s_ + 1;
    take(open, archive_.epochs().back());
    if (const auto* counts = counts_.find(now_s_)) count(open, *counts);
}

bool EvidenceBook::has_news(const Finding& finding) const {
    const auto known = cases_.find(key_of(finding));
    return known != cases_.end() && !known->second.told && now_s_ + 1 >= known->second.ends_s;
}

void EvidenceBook::count(Case& open, const PacketCounts::Epoch& epoch) const {
    if (open.subject.scope == Scope::host || open.subject.scope == Scope::outside) {
        const HostId host = hosts_.find(open.subject.host);
        if (host == no_host) return;
        open.packets_out += epoch.packets_of(HostPlace::of(host, Direction::out));
        open.packets_in += epoch.packets_of(HostPlace::of(host, Direction::in));
        return;
    }
    for (const PacketCounts::Count& count : epoch.counts()) {
        if (!open.subject.holds(hosts_.address(count.place.host()))) continue;
        (count.place.direction() == Direction::out ? open.packets_out : open.packets_in) += count.packets;
    }
}

void EvidenceBook::keep(Case& open, const ArchivedEpoch& epoch, const HostPacket& reference) const {
    const PacketHead& head = epoch.heads[reference.head];
    const Decoded decoded = decode(head.link, head.head(), head.wire_bytes);
    // What one of them sends to another is listed with both; it is shown once, as sent.
    if (reference.direction == Direction::in && open.subject.holds(decoded.key.address[decoded.sender]))
        return;
    Kept kept;
    kept.packet = {.time = time_from_ns(head.time_ns),
                   .link = head.link,
                   .interface = head.port,
                   .direction = reference.direction,
                   .wire_bytes = head.wire_bytes,
                   .head = {}};
    kept.matched = open.shows_matches && head.stratum == HeadSample::matched;
    const std::uint32_t payload_max = kept.matched && open.shows_payload
                                          ? std::max(options_.payload_max, options_.matched_payload_max)
                                          : options_.payload_max;
    const auto bytes = head.head().first(kept_size(head, payload_max));
    kept.packet.head.assign(bytes.begin(), bytes.end());
    kept.epoch_s = epoch.start_s;
    kept.serial = head.serial;
    kept.lot = head.lot;
    kept.protocol = decoded.key.protocol;
    open.kept.push_back(std::move(kept));
    if (open.kept.size() >= 4 * std::size_t{options_.packets_max}) thin_out(open);
}

// Frames of nobody internal, and of those whose address the host uses.
void EvidenceBook::take_foreign(Case& open, const ArchivedEpoch& epoch) const {
    const FaultFrames& wanted = *open.subject.foreign;
    std::set<std::uint32_t> taken;  // as between two of the addresses
    const auto take_from = [&](const IpAddress& host) {
        for (HostPacket reference : packets_of(epoch, host)) {
            const PacketHead& head = epoch.heads[reference.head];
            if (!wanted.may_hold(head.link, head.head(), head.wire_bytes)) continue;
            if (!taken.insert(reference.head).second) continue;
            ++open.packets_out;
            reference.direction = Direction::out;
            keep(open, epoch, reference);
        }
    };
    take_from({});
    for (const IpAddress& address : wanted.borrowed()) take_from(address);
}

void EvidenceBook::take(Case& open, const ArchivedEpoch& epoch) const {
    if (open.subject.scope == Scope::host || open.subject.scope == Scope::outside) {
        for (const HostPacket& reference : packets_of(epoch, open.subject.host)) keep(open, epoch, reference);
    } else {
        for (const HostPacket& reference : epoch.by_host)
            if (open.subject.holds(reference.host)) keep(open, epoch, reference);
    }
    if (open.subject.foreign) take_foreign(open, epoch);
    thin_out(open);
}

// Half the room, and all that others leave, is for those that matched.
template <class GroupOf>
void EvidenceBook::keep_matches_first(std::vector<Kept>& kept, std::size_t count, GroupOf group_of) {
    if (kept.size() <= count) return;
    const auto others = std::partition(kept.begin(), kept.end(), [](const Kept& k) { return k.matched; });
    std::vector<Kept> rest(std::make_move_iterator(others), std::make_move_iterator(kept.end()));
    kept.erase(others, kept.end());
    keep_evenly(kept, std::max(count / 2, count - std::min(count, rest.size())), group_of);
    keep_evenly(rest, count - kept.size(), group_of);
    std::move(rest.begin(), rest.end(), std::back_inserter(kept));
}

// More than a report shows, since only the finding will say which of them matter.
void EvidenceBook::thin_out(Case& open) const {
    keep_matches_first(open.kept, 2 * std::size_t{options_.packets_max}, [](const Kept& kept) {
        return std::tuple(kept.epoch_s, kept.packet.direction, kept.protocol);
    });
}

void EvidenceBook::list_watched(std::vector<IpAddress>& hosts) const {
    for (const auto& entry : cases_)
        if (entry.second.subject.scope == Scope::host && now_s_ + 1 < entry.second.ends_s)
            hosts.push_back(entry.second.subject.host);
}

Evidence EvidenceBook::evidence_for(const Finding& finding) {
    Evidence evidence;
    const auto known = cases_.find(key_of(finding));
    if (known == cases_.end()) return evidence;
    Case& open = known->second;
    open.told = now_s_ + 1 >= open.ends_s;
    std::vector<Kept> chosen;
    std::vector<Kept> others;
    for (const Kept& kept : open.kept) (matters_for(finding, kept.packet) ? chosen : others).push_back(kept);
    const auto group = [](const Kept& kept) { return std::tuple(kept.epoch_s, kept.packet.direction); };
    // What else the customer did is nobody's business, as long as there is something to show.
    if (chosen.empty()) chosen.swap(others);
    keep_matches_first(chosen, options_.packets_max, group);
    std::sort(chosen.begin(), chosen.end(), [](const Kept& a, const Kept& b) {
        return std::tie(a.packet.time, a.serial, a.packet.direction) <
               std::tie(b.packet.time, b.serial, b.packet.direction);
    });
    if (chosen.empty()) return evidence;
    for (Kept& kept : chosen) evidence.packets.push_back(std::move(kept.packet));
    evidence.from = Time{std::chrono::seconds{open.begin_s}};
    evidence.until = Time{std::chrono::seconds{open.end_s}};
    evidence.packets_out = open.packets_out;
    evidence.packets_in = open.packets_in;
    name_interfaces(evidence);
    return evidence;
}

void EvidenceBook::name_interfaces(Evidence& evidence) const {
    std::set<std::uint16_t> numbers;
    for (const EvidencePacket& packet : evidence.packets) numbers.insert(packet.interface);
    for (const std::uint16_t number : numbers) {
        const auto named = ports_.find(number);
        evidence.interfaces.push_back(named != ports_.end() ? named->second
                                                            : "port " + std::to_string(number));
    }
    for (EvidencePacket& packet : evidence.packets)
        packet.interface =
            static_cast<std::uint16_t>(std::distance(numbers.begin(), numbers.find(packet.interface)));
}

}  // namespace flowlock
