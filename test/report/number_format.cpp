// SPDX-License-Identifier: BSD-3-Clause
#include "report/number_format.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("integers are grouped in thousands, with points in German and commas in English") {
    CHECK(grouped(0, NumberFormat::de) == "0");
    CHECK(grouped(999, NumberFormat::de) == "999");
    CHECK(grouped(1000, NumberFormat::de) == "1.000");
    CHECK(grouped(99999, NumberFormat::de) == "99.999");
    CHECK(grouped(100000, NumberFormat::de) == "100.000");
    CHECK(grouped(40674000, NumberFormat::de) == "40.674.000");
    CHECK(grouped(40674000, NumberFormat::en) == "40,674,000");
    CHECK(grouped(18446744073709551615u, NumberFormat::en) == "18,446,744,073,709,551,615");
}

TEST_CASE("GByte are binary and have three decimals") {
    CHECK(gbyte({0}, NumberFormat::de) == "0,000");
    CHECK(gbyte({1'073'741'824}, NumberFormat::de) == "1,000");
    CHECK(gbyte({1'000'000'000}, NumberFormat::en) == "0.931");
    CHECK(gbyte({6'344'592'000}, NumberFormat::de) == "5,909");
    CHECK(gbyte({1'073'741'824'000}, NumberFormat::de) == "1.000,000");
    CHECK(gbyte({1'073'741'824'000}, NumberFormat::en) == "1,000.000");
    // 2^64 - 1 bytes are a hair less than 2^34 GByte.
    CHECK(gbyte({18446744073709551615u}, NumberFormat::en) == "17,179,869,184.000");
}

TEST_CASE("GByte are rounded half up, exactly at the half") {
    // 2^26 bytes are 0.0625 GByte: the tie itself can be written in bytes.
    CHECK(gbyte({67'108'863}, NumberFormat::en) == "0.062");
    CHECK(gbyte({67'108'864}, NumberFormat::en) == "0.063");
    // 0.0005 GByte are 536870.912 bytes, 5.9085 are 6344203567.1
    CHECK(gbyte({536'870}, NumberFormat::en) == "0.000");
    CHECK(gbyte({536'871}, NumberFormat::en) == "0.001");
    CHECK(gbyte({6'344'203'567}, NumberFormat::en) == "5.908");
    CHECK(gbyte({6'344'203'568}, NumberFormat::en) == "5.909");
}

TEST_CASE("GByte carry into the whole when they round up to it") {
    // 0.9995 GByte are 1073204953.1 bytes, 999.9995 are 1073741287129.1
    CHECK(gbyte({1'073'204'953}, NumberFormat::de) == "0,999");
    CHECK(gbyte({1'073'204'954}, NumberFormat::de) == "1,000");
    CHECK(gbyte({1'073'741'287'129}, NumberFormat::de) == "999,999");
    CHECK(gbyte({1'073'741'287'130}, NumberFormat::de) == "1.000,000");
}

TEST_CASE("a percentage is rounded half up to one decimal, in the format's mark") {
    CHECK(percent(987, 1'000, NumberFormat::de) == "98,7 %");
    CHECK(percent(987, 1'000, NumberFormat::en) == "98.7 %");
    CHECK(percent(1'234, 10'000, NumberFormat::en) == "12.3 %");
    CHECK(percent(1'235, 10'000, NumberFormat::en) == "12.4 %");
    CHECK(percent(1, 3, NumberFormat::en) == "33.3 %");
}

TEST_CASE("nothing is 0.0 % but none, and nothing is 100.0 % but all") {
    CHECK(percent(0, 7, NumberFormat::de) == "0,0 %");
    CHECK(percent(7, 7, NumberFormat::de) == "100,0 %");
    CHECK(percent(4'999, 10'000'000, NumberFormat::de) == "below 0,1 %");
    CHECK(percent(5'000, 10'000'000, NumberFormat::de) == "0,1 %");
    CHECK(percent(9'994'999, 10'000'000, NumberFormat::en) == "99.9 %");
    CHECK(percent(9'995'000, 10'000'000, NumberFormat::en) == "above 99.9 %");
    CHECK(percent(8, 7, NumberFormat::en) == "100.0 %");
}

TEST_CASE("percentages of 64-bit counts do not overflow") {
    constexpr std::uint64_t all = 18'446'744'073'709'551'615u;
    CHECK(percent(all, all, NumberFormat::en) == "100.0 %");
    CHECK(percent(all / 4, all, NumberFormat::en) == "25.0 %");
    CHECK(percent(all - 1, all, NumberFormat::en) == "above 99.9 %");
    CHECK(percent(1, all, NumberFormat::en) == "below 0.1 %");
}

TEST_CASE("a threshold in MBit is whole where it is, and else has three decimals") {
    CHECK(mbit(104'857'600, NumberFormat::de) == "100");
    CHECK(mbit(1'048'576'000, NumberFormat::de) == "1.000");
    CHECK(mbit(1'000'000'000, NumberFormat::de) == "953,674");
    CHECK(mbit(10'000'000'000, NumberFormat::en) == "9,536.743");
    CHECK(mbit(500'000, NumberFormat::en) == "0.477");
}
