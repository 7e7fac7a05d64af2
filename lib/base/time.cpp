// SPDX-License-Identifier: BSD-3-Clause
#include "base/time.hpp"

#include <array>
#include <ctime>

namespace flowlock {
namespace {

std::string format_utc(Time time, const char* pattern) {
    const std::time_t count = floor_seconds(time);
    std::tm parts{};
    gmtime_r(&count, &parts);
    std::array<char, 64> text{};
    const auto length = std::strftime(text.data(), text.size(), pattern, &parts);
    return {text.data(), length};
}

}  // namespace

std::string iso8601(Time time) {
    // Between 0 and 999,999,999; not by way of seconds * 10^9, which the earliest times would overflow.
    std::int64_t nanos = ns_of(time) % ns_per_second;
    if (nanos < 0) nanos += ns_per_second;
    const std::int64_t micros = nanos / 1000;
    std::string digits = std::to_string(1'000'000 + micros);
    digits.front() = '.';
    return format_utc(time, "%Y-%m-%dT%H:%M:%S") + digits + "Z";
}

std::string compact_utc(Time time) {
    return format_utc(time, "%Y%m%dT%H%M%SZ");
}

// The program never calls setlocale, so strftime speaks the C locale's English.
std::string ctime_utc(Time time) {
    return format_utc(time, "%a %b %e %H:%M:%S %Y");
}

}  // namespace flowlock
