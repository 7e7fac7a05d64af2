// SPDX-License-Identifier: BSD-3-Clause
// What the payload inspection of an epoch has found: which signature matched what whom sent, in the order of the
// packets. The worker's while its epoch is open, then the control core's, who clears it. add() is data path: no
// allocation, bounded.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "base/mapped_array.hpp"
#include "base/units.hpp"
#include "packet/flow_key.hpp"

namespace flowlock {

struct ContentMatch {
    FlowKey key;
    std::int64_t time_ns = 0;
    std::uint32_t set = 0;        // which set of signatures it was: they are changed while a monitor runs
    std::uint16_t signature = 0;  // its number in the set
    std::uint8_t sender = 0;      // the endpoint of the key that sent the payload
};
static_assert(sizeof(ContentMatch) <= 64);

// What became of the packets that are among the first of their flow that their sender sends.
struct Inspection {
    Packets inspected;  // have a payload, to which a signature may apply
    Packets shed;       // not looked at, since packets were waiting; whether they have one is not known
    Packets refused;    // matches for which a list was full

    Inspection& operator+=(const Inspection& other) {
        inspected += other.inspected;
        shed += other.shed;
        refused += other.refused;
        return *this;
    }
};

class MatchList {
public:
    static constexpr std::uint32_t matches_max = 8192;

    void prefault() noexcept {
        std::memset(static_cast<void*>(matches_.get()), 0, matches_max * sizeof(ContentMatch));
    }
    void add(const ContentMatch& match) noexcept {
        if (count_ < matches_max)
            matches_[count_++] = match;
        else
            inspection.refused += {1};
    }
    std::uint32_t room() const noexcept { return matches_max - count_; }
    std::span<const ContentMatch> matches() const noexcept { return {matches_.get(), count_}; }
    void clear() noexcept {
        count_ = 0;
        inspection = {};
    }

    Inspection inspection;

private:
    std::uint32_t count_ = 0;
    MappedArray<ContentMatch> matches_ = map_array<ContentMatch>(matches_max);
};

}  // namespace flowlock
