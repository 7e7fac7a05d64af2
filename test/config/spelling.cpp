// SPDX-License-Identifier: BSD-3-Clause
// Suggestions for mistyped names.
#include "config/spelling.hpp"

#include <catch2/catch.hpp>

namespace flowlock::test {

TEST_CASE("an edit is a character more, less, changed, or swapped with its neighbour") {
    REQUIRE(edit_distance("window", "window") == 0);
    REQUIRE(edit_distance("window", "widow") == 1);
    REQUIRE(edit_distance("widow", "window") == 1);
    REQUIRE(edit_distance("window", "winbow") == 1);
    REQUIRE(edit_distance("window", "widnow") == 1);
    REQUIRE(edit_distance("", "abc") == 3);
    REQUIRE(edit_distance("abc", "") == 3);
    REQUIRE(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is suggested, and none that is far") {
    const std::vector<std::string_view> names = {"out", "in", "packets", "packages"};
    REQUIRE(nearest_name("packet", names) == "packets");
    REQUIRE(nearest_name("pakages", names) == "packages");
    REQUIRE(nearest_name("otu", names) == "out");
    REQUIRE(nearest_name("it", names) == "in");
    REQUIRE(nearest_name("up", names).empty());
    REQUIRE(nearest_name("flows", names).empty());
    REQUIRE(nearest_name("", names).empty());
}

TEST_CASE("a name that is long beyond reason has no near one and costs no time") {
    const std::string word(1'000'000, 'a');
    REQUIRE(nearest_name(word, {"scan.window"}).empty());
}

}  // namespace flowlock::test
