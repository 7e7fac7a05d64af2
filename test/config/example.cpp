// SPDX-License-Identifier: BSD-3-Clause
// The documentation says what is so.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "loading.hpp"

namespace flowlock::test {
namespace {

// FLOWLOCK_DOCS is set by meson.build.
std::string docs_path(const std::string& name) {
    const char* docs = std::getenv("FLOWLOCK_DOCS");
    REQUIRE(docs != nullptr);
    return std::string(docs) + "/" + name;
}

std::string docs_text(const std::string& name) {
    std::ifstream file(docs_path(name));
    std::ostringstream text;
    text << file.rdbuf();
    REQUIRE_FALSE(text.str().empty());
    return text.str();
}

constexpr const char* all_keys[] = {"internal",
                                    "name",
                                    "direction",
                                    "metric",
                                    "per_second",
                                    "window",
                                    "protocol",
                                    "group",
                                    "enabled",
                                    "min_targets",
                                    "window",
                                    "slow_window",
                                    "answer_wait",
                                    "contacts_max",
                                    "flows_per_epoch",
                                    "flows_max",
                                    "history_max",
                                    "number_format",
                                    "targets_max",
                                    "externals_max",
                                    "ports",
                                    "cores",
                                    "workers",
                                    "memory_mib",
                                    "hugepages",
                                    "folder",
                                    "sampling",
                                    "vector",
                                    "traffic",
                                    "per",
                                    "open_time",
                                    "quiet_time",
                                    "prefixes",
                                    "reason",
                                    "directions",
                                    "externals_by",
                                    "as_file",
                                    "tap",
                                    "organisation",
                                    "contact",
                                    "domain",
                                    "kinds",
                                    "amplification_matches",
                                    "amplification_externals",
                                    "brute_force_matches",
                                    "brute_force_externals",
                                    "c2_matches",
                                    "c2_externals",
                                    "exploit_matches",
                                    "exploit_externals",
                                    "malware_matches",
                                    "malware_externals",
                                    "mining_matches",
                                    "mining_externals",
                                    "p2p_matches",
                                    "p2p_externals",
                                    "phishing_matches",
                                    "phishing_externals",
                                    "sip_scan_matches",
                                    "sip_scan_externals",
                                    "logins",
                                    "login_sessions",
                                    "login_targets",
                                    "folders",
                                    "packets",
                                    "matched_payload_max",
                                    "transit",
                                    "dhcp_servers",
                                    "routers",
                                    "inventory",
                                    "rogue_messages",
                                    "conflict_returns",
                                    "foreign_uses",
                                    "claim_window",
                                    "forged_networks",
                                    "bogons_per_second",
                                    "martians_per_second",
                                    "rate_window",
                                    "storm_frames_per_second",
                                    "storm_window"};

}  // namespace

TEST_CASE("the example of the documentation says the defaults and nothing else") {
    const Config example =
        load_config({.file = docs_path("flowlock.example.toml"), .internal = {}, .overrides = {}});
    const Config defaults = load_config({});
    REQUIRE(example.internal.prefixes().size() == 2);
    REQUIRE(example.limits.size() == defaults.limits.size());
    for (std::size_t i = 0; i < example.limits.size(); ++i) {
        REQUIRE(example.limits[i].name == defaults.limits[i].name);
        REQUIRE(example.limits[i].per_second == defaults.limits[i].per_second);
        REQUIRE(counts_the_same(example.limits[i], defaults.limits[i]));
        REQUIRE(example.limits[i].group == defaults.limits[i].group);
        REQUIRE(example.limits[i].open_time == defaults.limits[i].open_time);
        REQUIRE(example.limits[i].quiet_time == defaults.limits[i].quiet_time);
    }
    REQUIRE(example.sampling == defaults.sampling);
    REQUIRE(example.groups.size() == 1);
    REQUIRE(example.allowances.size() == 1);
    REQUIRE(example.externals_by == defaults.externals_by);
    REQUIRE_FALSE(example.external_networks.enabled());
    REQUIRE(example.scan.enabled == defaults.scan.enabled);
    REQUIRE(example.scan.min_targets == defaults.scan.min_targets);
    REQUIRE(example.scan.window == defaults.scan.window);
    REQUIRE(example.scan.slow_window == defaults.scan.slow_window);
    REQUIRE(example.scan.answer_wait == defaults.scan.answer_wait);
    REQUIRE(example.scan.contacts_max == defaults.scan.contacts_max);
    REQUIRE(example.abuse.enabled == defaults.abuse.enabled);
    REQUIRE(example.abuse.amplification.enabled == defaults.abuse.amplification.enabled);
    REQUIRE(example.abuse.amplification.matches == defaults.abuse.amplification.matches);
    REQUIRE(example.abuse.amplification.externals == defaults.abuse.amplification.externals);
    REQUIRE(example.abuse.brute_force.enabled == defaults.abuse.brute_force.enabled);
    REQUIRE(example.abuse.brute_force.matches == defaults.abuse.brute_force.matches);
    REQUIRE(example.abuse.brute_force.externals == defaults.abuse.brute_force.externals);
    REQUIRE(example.abuse.c2.enabled == defaults.abuse.c2.enabled);
    REQUIRE(example.abuse.c2.matches == defaults.abuse.c2.matches);
    REQUIRE(example.abuse.c2.externals == defaults.abuse.c2.externals);
    REQUIRE(example.abuse.exploit.enabled == defaults.abuse.exploit.enabled);
    REQUIRE(example.abuse.exploit.matches == defaults.abuse.exploit.matches);
    REQUIRE(example.abuse.exploit.externals == defaults.abuse.exploit.externals);
    REQUIRE(example.abuse.malware.enabled == defaults.abuse.malware.enabled);
    REQUIRE(example.abuse.malware.matches == defaults.abuse.malware.matches);
    REQUIRE(example.abuse.malware.externals == defaults.abuse.malware.externals);
    REQUIRE(example.abuse.mining.enabled == defaults.abuse.mining.enabled);
    REQUIRE(example.abuse.mining.matches == defaults.abuse.mining.matches);
    REQUIRE(example.abuse.mining.externals == defaults.abuse.mining.externals);
    REQUIRE(example.abuse.p2p.enabled == defaults.abuse.p2p.enabled);
    REQUIRE(example.abuse.p2p.matches == defaults.abuse.p2p.matches);
    REQUIRE(example.abuse.p2p.externals == defaults.abuse.p2p.externals);
    REQUIRE(example.abuse.phishing.enabled == defaults.abuse.phishing.enabled);
    REQUIRE(example.abuse.phishing.matches == defaults.abuse.phishing.matches);
    REQUIRE(example.abuse.phishing.externals == defaults.abuse.phishing.externals);
    REQUIRE(example.abuse.sip_scan.enabled == defaults.abuse.sip_scan.enabled);
    REQUIRE(example.abuse.sip_scan.matches == defaults.abuse.sip_scan.matches);
    REQUIRE(example.abuse.sip_scan.externals == defaults.abuse.sip_scan.externals);
    REQUIRE(example.abuse.logins.enabled == defaults.abuse.logins.enabled);
    REQUIRE(example.abuse.logins.sessions == defaults.abuse.logins.sessions);
    REQUIRE(example.abuse.logins.targets == defaults.abuse.logins.targets);
    REQUIRE(example.abuse.quiet_time == defaults.abuse.quiet_time);
    REQUIRE(example.signatures == defaults.signatures);
    REQUIRE(example.faults.enabled == defaults.faults.enabled);
    REQUIRE(example.faults.transit.empty());
    REQUIRE(example.faults.dhcp_servers.empty());
    REQUIRE(example.faults.routers.empty());
    REQUIRE(example.faults.inventory.empty());
    REQUIRE(example.faults.rogue_messages == defaults.faults.rogue_messages);
    REQUIRE(example.faults.conflict_returns == defaults.faults.conflict_returns);
    REQUIRE(example.faults.foreign_uses == defaults.faults.foreign_uses);
    REQUIRE(example.faults.claim_window == defaults.faults.claim_window);
    REQUIRE(example.faults.forged_networks == defaults.faults.forged_networks);
    REQUIRE(example.faults.bogons_per_second == defaults.faults.bogons_per_second);
    REQUIRE(example.faults.martians_per_second == defaults.faults.martians_per_second);
    REQUIRE(example.faults.rate_window == defaults.faults.rate_window);
    REQUIRE(example.faults.storm_frames_per_second == defaults.faults.storm_frames_per_second);
    REQUIRE(example.faults.storm_window == defaults.faults.storm_window);
    REQUIRE(example.faults.quiet_time == defaults.faults.quiet_time);
    REQUIRE(example.engine.flows_per_epoch == defaults.engine.flows_per_epoch);
    REQUIRE(example.engine.flows_max == defaults.engine.flows_max);
    REQUIRE(example.engine.history_max == defaults.engine.history_max);
    REQUIRE(example.report.number_format == defaults.report.number_format);
    REQUIRE(example.report.netscan_format == defaults.report.netscan_format);
    REQUIRE(example.report.targets_max == defaults.report.targets_max);
    REQUIRE(example.report.externals_max == defaults.report.externals_max);
    REQUIRE(example.report.tap == defaults.report.tap);
    REQUIRE(example.report.reporter == defaults.report.reporter);
    REQUIRE(example.evidence == defaults.evidence);
    REQUIRE(example.live.ports.size() == 1);
    REQUIRE(example.live.cores == defaults.live.cores);
    REQUIRE(example.live.workers == defaults.live.workers);
    REQUIRE(example.live.memory_mib == defaults.live.memory_mib);
    REQUIRE(example.live.hugepages == defaults.live.hugepages);
    REQUIRE(example.output.folder == defaults.output.folder);
}

TEST_CASE("the example has every key there is") {
    const auto text = docs_text("flowlock.example.toml");
    for (const auto* key : all_keys) {
        INFO(key);
        REQUIRE(text.find("\n" + std::string(key) + " = ") != std::string::npos);
    }
}

TEST_CASE("the page on configuration quotes the example and explains every key there is") {
    const auto page = docs_text("configuration.md");
    REQUIRE(page.find("```toml\n" + docs_text("flowlock.example.toml") + "```\n") != std::string::npos);
    for (const auto* key : all_keys) {
        INFO(key);
        REQUIRE(page.find("\n| `" + std::string(key) + "` |") != std::string::npos);
    }
}

TEST_CASE(
    "the page on configuration names every vector, every shipped limit and every service that amplifies") {
    const auto page = docs_text("configuration.md");
    for (const auto vector : vector_names()) {
        INFO(vector);
        // "amplification:dns" stands there as `dns`, after "amplification:".
        const auto service =
            vector.substr(vector.starts_with("amplification:tcp") ? 0 : vector.find(':') + 1);
        REQUIRE(page.find("`" + std::string(service) + "`") != std::string::npos);
    }
    for (const auto& rule : default_limits()) {
        INFO(rule.name);
        REQUIRE(page.find("\n| `" + rule.name + "` |") != std::string::npos);
    }
}

TEST_CASE("the page on configuration quotes mistakes as they are told") {
    const auto page = docs_text("configuration.md");
    const std::string limit = "direction = \"in\"\nmetric = \"flows\"\nper_second = 1\n";
    const std::string told =
        mistakes("[[limit]]\n" + limit +
                     "window = \"5s\"\n\n[scan]\n\nmin_target = 3\n[[limit]]\n\nwindow = 300\n" + limit,
                 {.file = {}, .internal = {"10.0.0.1/8"}, .overrides = {}});
    std::istringstream lines(told);
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        INFO(line);
        REQUIRE(page.find("\n" + line + "\n") != std::string::npos);
    }
    REQUIRE(count == 3);
}

}  // namespace flowlock::test
