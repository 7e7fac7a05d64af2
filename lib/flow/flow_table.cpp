// SPDX-License-Identifier: BSD-3-Clause
#include "flow/flow_table.hpp"

#include <cassert>
#include <cstring>

namespace flowlock {

FlowTable::FlowTable(std::uint32_t flows, const HashKey& secret)
    : secret_(secret),
      mask_(flows - 1),
      flows_max_(flows),
      buckets_(map_array<Bucket>(flows)),
      births_(map_array<FlowBirth>(flows)) {
    assert((flows & (flows - 1)) == 0 && flows >= 2 * buckets_probed);
}

void FlowTable::prefault() noexcept {
    std::memset(static_cast<void*>(buckets_.get()), 0, hot_bytes());
    std::memset(static_cast<void*>(births_.get()), 0, std::size_t{flows_max_} * sizeof(FlowBirth));
}

FlowTable::Counted FlowTable::count_displaced(const Decoded& packet, std::uint64_t hash, std::uint32_t time,
                                              LinkOrigin origin) noexcept {
    const std::uint64_t fingerprint = fingerprint_of(hash);
    for (std::uint32_t probe = 1; probe < buckets_probed; ++probe) {
        Bucket& bucket = buckets_[(hash + probe) & mask_];
        FlowCounters& flow = bucket.candidate(fingerprint);
        if (flow.fingerprint() == fingerprint) return add(flow, packet, time);
        if (is_full() && (bucket.has_room() || !bucket.is_passed())) return Counted::no;
        if (!bucket.has_room()) continue;
        for (std::uint32_t passed = 0; passed < probe; ++passed) buckets_[(hash + passed) & mask_].pass();
        begin_flow((hash + probe) & mask_, packet, hash, time, origin);
        return Counted::early;
    }
    return Counted::no;
}

// In a bucket that has room, of a table that has.
void FlowTable::begin_flow(std::uint64_t bucket, const Decoded& packet, std::uint64_t hash,
                           std::uint32_t time, LinkOrigin origin) noexcept {
    const unsigned side = buckets_[bucket].flows[0].fingerprint() == 0 ? 0 : 1;
    FlowCounters& flow = buckets_[bucket].flows[side];
    flow.fingerprint_and_flags = fingerprint_of(hash) << 16 | std::uint64_t{packet.flags}
                                                                  << 8 * packet.sender;
    flow.packets[packet.sender] = 1;
    flow.bytes[packet.sender] = packet.ip_bytes;
    flow.first = time;
    flow.last = time;
    // All flags at once are no packet that was ever sent; they accuse nobody.
    births_[size_++] = {.key = packet.key,
                        .hash = hash,
                        .place = static_cast<std::uint32_t>(bucket * 2 + side),
                        .first_ip_bytes = static_cast<std::uint16_t>(std::min(packet.ip_bytes, 0xffffu)),
                        .first_flags = packet.flags_cut ? first_flags_unknown : packet.flags,
                        .tools = static_cast<std::uint8_t>(packet.tools & 0x7f),
                        .initiator = static_cast<std::uint8_t>(packet.sender & 1),
                        .hardware = origin.source.value & 0xffff'ffff'ffff,
                        .to_all = origin.to_all};
}

// Bucket by bucket while few are in use; else the whole array, which the processor does in one stream.
void FlowTable::clear() noexcept {
    if (size_ < mask_ / 8)
        for (const FlowBirth& birth : births()) buckets_[birth.place / 2] = {};
    else
        std::memset(static_cast<void*>(buckets_.get()), 0, hot_bytes());
    size_ = 0;
}

}  // namespace flowlock
