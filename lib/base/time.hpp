// SPDX-License-Identifier: BSD-3-Clause
// Packet time: nanoseconds since 1970-01-01 UTC, as the capture or the NIC says it. Plain values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace flowlock {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::sys_time<Duration>;

// The range a Time can hold is years 1678 to 2262; capture formats can say more, and are clamped to it.
constexpr Time time_from_ns(std::int64_t ns) {
    return Time{Duration{ns}};
}
constexpr std::int64_t ns_of(Time time) {
    return time.time_since_epoch().count();
}

constexpr std::int64_t ns_per_second = 1'000'000'000;

// The second it falls into, counted from 1970. Unlike std::chrono::floor, right for every Time there is.
constexpr std::int64_t floor_seconds(Time time) {
    const std::int64_t ns = ns_of(time);
    return ns / ns_per_second - (ns % ns_per_second < 0 ? 1 : 0);
}

// "2013-11-13T18:14:27.000000Z": ISO 8601 UTC with microseconds (nanoseconds are cut, not rounded).
std::string iso8601(Time time);

// "20131113T181427Z": the same to the second, fit for a file name.
std::string compact_utc(Time time);

// "Wed Nov 13 18:14:27 2013", UTC: strftime's "%a %b %e %H:%M:%S %Y" in the C locale.
std::string ctime_utc(Time time);

}  // namespace flowlock
