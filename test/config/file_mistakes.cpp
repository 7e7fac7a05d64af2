// SPDX-License-Identifier: BSD-3-Clause
// Every mistake in a file is told with its line, its key, what is wrong and what to write instead.
#include <algorithm>

#include <catch2/catch.hpp>

#include "lists.hpp"
#include "loading.hpp"

namespace flowlock::test {
namespace {

struct Example {
    const char* text;
    const char* mistakes;
};

void require_each(const std::vector<Example>& examples) {
    for (const auto& [text, expected] : examples) {
        INFO(text);
        CHECK(mistakes(text) == expected);
    }
}

}  // namespace

TEST_CASE("a key that is nearly right is told with the right one") {
    require_each({
        {"[scan]\nmin_target = 3",
         "flowlock.toml:2: scan.min_target: is not known; did you mean scan.min_targets?"},
        {"\n\n[scan]\n\nwidnow = \"3s\"",
         "flowlock.toml:5: scan.widnow: is not known; did you mean scan.window?"},
        {"[engine]\nflow_max = 3",
         "flowlock.toml:2: engine.flow_max: is not known; did you mean engine.flows_max?"},
        {"[netwroks]\ninternal = []", "flowlock.toml:1: netwroks: is not known; did you mean networks?"},
        {"# one\n\n[[limits]]\n", "flowlock.toml:3: limits: is not known; did you mean limit?"},
        {"min_targets = 3", "flowlock.toml:1: min_targets: is not known; did you mean scan.min_targets?"},
    });
    CHECK(mistakes(good_limit + "protocal = \"tcp\"") ==
          "flowlock.toml:6: limit[1].protocal: is not known; did you mean protocol?");
}

TEST_CASE("a key that is near to none is told with all that there are") {
    require_each({
        {"[report]\ncolour = 1",
         "flowlock.toml:2: report.colour: is not known; known are report.number_format, "
         "report.netscan_format, report.targets_max, report.externals_max, report.externals_by, "
         "report.as_file, report.tap, report.organisation, report.contact, report.domain"},
        {"[networks]\nwindow = 1",
         "flowlock.toml:2: networks.window: is not known; known are networks.internal"},
    });
    CHECK(mistakes(good_limit + "severity = 3") ==
          "flowlock.toml:6: limit[1].severity: is not known; known are name, direction, metric, per_second, "
          "window, "
          "protocol, vector, traffic, group, per, open_time, quiet_time");
}

TEST_CASE("a network that is none is told with the line where it stands") {
    require_each({
        {"[networks]\ninternal = [\n  \"10.0.0.0/8\",\n  \"10.0.0.1/8\",\n]",
         "flowlock.toml:4: networks.internal: \"10.0.0.1/8\" has bits set beyond its prefix length; write "
         "10.0.0.0/8"},
        {"networks.internal = [\"2001:db8:8000::/33\"]", "accepted"},
        {"networks.internal = [\"2001:db8:8000:1::/33\"]",
         "flowlock.toml:1: networks.internal: \"2001:db8:8000:1::/33\" has bits set beyond its prefix "
         "length; write "
         "2001:db8:8000::/33"},
        {"networks.internal = [\"192.0.2.0/33\"]",
         "flowlock.toml:1: networks.internal: \"192.0.2.0/33\" has a prefix length that is not 0 to 32; "
         "write a length "
         "from 0 to 32 after the \"/\""},
        {"networks.internal = [\"2001:db8::/129\"]",
         "flowlock.toml:1: networks.internal: \"2001:db8::/129\" has a prefix length that is not 0 to 128; "
         "write a "
         "length from 0 to 128 after the \"/\""},
        {"networks.internal = [\"example.org\"]",
         "flowlock.toml:1: networks.internal: \"example.org\" is not an IPv4 or IPv6 network such as "
         "10.0.0.0/16 or "
         "2001:db8::/32; write an address and a prefix length"},
        {"networks.internal = [10]",
         "flowlock.toml:1: networks.internal: holds something that is not a string; write networks within "
         "brackets, "
         "such as [\"10.0.0.0/16\", \"2001:db8::/32\"]"},
        {"networks.internal = \"10.0.0.0/8\"",
         "flowlock.toml:1: networks.internal: is not an array; write networks within brackets, such as "
         "[\"10.0.0.0/16\", \"2001:db8::/32\"]"},
    });
}

TEST_CASE("a count out of its range is told with the range") {
    require_each({
        {"scan.min_targets = 0",
         "flowlock.toml:1: scan.min_targets: is 0; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = 1_000_001",
         "flowlock.toml:1: scan.min_targets: is 1000001; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = -1",
         "flowlock.toml:1: scan.min_targets: is -1; write a whole number from 1 to 1_000_000"},
        {"scan.contacts_max = 5_000_000_000",
         "flowlock.toml:1: scan.contacts_max: is 5000000000; write a whole number from 1 to 1_000_000_000"},
        {"engine.flows_max = 0",
         "flowlock.toml:1: engine.flows_max: is 0; write a whole number from 1 to 1_000_000_000"},
        {"engine.history_max = 4_294_967_297",
         "flowlock.toml:1: engine.history_max: is 4294967297; write a whole number from 1 to 1_000_000_000"},
        {"report.targets_max = 0",
         "flowlock.toml:1: report.targets_max: is 0; write a whole number from 1 to 100_000"},
        {"report.externals_max = 100_001",
         "flowlock.toml:1: report.externals_max: is 100001; write a whole number from 1 to 100_000"},
        {"engine.flows_per_epoch = 512",
         "flowlock.toml:1: engine.flows_per_epoch: is 512; write a whole number from 1_024 to 16_777_216"},
        {"engine.flows_per_epoch = 16_777_217",
         "flowlock.toml:1: engine.flows_per_epoch: is 16777217; write a whole number from 1_024 to "
         "16_777_216"},
    });
}

TEST_CASE("a size that must be a power of two is told with the two next to it") {
    REQUIRE(
        mistakes("engine.flows_per_epoch = 100_000") ==
        "flowlock.toml:1: engine.flows_per_epoch: is 100000, not a power of two; write 65_536 or 131_072");
}

TEST_CASE("a value of the wrong type is told with what it is") {
    require_each({
        {"scan.enabled = \"yes\"",
         "flowlock.toml:1: scan.enabled: is \"yes\"; write true or false, without quotes"},
        {"scan.enabled = 1", "flowlock.toml:1: scan.enabled: is 1; write true or false, without quotes"},
        {"scan.min_targets = 1e2",
         "flowlock.toml:1: scan.min_targets: is the fractional number 100; write a whole number from 1 to "
         "1_000_000"},
        {"scan.min_targets = \"100\"",
         "flowlock.toml:1: scan.min_targets: is \"100\"; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = true",
         "flowlock.toml:1: scan.min_targets: is true; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = []",
         "flowlock.toml:1: scan.min_targets: is an array; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = {}",
         "flowlock.toml:1: scan.min_targets: is a table; write a whole number from 1 to 1_000_000"},
        {"scan.min_targets = 2013-11-13",
         "flowlock.toml:1: scan.min_targets: is a date or a time; write a whole number from 1 to 1_000_000"},
        {"report.number_format = \"fr\"",
         "flowlock.toml:1: report.number_format: is \"fr\"; write \"de\" or \"en\""},
        {"report.number_format = 1", "flowlock.toml:1: report.number_format: is 1; write \"de\" or \"en\""},
    });
}

TEST_CASE("a duration that is none is told with the way to write it") {
    const std::string mend = "; write digits and s, m or h, from \"1s\" to \"86400s\"";
    const auto mistake = [](const std::string& value) { return mistakes("\nscan.window = " + value); };
    const std::string place = "flowlock.toml:2: scan.window: ";
    CHECK(mistake("300") == place + "is 300, without a unit" + mend);
    CHECK(mistake("\"300\"") == place + "is \"300\", without a unit" + mend);
    CHECK(mistake("\"1.5s\"") == place + "is \"1.5s\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"500ms\"") == place + "is \"500ms\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"-5s\"") == place + "is \"-5s\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"s\"") == place + "is \"s\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"\"") == place + "is \"\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"99999999999s\"") ==
          place + "is \"99999999999s\", not a duration in whole seconds" + mend);
    CHECK(mistake("\"0s\"") == place + "is \"0s\", out of range" + mend);
    CHECK(mistake("\"86401s\"") == place + "is \"86401s\", out of range" + mend);
    CHECK(mistake("\"25h\"") == place + "is \"25h\", out of range" + mend);
    CHECK(mistake("\"4294967295h\"") == place + "is \"4294967295h\", out of range" + mend);
}

