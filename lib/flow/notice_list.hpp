// SPDX-License-Identifier: BSD-3-Clause
// What the stations of a segment said of addresses in an epoch, in the order in which it came, and who sent how many
// frames of other protocols than IP to everybody. The worker's while its epoch is open, then the control core's, who
// clears it. add() is data path: no allocation, bounded.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/hash.hpp"
#include "base/mapped_array.hpp"
#include "base/units.hpp"
#include "packet/link_notice.hpp"

namespace flowlock {

struct TimedNotice {
    std::int64_t time_ns;
    LinkNotice notice;

    friend auto operator<=>(const TimedNotice&, const TimedNotice&) = default;
};
static_assert(sizeof(TimedNotice) == 64);

// Frames of one station to broadcast or multicast addresses.
struct GroupFrames {
    HardwareAddress sender;
    std::uint64_t frames = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

// What several workers heard, by time and content, so that it does not matter who heard it.
void put_in_order(std::vector<TimedNotice>& notices);
// The frames of several workers: each sender once, by its address.
void add_up(std::vector<GroupFrames>& frames);

class NoticeList {
public:
    static constexpr std::uint32_t notices_max = 4096;
    static constexpr std::uint32_t senders_max = 256;

    explicit NoticeList(const HashKey& secret) : secret_(secret) {}

    void prefault() noexcept {
        std::memset(static_cast<void*>(notices_.get()), 0, notices_max * sizeof(TimedNotice));
    }
    void add(const TimedNotice& notice) noexcept {
        if (count_ < notices_max)
            notices_[count_++] = notice;
        else
            refused_ += {1};
    }
    void count_group_frame(HardwareAddress sender, std::int64_t time_ns) noexcept {
        // Every second slot is free at least, so a search ends, and soon.
        std::size_t slot = fold_multiply(sender.value ^ secret_.a, secret_.b) % slots_.size();
        for (; slots_[slot] != 0; slot = (slot + 1) % slots_.size()) {
            GroupFrames& known = senders_[slots_[slot] - 1u];
            if (known.sender != sender) continue;
            ++known.frames;
            known.first_ns = std::min(known.first_ns, time_ns);
            known.last_ns = std::max(known.last_ns, time_ns);
            return;
        }
        if (sender_count_ == senders_max) {
            refused_ += {1};
            return;
        }
        senders_[sender_count_] = {.sender = sender, .frames = 1, .first_ns = time_ns, .last_ns = time_ns};
        slots_[slot] = static_cast<std::uint16_t>(++sender_count_);
    }
    // So many frames fit in any case.
    std::uint32_t room() const noexcept {
        return std::min(notices_max - count_, senders_max - sender_count_);
    }
    std::span<const TimedNotice> notices() const noexcept { return {notices_.get(), count_}; }
    std::span<const GroupFrames> senders() const noexcept { return {senders_.data(), sender_count_}; }
    // What came when it was full.
    Packets refused() const noexcept { return refused_; }
    void clear() noexcept {
        count_ = 0;
        if (sender_count_ > 0) slots_.fill(0);
        sender_count_ = 0;
        refused_ = {};
    }

private:
    HashKey secret_;
    std::uint32_t count_ = 0;
    std::uint32_t sender_count_ = 0;
    Packets refused_;
    MappedArray<TimedNotice> notices_ = map_array<TimedNotice>(notices_max);
    std::array<GroupFrames, senders_max> senders_{};
    std::array<std::uint16_t, std::size_t{2} * senders_max> slots_{};  // of senders_, from 1; 0: free
};

}  // namespace flowlock
