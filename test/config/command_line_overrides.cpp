// SPDX-License-Identifier: BSD-3-Clause
// --set and --internal: they come after the file and count more.
#include <catch2/catch.hpp>

#include "loading.hpp"

namespace flowlock::test {
namespace {

using std::chrono::seconds;

constexpr auto file = R"([networks]
internal = ["192.0.2.0/24"]
[scan]
min_targets = 50
window = "120s"
[[limit]]
name = "web"
direction = "out"
metric = "packets"
per_second = 7
window = "60s"
[[limit]]
direction = "out"
metric = "packets"
per_second = 9
window = "30s"
)";

ConfigSources with_internal(std::vector<std::string> networks, std::vector<std::string> overrides = {}) {
    return {.file = {}, .internal = std::move(networks), .overrides = std::move(overrides)};
}

}  // namespace

TEST_CASE("--set counts more than the file, and leaves the rest of the file alone") {
    const Config config = with_overrides(file, {"scan.min_targets=20"});
    REQUIRE(config.scan.min_targets == 20);
    REQUIRE(config.scan.window == seconds{120});
    REQUIRE(config.limits.size() == 2);
}

TEST_CASE("the last --set of a key counts") {
    REQUIRE(with_overrides(file, {"scan.min_targets=20", "scan.min_targets=21"}).scan.min_targets == 21);
}