TEST_CASE("a duration in milliseconds that is none is told with the way to write it") {
    const auto mistake = [](const std::string& value) { return mistakes("scan.answer_wait = " + value); };
    const std::string place = "flowlock.toml:1: scan.answer_wait: ";
    const std::string mend = "; write digits and ms, s or m, from \"100ms\" to \"60s\"";
    CHECK(mistake("500") == place + "is 500, without a unit" + mend);
    CHECK(mistake("\"0.5s\"") == place + "is \"0.5s\", not a duration" + mend);
    CHECK(mistake("\"99ms\"") == place + "is \"99ms\", out of range" + mend);
    CHECK(mistake("\"60001ms\"") == place + "is \"60001ms\", out of range" + mend);
    CHECK(mistake("\"61s\"") == place + "is \"61s\", out of range" + mend);
}

TEST_CASE("a table that is none, and a limit that is none, are told with their brackets") {
    require_each({
        {"\nscan = 3", "flowlock.toml:2: scan: is not a table; write [scan] and its keys below it"},
        {"[[report]]", "flowlock.toml:1: report: is not a table; write [report] and its keys below it"},
        {"[limit]\ndirection = \"out\"",
         "flowlock.toml:1: limit: is not an array of tables; write [[limit]], in double brackets, for each "
         "limit"},
        {"limit = []",
         "flowlock.toml:1: limit: is empty; remove it for the shipped limits, or write [[limit]] and its "
         "keys"},
        {"limit = [3]", "flowlock.toml:1: limit[1]: is not a table; write [[limit]] and its keys below it"},
    });
}

