// SPDX-License-Identifier: BSD-3-Clause
// What a pcapng Interface Description Block says: link type, snap length, and how the interface counts time.
// Plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"
#include "capture/byte_order.hpp"
#include "packet/link_type.hpp"

namespace flowlock {

// The range of packet times: the whole years that a Time can hold. What lies beyond is clamped, so that
// adding the length of a window to a packet's time, or rounding it to seconds, does not overflow either.
constexpr Time packet_time_min = std::chrono::sys_days{std::chrono::January / 1 / 1678};
constexpr Time packet_time_max = std::chrono::sys_days{std::chrono::January / 1 / 2262};

// if_tsresol and if_tsoffset: ticks of 10^-exponent or 2^-exponent seconds, counted from `offset_seconds`.
class TimeScale {
public:
    // The byte of if_tsresol: the highest bit says 2 rather than 10, the others are the exponent.
    void set_resolution(std::uint8_t resolution) noexcept;
    void set_offset(std::int64_t seconds) noexcept { offset_seconds_ = seconds; }

    // Parts of a nanosecond are cut.
    Time time_of(std::uint64_t ticks) const noexcept;

private:
    // ns = ticks * multiplier_ / divisor_ >> shift_. A zero divisor: a tick is
    // so short that 2^64 are no nanosecond.
    std::uint64_t multiplier_ = 1000;  // microseconds unless if_tsresol says otherwise
    std::uint64_t divisor_ = 1;
    std::uint8_t shift_ = 0;
    std::int64_t offset_seconds_ = 0;
};

struct PcapngInterface {
    LinkType link = LinkType::unsupported;
    std::uint16_t link_number = 0;
    std::uint32_t snap_length = 0;  // 0: not limited
    TimeScale time_scale;
};

// Reads the body of the block (without its header and trailer). Nothing, and why, if it is broken.
std::optional<PcapngInterface> read_interface(std::span<const std::byte> body, ByteOrder order,
                                              std::string_view& reason);

}  // namespace flowlock
