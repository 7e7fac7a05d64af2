// SPDX-License-Identifier: BSD-3-Clause
// What the arguments of flowlock mean.
#include "flowlock/command_line.hpp"

#include <initializer_list>

#include <catch2/catch.hpp>

namespace flowlock::test {
namespace {

Command parsed(std::initializer_list<const char*> arguments) {
    std::vector<const char*> all = {"flowlock"};
    all.insert(all.end(), arguments);
    return parse_command_line(static_cast<int>(all.size()), all.data());
}

ReplayCommand replayed(std::initializer_list<const char*> arguments) {
    const auto command = parsed(arguments);
    if (const auto* leave = std::get_if<Leave>(&command)) FAIL(leave->errors);
    REQUIRE(std::holds_alternative<ReplayCommand>(command));
    return std::get<ReplayCommand>(command);
}

std::string help_of(std::initializer_list<const char*> arguments) {
    const auto command = parsed(arguments);
    REQUIRE(std::holds_alternative<Leave>(command));
    const auto& leave = std::get<Leave>(command);
    REQUIRE(leave.status == 0);
    REQUIRE(leave.errors.empty());
    return leave.output;
}

std::string refusal_of(std::initializer_list<const char*> arguments) {
    const auto command = parsed(arguments);
    REQUIRE(std::holds_alternative<Leave>(command));
    const auto& leave = std::get<Leave>(command);
    REQUIRE(leave.status == 2);
    REQUIRE(leave.output.empty());
    return leave.errors;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("replay needs no more than a file") {
    const auto replay = replayed({"replay", "a.pcap"});
    REQUIRE(replay.files == Strings{"a.pcap"});
    REQUIRE(replay.workers == 1);
    REQUIRE(replay.format == OutputFormat::text);
    REQUIRE_FALSE(replay.out);
    REQUIRE_FALSE(replay.flows);
    REQUIRE_FALSE(replay.config.file);
    REQUIRE(replay.config.internal.empty());
    REQUIRE(replay.config.overrides.empty());
}

TEST_CASE("replay takes all its options, before and after the files") {
    const auto replay =
        replayed({"replay", "--config", "f.toml", "--workers", "64", "a.pcap", "--out=reports", "b.pcapng",
                  "--flows", "flows.csv", "--format", "json", "-"});
    REQUIRE(replay.files == Strings{"a.pcap", "b.pcapng", "-"});
    REQUIRE(replay.workers == 64);
    REQUIRE(replay.format == OutputFormat::json);
    REQUIRE(replay.out == "reports");
    REQUIRE(replay.flows == "flows.csv");
    REQUIRE(replay.config.file == "f.toml");
}

TEST_CASE("--internal and --set take one value each time and keep their order") {
    const auto replay = replayed({"replay", "--internal", "10.0.0.0/8", "a.pcap", "--internal",
                                  "2001:db8::/32", "b.pcap", "--set", "scan.window=60s", "--set",
                                  "networks.internal=[\"10.0.0.0/8\",\"10.0.0.0/9\"]", "--set=a=b=c"});
    REQUIRE(replay.files == Strings{"a.pcap", "b.pcap"});
    REQUIRE(replay.config.internal == Strings{"10.0.0.0/8", "2001:db8::/32"});
    REQUIRE(replay.config.overrides ==
            Strings{"scan.window=60s", "networks.internal=[\"10.0.0.0/8\",\"10.0.0.0/9\"]", "a=b=c"});
}

TEST_CASE("a file may be called like a command or, after --, like an option") {
    REQUIRE(replayed({"replay", "run", "version"}).files == Strings{"run", "version"});
    REQUIRE(replayed({"replay", "--", "--out", "-x"}).files == Strings{"--out", "-x"});
}

TEST_CASE("standard input can be named once") {
    REQUIRE(replayed({"replay", "-"}).files == Strings{"-"});
    REQUIRE(refusal_of({"replay", "-", "a.pcap", "-"}) ==
            "flowlock replay: FILE: - is standard input and can be read only once\n"
            "'flowlock replay --help' explains the arguments.\n");
}

TEST_CASE("run and check need a configuration and nothing else") {
    REQUIRE(std::get<RunCommand>(parsed({"run", "--config", "f.toml"})).config.file == "f.toml");
    REQUIRE(std::get<CheckCommand>(parsed({"check", "--config", "g.toml"})).config.file == "g.toml");
    REQUIRE_FALSE(std::get<CheckCommand>(parsed({"check", "--config", "g.toml"})).json);
    REQUIRE(refusal_of({"run"}).starts_with("flowlock run: --config is required\n"));
    REQUIRE(refusal_of({"check"}).starts_with("flowlock check: --config is required\n"));
    REQUIRE(refusal_of({"run", "--config", "f.toml", "a.pcap"}).find("a.pcap") != std::string::npos);
}

TEST_CASE("check takes JSON, networks and overrides, as replay does") {
    const auto check =
        std::get<CheckCommand>(parsed({"check", "--set", "live.workers=2", "--config", "g.toml", "--json",
                                       "--internal", "10.0.0.0/8", "--set", "live.cores=[1,2,3]"}));
    REQUIRE(check.json);
    REQUIRE(check.config.file == "g.toml");
    REQUIRE(check.config.internal == Strings{"10.0.0.0/8"});
    REQUIRE(check.config.overrides == Strings{"live.workers=2", "live.cores=[1,2,3]"});
}

TEST_CASE("version is a command and an option") {
    REQUIRE(std::holds_alternative<VersionCommand>(parsed({"version"})));
    REQUIRE(std::holds_alternative<VersionCommand>(parsed({"--version"})));
}

TEST_CASE("wrong arguments are refused with what is wrong and status 2") {
    CHECK(refusal_of({"replay"}).starts_with("flowlock replay: FILE is required\n"));
    CHECK(refusal_of({"replay", "--workers", "0", "a"}).find("--workers: Value 0 not in range 1 to 64") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "--workers", "65", "a"}).find("--workers: Value 65 not in range") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "--workers", "-1", "a"}).find("--workers: Value -1 not in range") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "--workers", "two", "a"}).find("--workers: Value two not in range") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "--format", "xml", "a"}).find("--format: xml not in {text,json}") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "--out", "a", "--out", "b", "c"}).find("--out") != std::string::npos);
    CHECK(refusal_of({"replay", "a", "--internal"}).find("--internal: 1 required CIDR missing") !=
          std::string::npos);
    CHECK(refusal_of({"replay", "a", "--bogus"}).find("--bogus") != std::string::npos);
    CHECK(refusal_of({"paly", "a"}).find("paly") != std::string::npos);
    CHECK(refusal_of({"--config", "a"}).find("--config") != std::string::npos);
}

