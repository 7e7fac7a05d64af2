// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"

#include <algorithm>

#include "config/abuse_values.hpp"
#include "config/report_values.hpp"

namespace flowlock {
namespace {

using std::chrono::seconds;

constexpr seconds day{86'400};
constexpr DurationRange evidence_span{seconds{0}, seconds{300}};

// Memory is bounded by these counts: a billion of anything is more than a tap server's memory can hold.
constexpr CountRange entries{1, 1'000'000'000};
constexpr CountRange rows{1, 100'000};
constexpr CountRange workers{0, 64};
constexpr CountRange mebibytes{0, 1'048'576};

constexpr NamedChoice<ExternalsBy> externals_by[] = {
    {"address", ExternalsBy::address}, {"network", ExternalsBy::network}, {"as", ExternalsBy::as}};
constexpr NamedChoice<NumberFormat> number_formats[] = {{"de", NumberFormat::de}, {"en", NumberFormat::en}};

constexpr NamedChoice<NetscanFormat> netscan_formats[] = {
    {"v1", NetscanFormat::v1}, {"v3", NetscanFormat::v3}, {"v4", NetscanFormat::v4}};

// 0: off. As many networks are kept of a subject.
constexpr CountRange fault_claims{0, 4'096};
constexpr CountRange fault_rates{0, 1'000'000'000};
constexpr DurationRange fault_span{seconds{1}, seconds{3'600}};

// Of so many packets one: switches offer up to some ten thousands.
constexpr CountRange one_of{1, 1'000'000};

// So many sightings of a host are remembered.
constexpr CountRange sightings{1, 10'000};

template <auto rule, auto number>
Complaints read_abuse_count(const toml::node& value, Config& config) {
    return read_count(value, sightings, config.abuse.*rule.*number);
}

constexpr Key keys[] = {
    {"sampling", [](const toml::node& v, Config& c) { return read_count(v, one_of, c.sampling); }},
    {"networks.internal", [](const toml::node& v, Config& c) { return read_networks(v, c.internal); }},
    {"scan.enabled", [](const toml::node& v, Config& c) { return read_flag(v, c.scan.enabled); }},
    {"scan.min_targets",
     [](const toml::node& v, Config& c) {
         return read_count(v, {1, 1'000'000}, c.scan.min_targets);
     }},
    {"scan.window", [](const toml::node& v, Config& c) { return read_duration(v, day, c.scan.window); }},
    {"scan.slow_window",
     [](const toml::node& v, Config& c) { return read_duration(v, day, c.scan.slow_window); }},
    {"scan.answer_wait",
     [](const toml::node& v, Config& c) {
         return read_duration(v, std::chrono::milliseconds{100}, seconds{60}, c.scan.answer_wait);
     }},
    {"scan.contacts_max",
     [](const toml::node& v, Config& c) { return read_count(v, entries, c.scan.contacts_max); }},
    {"abuse.enabled", [](const toml::node& v, Config& c) { return read_flag(v, c.abuse.enabled); }},
    {"abuse.kinds", [](const toml::node& v, Config& c) { return read_abuse_kinds(v, c.abuse); }},
    {"abuse.amplification_matches", read_abuse_count<&AbuseOptions::amplification, &AbuseRule::matches>},
    {"abuse.amplification_externals", read_abuse_count<&AbuseOptions::amplification, &AbuseRule::externals>},
    {"abuse.brute_force_matches", read_abuse_count<&AbuseOptions::brute_force, &AbuseRule::matches>},
    {"abuse.brute_force_externals", read_abuse_count<&AbuseOptions::brute_force, &AbuseRule::externals>},
    {"abuse.c2_matches", read_abuse_count<&AbuseOptions::c2, &AbuseRule::matches>},
    {"abuse.c2_externals", read_abuse_count<&AbuseOptions::c2, &AbuseRule::externals>},
    {"abuse.exploit_matches", read_abuse_count<&AbuseOptions::exploit, &AbuseRule::matches>},
    {"abuse.exploit_externals", read_abuse_count<&AbuseOptions::exploit, &AbuseRule::externals>},
    {"abuse.malware_matches", read_abuse_count<&AbuseOptions::malware, &AbuseRule::matches>},
    {"abuse.malware_externals", read_abuse_count<&AbuseOptions::malware, &AbuseRule::externals>},
    {"abuse.mining_matches", read_abuse_count<&AbuseOptions::mining, &AbuseRule::matches>},
    {"abuse.mining_externals", read_abuse_count<&AbuseOptions::mining, &AbuseRule::externals>},
    {"abuse.p2p_matches", read_abuse_count<&AbuseOptions::p2p, &AbuseRule::matches>},
    {"abuse.p2p_externals", read_abuse_count<&AbuseOptions::p2p, &AbuseRule::externals>},
    {"abuse.phishing_matches", read_abuse_count<&AbuseOptions::phishing, &AbuseRule::matches>},
    {"abuse.phishing_externals", read_abuse_count<&AbuseOptions::phishing, &AbuseRule::externals>},
    {"abuse.sip_scan_matches", read_abuse_count<&AbuseOptions::sip_scan, &AbuseRule::matches>},
    {"abuse.sip_scan_externals", read_abuse_count<&AbuseOptions::sip_scan, &AbuseRule::externals>},
    {"abuse.logins", [](const toml::node& v, Config& c) { return read_flag(v, c.abuse.logins.enabled); }},
    {"abuse.login_sessions",
     [](const toml::node& v, Config& c) { return read_count(v, sightings, c.abuse.logins.sessions); }},
    {"abuse.login_targets",
     [](const toml::node& v, Config& c) { return read_count(v, sightings, c.abuse.logins.targets); }},
    {"abuse.quiet_time",
     [](const toml::node& v, Config& c) { return read_duration(v, day, c.abuse.quiet_time); }},
    {"signatures.enabled", [](const toml::node& v, Config& c) { return read_flag(v, c.signatures.enabled); }},
    {"signatures.folders",
     [](const toml::node& v, Config& c) { return read_texts(v, c.signatures.folders); }},
    {"signatures.packets",
     [](const toml::node& v, Config& c) {
         return read_count(v, {1, 100}, c.signatures.packets);
     }},
    {"misconfiguration.enabled",
     [](const toml::node& v, Config& c) { return read_flag(v, c.faults.enabled); }},
    {"misconfiguration.transit",
     [](const toml::node& v, Config& c) { return read_networks(v, c.faults.transit); }},
    {"misconfiguration.dhcp_servers",
     [](const toml::node& v, Config& c) { return read_stations(v, c.faults.dhcp_servers); }},
    {"misconfiguration.routers",
     [](const toml::node& v, Config& c) { return read_stations(v, c.faults.routers); }},
    {"misconfiguration.inventory",
     [](const toml::node& v, Config& c) { return read_optional_path(v, c.inventory_file); }},
    {"misconfiguration.rogue_messages",
     [](const toml::node& v, Config& c) { return read_count(v, fault_claims, c.faults.rogue_messages); }},
    {"misconfiguration.conflict_returns",
     [](const toml::node& v, Config& c) { return read_count(v, fault_claims, c.faults.conflict_returns); }},
    {"misconfiguration.foreign_uses",
     [](const toml::node& v, Config& c) { return read_count(v, fault_claims, c.faults.foreign_uses); }},
    {"misconfiguration.forged_networks",
     [](const toml::node& v, Config& c) { return read_count(v, fault_claims, c.faults.forged_networks); }},
    {"misconfiguration.bogons_per_second",
     [](const toml::node& v, Config& c) { return read_count(v, fault_rates, c.faults.bogons_per_second); }},
    {"misconfiguration.martians_per_second",
     [](const toml::node& v, Config& c) { return read_count(v, fault_rates, c.faults.martians_per_second); }},
    {"misconfiguration.storm_frames_per_second",
     [](const toml::node& v, Config& c) {
         return read_count(v, fault_rates, c.faults.storm_frames_per_second);
     }},
    {"misconfiguration.claim_window",
     [](const toml::node& v, Config& c) { return read_epochs(v, fault_span, c.faults.claim_window); }},
    {"misconfiguration.rate_window",
     [](const toml::node& v, Config& c) { return read_epochs(v, fault_span, c.faults.rate_window); }},
    {"misconfiguration.storm_window",
     [](const toml::node& v, Config& c) { return read_epochs(v, fault_span, c.faults.storm_window); }},
    {"misconfiguration.quiet_time",
     [](const toml::node& v, Config& c) { return read_epochs(v, fault_span, c.faults.quiet_time); }},
    {"engine.flows_per_epoch",
     [](const toml::node& v, Config& c) {
         // 0, the default, may be said.
         if (v.is_integer() && **v.as_integer() == 0) {
             c.engine.flows_per_epoch = 0;
             return Complaints{};
         }
         return read_power_of_two(v, {1'024, 16'777'216}, c.engine.flows_per_epoch);
     }},
    {"engine.flows_max",
     [](const toml::node& v, Config& c) { return read_count(v, entries, c.engine.flows_max); }},
    {"engine.history_max",
     [](const toml::node& v, Config& c) { return read_count(v, entries, c.engine.history_max); }},
    {"report.number_format",
     [](const toml::node& v, Config& c) { return read_choice(v, number_formats, c.report.number_format); }},
    {"report.netscan_format",
     [](const toml::node& v, Config& c) { return read_choice(v, netscan_formats, c.report.netscan_format); }},
    {"report.targets_max",
     [](const toml::node& v, Config& c) { return read_count(v, rows, c.report.targets_max); }},
    {"report.externals_max",
     [](const toml::node& v, Config& c) { return read_count(v, rows, c.report.externals_max); }},
    {"report.externals_by",
     [](const toml::node& v, Config& c) { return read_choice(v, externals_by, c.externals_by); }},
    {"report.as_file", [](const toml::node& v, Config& c) { return read_path(v, c.as_file); }},
    {"report.tap", [](const toml::node& v, Config& c) { return read_line(v, c.report.tap); }},
    {"report.organisation",
     [](const toml::node& v, Config& c) { return read_line(v, c.report.reporter.organisation); }},
    {"report.contact",
     [](const toml::node& v, Config& c) { return read_mail_address(v, c.report.reporter.contact); }},
    {"report.domain",
     [](const toml::node& v, Config& c) { return read_domain(v, c.report.reporter.domain); }},
    {"evidence.enabled", [](const toml::node& v, Config& c) { return read_flag(v, c.evidence.enabled); }},
    {"evidence.before",
     [](const toml::node& v, Config& c) { return read_epochs(v, evidence_span, c.evidence.before); }},
    {"evidence.after",
     [](const toml::node& v, Config& c) { return read_epochs(v, evidence_span, c.evidence.after); }},
    {"evidence.packets_max",
     [](const toml::node& v, Config& c) { return read_count(v, {0, 2'000}, c.evidence.packets_max); }},
    {"evidence.payload_max",
     [](const toml::node& v, Config& c) { return read_count(v, {0, 128}, c.evidence.payload_max); }},
    {"evidence.matched_payload_max",
     [](const toml::node& v, Config& c) {
         return read_count(v, {0, 128}, c.evidence.matched_payload_max);
     }},
    {"live.ports", [](const toml::node& v, Config& c) { return read_texts(v, c.live.ports); }},
    {"live.cores", [](const toml::node& v, Config& c) { return read_cpus(v, c.live.cores); }},
    {"live.workers", [](const toml::node& v, Config& c) { return read_count(v, workers, c.live.workers); }},
    {"live.memory_mib",
     [](const toml::node& v, Config& c) { return read_count(v, mebibytes, c.live.memory_mib); }},
    {"live.hugepages", [](const toml::node& v, Config& c) { return read_flag(v, c.live.hugepages); }},
    {"output.folder", [](const toml::node& v, Config& c) { return read_path(v, c.output.folder); }},
};

}  // namespace

const Key* find_key(std::string_view name) {
    const auto* found =
        std::find_if(std::begin(keys), std::end(keys), [&](const Key& key) { return key.name == name; });
    return found == std::end(keys) ? nullptr : found;
}

const Key* find_top_key(std::string_view name) {
    return name.find('.') == std::string_view::npos ? find_key(name) : nullptr;
}

std::vector<std::string_view> section_names() {
    std::vector<std::string_view> sections;
    for (const auto& key : keys) {
        const auto dot = key.name.find('.');
        if (dot == std::string_view::npos) continue;
        const auto section = key.name.substr(0, dot);
        if (sections.empty() || sections.back() != section) sections.push_back(section);
    }
    return sections;
}

std::vector<std::string_view> key_names(std::string_view beginning) {
    std::vector<std::string_view> names;
    for (const auto& key : keys)
        if (key.name.starts_with(beginning)) names.push_back(key.name);
    return names;
}

}  // namespace flowlock
