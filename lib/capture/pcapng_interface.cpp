// SPDX-License-Identifier: BSD-3-Clause
#include "capture/pcapng_interface.hpp"

#include <algorithm>

#include "capture/link_number.hpp"

namespace flowlock {
namespace {

// 128 bits are an extension of gcc and clang, which says so to -Wpedantic.
__extension__ using Wide = __int128;

constexpr std::size_t options_offset = 8;  // after link type, two reserved bytes and snap length

constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_resolution = 9;  // if_tsresol
constexpr std::uint16_t option_offset = 14;     // if_tsoffset

std::uint64_t power_of_ten(unsigned exponent) noexcept {
    std::uint64_t power = 1;
    for (unsigned i = 0; i < exponent; ++i) power *= 10;
    return power;
}

// Takes over one option. False: its length is not that of its kind.
bool apply_option(std::uint16_t code, std::span<const std::byte> value, ByteOrder order, TimeScale& scale) {
    if (code == option_resolution) {
        if (value.size() != 1) return false;
        scale.set_resolution(load_u8(value.data()));
    }
    if (code == option_offset) {
        if (value.size() != 8) return false;
        scale.set_offset(static_cast<std::int64_t>(order.u64(value.data())));
    }
    return true;
}

}  // namespace

void TimeScale::set_resolution(std::uint8_t resolution) noexcept {
    const unsigned exponent = resolution & 0x7fu;
    multiplier_ = 1;
    divisor_ = 1;
    shift_ = 0;
    if ((resolution & 0x80u) != 0) {
        multiplier_ = std::uint64_t{ns_per_second};
        shift_ = static_cast<std::uint8_t>(exponent);
    } else if (exponent <= 9) {
        multiplier_ = power_of_ten(9 - exponent);
    } else {
        // 10^19 is the last power of ten below 2^64.
        divisor_ = exponent - 9 <= 19 ? power_of_ten(exponent - 9) : 0;
    }
}

Time TimeScale::time_of(std::uint64_t ticks) const noexcept {
    // Nearly every capture counts micro- or nanoseconds since 1970, in a range that 64 bits hold.
    std::uint64_t simple = 0;
    if (divisor_ == 1 && shift_ == 0 && offset_seconds_ == 0 &&
        !__builtin_mul_overflow(ticks, multiplier_, &simple) &&
        simple <= static_cast<std::uint64_t>(ns_of(packet_time_max)))
        return time_from_ns(static_cast<std::int64_t>(simple));

    // 2^64 ticks times 10^9 are below 2^94, and so are 2^63 seconds in nanoseconds: the sum fits.
    if (divisor_ != 1) ticks = divisor_ == 0 ? 0 : ticks / divisor_;
    const auto since_offset = Wide{ticks} * Wide{multiplier_} >> shift_;
    const auto ns = since_offset + Wide{offset_seconds_} * Wide{ns_per_second};
    return time_from_ns(static_cast<std::int64_t>(
        std::clamp(ns, Wide{ns_of(packet_time_min)}, Wide{ns_of(packet_time_max)})));
}

std::optional<PcapngInterface> read_interface(std::span<const std::byte> body, ByteOrder order,
                                              std::string_view& reason) {
    const auto refuse = [&](std::string_view why) {
        reason = why;
        return std::nullopt;
    };
    if (body.size() < options_offset) return refuse("an interface description is too short");
    PcapngInterface interface;
    interface.link_number = order.u16(body.data());
    interface.link = link_type_of(interface.link_number);
    interface.snap_length = order.u32(body.data() + 4);

    auto options = body.subspan(options_offset);
    while (options.size() >= 4) {
        const auto code = order.u16(options.data());
        const std::size_t length = order.u16(options.data() + 2);
        if (code == option_end) break;
        const auto padded = (length + 3) & ~std::size_t{3};
        if (options.size() - 4 < padded)
            return refuse("an option of an interface description is longer than its block");
        if (!apply_option(code, options.subspan(4, length), order, interface.time_scale))
            return refuse("an if_tsresol or if_tsoffset option is not of the length it must have");
        options = options.subspan(4 + padded);
    }
    return interface;
}

}  // namespace flowlock