TEST_CASE("a limit that says too little is told with each key that it lacks") {
    REQUIRE(mistakes("\n[[limit]]\nname = \"a\"") ==
            "flowlock.toml:2: limit[1]: has no direction; add direction = \"out\" or \"in\"\n"
            "flowlock.toml:2: limit[1]: has no metric; add metric = \"packets\", \"bits\", \"flows\" or "
            "\"new_externals\"\n"
            "flowlock.toml:2: limit[1]: has no per_second; add for example per_second = 100_000\n"
            "flowlock.toml:2: limit[1]: has no window; add for example window = \"300s\"");
}

TEST_CASE("a value that a limit cannot have is told with those that it can have") {
    const auto mistake = [](const std::string& line) {
        return mistakes(good_limit + "[[limit]]\nname = \"second\"\n" + line + "\n" +
                        (line.starts_with("direction") ? "" : "direction = \"in\"\n") +
                        (line.starts_with("metric") ? "" : "metric = \"flows\"\n") +
                        (line.starts_with("per_second") ? "" : "per_second = 1\n") +
                        (line.starts_with("window") ? "" : "window = \"1s\"\n"));
    };
    const std::string place = "flowlock.toml:8: limit[2].";
    CHECK(mistake("direction = \"OUT\"") == place + "direction: is \"OUT\"; write \"out\" or \"in\"");
    CHECK(mistake("metric = \"bytes\"") ==
          place + "metric: is \"bytes\"; write \"packets\" or \"bits\" or \"flows\" or \"new_externals\"");
    CHECK(mistake("metric = \"failed_contacts\"") == place +
                                                         "metric: is \"failed_contacts\"; write \"packets\" "
                                                         "or \"bits\" or \"flows\" or \"new_externals\"");
    CHECK(mistake("protocol = \"sctp\"") ==
          place + "protocol: is \"sctp\"; write \"any\" or \"tcp\" or \"udp\" or \"icmp\"");
    CHECK(mistake("per_second = 0") ==
          place + "per_second: is 0; write a whole number from 1 to 100_000_000_000_000");
    CHECK(mistake("per_second = 100_000_000_000_001") ==
          place + "per_second: is 100000000000001; write a whole number from 1 to 100_000_000_000_000");
    CHECK(mistake("window = 2") ==
          place + "window: is 2, without a unit; write digits and s, m or h, from \"1s\" to \"86400s\"");
    CHECK(mistake("group = 3") ==
          place + "group: is 3; write \"*\" for every internal host, or the name of a [[group]]");
}

TEST_CASE("a limit's name is one that --set can address") {
    const auto mistake = [](const std::string& name) { return mistakes(good_limit + "name = " + name); };
    const std::string mend = "; write 1 to 64 letters (a to z), digits, \"-\" or \"_\"";
    CHECK(mistake("\"Web_1-out\"") == "accepted");
    CHECK(mistake("\"" + std::string(64, 'a') + "\"") == "accepted");
    CHECK(mistake("\"a b\"") == "flowlock.toml:6: limit[1].name: is \"a b\"" + mend);
    CHECK(mistake("\"a.b\"") == "flowlock.toml:6: limit[1].name: is \"a.b\"" + mend);
    CHECK(mistake("\"\"") == "flowlock.toml:6: limit[1].name: is \"\"" + mend);
    CHECK(mistake("3") == "flowlock.toml:6: limit[1].name: is 3" + mend);
    CHECK(mistake("\"" + std::string(65, 'a') + "\"") ==
          "flowlock.toml:6: limit[1].name: is \"" + std::string(60, 'a') + "…\"" + mend);
}

