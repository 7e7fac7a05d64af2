// SPDX-License-Identifier: BSD-3-Clause
// How packet time is shown, and how counts add up. The expected texts were made with date(1).
#include "base/time.hpp"

#include <limits>
#include <type_traits>

#include <catch2/catch.hpp>

#include "base/units.hpp"

namespace flowlock::test {
namespace {

constexpr std::int64_t second = 1'000'000'000;

// The time of the provider's sample rows. They call it a Thursday, but that day was a Wednesday.
constexpr std::int64_t netscan_ns = 1'384'366'467 * second;

template <class A, class B>
concept Addable = requires(A a, B b) {
    a + b;
};

}  // namespace

TEST_CASE("ISO 8601 has microseconds, also when they are zero") {
    REQUIRE(iso8601(time_from_ns(netscan_ns)) == "2013-11-13T18:14:27.000000Z");
    REQUIRE(iso8601(time_from_ns(netscan_ns + 1'000)) == "2013-11-13T18:14:27.000001Z");
    REQUIRE(iso8601(time_from_ns(netscan_ns + 145'756'000)) == "2013-11-13T18:14:27.145756Z");
    REQUIRE(iso8601(time_from_ns(0)) == "1970-01-01T00:00:00.000000Z");
}

TEST_CASE("nanoseconds are cut, never rounded into the next second") {
    REQUIRE(iso8601(time_from_ns(netscan_ns + 999)) == "2013-11-13T18:14:27.000000Z");
    REQUIRE(iso8601(time_from_ns(netscan_ns + second - 1)) == "2013-11-13T18:14:27.999999Z");
}

TEST_CASE("a time before 1970 is shown as well as one after") {
    REQUIRE(iso8601(time_from_ns(-1)) == "1969-12-31T23:59:59.999999Z");
    REQUIRE(iso8601(time_from_ns(-second)) == "1969-12-31T23:59:59.000000Z");
    REQUIRE(iso8601(time_from_ns(-second - 1'000)) == "1969-12-31T23:59:58.999999Z");
    REQUIRE(ctime_utc(time_from_ns(-1)) == "Wed Dec 31 23:59:59 1969");
    REQUIRE(compact_utc(time_from_ns(-1)) == "19691231T235959Z");
}

TEST_CASE("the first and the last time there are can be shown") {
    REQUIRE(iso8601(time_from_ns(std::numeric_limits<std::int64_t>::max())) == "2262-04-11T23:47:16.854775Z");
    REQUIRE(iso8601(time_from_ns(std::numeric_limits<std::int64_t>::min())) == "1677-09-21T00:12:43.145224Z");
}

TEST_CASE("leap days are days") {
    REQUIRE(iso8601(time_from_ns(1'709'164'800 * second)) == "2024-02-29T00:00:00.000000Z");
    REQUIRE(ctime_utc(time_from_ns(951'782'400 * second)) == "Tue Feb 29 00:00:00 2000");
}

TEST_CASE("the time of a netscan row has the day of the month padded by a blank") {
    REQUIRE(ctime_utc(time_from_ns(netscan_ns)) == "Wed Nov 13 18:14:27 2013");
    REQUIRE(ctime_utc(time_from_ns(netscan_ns - 8 * 86'400 * second)) == "Tue Nov  5 18:14:27 2013");
    REQUIRE(ctime_utc(time_from_ns(0)) == "Thu Jan  1 00:00:00 1970");
    REQUIRE(ctime_utc(time_from_ns(netscan_ns + second - 1)) == "Wed Nov 13 18:14:27 2013");
}

TEST_CASE("the compact form has neither blanks nor colons, and sorts by time") {
    REQUIRE(compact_utc(time_from_ns(netscan_ns)) == "20131113T181427Z");
    REQUIRE(compact_utc(time_from_ns(netscan_ns)) < compact_utc(time_from_ns(netscan_ns + second)));
}

TEST_CASE("a time keeps its nanoseconds") {
    for (const std::int64_t ns :
         {std::int64_t{0}, std::int64_t{-1}, netscan_ns + 7, std::numeric_limits<std::int64_t>::max()})
        REQUIRE(ns_of(time_from_ns(ns)) == ns);
    REQUIRE(time_from_ns(5) - time_from_ns(2) == Duration{3});
}

TEST_CASE("counts of one unit add, subtract and compare") {
    Packets packets{3};
    packets += {4};
    REQUIRE(packets == Packets{7});
    packets -= {2};
    REQUIRE(packets == Packets{5});
    REQUIRE(Packets{5} + Packets{6} == Packets{11});
    REQUIRE(Packets{6} - Packets{5} == Packets{1});
    REQUIRE(Bytes{1} < Bytes{2});
    REQUIRE(Flows{} == Flows{0});
}

TEST_CASE("counts of different units do not add, and no bare number is a count") {
    STATIC_REQUIRE(Addable<Packets, Packets>);
    STATIC_REQUIRE_FALSE(Addable<Packets, Bytes>);
    STATIC_REQUIRE_FALSE(Addable<Bytes, Flows>);
    STATIC_REQUIRE_FALSE(Addable<Packets, int>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<int, Packets>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Packets, std::uint64_t>);
}

TEST_CASE("traffic adds and subtracts each of its counts") {
    Traffic traffic{{1}, {100}, {2}};
    traffic += {{10}, {1'000}, {20}};
    REQUIRE(traffic == Traffic{{11}, {1'100}, {22}});
    traffic -= {{1}, {100}, {2}};
    REQUIRE(traffic == Traffic{{10}, {1'000}, {20}});
    REQUIRE(Traffic{} == Traffic{{0}, {0}, {0}});
    REQUIRE_FALSE(Traffic{{1}, {0}, {0}} == Traffic{{0}, {1}, {0}});
}

}  // namespace flowlock::test
