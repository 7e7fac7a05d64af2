// SPDX-License-Identifier: BSD-3-Clause
// A worker's flow table for one epoch.
//
// What it is for: a packet should cost one cache miss, whatever the number of flows, and neither a crafted
// set of keys nor a full table may make it cost much more.
//
// Layout: two arrays. The hot one holds what every packet changes: 32 bytes a flow, two flows to a bucket, a
// bucket to a cache line. A flow is known there by a fingerprint of 47 bits of its keyed hash. The cold one
// holds what is written once, when a flow begins: the key, who began it, and where its counters are. It is
// filled from the left and read from the left, so both sides meet it in order, and addresses of any length
// cost the same.
//
// Probe sequence: the home bucket is the hash's low bits; a flow that finds it full lives in one of the
// buckets_probed - 1 next ones, and marks the buckets it has passed. Nothing is ever removed, so a bucket with
// room ends a search, and so does one that nobody has passed: in a full table that is two searches of three
// that would go on. There are as
// many buckets as flows: the load is at most 1/2. With one flow a bucket on average (Poisson), 1 in 8 flows
// does not live at home when the table is full, and 1 in 30 when it is half full. Those are counted in a
// second step (count_displaced) after the rest of their burst, so that the next bucket's line can come
// meanwhile.
//
// Exactness: fingerprint and bucket together are 64 bits of a keyed hash (63 in a table of 65,536 flows). Two flows of one epoch that agree in all
// of them would be counted as one: with a million flows an epoch that is expected once in a year of such
// epochs (n^2 / 2^65 each), and nobody without the key can bring it about.
//
// Full: when all of `flows` are in use, a search ends without a free place, or a flow's bytes no longer fit
// 32 bits (4 GiB in one direction in one epoch; packets have at least 20 bytes each, so they fit longer).
// Then nothing is counted, and the caller is told.
//
// Owned by one thread at a time: the worker while its epoch is open, the control core from the hand-over on,
// which also clears it. count() and count_displaced() are data path: no allocation, no exception, bounded.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "base/hardware_address.hpp"
#include "base/mapped_array.hpp"
#include "base/prefetch.hpp"
#include "base/time.hpp"
#include "packet/decode.hpp"

namespace flowlock {

// Stands for the flags of a first packet that was captured too short to show them.
constexpr std::uint8_t first_flags_unknown = 0xff;

// Hot: one flow in one epoch. Index 0 and 1 are the endpoints of the flow's key: what endpoint i sent.
struct FlowCounters {
    // From the left: 1 bit that belongs to the bucket, 47 of fingerprint, then TCP flags or icmp_class, or-ed, 8
    // of endpoint 1 and 8 of endpoint 0.
    std::uint64_t fingerprint_and_flags = 0;
    std::array<std::uint32_t, 2> packets{};
    std::array<std::uint32_t, 2> bytes{};  // IP bytes
    std::uint32_t first = 0;               // earliest and latest packet, in ns since the table's time base
    std::uint32_t last = 0;

    std::uint64_t fingerprint() const noexcept { return fingerprint_and_flags << 1 >> 17; }
    std::uint8_t flags(unsigned endpoint) const noexcept {
        return static_cast<std::uint8_t>(fingerprint_and_flags >> 8 * endpoint);
    }
};
static_assert(sizeof(FlowCounters) == 32, "two flows to a cache line");

// Whence the first packet of a flow came, and to whom its frame went.
struct LinkOrigin {
    HardwareAddress source;  // none: not an Ethernet frame
    bool to_all = false;     // a broadcast frame
};

// Cold: a flow's beginning.
struct FlowBirth {
    FlowKey key;
    std::uint64_t hash;
    std::uint32_t place;  // of its counters
    // Of the first packet: its IP bytes, 65,535 at most, flags, scan_tool marks, and the endpoint that sent it.
    std::uint16_t first_ip_bytes;
    std::uint8_t first_flags;
    std::uint8_t tools : 7;
    std::uint8_t initiator : 1;
    // Of the first packet's frame: LinkOrigin.
    std::uint64_t hardware : 48;
    std::uint64_t to_all : 1;

    LinkOrigin origin() const noexcept { return {{hardware}, to_all != 0}; }
};
static_assert(sizeof(FlowBirth) == 64, "what is written and read once for each flow is kept small");

class FlowTable {
public:
    static constexpr std::uint32_t buckets_probed = 32;
    // Times from time_base_ns on for so long are exact to the nanosecond; others are as near as they can be.
    static constexpr std::int64_t time_range_ns = std::numeric_limits<std::uint32_t>::max();

    // A sender's first packets of a flow in an epoch: those that are worth to be looked into. TCP needs two until it
    // can say something.
    // Until set_early_packets() says otherwise.
    static constexpr std::uint32_t early_packets_default = 8;

    enum class Counted : std::uint8_t {
        yes,
        early,      // yes, and its sender has sent no more of its flow in this epoch than are early
        displaced,  // not counted yet: call count_displaced()
        no,         // the table is full
    };

    // Room for `flows` flows, a power of two, at least 64.
    FlowTable(std::uint32_t flows, const HashKey& secret);
    // Touches all memory now, so that counting never waits for the kernel to provide a page.
    void prefault() noexcept;

    std::uint64_t hash(const FlowKey& key) const noexcept { return hash_of(key, secret_); }
    // How many of the packets that one side of a flow sends in an epoch are early.
    void set_early_packets(std::uint32_t count) noexcept { early_packets_ = count; }
    void set_time_base(std::int64_t time_base_ns) noexcept { time_base_ns_ = time_base_ns; }
    std::uint32_t time_of(std::int64_t time_ns) const noexcept {
        const std::int64_t since = time_ns - time_base_ns_;
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(since, 0, time_range_ns));
    }

