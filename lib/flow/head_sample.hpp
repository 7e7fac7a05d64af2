// SPDX-License-Identifier: BSD-3-Clause
// The first bytes of some of an epoch's packets, so that a case can show packets from before its alarm. The worker's
// while its epoch is open, then the control core's. Data path: begin(), draw(), add().
//
// Four kinds of strata, each with a quota of its own, so that no flood takes the room of the others:
//   watched    what a watched host sends, and what it receives: a stratum each
//   openings   other packets by which something begins: TCP SYN without ACK, and all that is neither TCP nor UDP
//   general    all other packets
//   matched    packets whose payload matched a signature; these may stand in another stratum, too
// Of a stratum those packets are kept whose lot is below a bound. When there are more than its quota, the bound is
// halved. So what is kept is a function of the packets and their lots alone: the samples of several workers, or of
// parts of an epoch, joined and cut in the same way, are the sample that one worker would have made of all of them
// (bottom-k sampling with the threshold rounded to a power of two; E. Cohen and H. Kaplan, "Summarizing data using
// bottom-k sketches", PODC 2007). A packet's lot is its serial number times the golden ratio, modulo 1: any run of
// serial numbers, also every n-th, has lots that lie evenly (Knuth, The Art of Computer Programming, 3, 6.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/mapped_array.hpp"
#include "flow/watch_list.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

struct PacketHead {
    static constexpr std::size_t bytes_max = 224;  // Ethernet, tags, IPv6 with extensions, TCP, and 80 more

    std::int64_t time_ns = 0;
    std::uint64_t serial = 0;      // replay: its number in the input; live: among the worker's packets
    std::uint32_t lot = 0;         // of its serial number
    std::uint32_t wire_bytes = 0;  // length of the frame on the wire, without FCS
    std::uint32_t stratum = 0;
    std::uint16_t size = 0;  // of what was kept
    std::uint8_t port = 0;   // DPDK's number; 255: any above
    LinkType link = LinkType::ethernet;
    std::array<std::byte, bytes_max> bytes;

    std::span<const std::byte> head() const noexcept { return {bytes.data(), size}; }
};
static_assert(sizeof(PacketHead) == 256, "four cache lines");

class HeadSample {
public:
    static constexpr std::uint32_t general_quota = 2048;
    static constexpr std::uint32_t openings_quota = 2048;
    static constexpr std::uint32_t matched_quota = 512;
    static constexpr std::uint32_t watched_room = 4096;  // shared by the watched hosts, evenly
    static constexpr std::uint32_t watched_quota_max = 64;
    static constexpr std::uint32_t room = general_quota + openings_quota + matched_quota + watched_room;

    // Numbers of strata. Those of the watched host in place p of the list are first_watched + 2p for what it sends,
    // and + 1 for what it receives.
    static constexpr std::uint32_t general = 0, openings = 1, matched = 2, first_watched = 3;

    static constexpr std::uint32_t golden_ratio = 0x9e3779b9;  // times 2^32, odd
    static constexpr std::uint32_t lot_of(std::uint64_t serial) noexcept {
        return static_cast<std::uint32_t>(serial) * golden_ratio;
    }
    // What a stratum may keep while so many hosts are watched.
    static constexpr std::uint32_t quota_of(std::uint32_t stratum, std::uint32_t watched) noexcept {
        if (stratum == general) return general_quota;
        if (stratum == openings) return openings_quota;
        if (stratum == matched) return matched_quota;
        const std::uint32_t share = watched_room / (2 * watched);
        return share < watched_quota_max ? share : watched_quota_max;
    }
    // The bound at a level: a packet is kept if its lot is not above it.
    static constexpr std::uint32_t bound_at(unsigned level) noexcept {
        return level < 32 ? ~std::uint32_t{0} >> level : 0;
    }

    HeadSample();
    // Touches all memory.
    void prefault() noexcept;

    // Empty; `watched` hosts have strata.
    void begin(std::uint32_t watched) noexcept;
    // Whether a packet with this lot would be kept by the stratum, as it stands.
    bool draw(std::uint32_t stratum, std::uint32_t lot) const noexcept { return lot <= bound_[stratum]; }
    // The same of the general stratum, for the `count` packets from a serial number on: whether any would be.
    template <std::uint32_t count>
    bool draw_any(std::uint64_t first_serial) const noexcept {
        const std::uint32_t bound = bound_[general];
        const std::uint32_t first = lot_of(first_serial);
        std::uint32_t any = 0;
        for (std::uint32_t i = 0; i < count; ++i) any |= first + i * golden_ratio <= bound ? ~0u : 0u;
        return any != 0;
    }
    // Keeps a packet that draw() has taken. `info.size` is how many bytes stand at `bytes`, bytes_max at most.
    void add(const PacketHead& info, const std::byte* bytes) noexcept;

    std::uint32_t watched() const noexcept { return watched_; }
    std::uint32_t size() const noexcept;
    // The lots that a stratum has kept all of.
    std::uint32_t bound(std::uint32_t stratum) const noexcept { return bound_[stratum]; }
    std::uint32_t strata() const noexcept { return first_watched + 2 * watched_; }
    // Calls act(head) for each that was kept, in no order.
    template <class Act>
    void for_each(Act&& act) const {
        for (std::uint32_t stratum = 0; stratum < first_watched + 2 * watched_; ++stratum)
            for (std::uint32_t i = 0; i < size_[stratum]; ++i)
                act(heads_[entries_[begin_of(stratum) + i].slot]);
    }

private:
    static constexpr std::uint32_t strata_max = first_watched + 2 * WatchList::hosts_max;
    // A place of a stratum: in use up to its size. Its slot stays its own or is exchanged with another of the stratum.
    struct Entry {
        std::uint32_t lot;
        std::uint32_t slot;
    };

    std::uint32_t begin_of(std::uint32_t stratum) const noexcept {
        if (stratum == general) return 0;
        if (stratum == openings) return general_quota;
        if (stratum == matched) return general_quota + openings_quota;
        return general_quota + openings_quota + matched_quota + (stratum - first_watched) * watched_quota_;
    }
    void halve(std::uint32_t stratum) noexcept;

    std::uint32_t watched_ = 0;
    std::uint32_t watched_quota_ = 0;
    std::array<std::uint32_t, strata_max> bound_{};
    std::array<std::uint32_t, strata_max> size_{};
    MappedArray<Entry> entries_;
    MappedArray<PacketHead> heads_;
};

}  // namespace flowlock