TEST_CASE("--set takes a TOML value, or a string without its quotes") {
    REQUIRE(with_overrides("", {"scan.window=60s"}).scan.window == seconds{60});
    REQUIRE(with_overrides("", {"scan.window=\"60s\""}).scan.window == seconds{60});
    REQUIRE(with_overrides("", {"report.number_format=en"}).report.number_format == NumberFormat::en);
    REQUIRE(with_overrides("", {"report.number_format='en'"}).report.number_format == NumberFormat::en);
    REQUIRE_FALSE(with_overrides("", {"scan.enabled=false"}).scan.enabled);
    REQUIRE(with_overrides("", {"engine.flows_max=1_000"}).engine.flows_max == 1'000);
    REQUIRE(with_overrides("", {" scan.window = 60s "}).scan.window == seconds{60});
    const auto internal =
        with_overrides("", {"networks.internal=[\"10.0.0.0/8\", \"2001:db8::/32\"]"}).internal;
    REQUIRE(internal.prefixes().size() == 2);
    REQUIRE(internal.prefixes()[1].to_string() == "2001:db8::/32");
}

TEST_CASE("--set changes a limit of the file by its name, given or made") {
    const auto limits = with_overrides(file, {"limit.web.per_second=8", "limit.web.protocol=tcp",
                                              "limit.out-packets-30s.window=20s"})
                            .limits;
    REQUIRE(limits[0].per_second == 8);
    REQUIRE(limits[0].protocol == ProtocolClass::tcp);
    REQUIRE(limits[0].window == seconds{60});
    REQUIRE(limits[1].per_second == 9);
    REQUIRE(limits[1].window == seconds{20});
    REQUIRE(limits[1].name == "out-packets-30s");
}

TEST_CASE("--set changes a shipped limit by its name") {
    const auto limits =
        with_overrides("", {"limit.out-packets.per_second=5000", "limit.in-packets-fast.direction=in"})
            .limits;
    REQUIRE(limits.size() == 8);
    REQUIRE(limits[0].per_second == 5'000);
    REQUIRE(limits[1].per_second == 1'000'000);
}

TEST_CASE("--internal replaces the networks of the file and of --set") {
    const auto sources =
        with_internal({"10.0.0.0/8", "2001:db8::/32", "10.0.0.0/8"}, {"networks.internal=[\"10.9.0.0/16\"]"});
    const auto prefixes = loaded(file, sources).internal.prefixes();
    REQUIRE(prefixes.size() == 3);
    REQUIRE(prefixes[0].to_string() == "10.0.0.0/8");
    REQUIRE(prefixes[1].to_string() == "2001:db8::/32");
}

TEST_CASE("without --internal the networks of the file stay") {
    REQUIRE(loaded(file).internal.prefixes().size() == 1);
}

TEST_CASE("a bad --internal is told as it was written, with a mend") {
    REQUIRE(mistakes("", with_internal({"10.0.0.1/8"})) ==
            "--internal 10.0.0.1/8: has bits set beyond its prefix length; write 10.0.0.0/8");
    REQUIRE(mistakes("", with_internal({"10.0.0.0/33"})) ==
            "--internal 10.0.0.0/33: has a prefix length that is not 0 to 32; write a length from 0 to 32 "
            "after the \"/\"");
    REQUIRE(mistakes("", with_internal({""})) ==
            "--internal : is not an IPv4 or IPv6 network such as 10.0.0.0/16 or 2001:db8::/32; write an "
            "address and a "
            "prefix length");
}

TEST_CASE("a bad --set is told as it was written, with a mend") {
    const auto& mistake = mistakes_of_override;
    CHECK(mistake("scan.min_targets=0") ==
          "--set scan.min_targets=0: is 0; write a whole number from 1 to 1_000_000");
    CHECK(mistake("scan.min_targets=") ==
          "--set scan.min_targets=: is \"\"; write a whole number from 1 to 1_000_000");
    CHECK(mistake("scan.enabled=yes") ==
          "--set scan.enabled=yes: is \"yes\"; write true or false, without quotes");
    CHECK(mistake("scan.window=300") ==
          "--set scan.window=300: is 300, without a unit; write digits and s, m or h, from \"1s\" to "
          "\"86400s\"");
    CHECK(mistake("networks.internal=10.0.0.0/8") ==
          "--set networks.internal=10.0.0.0/8: is not an array; write networks within brackets, such as "
          "[\"10.0.0.0/16\", \"2001:db8::/32\"]");
    CHECK(mistake("scan.min_targets") == "--set scan.min_targets: has no \"=\"; write --set KEY=VALUE");
    CHECK(mistake("scan.min_target=3") ==
          "--set scan.min_target=3: is not known; did you mean scan.min_targets?");
    CHECK(mistake("min_targets=3") == "--set min_targets=3: is not known; did you mean scan.min_targets?");
    CHECK(mistake("scan=3").starts_with(
        "--set scan=3: is not known; known are sampling, networks.internal, scan.enabled, "));
}

TEST_CASE("a --set that is not even text is cut, but still told as a --set") {
    CHECK(mistakes_of_override(std::string(300, '\x8b')) ==
          "--set " + std::string(194, '\x8b') + "…: has no \"=\"; write --set KEY=VALUE");
}

TEST_CASE("a --set that misses its limit is told with the limits there are") {
    const auto& mistake = mistakes_of_override;
    CHECK(
        mistake("limit.out-packet.per_second=3") ==
        "--set limit.out-packet.per_second=3: limit \"out-packet\" is not known; did you mean out-packets?");
    CHECK(
        mistake("limit.web.per_second=3") ==
        "--set limit.web.per_second=3: limit \"web\" is not known; known are out-packets, out-packets-fast, "
        "in-packets, in-packets-fast, out-flood, in-flood, in-carpet, out-forged");
    CHECK(mistake("limit.out-packets.per_sec=3")
              .starts_with("--set limit.out-packets.per_sec=3: is not known; known are "));
    CHECK(mistake("limit.out-packets=3") ==
          "--set limit.out-packets=3: does not say which key of which limit; write limit.NAME.KEY=VALUE");
    CHECK(mistake("limit=3") ==
          "--set limit=3: does not say which key of which limit; write limit.NAME.KEY=VALUE");
    CHECK(mistake("limit.out-packets.name=web") ==
          "--set limit.out-packets.name=web: changes a limit's name, by which limits are addressed; change "
          "it in the file");
}

TEST_CASE("a --set that makes two limits the same is told, whichever of the two it changed") {
    CHECK(mistakes_of_override("limit.out-packets.window=2s") ==
          "--set limit.out-packets.window=2s: repeats the direction, metric, window, protocol, vector, "
          "traffic, group and per of "
          "the shipped "
          "limit out-packets-fast; change one of them, or remove one limit");
    const ConfigSources sources{.file = {}, .internal = {}, .overrides = {"limit.web.window=30s"}};
    CHECK(mistakes(file, sources) ==
          "--set limit.web.window=30s: repeats the direction, metric, window, protocol, vector, traffic, "
          "group and per of "
          "flowlock.toml:12: "
          "limit[2]; change one of them, or remove one limit");
}

TEST_CASE("a --set that does not fit the file is told as the mistake") {
    const ConfigSources sources{.file = {}, .internal = {}, .overrides = {"scan.window=10s"}};
    REQUIRE(mistakes("scan.answer_wait = \"20s\"", sources) ==
            "--set scan.window=10s: a contact would wait for its answer (answer_wait, 20s) longer than "
            "contacts are "
            "counted (window, 10s); make answer_wait shorter or window longer");
}

TEST_CASE("a mistake of the file is told although --set would replace the value") {
    const ConfigSources sources{
        .file = {}, .internal = {"x/y"}, .overrides = {"scan.min_targets=20", "scan.enabled=x"}};
    REQUIRE(mistakes("scan.min_targets = 0", sources) ==
            "flowlock.toml:1: scan.min_targets: is 0; write a whole number from 1 to 1_000_000\n"
            "--set scan.enabled=x: is \"x\"; write true or false, without quotes\n"
            "--internal x/y: is not an IPv4 or IPv6 network such as 10.0.0.0/16 or 2001:db8::/32; write an "
            "address and "
            "a prefix length");
}

TEST_CASE("a limit that the file was meant to have is not told as missing") {
    const ConfigSources sources{.file = {}, .internal = {}, .overrides = {"limit.web.per_second=3"}};
    REQUIRE(mistakes("[limt]\nname = \"web\"", sources) ==
            "flowlock.toml:1: limt: is not known; did you mean limit?");
}

TEST_CASE("a line break in --set does not smuggle in another key") {
    REQUIRE(mistakes_of_override("scan.min_targets=20\nother=1") ==
            "--set scan.min_targets=20\\x0aother=1: is \"20\\x0aother=1\"; write a whole number from 1 to "
            "1_000_000");
}

}  // namespace flowlock::test
