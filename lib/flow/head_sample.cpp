// SPDX-License-Identifier: BSD-3-Clause
#include "flow/head_sample.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace flowlock {

HeadSample::HeadSample() : entries_(map_array<Entry>(room)), heads_(map_array<PacketHead>(room)) {
    for (std::uint32_t i = 0; i < room; ++i) entries_[i].slot = i;
    begin(0);
}

void HeadSample::prefault() noexcept {
    std::memset(static_cast<void*>(heads_.get()), 0, room * sizeof(PacketHead));
}

// Where the strata of watched hosts begin changes with their number, but every entry has a slot of its own.
void HeadSample::begin(std::uint32_t watched) noexcept {
    watched_ = watched;
    watched_quota_ = watched == 0 ? 0 : quota_of(first_watched, watched);
    const std::uint32_t strata = first_watched + 2 * watched;
    std::fill_n(bound_.begin(), strata, bound_at(0));
    std::fill_n(size_.begin(), strata, 0u);
}

void HeadSample::add(const PacketHead& info, const std::byte* bytes) noexcept {
    const std::uint32_t stratum = info.stratum;
    const std::uint32_t quota = quota_of(stratum, watched_);
    while (size_[stratum] == quota) {
        if (bound_[stratum] == 0) return;  // serial numbers come again: there is nothing to choose by
        halve(stratum);
        if (!draw(stratum, info.lot)) return;
    }
    Entry& entry = entries_[begin_of(stratum) + size_[stratum]++];
    entry.lot = info.lot;
    PacketHead& head = heads_[entry.slot];
    // The info only; what stood behind it is written over by the bytes.
    std::memcpy(static_cast<void*>(&head), &info, offsetof(PacketHead, bytes));
    std::memcpy(head.bytes.data(), bytes, info.size);
}

void HeadSample::halve(std::uint32_t stratum) noexcept {
    bound_[stratum] >>= 1;
    Entry* const entries = &entries_[begin_of(stratum)];
    std::uint32_t& size = size_[stratum];
    for (std::uint32_t i = 0; i < size;)
        if (entries[i].lot > bound_[stratum])
            std::swap(entries[i], entries[--size]);
        else
            ++i;
}

std::uint32_t HeadSample::size() const noexcept {
    std::uint32_t size = 0;
    for (std::uint32_t stratum = 0; stratum < first_watched + 2 * watched_; ++stratum) size += size_[stratum];
    return size;
}

}  // namespace flowlock
