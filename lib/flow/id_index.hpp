// SPDX-License-Identifier: BSD-3-Clause
// From the hash of a key to the id under which its record is kept. Open addressing, eight bytes a slot, half of them
// bits of the hash, so that a wrong record is hardly ever looked at; load at most 1/2, growing by doubling; in huge pages
// where the kernel can, for every look-up is a cache miss, and need not be a TLB miss, too. One thread.
#pragma once

#include <cstdint>
#include <utility>

#include "base/mapped_array.hpp"
#include "base/prefetch.hpp"

namespace flowlock {

class IdIndex {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    IdIndex() : slots_(map_array<Slot>(slots_at_start)) {}

    [[gnu::always_inline]] void prefetch(std::uint64_t hash) const noexcept {
        prefetch_to_read(&slots_[hash & mask_]);
    }
    // The id that the first probe meets, right or wrong, so that its record is near when find() comes.
    [[gnu::always_inline]] std::uint32_t first(std::uint64_t hash) const noexcept {
        return slots_[hash & mask_].id_plus_1 - 1;
    }
    // The id for which is(id) holds, among those with this hash; else none.
    template <class Is>
    std::uint32_t find(std::uint64_t hash, Is&& is) const noexcept {
        return slots_[place_of(hash, is)].id_plus_1 - 1;
    }
    // The same; where there is none, the id that make() returns is put in its place, unless that is none.
    template <class Is, class Make>
    std::pair<std::uint32_t, bool> find_or_add(std::uint64_t hash, Is&& is, Make&& make) {
        Slot& slot = slots_[place_of(hash, is)];
        if (slot.id_plus_1 != 0) return {slot.id_plus_1 - 1, false};
        const std::uint32_t id = make();
        if (id == none) return {none, false};
        slot = {static_cast<std::uint32_t>(hash), id + 1};
        if (++size_ > mask_ / 2) grow();
        return {id, true};
    }
    // An id that is in it. The index closes up behind it, so it stays as quick as if it had never been there: slots
    // behind the free one move up, if a search for them begins at it or before.
    void erase(std::uint64_t hash, std::uint32_t id) noexcept {
        std::uint32_t free = static_cast<std::uint32_t>(hash) & mask_;
        while (slots_[free].id_plus_1 != id + 1) free = (free + 1) & mask_;
        for (std::uint32_t at = (free + 1) & mask_; slots_[at].id_plus_1 != 0; at = (at + 1) & mask_) {
            const std::uint32_t home = slots_[at].tag & mask_;
            if (((at - home) & mask_) < ((at - free) & mask_)) continue;
            slots_[free] = slots_[at];
            free = at;
        }
        slots_[free] = {};
        --size_;
    }
    std::uint32_t size() const noexcept { return size_; }

private:
    static constexpr std::uint32_t slots_at_start = 65'536;

    struct Slot {
        std::uint32_t tag;        // low half of the hash: place and check in one
        std::uint32_t id_plus_1;  // 0: free
    };

    template <class Is>
    std::uint32_t place_of(std::uint64_t hash, Is& is) const noexcept {
        const auto tag = static_cast<std::uint32_t>(hash);
        std::uint32_t place = tag & mask_;
        for (; slots_[place].id_plus_1 != 0; place = (place + 1) & mask_)
            if (slots_[place].tag == tag && is(slots_[place].id_plus_1 - 1)) break;
        return place;
    }

    // The tag holds 32 bits of the hash, enough for 2^32 slots: no record is touched.
    void grow() {
        const std::uint32_t old_mask = mask_;
        const MappedArray<Slot> old = std::move(slots_);
        mask_ = 2 * mask_ + 1;
        slots_ = map_array<Slot>(std::size_t{mask_} + 1);
        for (std::uint32_t i = 0; i <= old_mask; ++i) {
            if (old[i].id_plus_1 == 0) continue;
            std::uint32_t place = old[i].tag & mask_;
            while (slots_[place].id_plus_1 != 0) place = (place + 1) & mask_;
            slots_[place] = old[i];
        }
    }

    std::uint32_t size_ = 0;
    std::uint32_t mask_ = slots_at_start - 1;
    MappedArray<Slot> slots_;
};

}  // namespace flowlock