TEST_CASE("two limits on the same thing are an error that names both lines") {
    REQUIRE(mistakes(good_limit + "name = \"a\"\n" + good_limit + "name = \"b\"\nprotocol = \"any\"") ==
            "flowlock.toml:7: limit[2]: repeats the direction, metric, window, protocol, vector, traffic, "
            "group and per of "
            "flowlock.toml:1: "
            "limit[1]; change one of them, or remove one limit");
    REQUIRE(mistakes(good_limit + good_limit + "protocol = \"tcp\"") == "accepted");
}

TEST_CASE("two limits of one name are an error that names both lines") {
    REQUIRE(mistakes(good_limit + "name = \"a\"\n\n" + good_limit + "name = \"a\"\nprotocol = \"tcp\"") ==
            "flowlock.toml:8: limit[2]: repeats the name of flowlock.toml:1: limit[1]; give each limit a "
            "name of its own");
}

TEST_CASE("options that exclude each other are told where the later of them stands") {
    REQUIRE(mistakes("[scan]\nwindow = \"10s\"\nanswer_wait = \"11s\"") ==
            "flowlock.toml:3: scan.answer_wait: a contact would wait for its answer (answer_wait, 11s) "
            "longer than "
            "contacts are counted (window, 10s); make answer_wait shorter or window longer");
    REQUIRE(
        mistakes("[scan]\nanswer_wait = \"2500ms\"\nwindow = \"2s\"") ==
        "flowlock.toml:3: scan.window: a contact would wait for its answer (answer_wait, 2500ms) longer than "
        "contacts "
        "are counted (window, 2s); make answer_wait shorter or window longer");
    REQUIRE(mistakes("[scan]\nslow_window = \"200s\"") ==
            "flowlock.toml:2: scan.slow_window: slow scans would be counted for a shorter time (slow_window, "
            "200s) than fast ones (window, 300s); make slow_window longer or window shorter");
    REQUIRE(mistakes("[scan]\ncontacts_max = 49") ==
            "flowlock.toml:2: scan.contacts_max: no scan could be seen with fewer contacts remembered "
            "(contacts_max, "
            "49) than a scan has targets (min_targets, 50); make contacts_max larger or min_targets smaller");
}

