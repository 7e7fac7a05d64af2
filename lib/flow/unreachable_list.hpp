// SPDX-License-Identifier: BSD-3-Clause
// The packets that could not be delivered, as ICMP errors of an epoch say: what they quote, in the order in which they
// came. The flow of such a packet may be another worker's, so the control core looks it up when all are in. The
// worker's while its epoch is open, then the control core's, who clears it. add() is data path: no allocation, bounded.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "base/mapped_array.hpp"
#include "base/units.hpp"
#include "packet/quoted_packet.hpp"

namespace flowlock {

class UnreachableList {
public:
    static constexpr std::uint32_t packets_max = 4096;

    void prefault() noexcept {
        std::memset(static_cast<void*>(packets_.get()), 0, packets_max * sizeof(QuotedPacket));
    }
    void add(const QuotedPacket& packet) noexcept {
        if (count_ < packets_max)
            packets_[count_++] = packet;
        else
            refused_ += {1};
    }
    std::uint32_t room() const noexcept { return packets_max - count_; }
    std::span<const QuotedPacket> packets() const noexcept { return {packets_.get(), count_}; }
    // What came when it was full.
    Packets refused() const noexcept { return refused_; }
    void clear() noexcept {
        count_ = 0;
        refused_ = {};
    }

private:
    std::uint32_t count_ = 0;
    Packets refused_;
    MappedArray<QuotedPacket> packets_ = map_array<QuotedPacket>(packets_max);
};

}  // namespace flowlock