TEST_CASE("flowlock alone explains itself, and that it was not told what to do") {
    REQUIRE(refusal_of({}) == help_of({"--help"}));
}

TEST_CASE("the help names every command, the exit statuses, an example and the documentation") {
    const auto help = help_of({"-h"});
    for (const auto* word : {"\n  replay ", "\n  run ", "\n  check ", "\n  version ", "Exit status",
                             "2 usage", "3 an input", "\n  flowlock replay --internal", "docs/"}) {
        INFO(word);
        REQUIRE(help.find(word) != std::string::npos);
    }
}

TEST_CASE(
    "the help of replay names every option with its default, the exit statuses, examples and the "
    "documentation") {
    const auto help = help_of({"replay", "--help"});
    for (const auto* word :
         {"--config FILE", "--internal CIDR", "--set KEY=VALUE", "--workers N", "1 to 64 (default 1)",
          "--out DIR", "--flows FILE", "--format text|json", "text reports (default)", "- is standard input",
          "Exit status", "\n  0  ", "\n  2  ", "\n  3  ", "\n  flowlock replay --internal",
          "| flowlock replay --config", "docs/configuration.md"}) {
        INFO(word);
        REQUIRE(help.find(word) != std::string::npos);
    }
}

TEST_CASE("the help of run and check names their option") {
    REQUIRE(help_of({"run", "--help"}).find("--config FILE") != std::string::npos);
    REQUIRE(help_of({"check", "--help"}).find("--config FILE") != std::string::npos);
}

TEST_CASE("the help of check says what its states and statuses mean, and how to use what it shows") {
    const auto help = help_of({"check", "--help"});
    for (const auto* word :
         {"--internal CIDR", "--set KEY=VALUE", "--json", "\n  ok ", "\n  warning ", "\n  wrong ", "\n  0  ",
          "\n  1  ", "\n  2  ", "\n  flowlock check --config", "| jq", "docs/output.md"}) {
        INFO(word);
        REQUIRE(help.find(word) != std::string::npos);
    }
}

}  // namespace flowlock::test