TEST_CASE("a mistake of TOML itself is told with line and column") {
    const std::string text = mistakes("[scan]\nmin_targets = \n");
    INFO(text);
    REQUIRE(text.starts_with("flowlock.toml:2:1"));
    REQUIRE(text.find(": Error while parsing") != std::string::npos);
    REQUIRE(mistakes("[scan\n").starts_with("flowlock.toml:1:6: "));
    REQUIRE(mistakes("größe = 1").starts_with("flowlock.toml:1:3: "));
    REQUIRE(mistakes("[%scan]\n").starts_with("flowlock.toml:1:2: "));
    REQUIRE(mistakes("[scan]\nenabled = true\nenabled = true\n").starts_with("flowlock.toml:3:"));
    REQUIRE(mistakes("x = \"\xff\"").starts_with("flowlock.toml:1:"));
    REQUIRE(mistakes(std::string(100'000, '[')).starts_with("flowlock.toml:1:"));
}

TEST_CASE("all mistakes of a file are told at once, in the order of its lines") {
    REQUIRE(
        mistakes("[scan]\nwindow = 3\nenabled = 2\n[networks]\ninternal = [\"x\"]\n[engine]\nflows = 3\n") ==
        "flowlock.toml:2: scan.window: is 3, without a unit; write digits and s, m or h, from \"1s\" to "
        "\"86400s\"\n"
        "flowlock.toml:3: scan.enabled: is 2; write true or false, without quotes\n"
        "flowlock.toml:5: networks.internal: \"x\" is not an IPv4 or IPv6 network such as 10.0.0.0/16 or "
        "2001:db8::/32; write an address and a prefix length\n"
        "flowlock.toml:7: engine.flows: is not known; known are engine.flows_per_epoch, engine.flows_max, "
        "engine.history_max");
}

TEST_CASE("of very many mistakes the first twenty are told, and how many more there are") {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "unheard_of_" + std::to_string(i) + " = 1\n";
    const std::string told = mistakes(text);
    REQUIRE(std::count(told.begin(), told.end(), '\n') == 20);
    REQUIRE(told.ends_with("\nand 10 more"));
    REQUIRE(told.starts_with("flowlock.toml:1: unheard_of_0: "));
}

TEST_CASE("a value cannot steer the terminal that shows the mistake") {
    REQUIRE(mistakes("report.number_format = \"\\u001b[2J\\n\"") ==
            "flowlock.toml:1: report.number_format: is \"\\x1b[2J\\x0a\"; write \"de\" or \"en\"");
}

TEST_CASE("a file that cannot be read is told with the reason") {
    const auto mistake = [](const std::string& file) -> std::string {
        try {
            load_config({.file = file, .internal = {}, .overrides = {}});
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "accepted";
    };
    const std::string mend = "; name a readable TOML file after --config";
    CHECK(mistake("/nonexistent/flowlock.toml") ==
          "/nonexistent/flowlock.toml: cannot be read: No such file or directory" + mend);
    CHECK(mistake("/") == "/: cannot be read: Is a directory" + mend);
    CHECK(mistake("/dev/zero") == "/dev/zero: cannot be read: it is larger than 1 MiB" + mend);
}

TEST_CASE("what names no port, no CPU and no folder is told with an example") {
    require_each({
        {"[live]\nports = \"eth1\"",
         "flowlock.toml:2: live.ports: is \"eth1\"; write strings within brackets, such as "
         "[\"0000:3b:00.0\", \"eth1\"]"},
        {"[live]\nports = [\"eth1\", \"\"]",
         "flowlock.toml:2: live.ports: holds something that names nothing; write strings within brackets, "
         "such "
         "as [\"0000:3b:00.0\", \"eth1\"]"},
        {"[live]\nports = [\"eth1\",\n\"eth1\"]",
         "flowlock.toml:3: live.ports: \"eth1\" stands there twice; remove one"},
        {"[live]\ncores = [2, -1]",
         "flowlock.toml:2: live.cores: holds something that is no CPU number; write CPU numbers within "
         "brackets, "
         "such as [2, 3, 4]: the control core's first, then one for each worker"},
        {"[live]\ncores = [2, 3, 2]", "flowlock.toml:2: live.cores: 2 stands there twice; remove one"},
        {"[live]\nworkers = 65", "flowlock.toml:2: live.workers: is 65; write a whole number from 0 to 64"},
        {"[output]\nfolder = \"reports\"",
         "flowlock.toml:2: output.folder: is \"reports\"; write an absolute path, such as "
         "\"/var/lib/flowlock\""},
    });
}

TEST_CASE("who reports is said as e-mail address and domain, and wholly or not at all") {
    const std::string all =
        "[report]\norganisation = \"Example\"\ncontact = \"abuse+x@mail.example.com\"\ndomain = "
        "\"example.com\"";
    CHECK(mistakes(all) == "accepted");
    CHECK(mistakes("[report]\ntap = \"rack 3\"\norganisation = \"\"\ncontact = \"\"\ndomain = \"\"") ==
          "accepted");
    for (const std::string bad : {"abuse", "abuse@", "@example.com", "abuse@example", "a..b@example.com",
                                  "a b@example.com", "abuse@192.0.2.1", "abuse@-a.example"}) {
        INFO(bad);
        CHECK(mistakes("[report]\ncontact = \"" + bad + "\"") ==
              "flowlock.toml:2: report.contact: is \"" + bad +
                  "\"; write an e-mail address, such as \"abuse@example.com\"");
    }
    for (const std::string bad : {"example", "example..com", ".example.com", "example.com.", "192.0.2.1",
                                  "exa_mple.com", "example-.com"}) {
        INFO(bad);
        CHECK(mistakes("[report]\ndomain = \"" + bad + "\"") ==
              "flowlock.toml:2: report.domain: is \"" + bad + "\"; write a domain, such as \"example.com\"");
    }
    require_each({
        {"[report]\ntap = 3",
         "flowlock.toml:2: report.tap: is 3; write a string of at most 200 bytes without control characters"},
        {"[report]\ncontact = \"abuse@example.com\"",
         "flowlock.toml:2: report.contact: xarf.json needs to know who reports; add report.organisation and "
         "report.domain, or remove this, and none is written"},
    });
}

}  // namespace flowlock::test
