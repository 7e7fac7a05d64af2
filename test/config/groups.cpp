// SPDX-License-Identifier: BSD-3-Clause
// [[group]]: hosts under one name, each host in one group at most.
#include <catch2/catch.hpp>

#include "lists.hpp"
#include "loading.hpp"

namespace flowlock::test {

TEST_CASE("groups keep the order of the file, their networks too") {
    const auto groups =
        loaded(group_text("web", "\"10.0.1.0/24\", \"2001:db8::/48\"") + group_text("mail", "\"10.0.0.1\""))
            .groups;
    REQUIRE(groups.size() == 2);
    REQUIRE(groups[0].name == "web");
    REQUIRE(groups[0].prefixes.prefixes().size() == 2);
    REQUIRE(groups[0].prefixes.prefixes()[0].to_string() == "10.0.1.0/24");
    REQUIRE(groups[0].prefixes.prefixes()[1].to_string() == "2001:db8::/48");
    REQUIRE(groups[1].name == "mail");
    REQUIRE(groups[1].prefixes.prefixes()[0].to_string() == "10.0.0.1/32");
    REQUIRE(loaded("").groups.empty());
}

TEST_CASE("a group without a name or networks is told what it lacks") {
    CHECK(mistakes("\n[[group]]\n") ==
          "flowlock.toml:2: group[1]: has no name; add for example name = \"web\"\n"
          "flowlock.toml:2: group[1]: has no prefixes; add for example prefixes = [\"10.0.0.0/24\"]");
    CHECK(mistakes(group_text("web", "")) ==
          "flowlock.toml:3: group[1].prefixes: is empty; write networks within the brackets, or remove it");
}

TEST_CASE("a group's name is its own, and not the one that stands for all hosts") {
    CHECK(mistakes(group_text("*", "\"10.0.0.0/24\"")) ==
          "flowlock.toml:2: group[1].name: is \"*\", which stands for every internal host; give the group a "
          "name of its own");
    CHECK(
        mistakes(group_text("a b", "\"10.0.0.0/24\"")) ==
        "flowlock.toml:2: group[1].name: is \"a b\"; write 1 to 64 letters (a to z), digits, \"-\" or \"_\"");
    CHECK(mistakes(group_text("web", "\"10.0.0.0/24\"") + group_text("web", "\"10.0.1.0/24\"")) ==
          "flowlock.toml:4: group[2]: repeats the name of flowlock.toml:1: group[1]; give each group a name "
          "of its own");
}

TEST_CASE("a group's mistakes are told as those of other tables") {
    CHECK(mistakes("[[group]]\nname = \"web\"\nprefix = [\"10.0.0.0/24\"]")
              .starts_with("flowlock.toml:1: group[1]: has no prefixes; "));
    CHECK(mistakes("[[group]]\nname = \"web\"\nprefixes = [\"10.0.0.0/24\"]\nprefixs = []") ==
          "flowlock.toml:4: group[1].prefixs: is not known; did you mean prefixes?");
    CHECK(mistakes(group_text("web", "\"10.0.0.1/24\"")) ==
          "flowlock.toml:3: group[1].prefixes: \"10.0.0.1/24\" has bits set beyond its prefix length; write "
          "10.0.0.0/24");
    CHECK(mistakes("[group]\nname = \"web\"") ==
          "flowlock.toml:1: group: is not an array of tables; write [[group]], in double brackets, for each "
          "group");
    CHECK(mistakes("group = []") ==
          "flowlock.toml:1: group: is empty; remove it, or write [[group]] and its keys");
    CHECK(mistakes("[[groups]]") == "flowlock.toml:1: groups: is not known; did you mean group?");
    CHECK(mistakes_of_override("group.web.prefixes=[]") ==
          "--set group.web.prefixes=[]: cannot be set here; write [[group]] and [[allow]] into the file");
}

TEST_CASE("networks of two groups that overlap are told with both lines") {
    const std::string mend = "; a host is in one group only, so remove one of the two";
    CHECK(mistakes(group_text("web", "\"10.0.0.0/16\"") + group_text("mail", "\"10.0.3.0/24\"")) ==
          "flowlock.toml:6: group[2].prefixes: 10.0.3.0/24 overlaps 10.0.0.0/16 of flowlock.toml:1: group[1] "
          "(web)" +
              mend);
    CHECK(mistakes(group_text("web", "\"10.0.3.0/24\"") + group_text("mail", "\"10.0.0.0/16\"")) ==
          "flowlock.toml:6: group[2].prefixes: 10.0.0.0/16 overlaps 10.0.3.0/24 of flowlock.toml:1: group[1] "
          "(web)" +
              mend);
    CHECK(mistakes(group_text("web", "\"10.0.0.1\"") + group_text("mail", "\"10.0.0.1\""))
              .starts_with("flowlock.toml:6: group[2].prefixes: 10.0.0.1/32 overlaps 10.0.0.1/32 of "));
    CHECK(mistakes(group_text("a", "\"2001:db8::/32\"") + group_text("b", "\"2001:db8:1::/48\""))
              .starts_with("flowlock.toml:6: group[2].prefixes: 2001:db8:1::/48 overlaps 2001:db8::/32 of "));
}

TEST_CASE("an overlap is found wherever the networks stand, and none where they only touch") {
    // Between the two that overlap lie others of the first group.
    CHECK(mistakes(group_text("a", "\"10.0.0.0/8\", \"10.0.0.0/24\", \"10.0.2.0/24\", \"10.9.0.0/16\"") +
                   group_text("b", "\"192.0.2.0/24\", \"10.0.3.0/24\""))
              .starts_with("flowlock.toml:6: group[2].prefixes: 10.0.3.0/24 overlaps 10.0.0.0/8 of "));
    CHECK(mistakes(group_text("a", "\"10.0.0.0/25\", \"10.0.1.0/24\"") +
                   group_text("b", "\"10.0.0.128/25\", \"10.0.2.0/24\"")) == "accepted");
    CHECK(mistakes(group_text("a", "\"10.0.0.0/8\", \"10.1.0.0/16\", \"10.0.0.0/8\"")) == "accepted");
    CHECK(mistakes(group_text("a", "\"::/0\"") + group_text("b", "\"10.0.0.0/8\"")) == "accepted");
}

TEST_CASE("there may be a thousand groups") {
    std::string text;
    for (int i = 0; i < 1'000; ++i)
        text += group_text("g" + std::to_string(i),
                           "\"10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24\"");
    REQUIRE(loaded(text).groups.size() == groups_max);
    REQUIRE(mistakes(text + group_text("last", "\"192.0.2.0/24\"")) ==
            "flowlock.toml:3001: group[1001]: is one more than the 1000 groups that there may be; join some "
            "of them");
}

}  // namespace flowlock::test
