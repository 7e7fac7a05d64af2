// SPDX-License-Identifier: BSD-3-Clause
// Reports for the tests: addresses of the documentation ranges, figures small enough to be checked by hand.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "report/lock_report.hpp"
#include "report/summary.hpp"

namespace flowlock {

inline IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}

// Seconds and microseconds after 2013-11-13 18:14:27 UTC, the time in the provider's sample.
inline Time seed_time(int seconds = 0, int micros = 0) {
    using namespace std::chrono;
    return sys_days{year{2013} / 11 / 13} + 18h + 14min + 27s + std::chrono::seconds{seconds} +
           microseconds{micros};
}

inline Traffic traffic(std::uint64_t packets, std::uint64_t bytes, std::uint64_t flows) {
    return {{packets}, {bytes}, {flows}};
}

// A monitor called "tap1" of a version that never was.
inline Origin example_origin() {
    return {.tap = "tap1",
            .version = "4.5.6",
            .internal = {Prefix::parse("192.0.2.0/24").value(), Prefix::parse("178.63.65.0/24").value(),
                         Prefix::parse("2001:db8::/32").value()}};
}

// 192.0.2.1 tries port 22 of three addresses; two rows are kept.
inline LockReport scan_report() {
    LockReport report;
    report.id = "20131113T181427Z-192.0.2.1-netscan";
    report.loss = {{"nic_missed", {0}}, {"table_full", {0}}};
    report.origin = example_origin();
    Finding& finding = report.finding;
    finding.reason = Reason::scan;
    finding.kind = Kind::netscan;
    finding.protocol = ProtocolClass::tcp;
    finding.host = address("192.0.2.1");
    finding.opened = seed_time(3);
    finding.first_seen = seed_time(0, 123456);
    finding.last_seen = seed_time(2);
    finding.trigger = {
        .rule = "scan", .metric = Metric::failed_contacts, .value = 3, .threshold = 2, .window_s = 300};
    finding.totals = traffic(4, 160, 3);
    finding.targets = {{seed_time(0, 123456), address("198.51.100.1"), 22, 40'001, 64},
                       {seed_time(1), address("198.51.100.2"), 22, 40'002, 78}};
    finding.targets_total = 3;
    finding.scan = {.answered = 0,
                    .refused = 1,
                    .unanswered = 2,
                    .addresses = 3,
                    .ports = 1,
                    .cut_short = 1,
                    .log2_likelihood = 6,
                    .peak_per_second = 2,
                    .ports_top = {{22, 3}},
                    .tools = {{"masscan", 3}},
                    .replies = {.established = 3, .seen = 2}};
    return report;
}

// 192.0.2.1 answers DHCP questions of others, as two kinds of messages.
inline LockReport rogue_dhcp_report() {
    LockReport report;
    report.id = "20131113T181427Z-192.0.2.1-rogue_dhcp";
    report.loss = {{"nic_missed", {0}}};
    report.origin = example_origin();
    Finding& finding = report.finding;
    finding.reason = Reason::misconfiguration;
    finding.kind = Kind::rogue_dhcp;
    finding.protocol = ProtocolClass::udp;
    finding.host = address("192.0.2.1");
    finding.opened = seed_time(3);
    finding.first_seen = seed_time();
    finding.last_seen = seed_time(2);
    finding.trigger = {
        .rule = "rogue_dhcp", .metric = Metric::claims, .value = 3, .threshold = 1, .window_s = 300};
    finding.totals = traffic(3, 984, 2);
    finding.fact.facts = {{.name = "dhcp_offer",
                           .words = "offers 192.0.2.77 to 02:00:5e:10:00:07",
                           .reference = "RFC 2131, 4.3.1",
                           .count = 2,
                           .first = seed_time(),
                           .last = seed_time(1)},
                          {.name = "dhcp_ack",
                           .words = "gives 192.0.2.77 to 02:00:5e:10:00:07",
                           .reference = "",
                           .count = 1,
                           .first = seed_time(2),
                           .last = seed_time(2)}};
    finding.fact.facts_total = 3;
    finding.fact.hardware_address = "02:00:5e:10:00:01";
    return report;
}

// 192.0.2.1 tries to log in at two servers.
inline LockReport brute_force_report() {
    LockReport report = rogue_dhcp_report();
    report.id = "20131113T181427Z-192.0.2.1-brute_force";
    Finding& finding = report.finding;
    finding.reason = Reason::abuse;
    finding.kind = Kind::brute_force;
    finding.protocol = ProtocolClass::tcp;
    finding.trigger = {
        .rule = "brute_force", .metric = Metric::sessions, .value = 1234, .threshold = 20, .window_s = 300};
    finding.totals = traffic(20'000, 3'000'000, 1234);
    finding.externals = {{address("198.51.100.1"), traffic(15'000, 2'000'000, 1000)},
                         {address("198.51.100.22"), traffic(5'000, 1'000'000, 234)}};
    finding.externals_total = 3;
    finding.targets = {{seed_time(0, 123456), address("198.51.100.1"), 22, 40'001, 64}};
    finding.targets_total = 2;
    finding.fact = {.facts = {{.name = "ssh-libssh",
                               .words = "SSH client of a library",
                               .reference = "",
                               .count = 1200,
                               .first = seed_time(),
                               .last = seed_time(2)}},
                    .facts_total = 1,
                    .confidence = Confidence::low};
    return report;
}

// An IPv6 host tries one IPv6 address, the longest there is.
inline LockReport ipv6_scan_report() {
    LockReport report = scan_report();
    report.id = "20131113T181427Z-2001_db8__1-netscan";
    report.finding.host = address("2001:db8::1");
    report.finding.targets = {
        {seed_time(), address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), 443, 40'003, 78}};
    report.finding.targets_total = 1;
    return report;
}

// 192.0.2.9 looked like a scanner of the same, but two of three have answered.
inline LockReport exonerated_report() {
    LockReport report = scan_report();
    report.id = "20131113T181427Z-192.0.2.9-netscan";
    report.state = CaseState::closed;
    Finding& finding = report.finding;
    finding.verdict = Verdict::exonerated;
    finding.host = address("192.0.2.9");
    finding.closed = seed_time(303);
    finding.scan.answered = 2;
    finding.scan.unanswered = 0;
    finding.scan.cut_short = 0;
    finding.scan.exoneration = Exoneration::answered_contacts;
    finding.scan.tools.clear();
    return report;
}

// The provider's sample of an exceeded limit. It prints rounded figures; the bytes are one choice that fits
// them: 156 bytes per packet to the first address, 64 to the others.
inline LockReport limit_report() {
    LockReport report;
    report.id = "20131113T181427Z-178.63.65.85-packet_limit";
    report.state = CaseState::closed;
    report.loss = {{"nic_missed", {0}}, {"table_full", {0}}};
    Finding& finding = report.finding;
    finding.vector = "udp_flood";
    finding.host = address("178.63.65.85");
    finding.opened = seed_time(300);
    finding.closed = seed_time(420);
    finding.first_seen = seed_time();
    finding.last_seen = seed_time(299, 999999);
    finding.trigger = {.rule = "out-packets",
                       .metric = Metric::packets,
                       .value = 135580,
                       .threshold = 100000,
                       .window_s = 300,
                       .first_exceeded = seed_time(300),
                       .peak = seed_time(330)};
    finding.totals = traffic(40'674'000, 6'344'592'000, 40'673);
    finding.externals = {{address("77.96.88.114"), traffic(40'668'000, 6'344'208'000, 40'667)},
                         {address("196.37.186.67"), traffic(5'000, 320'000, 5)},
                         {address("77.74.52.53"), traffic(1'000, 64'000, 1)}};
    finding.externals_total = 3;
    return report;
}

// The same figures, but the host is attacked by answers of time servers, in pulses, while it sends backups that are
// allowed; the mirror passes on one packet of a thousand. Everything that a limit's report can hold is there.
inline LockReport amplification_report() {
    LockReport report = limit_report();
    report.id = "20131113T181927Z-178.63.65.85-in-packet_limit";
    report.origin = example_origin();
    Finding& finding = report.finding;
    finding.direction = Direction::in;
    finding.vector = "amplification:ntp";
    finding.subject = "178.63.65.85";
    finding.group = "customers";
    finding.trigger.rule = "in-packets";
    finding.externals[0].traffic = traffic(40'594'000, 6'339'472'000, 40'667);
    LimitFigures& limit = finding.limit;
    limit.rules = {{.rule = "in-packets-fast",
                    .metric = Metric::packets,
                    .value = 1'200'000,
                    .threshold = 1'000'000,
                    .window_s = 2,
                    .first_exceeded = seed_time(299),
                    .peak = seed_time(310)},
                   finding.trigger};
    limit.excesses = 12;
    limit.role = Role::victim;
    limit.vectors = {{"amplification:ntp", 40'000'000, 6'200'000'000},
                     {"udp_flood", 474'000, 100'000'000},
                     {"established", 200'000, 44'592'000}};
    limit.established_packets = 200'000;
    limit.established_bytes = 44'592'000;
    limit.unattributed = traffic(74'000, 4'736'000, 0);
    limit.networks = {{"AS64496 Example", 2, traffic(40'595'000, 6'339'536'000, 40'668)},
                      {"AS64497 Exemple", 1, traffic(5'000, 320'000, 5)}};
    limit.networks_total = 2;
    limit.allowed = {{"backup to the other site", 3'000'000, 4'500'000'000}};
    limit.sampling = 1'000;
    return report;
}

// Three hosts of one network send too much together; two are listed.
inline LockReport network_report() {
    LockReport report = limit_report();
    report.id = "20131113T181927Z-178.63.65.0_24-out-packet_limit";
    report.origin = example_origin();
    Finding& finding = report.finding;
    finding.host = address("178.63.65.0");
    finding.scope = Scope::network;
    finding.subject = "178.63.65.0/24";
    finding.limit.internals = {{address("178.63.65.85"), traffic(40'000'000, 6'240'000'000, 40'000)},
                               {address("178.63.65.86"), traffic(600'000, 93'600'000, 600)}};
    finding.limit.internals_total = 3;
    return report;
}

// All that passes between addresses that are not internal; two limits with other windows saw it, too.
inline LockReport outside_report() {
    LockReport report = limit_report();
    report.id = "20131113T181927Z-outside-out-packet_limit";
    Finding& finding = report.finding;
    finding.scope = Scope::outside;
    finding.host = address("::");
    finding.limit.internals = {{address("203.0.113.9"), traffic(40'674'000, 6'344'592'000, 40'673)}};
    finding.limit.internals_total = 1;
    finding.limit.further = {{.trigger = {.rule = "out-fast",
                                          .metric = Metric::packets,
                                          .value = 400'000,
                                          .threshold = 300'000,
                                          .window_s = 2,
                                          .first_exceeded = seed_time(299),
                                          .peak = seed_time(310)},
                              .totals = traffic(800'000, 64'000'000, 800),
                              .externals = {{address("2001:db8:1::1"), traffic(700'000, 56'000'000, 700)}},
                              .externals_total = 2,
                              .unattributed = traffic(1, 64, 0)}};
    return report;
}

// The internal hosts of two networks of a group together, attacked.
inline LockReport group_report() {
    LockReport report = network_report();
    report.id = "20131113T181927Z-group-customers-in-bandwidth_limit";
    Finding& finding = report.finding;
    finding.kind = Kind::bandwidth_limit;
    finding.direction = Direction::in;
    finding.trigger.metric = Metric::bits;
    finding.scope = Scope::group;
    finding.subject = "178.63.65.0/24, 2001:db8::/32";
    finding.group = "customers";
    finding.flows_estimated = {17};
    report.duplicates = {.distinct = 2'000, .twice = 1'990};
    return report;
}

// 192.0.2.9 sent too much only with what is allowed: the totals hold it.
inline LockReport allowed_report() {
    LockReport report = limit_report();
    report.id = "20131113T181927Z-192.0.2.9-out-packet_limit";
    Finding& finding = report.finding;
    finding.verdict = Verdict::exonerated;
    finding.vector = "other";
    finding.host = address("192.0.2.9");
    finding.limit.allowed = {{"backup to the other site", 39'674'000, 6'244'592'000}};
    return report;
}

inline std::vector<LockReport> example_reports() {
    return {scan_report(),    ipv6_scan_report(),     exonerated_report(),
            limit_report(),   amplification_report(), network_report(),
            outside_report(), group_report(),         allowed_report()};
}

// A live monitor with a NIC and an interface that was away, whose mirror port sends everything twice.
inline LiveSummary example_live() {
    LiveSummary live;
    live.started = seed_time();
    live.written = seed_time(10);
    live.clock_offset = std::chrono::microseconds{-12};
    live.duplicates = {.distinct = 2'000, .twice = 1'990};
    live.reloads = 3;
    live.open_cases = 1;
    live.reports_waiting = 2;
    live.ports = {{.name = "0000:3b:00.0",
                   .driver = "net_ixgbe",
                   .present = true,
                   .up = true,
                   .mbit_per_second = 10'000,
                   .queues = 2,
                   .received = {10},
                   .missed = {4}},
                  {.name = "eth1", .driver = "", .queues = 1, .counts_loss = false, .vanished = 1}};
    live.workers = {{.packets = {6}, .cpu = 3}, {.packets = {4}, .stalled = true, .stalls = 1}};
    return live;
}

// Ten packets: seven decoded, one ARP, two broken.
inline Summary example_summary() {
    Summary summary;
    summary.inputs = {{.file = "a.pcap", .packets = {10}, .bytes = {900}, .truncated = false, .error = ""}};
    summary.tally[Outcome::ipv4_tcp] = {3};
    summary.tally[Outcome::ipv4_udp] = {1};
    summary.tally[Outcome::ipv6_udp] = {1};
    summary.tally[Outcome::ipv6_icmp] = {1};
    summary.tally[Outcome::ipv4_other] = {1};
    summary.tally[Outcome::not_ip] = {1};
    summary.tally[Outcome::ip_header_cut] = {2};
    summary.tally.fragments = {1};
    summary.tally.wire_bytes = {900};
    summary.first = seed_time();
    summary.last = seed_time(9, 5);
    summary.flows = {4};
    summary.time_steps = 1;
    summary.loss = {{"nic_missed", {0}}, {"table_full", {0}}};
    summary.findings = 2;
    summary.locks = 1;
    return summary;
}

}  // namespace flowlock