    [[gnu::always_inline]] void prefetch(std::uint64_t hash) const noexcept {
        prefetch_to_write(&buckets_[hash & mask_]);
    }
    [[gnu::always_inline]] void prefetch_next(std::uint64_t hash) const noexcept {
        prefetch_to_write(&buckets_[(hash + 1) & mask_]);
    }
    // Counts a decoded packet if its flow lives at home, or can. Displaced packets may be counted later than
    // those after them, in their own order: a flow that is displaced once is so for the rest of the epoch.
    // origin_of() returns the packet's LinkOrigin, and is called if it begins a flow.
    template <class OriginOf>
    Counted count(const Decoded& packet, std::uint64_t hash, std::uint32_t time, OriginOf origin_of) noexcept;
    Counted count(const Decoded& packet, std::uint64_t hash, std::uint32_t time) noexcept {
        return count(packet, hash, time, [] { return LinkOrigin{}; });
    }
    // Counts a packet that count() has found displaced in this epoch; never `displaced` again.
    Counted count_displaced(const Decoded& packet, std::uint64_t hash, std::uint32_t time,
                            LinkOrigin origin = {}) noexcept;

    std::uint32_t size() const noexcept { return size_; }
    // In the order in which the flows began.
    std::span<const FlowBirth> births() const noexcept { return {births_.get(), size_}; }
    const FlowCounters& counters(std::uint32_t place) const noexcept {
        return buckets_[place / 2].flows[place % 2];
    }
    [[gnu::always_inline]] void prefetch_counters(std::uint32_t place) const noexcept {
        prefetch_to_read(&buckets_[place / 2]);
    }
    // The inverse of time_of().
    std::int64_t time_ns(std::uint32_t time) const noexcept { return time_base_ns_ + time; }
    std::int64_t first_ns(const FlowCounters& flow) const noexcept { return time_ns(flow.first); }
    std::int64_t last_ns(const FlowCounters& flow) const noexcept { return time_ns(flow.last); }
    // Bytes of the hot array: what a packet's access is spread over.
    std::size_t hot_bytes() const noexcept { return (std::size_t{mask_} + 1) * sizeof(Bucket); }
    // Forgets all flows.
    void clear() noexcept;

private:
    struct alignas(64) Bucket {
        static constexpr std::uint64_t passed_bit = std::uint64_t{1} << 63;

        std::array<FlowCounters, 2> flows;

        // Where the flow is if it is here. Without a branch: which of the two it is nobody can predict.
        FlowCounters& candidate(std::uint64_t fingerprint) noexcept {
            return flows[flows[0].fingerprint() == fingerprint ? 0 : 1];
        }
        // It is filled from the left.
        bool has_room() const noexcept { return flows[1].fingerprint() == 0; }
        // A flow that found no room here lives in a later bucket.
        bool is_passed() const noexcept { return (flows[0].fingerprint_and_flags & passed_bit) != 0; }
        void pass() noexcept { flows[0].fingerprint_and_flags |= passed_bit; }
    };

    bool is_full() const noexcept { return size_ == flows_max_; }
    // No flow has 0, which marks a free place.
    static std::uint64_t fingerprint_of(std::uint64_t hash) noexcept {
        return std::max<std::uint64_t>(hash >> 17, 1);
    }
    Counted add(FlowCounters& flow, const Decoded& packet, std::uint32_t time) const noexcept;
    void begin_flow(std::uint64_t bucket, const Decoded& packet, std::uint64_t hash, std::uint32_t time,
                    LinkOrigin origin) noexcept;

    HashKey secret_;
    std::uint32_t mask_;
    std::uint32_t flows_max_;
    std::uint32_t size_ = 0;
    std::uint32_t early_packets_ = early_packets_default;
    std::int64_t time_base_ns_ = 0;
    MappedArray<Bucket> buckets_;
    MappedArray<FlowBirth> births_;
};

constexpr bool is_counted(FlowTable::Counted counted) noexcept {
    return counted <= FlowTable::Counted::early;
}

inline FlowTable::Counted FlowTable::add(FlowCounters& flow, const Decoded& packet,
                                         std::uint32_t time) const noexcept {
    std::uint32_t bytes;
    if (__builtin_add_overflow(flow.bytes[packet.sender], packet.ip_bytes, &bytes)) [[unlikely]]
        return Counted::no;
    flow.bytes[packet.sender] = bytes;
    const std::uint32_t packets = ++flow.packets[packet.sender];
    flow.fingerprint_and_flags |= std::uint64_t{packet.flags} << 8 * packet.sender;
    flow.first = std::min(flow.first, time);
    flow.last = std::max(flow.last, time);
    return packets <= early_packets_ ? Counted::early : Counted::yes;
}

template <class OriginOf>
inline FlowTable::Counted FlowTable::count(const Decoded& packet, std::uint64_t hash, std::uint32_t time,
                                           OriginOf origin_of) noexcept {
    const std::uint64_t fingerprint = fingerprint_of(hash);
    Bucket& home = buckets_[hash & mask_];
    FlowCounters& flow = home.candidate(fingerprint);
    if (flow.fingerprint() == fingerprint) [[likely]]
        return add(flow, packet, time);
    if (!home.has_room()) return is_full() && !home.is_passed() ? Counted::no : Counted::displaced;
    if (is_full()) return Counted::no;
    begin_flow(hash & mask_, packet, hash, time, origin_of());
    return Counted::early;
}

}  // namespace flowlock
