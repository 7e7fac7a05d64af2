// SPDX-License-Identifier: BSD-3-Clause
// What the ledger makes of suspects that were found innocent.
#include <catch2/catch.hpp>

#include "control/case_ledger.hpp"
#include "tap.hpp"

using namespace flowlock;
using namespace flowlock::test;
using std::chrono::seconds;

namespace {

Time at(std::int64_t second) {
    return Time{seconds{second}};
}

Finding scan_of(std::string_view host, std::int64_t opened_s, Verdict verdict) {
    Finding finding;
    finding.verdict = verdict;
    finding.reason = Reason::scan;
    finding.kind = Kind::netscan;
    finding.protocol = ProtocolClass::tcp;
    finding.host = IpAddress::parse(host).value();
    finding.opened = at(opened_s);
    finding.closed = at(opened_s + 1);
    finding.first_seen = at(opened_s - 5);
    finding.last_seen = at(opened_s - 2);
    finding.trigger = {.rule = "scan.netscan", .metric = Metric::failed_contacts, .window_s = 10};
    finding.case_number = 1;
    return finding;
}

Finding innocent(std::string_view host, std::int64_t opened_s = 100) {
    return scan_of(host, opened_s, Verdict::exonerated);
}

Finding guilty(std::string_view host, std::int64_t opened_s = 100) {
    return scan_of(host, opened_s, Verdict::lock);
}

std::vector<std::string> ids_of(const std::vector<LockReport>& reports) {
    std::vector<std::string> ids;
    for (const LockReport& report : reports) ids.push_back(report.id);
    return ids;
}

// Sixty addresses of a network are contacted, forty answer.
std::vector<Sent> answered_by_two_of_three(const std::string& network) {
    std::vector<Sent> packets;
    for (int i = 0; i < 60; ++i) {
        const Sent probe{.time_ns = 2 * i, .to = network + std::to_string(1 + i), .to_port = 443};
        packets.push_back(probe);
        if (i % 3 == 0) continue;
        Sent answer = probe;
        std::swap(answer.from, answer.to);
        std::swap(answer.from_port, answer.to_port);
        answer.flags = tcp_flag::syn | tcp_flag::ack;
        ++answer.time_ns;
        packets.push_back(answer);
    }
    return packets;
}

}  // namespace

TEST_CASE("an exonerated finding is reported once, as closed, with a name and the loss of its own window") {
    const bool live = GENERATE(true, false);
    CaseLedger ledger(live);
    // Three packets are lost in each second.
    for (std::int64_t second = 50; second <= 110; ++second)
        ledger.add_loss(second, {{"nic_missed", {3 * static_cast<std::uint64_t>(second)}}}, seconds{10});
    ledger.note(innocent("10.0.0.1"));
    const auto reports = ledger.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].id == "19700101T000140Z-10.0.0.1-out-netscan-tcp");
    CHECK(reports[0].state == CaseState::closed);
    CHECK(reports[0].finding.verdict == Verdict::exonerated);
    // From a second before its window of ten to its end: [89, 101).
    CHECK(reports[0].loss == Loss{{"nic_missed", {3 * 12}}});
    CHECK(ledger.take_reports().empty());
}

TEST_CASE("in a replay exonerated findings stand among the cases, in their order") {
    CaseLedger ledger(false);
    ledger.note(innocent("10.0.0.3", 100));
    ledger.end(guilty("10.0.0.2", 101));
    ledger.note(innocent("10.0.0.1", 102));
    ledger.end(guilty("10.0.0.4", 100));
    CHECK(ids_of(ledger.take_reports()) ==
          std::vector<std::string>{
              "19700101T000140Z-10.0.0.3-out-netscan-tcp", "19700101T000140Z-10.0.0.4-out-netscan-tcp",
              "19700101T000141Z-10.0.0.2-out-netscan-tcp", "19700101T000142Z-10.0.0.1-out-netscan-tcp"});
}

TEST_CASE("in a replay nobody is both locked and found innocent of the same, whatever came first") {
    const bool innocent_first = GENERATE(true, false);
    CaseLedger ledger(false);
    if (innocent_first) ledger.note(innocent("10.0.0.1", 100));
    ledger.end(guilty("10.0.0.1", 100));
    if (!innocent_first) ledger.note(innocent("10.0.0.1", 300));
    // Neither another host, nor another kind or protocol is the same.
    Finding of_udp = innocent("10.0.0.1", 400);
    of_udp.protocol = ProtocolClass::udp;
    ledger.note(of_udp);
    Finding of_ports = innocent("10.0.0.1", 401);
    of_ports.kind = Kind::portscan;
    ledger.note(of_ports);
    ledger.note(innocent("10.0.0.2", 402));
    CHECK(ids_of(ledger.take_reports()) == std::vector<std::string>{
                                               "19700101T000140Z-10.0.0.1-out-netscan-tcp",
                                               "19700101T000640Z-10.0.0.1-out-netscan-udp",
                                               "19700101T000641Z-10.0.0.1-out-portscan-tcp",
                                               "19700101T000642Z-10.0.0.2-out-netscan-tcp",
                                           });
}

TEST_CASE("live, a case has the same name whether or not a suspect was found innocent before") {
    CaseLedger ledger(true);
    ledger.note(innocent("10.0.0.1", 100));
    ledger.note(innocent("10.0.0.1", 100));
    ledger.end(guilty("10.0.0.1", 100));
    CHECK(ids_of(ledger.take_reports()) ==
          std::vector<std::string>{"19700101T000140Z-10.0.0.1-out-netscan-tcp",
                                   "19700101T000140Z-10.0.0.1-out-netscan-tcp-2",
                                   "19700101T000140Z-10.0.0.1-out-netscan-tcp"});
}

TEST_CASE(
    "a suspect whose contacts are answered is reported once as innocent, and a reload does not repeat it") {
    const bool live = GENERATE(true, false);
    ControlCore::Options options = live_options();
    options.live = live;
    Tap tap(options);
    std::vector<LockReport> reports;
    const auto take = [&] {
        for (LockReport& report : tap.control().take_reports()) reports.push_back(std::move(report));
    };
    for (int second = 100; second < 700; ++second) {
        // A suspicion must last for a window.
        const std::string network = second == 100 ? "192.0.2." : second == 300 ? "203.0.113." : "";
        // Settings that change nothing.
        if (live) tap.control().reload({options.internal, options.limits, options.scan, options.faults, options.report});
        tap.epoch(second, network.empty() ? std::vector<Sent>{} : answered_by_two_of_three(network));
        if (live) take();
    }
    tap.finish();
    take();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].finding.verdict == Verdict::exonerated);
    CHECK(reports[0].finding.scan.exoneration == Exoneration::answered_contacts);
    CHECK(reports[0].state == CaseState::closed);
    CHECK(!reports[0].id.empty());
    CHECK(reports[0].loss.contains("flow_table_full"));
}
