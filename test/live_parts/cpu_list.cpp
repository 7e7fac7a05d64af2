// SPDX-License-Identifier: BSD-3-Clause
// Sets of CPUs in the kernel's form.
#include "live/cpu_list.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("lists of CPUs are read and written as the kernel does") {
    CHECK(parse_cpu_list("0-2,8") == CpuSet{0, 1, 2, 8});
    CHECK(written({0, 1, 2, 8}) == "0-2,8");
    CHECK(written({5}) == "5");
    CHECK(written({0, 1, 3, 4}) == "0-1,3-4");
    CHECK(written({}) == "none");
    CHECK(parse_cpu_list("") == CpuSet{});
    CHECK(parse_cpu_list("(null)") == CpuSet{});
    CHECK(parse_cpu_list("3-1") == CpuSet{});
    CHECK(parse_cpu_list("7,x,-,1-,9") == CpuSet{7, 9});
    CHECK(parse_cpu_list("0-4294967295").size() == 8192);
    CHECK(parse_cpu_list("4294967295").empty());
}
