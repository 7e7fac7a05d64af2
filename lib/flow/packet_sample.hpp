// SPDX-License-Identifier: BSD-3-Clause
// Prints of some of an epoch's packets, by which the control core finds out whether a mirror port sends packets
// twice. All packets of a flow are in the sample or none, on all workers alike, so both copies of a packet are or
// neither. Which flows it is changes with every epoch, so that no large flow decides for long. The worker's while its
// epoch is open, then the control core's, who also says how many flows are to be sampled next. Data path: choice(),
// add().
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace flowlock {

class PacketSample {
public:
    static constexpr std::uint32_t prints_max = 4096;
    static constexpr unsigned level_max = 24;

    // Which flows are sampled, by bits of their hash that choose no place in a table, nor a spreader's target. A value
    // of its own, so that a burst has it in two registers.
    struct Choice {
        std::uint64_t mask = 0;
        std::uint64_t wanted = 0;
        bool wants(std::uint64_t flow_hash) const noexcept { return ((flow_hash ^ wanted) & mask) == 0; }
        // The same of many at once, without a branch: below, every hash adds a word, whose top bit is set when it is
        // wanted.
        std::uint64_t sign(std::uint64_t flow_hash) const noexcept {
            return ((flow_hash ^ wanted) & mask) - 1;
        }
        static bool has_wanted(std::uint64_t signs) noexcept { return signs >> 63 != 0; }
    };

    // One in 2^level flows; `turn` chooses which.
    void begin(unsigned level, std::uint64_t turn) noexcept {
        choice_.mask = ((std::uint64_t{1} << level) - 1) << first_bit;
        choice_.wanted = turn << first_bit;
    }
    const Choice& choice() const noexcept { return choice_; }
    void add(std::uint64_t print) noexcept {
        if (print == 0) return;
        if (count_ < prints_max) {
            prints_[count_++] = print;
            return;
        }
        is_cut_ = true;
    }
    // More came than it has room for: it says nothing.
    bool is_cut() const noexcept { return is_cut_; }
    std::span<const std::uint64_t> prints() const noexcept { return {prints_.data(), count_}; }
    void clear() noexcept {
        count_ = 0;
        is_cut_ = false;
    }

private:
    static constexpr unsigned first_bit = 20;  // of the hash; with level_max bits it leaves the top one alone
    static_assert(first_bit + level_max < 63);

    Choice choice_;
    std::uint32_t count_ = 0;
    bool is_cut_ = false;
    std::array<std::uint64_t, prints_max> prints_;
};

}  // namespace flowlock
