// SPDX-License-Identifier: BSD-3-Clause
#include "report/number_format.hpp"

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

}  // namespace flowlock
