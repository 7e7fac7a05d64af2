// SPDX-License-Identifier: BSD-3-Clause
#include "detect/address_claims.hpp"

#include <algorithm>

namespace flowlock {
namespace {

bool asks(NoticeKind kind) noexcept {
    return kind == NoticeKind::arp_request || kind == NoticeKind::arp_probe;
}

// Advertisements without "override" are those of proxies and of anycast addresses, which many may have (RFC 4861, 7.2.7
// and 7.2.8). What failover pairs share belongs to none of them.
bool is_claim(const LinkNotice& notice) noexcept {
    switch (notice.kind) {
        case NoticeKind::arp_request:
        case NoticeKind::arp_reply:
        case NoticeKind::arp_announcement:
        case NoticeKind::neighbour_solicitation:
            break;
        case NoticeKind::neighbour_advertisement:
            if ((notice.flags & notice_flag::override_) == 0) return false;
            break;
        default:
            return false;
    }
    return notice.hardware && !notice.hardware.is_group() && !notice.hardware.is_shared() &&
           !notice.frame_source.is_shared();
}

// Ports of one card are numbered in a row, and a bond of them answers with one or the other.
bool are_of_one_card(HardwareAddress a, HardwareAddress b) noexcept {
    constexpr std::uint64_t ports = 8;
    return (a > b ? a.value - b.value : b.value - a.value) < ports;
}

}  // namespace

void AddressClaims::hear_question(const TimedNotice& timed) {
    const LinkNotice& notice = timed.notice;
    if (asked_.size() < addresses_max) asked_[{notice.other, notice.segment}] = timed.time_ns;
    if (askers_.size() < addresses_max) askers_[{notice.claimed, notice.segment}] = timed.time_ns;
}

// Where no question of the addressee was ever seen, this one may have been missed, too.
bool AddressClaims::is_unasked(const TimedNotice& timed, std::int64_t window_ns) const {
    const LinkNotice& notice = timed.notice;
    if (notice.kind != NoticeKind::arp_reply || asked_.size() >= addresses_max) return false;
    const auto asker = askers_.find({notice.other, notice.segment});
    if (asker == askers_.end() || timed.time_ns - asker->second > window_ns) return false;
    return !was_asked_for(timed);
}

bool AddressClaims::was_asked_for(const TimedNotice& timed) const {
    const auto asked = asked_.find({timed.notice.claimed, timed.notice.segment});
    return asked != asked_.end() && timed.time_ns - asked->second <= answer_ns;
}

// A station that has both addresses has no need to tell itself. A router that answers for others is asked.
bool AddressClaims::stands_between(const TimedNotice& timed, std::int64_t window_ns) const {
    const LinkNotice& notice = timed.notice;
    if (notice.kind != NoticeKind::arp_reply || (notice.flags & notice_flag::to_all) != 0 ||
        notice.claimed == notice.other || asked_.size() >= addresses_max || was_asked_for(timed))
        return false;
    const auto other = known_.find({notice.other, notice.segment});
    if (other == known_.end()) return false;
    const Claims& claims = other->second;
    const std::size_t place = place_of(claims, notice.hardware);
    return place < claims.count && claims.by[place].told == notice.claimed &&
           timed.time_ns - claims.by[place].last_ns <= window_ns;
}

std::size_t AddressClaims::place_of(const Claims& claims, HardwareAddress hardware) noexcept {
    std::size_t place = 0;
    while (place < claims.count && claims.by[place].hardware != hardware) ++place;
    return place;
}

// Of more claimants than there is room for, the one that was silent for longest is forgotten.
Claimant& AddressClaims::find_or_add(Claims& claims, const LinkNotice& notice, std::int64_t time_ns) {
    std::size_t place = place_of(claims, notice.hardware);
    if (place < claims.count) return claims.by[place];
    if (claims.count < claimants_max) {
        ++claims.count;
    } else {
        const auto silent =
            std::min_element(claims.by.begin(), claims.by.end(),
                             [](const Claimant& a, const Claimant& b) { return a.last_ns < b.last_ns; });
        place = static_cast<std::size_t>(silent - claims.by.begin());
    }
    claims.by[place] = {.hardware = notice.hardware, .sender = notice.frame_source, .first_ns = time_ns};
    return claims.by[place];
}

std::optional<Return> AddressClaims::add(const TimedNotice& timed, std::int64_t window_ns) {
    const LinkNotice& notice = timed.notice;
    if (asks(notice.kind)) hear_question(timed);
    if (!is_claim(notice)) return std::nullopt;
    if (known_.size() >= addresses_max && !known_.contains({notice.claimed, notice.segment})) {
        ++untracked_;
        return std::nullopt;
    }
    Claims& claims = known_[{notice.claimed, notice.segment}];
    const Claimant before = claims.count == 0 ? Claimant{} : claims.by[claims.last];
    Claimant& claimant = find_or_add(claims, notice, timed.time_ns);
    const bool has_claimed = claimant.last_ns != 0 && timed.time_ns - claimant.last_ns <= window_ns;
    claimant.sender = notice.frame_source;
    claimant.last_ns = timed.time_ns;
    if (is_unasked(timed, window_ns)) ++claimant.unasked;
    if (notice.kind == NoticeKind::arp_reply) claimant.told = notice.other;
    claims.last = static_cast<std::size_t>(&claimant - claims.by.data());
    if (!has_claimed || before.hardware == notice.hardware || timed.time_ns - before.last_ns > window_ns ||
        are_of_one_card(before.hardware, notice.hardware))
        return std::nullopt;
    return Return{.claimant = claimant, .other = before};
}

void AddressClaims::forget_before(std::int64_t time_ns) {
    std::erase_if(known_,
                  [&](const auto& entry) { return entry.second.by[entry.second.last].last_ns < time_ns; });
    for (auto* times : {&asked_, &askers_})
        std::erase_if(*times, [&](const auto& entry) { return entry.second < time_ns; });
}

void AddressClaims::clear() {
    known_.clear();
    asked_.clear();
    askers_.clear();
}

}  // namespace flowlock
