// SPDX-License-Identifier: BSD-3-Clause
// `sampling`, the one key that stands in no table.
#include <catch2/catch.hpp>

#include "lists.hpp"
#include "loading.hpp"

namespace flowlock::test {

TEST_CASE("sampling is said above all tables, or on the command line") {
    REQUIRE(loaded("").sampling == 1);
    REQUIRE(loaded("sampling = 1_000\n[scan]\nmin_targets = 3").sampling == 1'000);
    REQUIRE(loaded("sampling = 1_000_000").sampling == 1'000'000);
    REQUIRE(with_overrides("sampling = 10", {"sampling=1000"}).sampling == 1'000);
}

TEST_CASE("sampling out of its range is told with the range") {
    CHECK(mistakes("sampling = 0") ==
          "flowlock.toml:1: sampling: is 0; write a whole number from 1 to 1_000_000");
    CHECK(mistakes("sampling = 1_000_001") ==
          "flowlock.toml:1: sampling: is 1000001; write a whole number from 1 to 1_000_000");
    CHECK(mistakes("[sampling]\nrate = 3") ==
          "flowlock.toml:1: sampling: is a table; write a whole number from 1 to 1_000_000");
    CHECK(mistakes_of_override("sampling=1:1000") ==
          "--set sampling=1:1000: is \"1:1000\"; write a whole number from 1 to 1_000_000");
}

TEST_CASE("sampling in a table is told to belong to none") {
    const std::string mend =
        "sampling: is not known; sampling belongs to no table: write it above the first line in brackets";
    CHECK(mistakes("[scan]\nsampling = 3") == "flowlock.toml:2: scan." + mend);
    CHECK(mistakes(good_limit + "sampling = 3") == "flowlock.toml:6: limit[1]." + mend);
    CHECK(mistakes(group_text("web", "\"10.0.0.0/24\"") + "sampling = 3") ==
          "flowlock.toml:4: group[1]." + mend);
    CHECK(mistakes_of_override("scan.sampling=3") ==
          "--set scan.sampling=3: is not known; did you mean sampling?");
}

TEST_CASE("a name with a dot in quotes is not the key of a table") {
    CHECK(mistakes("\"scan.window\" = \"3s\"") ==
          "flowlock.toml:1: scan.window: is not known; did you mean scan.window?");
    CHECK(mistakes("[report]\n\"scan.window\" = \"3s\"")
              .starts_with("flowlock.toml:2: report.scan.window: is not known; known are "));
}

}  // namespace flowlock::test
