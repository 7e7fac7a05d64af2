// SPDX-License-Identifier: BSD-3-Clause
#include "control/packet_counts.hpp"

#include <algorithm>
#include <utility>

namespace flowlock {

std::uint64_t PacketCounts::Epoch::packets_of(HostPlace place) const noexcept {
    const auto at = std::ranges::lower_bound(counts_, place, {}, &Count::place);
    return at != counts_.end() && at->place == place ? at->packets : 0;
}

void PacketCounts::add(const EpochLog& log, std::int64_t oldest_s) {
    for (; !epochs_.empty() && epochs_.front().start_s_ < oldest_s; epochs_.pop_front())
        spare_ = std::move(epochs_.front());
    Epoch& epoch = epochs_.emplace_back(std::exchange(spare_, {}));
    epoch.start_s_ = log.start_s;
    epoch.counts_.clear();
    for (const HostSlice& slice : log.slices) {
        std::uint64_t packets = 0;
        for (const ClassVolume& volume : log.classes_of(slice)) packets += volume.packets;
        epoch.counts_.push_back({slice.place, packets});
    }
}

const PacketCounts::Epoch* PacketCounts::find(std::int64_t start_s) const noexcept {
    const auto at = std::ranges::lower_bound(epochs_, start_s, {}, &Epoch::start_s_);
    return at != epochs_.end() && at->start_s_ == start_s ? &*at : nullptr;
}

}  // namespace flowlock
