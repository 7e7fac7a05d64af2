// SPDX-License-Identifier: BSD-3-Clause
#include "detect/address_faults.hpp"

#include <algorithm>
#include <cstdlib>

namespace flowlock {
namespace {

constexpr bool is_dhcp(NoticeKind kind) noexcept {
    return kind >= NoticeKind::dhcp_offer;
}

// What one station says of itself again and again differs in nothing else.
FaultEvent event_of(const TimedNotice& timed, const FaultFact& fact,
                    std::optional<IpAddress> about = std::nullopt) {
    return {.fact = fact,
            .first_ns = timed.time_ns,
            .last_ns = timed.time_ns,
            .weight = 1,
            .traffic = {{1}, {0}, {0}},
            .external = about};
}

}  // namespace

AddressFaults::AddressFaults(const FaultOptions& options, const FlowStore& flows, const HostTable& hosts,
                             const HashKey& secret, std::uint32_t externals_max)
    : options_(options),
      hosts_(hosts),
      claims_(secret),
      flow_faults_(options_, flows, hosts, stations_, book_) {
    book_.change_externals_max(externals_max);
}

FaultRule AddressFaults::claim_rule(const char* name, std::uint64_t needed) const {
    return {name, Metric::claims, needed, static_cast<std::uint32_t>(options_.claim_window.count())};
}

// Without internal networks there is nobody to accuse.
void AddressFaults::advance(const MergedEpoch& epoch, std::vector<Finding>& ended) {
    // The clock was set back, as where captures are joined: what was, was another time.
    if (started_ && epoch.name.start_s < now_s_) {
        book_.close_all(ended, false, now_s_);
        claims_.clear();
        stations_.clear();
        flow_faults_.clear();
    }
    started_ = true;
    now_s_ = epoch.name.start_s;
    if (!options_.enabled || hosts_.internal().empty()) return;
    flow_faults_.advance(epoch);
    for (const TimedNotice& timed : epoch.notices) hear(timed);
    count_group_frames(epoch);
    judge(ended);
    constexpr std::int64_t stations_kept_s = 3'600, pause_s = 60;
    if (now_s_ % pause_s != 0) return;
    stations_.forget_before(now_s_ - stations_kept_s);
    claims_.forget_before((now_s_ - options_.claim_window.count()) * ns_per_second);
}

void AddressFaults::judge(std::vector<Finding>& ended) {
    book_.judge(
        now_s_, options_.quiet_time.count(),
        [this](const FaultSubject& subject) { return accused_of(subject); }, ended);
}

void AddressFaults::hear(const TimedNotice& timed) {
    if (is_dhcp(timed.notice.kind) || timed.notice.kind == NoticeKind::router_advertisement)
        hear_server(timed);
    else
        hear_claim(timed);
}

void AddressFaults::hear_server(const TimedNotice& timed) {
    const LinkNotice& notice = timed.notice;
    const bool dhcp = is_dhcp(notice.kind);
    const StationList& listed = dhcp ? options_.dhcp_servers : options_.routers;
    if (listed.empty() || listed.lists(notice.claimed) || listed.lists(notice.frame_source) ||
        listed.lists(notice.hardware) || notice.frame_source.is_shared())
        return;
    // Who advertises prefixes without offering itself as a router diverts nothing.
    if (!dhcp && (notice.flags & notice_flag::default_router) == 0) return;
    // The server's frames may come from a router; its address tells more, where it is one of ours.
    const bool ours = hosts_.internal().contains(notice.claimed);
    const FaultSubject subject{.kind = dhcp ? Kind::rogue_dhcp : Kind::rogue_ra,
                               .station = ours ? HardwareAddress{} : notice.frame_source,
                               .address = ours ? notice.claimed : IpAddress{}};
    book_.add(subject,
              event_of(timed, {name_of(notice.kind), notice.claimed, notice.other, notice.frame_source}),
              claim_rule(name_of(subject.kind), options_.rogue_messages), now_s_);
}

void AddressFaults::hear_claim(const TimedNotice& timed) {
    const LinkNotice& notice = timed.notice;
    hear_foreign(timed);
    const auto window_ns = options_.claim_window.count() * ns_per_second;
    const std::optional<Return> contest = claims_.add(timed, window_ns);
    if (!hosts_.internal().contains(notice.claimed)) return;
    if (!contest) {
        if (claims_.stands_between(timed, window_ns)) accuse_between(timed);
        return;
    }
    if (proxies(contest->claimant) || proxies(contest->other)) return;
    const Claimant* intruder = intruder_of(notice.claimed, *contest);
    const FaultSubject subject{
        .kind = Kind::address_conflict,
        .station = intruder == nullptr ? HardwareAddress{} : intruder->sender,
        .address = intruder != nullptr && stations_.host_beside(intruder->sender, notice.claimed)
                       ? IpAddress{}
                       : notice.claimed};
    book_.add(subject,
              event_of(timed, {name_of(notice.kind), notice.claimed, {}, contest->claimant.hardware},
                       notice.claimed),
              claim_rule("address_conflict", options_.conflict_returns), now_s_);
}

// Both addresses are one case, called by one of them where the station has none of its own.
void AddressFaults::accuse_between(const TimedNotice& timed) {
    const LinkNotice& notice = timed.notice;
    if (options_.routers.lists(notice.hardware) || options_.routers.lists(notice.frame_source) ||
        stations_.forwards(notice.frame_source))
        return;
    const auto owns = [&](const IpAddress& address) {
        return !options_.inventory.owners(address).empty() &&
               options_.inventory.allows(address, notice.hardware);
    };
    if (owns(notice.claimed) && owns(notice.other)) return;
    const bool both = hosts_.internal().contains(notice.other);
    const IpAddress& name = both ? std::min(notice.claimed, notice.other) : notice.claimed;
    const FaultSubject subject{
        .kind = Kind::address_conflict,
        .station = notice.frame_source,
        .address = stations_.host_beside(notice.frame_source, name) ? IpAddress{} : name};
    book_.add(subject,
              event_of(timed, {name_of(notice.kind), notice.claimed, notice.other, notice.hardware},
                       notice.claimed),
              claim_rule("address_conflict", options_.conflict_returns), now_s_);
}

// A router answers for those behind it (RFC 1027), but only when it is asked.
bool AddressFaults::proxies(const Claimant& claimant) const {
    if (options_.routers.lists(claimant.hardware) || options_.routers.lists(claimant.sender)) return true;
    return stations_.forwards(claimant.sender) && claimant.unasked == 0;
}

const Claimant* AddressFaults::intruder_of(const IpAddress& address, const Return& contest) const {
    const Claimant *a = &contest.claimant, *b = &contest.other;
    const bool a_allowed = options_.inventory.allows(address, a->hardware);
    const bool b_allowed = options_.inventory.allows(address, b->hardware);
    if (a_allowed != b_allowed) return a_allowed ? b : a;
    // Nobody's own stack answers unasked; the first may be an answer to a question that was not seen.
    constexpr std::uint32_t unasked_min = 3;
    const bool a_forces = a->unasked >= unasked_min, b_forces = b->unasked >= unasked_min;
    if (a_forces != b_forces) return a_forces ? a : b;
    // Who had it for a window before the other came is at home.
    const std::int64_t window_ns = options_.claim_window.count() * ns_per_second;
    if (std::llabs(a->first_ns - b->first_ns) < window_ns) return nullptr;
    return a->first_ns > b->first_ns ? a : b;
}

void AddressFaults::hear_foreign(const TimedNotice& timed) {
    const LinkNotice& notice = timed.notice;
    if (notice.claimed == IpAddress{} || options_.inventory.allows(notice.claimed, notice.hardware)) return;
    if (!hosts_.internal().contains(notice.claimed) || notice.hardware.is_shared() ||
        notice.frame_source.is_shared() || options_.routers.lists(notice.hardware) ||
        options_.routers.lists(notice.frame_source))
        return;
    book_.add({Kind::foreign_address, notice.frame_source, notice.claimed},
              event_of(timed,
                       {name_of(notice.kind),
                        notice.claimed,
                        {},
                        options_.inventory.owners(notice.claimed).front().hardware},
                       notice.claimed),
              claim_rule("foreign_address", options_.foreign_uses), now_s_);
}

void AddressFaults::count_group_frames(const MergedEpoch& epoch) {
    for (const GroupFrames& sender : epoch.group_frames) {
        if (!stations_.host(sender.sender) || options_.routers.lists(sender.sender)) continue;
        book_.add({Kind::broadcast_storm, sender.sender, {}},
                  {.fact = {"frames_to_all", {}, {}, {}},
                   .first_ns = sender.first_ns,
                   .last_ns = sender.last_ns,
                   .weight = sender.frames,
                   .traffic = {{sender.frames}, {0}, {0}}},
                  flow_faults_.storm_rule(), now_s_);
    }
}

std::optional<Accused> AddressFaults::station_or(HardwareAddress station, const IpAddress& address) const {
    const auto host = stations_.host_beside(station, address);
    if (host && hosts_.internal().contains(*host)) return Accused{.host = *host, .hardware = station};
    if (!hosts_.internal().contains(address)) return std::nullopt;
    return Accused{.host = address, .hardware = station, .confidence = Confidence::low};
}

std::optional<Accused> AddressFaults::accused_of(const FaultSubject& subject) const {
    switch (subject.kind) {
        case Kind::spoofed_source: {
            // Its sources fit a router on our side as well: then somebody behind it.
            const auto host = stations_.host(subject.station);
            if (!host) return Accused{.host = {}, .scope = Scope::outside, .hardware = subject.station};
            return Accused{.host = *host, .hardware = subject.station};
        }
        case Kind::bogon_destination:
            // It may be a private network that is really there, beyond what the tap sees.
            return Accused{.host = subject.address, .hardware = {}, .confidence = Confidence::low};
        case Kind::rogue_dhcp:
        case Kind::rogue_ra:
            if (hosts_.internal().contains(subject.address))
                return Accused{.host = subject.address, .hardware = {}};
            return station_or(subject.station, {});
        case Kind::foreign_address:
            if (const auto own = options_.inventory.address_of(subject.station);
                own && hosts_.internal().contains(*own))
                return Accused{.host = *own, .hardware = subject.station};
            return station_or(subject.station, subject.address);
        default:
            return station_or(subject.station, subject.address);
    }
}

void AddressFaults::change_options(const FaultOptions& options, std::uint32_t externals_max,
                                   std::vector<Finding>& ended) {
    options_ = options;
    book_.change_externals_max(externals_max);
    flow_faults_.take_networks();
    if (!options_.enabled) return book_.close_all(ended, false, now_s_);
    const auto needed = [&](Kind kind) -> std::uint64_t {
        switch (kind) {
            case Kind::spoofed_source:
                return options_.forged_networks;
            case Kind::bogon_destination:
                return options_.bogons_per_second;
            case Kind::martian_source:
                return options_.martians_per_second;
            case Kind::rogue_dhcp:
                return options_.dhcp_servers.empty() ? 0 : options_.rogue_messages;
            case Kind::rogue_ra:
                return options_.routers.empty() ? 0 : options_.rogue_messages;
            case Kind::address_conflict:
                return options_.conflict_returns;
            case Kind::foreign_address:
                return options_.inventory.empty() ? 0 : options_.foreign_uses;
            default:
                return options_.storm_frames_per_second;
        }
    };
    book_.close_if([&](const Finding& finding) { return needed(finding.kind) == 0; }, ended);
}

void AddressFaults::close_outside(const PrefixSet& internal, std::vector<Finding>& ended) {
    book_.close_if(
        [&](const Finding& finding) {
            return finding.scope == Scope::host && !internal.contains(finding.host);
        },
        ended);
}

void AddressFaults::finish(std::vector<Finding>& ended) {
    if (started_ && options_.enabled && !hosts_.internal().empty()) {
        flow_faults_.finish();
        judge(ended);
    }
    book_.close_all(ended, true, now_s_);
}

}  // namespace flowlock
