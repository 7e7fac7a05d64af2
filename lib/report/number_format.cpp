// SPDX-License-Identifier: BSD-3-Clause
#include "report/number_format.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace flowlock {
namespace {

char group_mark(NumberFormat format) {
    return format == NumberFormat::de ? '.' : ',';
}
char decimal_mark(NumberFormat format) {
    return format == NumberFormat::de ? ',' : '.';
}

// value / 2^shift with three decimals, half up.
std::string with_thousandths(std::uint64_t value, unsigned shift, NumberFormat format) {
    assert(shift > 0 && shift < 54);  // the rest is below 2^shift, and 1000 times that must fit 64 bits
    const std::uint64_t unit = std::uint64_t{1} << shift;
    const std::uint64_t rest = value & (unit - 1);
    const std::uint64_t thousandths = (rest * 1000 + unit / 2) >> shift;
    // 0.9995 and more round to a whole one.
    const std::uint64_t whole = (value >> shift) + thousandths / 1000;
    return fmt::format("{}{}{:03}", grouped(whole, format), decimal_mark(format), thousandths % 1000);
}

}  // namespace

std::string grouped(std::uint64_t value, NumberFormat format) {
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, group_mark(format));
    return text;
}

std::string gbyte(Bytes bytes, NumberFormat format) {
    return with_thousandths(bytes.value, 30, format);
}

std::string mbit(std::uint64_t bits, NumberFormat format) {
    constexpr unsigned shift = 20;
    constexpr std::uint64_t below_one = (std::uint64_t{1} << shift) - 1;
    if ((bits & below_one) == 0) return grouped(bits >> shift, format);
    return with_thousandths(bits, shift, format);
}

std::string percent(std::uint64_t part, std::uint64_t whole, NumberFormat format) {
    assert(whole > 0);
    part = std::min(part, whole);
    const bool none = part == 0;
    const bool all = part == whole;
    // Halving both changes the share by less than 1 in 2^50.
    for (; whole >= std::uint64_t{1} << 53; whole /= 2) part /= 2;
    const std::uint64_t per_mille = (part * 1000 + whole / 2) / whole;
    const char mark = decimal_mark(format);
    if (per_mille == 0 && !none) return fmt::format("below 0{}1 %", mark);
    if (per_mille == 1000 && !all) return fmt::format("above 99{}9 %", mark);
    return fmt::format("{}{}{} %", per_mille / 10, mark, per_mille % 10);
}

}  // namespace flowlock
