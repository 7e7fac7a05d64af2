// SPDX-License-Identifier: BSD-3-Clause
#include "control/packet_archive.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "packet/decode.hpp"

namespace flowlock {
namespace {

// Live: workers number their packets each for themselves, and none counts so far in ten years.
constexpr unsigned source_shift = 56;

Decoded decoded_of(const PacketHead& head) {
    return decode(head.link, head.head(), head.wire_bytes);
}

struct Drawn {
    std::uint32_t lot;
    std::uint32_t head;  // index
};

// How many of these, which are sorted by lot, one worker would have kept: those below the highest bound, of those that
// halving makes, that is not above any part's and leaves no more than `quota`.
std::size_t kept_of(const std::vector<Drawn>& drawn, std::uint32_t bound, std::uint32_t quota) {
    const auto below = [&] {
        return static_cast<std::size_t>(
            std::upper_bound(drawn.begin(), drawn.end(), bound,
                             [](std::uint32_t b, const Drawn& d) { return b < d.lot; }) -
            drawn.begin());
    };
    while (bound != 0 && below() > quota) bound >>= 1;
    return std::min<std::size_t>(below(), quota);
}

}  // namespace

PacketArchive::Stratum PacketArchive::stratum_of(const PacketHead& head) const {
    if (!live_ || head.stratum < HeadSample::first_watched) return {head.stratum, {}};
    const bool receives = (head.stratum - HeadSample::first_watched) % 2 != 0;
    const Decoded packet = decoded_of(head);
    return {HeadSample::first_watched + (receives ? 1 : 0),
            packet.key.address[receives ? 1 - packet.sender : packet.sender]};
}

void PacketArchive::add(const HeadSample& part, std::uint32_t source) {
    open_watched_ = std::max(open_watched_, part.watched());
    const auto lower = [&](const Stratum& stratum, std::uint32_t bound) {
        const auto [at, is_new] = open_bounds_.emplace(stratum, bound);
        if (!is_new) at->second = std::min(at->second, bound);
    };
    // In a replay also of strata in which nothing is left.
    const std::uint32_t numbered = live_ ? HeadSample::first_watched : part.strata();
    for (std::uint32_t number = 0; number < numbered; ++number) lower({number, {}}, part.bound(number));
    part.for_each([&](const PacketHead& head) {
        if (head.stratum >= numbered) lower(stratum_of(head), part.bound(head.stratum));
        open_.push_back(head);
        if (live_) open_.back().serial |= std::uint64_t{source} << source_shift;
    });
}

// What several workers, or parts of an epoch, have kept of a stratum is together more than one would have. Returns
// which of them one would have kept.
std::vector<std::uint32_t> PacketArchive::cut_to_quotas() const {
    std::map<Stratum, std::vector<Drawn>> strata;
    for (std::uint32_t i = 0; i < open_.size(); ++i)
        strata[stratum_of(open_[i])].push_back({open_[i].lot, i});
    std::vector<std::uint32_t> kept;
    for (auto& [stratum, drawn] : strata) {
        std::sort(drawn.begin(), drawn.end(), [](const Drawn& a, const Drawn& b) {
            return std::tie(a.lot, a.head) < std::tie(b.lot, b.head);
        });
        const std::uint32_t quota = HeadSample::quota_of(stratum.number, std::max(open_watched_, 1u));
        const std::size_t keep = kept_of(drawn, open_bounds_.at(stratum), quota);
        for (std::size_t i = 0; i < keep; ++i) kept.push_back(drawn[i].head);
    }
    return kept;
}

void PacketArchive::list_by_host(ArchivedEpoch& epoch, const PrefixSet& internal) const {
    for (std::uint32_t i = 0; i < epoch.heads.size(); ++i) {
        const Decoded packet = decoded_of(epoch.heads[i]);
        const IpAddress& sender = packet.key.address[packet.sender];
        const IpAddress& receiver = packet.key.address[1 - packet.sender];
        const bool from_inside = internal.contains(sender);
        const bool to_inside = internal.contains(receiver);
        if (from_inside) epoch.by_host.push_back({sender, i, Direction::out});
        if (to_inside) epoch.by_host.push_back({receiver, i, Direction::in});
        if (!from_inside && !to_inside) epoch.by_host.push_back({{}, i, Direction::out});
    }
    std::sort(epoch.by_host.begin(), epoch.by_host.end(), [](const HostPacket& a, const HostPacket& b) {
        return std::tie(a.host, a.head, a.direction) < std::tie(b.host, b.head, b.direction);
    });
}

void PacketArchive::close(std::int64_t start_s, std::int64_t oldest_s, const PrefixSet& internal) {
    std::vector<std::uint32_t> kept = cut_to_quotas();
    const auto is_matched = [this](std::uint32_t i) { return open_[i].stratum == HeadSample::matched; };
    std::sort(kept.begin(), kept.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::tuple(open_[a].time_ns, open_[a].serial, is_matched(b)) <
               std::tuple(open_[b].time_ns, open_[b].serial, is_matched(a));
    });
    // What stands in another stratum, too, is kept once, as matched.
    const auto twice = std::unique(kept.begin(), kept.end(), [this](std::uint32_t a, std::uint32_t b) {
        return open_[a].serial == open_[b].serial && open_[a].time_ns == open_[b].time_ns;
    });
    kept.erase(twice, kept.end());
    ArchivedEpoch epoch = std::exchange(spare_, {});
    epoch.start_s = start_s;
    epoch.heads.clear();
    for (const std::uint32_t i : kept) epoch.heads.push_back(open_[i]);
    epoch.by_host.clear();
    list_by_host(epoch, internal);
    open_.clear();
    open_bounds_.clear();
    open_watched_ = 0;
    epochs_.push_back(std::move(epoch));
    while (epochs_.front().start_s < oldest_s && epochs_.size() > 1) {
        spare_ = std::move(epochs_.front());
        epochs_.pop_front();
    }
}

}  // namespace flowlock
