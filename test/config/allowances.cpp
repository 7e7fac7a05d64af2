// SPDX-License-Identifier: BSD-3-Clause
// [[allow]]: what no limit counts, and why.
#include <catch2/catch.hpp>

#include "lists.hpp"
#include "loading.hpp"

namespace flowlock::test {
namespace {

const std::string reason = "[[allow]]\nreason = \"logs\"\n";

}  // namespace

TEST_CASE("an allowance has its networks, ports and directions; without directions, both") {
    const auto allowances = loaded(R"([[allow]]
reason = "Protokolle der Firewall, größer als üblich"
prefixes = ["203.0.113.0/24", "2001:db8::/32"]
ports = [514, 0, 65535]
directions = ["out"]
[[allow]]
reason = "second"
ports = [53]
[[allow]]
reason = "third"
prefixes = ["192.0.2.1"]
directions = ["in", "out"]
[[allow]]
reason = "fourth"
ports = [1]
directions = ["in"]
)")
                                .allowances;
    REQUIRE(allowances.size() == 4);
    REQUIRE(allowances[0].reason == "Protokolle der Firewall, größer als üblich");
    REQUIRE(allowances[0].prefixes.prefixes().size() == 2);
    REQUIRE(allowances[0].ports == std::vector<std::uint16_t>{514, 0, 65535});
    REQUIRE(allowances[0].out);
    REQUIRE_FALSE(allowances[0].in);
    REQUIRE(allowances[1].prefixes.empty());
    REQUIRE(allowances[1].out);
    REQUIRE(allowances[1].in);
    REQUIRE(allowances[2].ports.empty());
    REQUIRE(allowances[2].out);
    REQUIRE(allowances[2].in);
    REQUIRE_FALSE(allowances[3].out);
    REQUIRE(allowances[3].in);
    REQUIRE(loaded("").allowances.empty());
}

TEST_CASE("an allowance that would allow everything is refused") {
    CHECK(mistakes(reason) ==
          "flowlock.toml:1: allow[1]: would allow everything; add prefixes, ports or both, such as ports = "
          "[514]");
    CHECK(mistakes(reason + "prefixes = [\"192.0.2.0/24\", \"::/0\"]") ==
          "flowlock.toml:3: allow[1].prefixes: holds every address, and so would allow everything; write the "
          "networks that are meant, or add ports");
    CHECK(mistakes(reason + "prefixes = [\"0.0.0.0/0\"]\nports = [514]") == "accepted");
    CHECK(mistakes(reason + "prefixes = []\nports = [514]") ==
          "flowlock.toml:3: allow[1].prefixes: is empty; write networks within the brackets, or remove it");
}

TEST_CASE("an allowance says why, in text that can be shown") {
    const auto mistake = [](const std::string& text) {
        return mistakes("[[allow]]\nports = [1]\nreason = " + text);
    };
    const std::string place = "flowlock.toml:3: allow[1].reason: is ";
    const std::string mend = "; write why it is allowed, in 1 to 200 characters without control characters";
    CHECK(mistakes("[[allow]]\nports = [1]") ==
          "flowlock.toml:1: allow[1]: has no reason; add for example reason = \"backup by night\"");
    CHECK(mistake("\"\"") == place + "\"\"" + mend);
    CHECK(mistake("\"  \"") == place + "\"  \"" + mend);
    CHECK(mistake("3") == place + "3" + mend);
    CHECK(mistake("\"a\\u001b[2J\"") == place + "\"a\\x1b[2J\"" + mend);
    CHECK(mistake("\"a\\nb\"") == place + "\"a\\x0ab\"" + mend);
    CHECK(mistake("\"a\\u009bb\"").ends_with(mend));
    std::string characters;
    for (int i = 0; i < 200; ++i) characters += "ü";
    CHECK(mistake("\"" + characters + "\"") == "accepted");
    CHECK(mistake("\"" + characters + "x\"").ends_with(mend));
}

TEST_CASE("ports that are none, and too many, are told with an example") {
    const auto mistake = [](const std::string& text) { return mistakes(reason + "ports = " + text); };
    const std::string place = "flowlock.toml:3: allow[1].ports: ";
    const std::string mend =
        "; write 1 to 100 port numbers from 0 to 65535 within brackets, such as [514, 6514]";
    CHECK(mistake("514") == place + "is 514" + mend);
    CHECK(mistake("[]") == place + "is empty" + mend + ", or remove it");
    CHECK(mistake("[65536]") == place + "holds something that is no port number" + mend);
    CHECK(mistake("[-1]") == place + "holds something that is no port number" + mend);
    CHECK(mistake("[\"ntp\"]") == place + "holds something that is no port number" + mend);
    CHECK(mistake("[1, 2, 1]") == place + "1 stands there twice; remove one");
    std::string many;
    for (int i = 0; i < 101; ++i) many += std::to_string(i) + ",";
    CHECK(mistake("[" + many + "]") == place + "has 101 ports" + mend);
}

TEST_CASE("directions that are none are told with those that there are") {
    const auto mistake = [](const std::string& text) {
        return mistakes(reason + "ports = [1]\ndirections = " + text);
    };
    const std::string place = "flowlock.toml:4: allow[1].directions: ";
    const std::string mend = "; write [\"out\"], [\"in\"] or [\"out\", \"in\"]";
    CHECK(mistake("\"out\"") == place + "is \"out\"" + mend);
    CHECK(mistake("[]") == place + "is empty" + mend);
    CHECK(mistake("[\"both\"]") == place + "holds something that is no direction" + mend);
    CHECK(mistake("[\"in\", \"in\"]") == place + "\"in\" stands there twice; remove one");
}

TEST_CASE("an allowance's mistakes are told as those of other tables") {
    CHECK(mistakes(reason + "port = [1]") ==
          "flowlock.toml:3: allow[1].port: is not known; did you mean ports?");
    CHECK(mistakes("[allow]\nports = [1]") ==
          "flowlock.toml:1: allow: is not an array of tables; write [[allow]], in double brackets, for each "
          "allowance");
    CHECK(mistakes_of_override("allow=3") ==
          "--set allow=3: cannot be set here; write [[group]] and [[allow]] into the file");
}

TEST_CASE("there may be two hundred allowances") {
    std::string text;
    for (std::size_t i = 0; i < allowances_max; ++i) text += reason + "ports = [1]\n";
    REQUIRE(loaded(text).allowances.size() == 200);
    REQUIRE(mistakes(text + reason + "ports = [1]") ==
            "flowlock.toml:601: allow[201]: is one more than the 200 allowances that there may be; join some "
            "of them");
}

}  // namespace flowlock::test
