// SPDX-License-Identifier: BSD-3-Clause
#include "report/text_report.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/limit_text.hpp"
#include "report/netscan_text.hpp"
#include "report/text_field.hpp"

using namespace flowlock;

namespace {

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("a scan's report says in a header who, what, when and by which rule, then shows the log") {
    const LockReport report = scan_report();
    CHECK(
        text_report(report, NumberFormat::de) ==
        "Case        20131113T181427Z-192.0.2.1-netscan\n"
        "Host        192.0.2.1\n"
        "Reason      Scan: many addresses contacted on one or few ports (netscan)\n"
        "Traffic     TCP, outgoing, from this host\n"
        "Seen        2013-11-13 18:14:27 to 2013-11-13 18:14:29; all times in this report are UTC\n"
        "Rule        scan: 3 failed contacts within 300 s, limit 2\n"
        "Evidence    3 addresses were contacted on TCP port 22 within 2 s (at most 2 in one second); 2 "
        "stayed\n"
        "            silent (1 as the input ended), 1 refused, none answered. An ordinary host, whose\n"
        "            contacts each succeed with a probability of at least 0.8, would look like this with a\n"
        "            probability of less than 1 in 10^1 (sequential test, log2 likelihood ratio 6 when the\n"
        "            case opened). The contacts of peer-to-peer nodes fail less often, too.\n"
        "Confidence  high\n"
        "Tools       all first probes carry the mark of masscan\n"
        "Loss        none\n"
        "\n" +
            netscan_text(report.finding));
}

TEST_CASE("a limit's report says in a header who, what, when and by which rule, then shows the summary") {
    LockReport report = limit_report();
    report.finding.group = "customers";
    CHECK(
        text_report(report, NumberFormat::de) ==
        "Case        20131113T181427Z-178.63.65.85-packet_limit\n"
        "Host        178.63.65.85 (group customers)\n"
        "Reason      Attack: more packets per second than the limit allows (packet_limit), vector udp_flood\n"
        "Traffic     all protocols, outgoing, from this host\n"
        "Seen        2013-11-13 18:14:27 to 2013-11-13 18:19:26; all times in this report are UTC\n"
        "Rule        out-packets: 135.580 packets/s over 300 s, limit 100.000 packets/s\n"
        "Loss        none\n"
        "\n" +
            limit_text(report.finding, NumberFormat::de));
}

TEST_CASE("a report names its time zone exactly once") {
    CHECK(occurrences(text_report(scan_report(), NumberFormat::de), "UTC") == 1);
    CHECK(occurrences(text_report(limit_report(), NumberFormat::de), "UTC") == 1);
}

TEST_CASE("only a withdrawn report says in its header what has become of its case") {
    LockReport report = scan_report();
    for (const CaseState state : {CaseState::open, CaseState::closed}) {
        report.state = state;
        CHECK(text_report(report, NumberFormat::de) == text_report(scan_report(), NumberFormat::de));
    }
    report.state = CaseState::withdrawn;
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nWithdrawn   what the host contacted has answered since: it was no scan\n"));
}

TEST_CASE("loss is said by cause, without the causes that lost nothing") {
    LockReport report = limit_report();
    report.loss = {{"late_epoch", {200}}, {"nic_missed", {1'034}}, {"table_full", {0}}};
    CHECK_THAT(
        text_report(report, NumberFormat::en),
        Catch::Contains("\nLoss        1,234 packets not counted: late_epoch 200, nic_missed 1,034\n\n"));
    report.loss = {{"nic_missed", {1}}};
    CHECK_THAT(text_report(report, NumberFormat::en),
               Catch::Contains("\nLoss        1 packet not counted: nic_missed 1\n"));
}

TEST_CASE("the direction says where the host stands") {
    LockReport limit = limit_report();
    limit.finding.direction = Direction::in;
    limit.finding.protocol = ProtocolClass::udp;
    CHECK_THAT(text_report(limit, NumberFormat::de),
               Catch::Contains("\nTraffic     UDP, incoming, to this host\n"));
    LockReport scan = scan_report();
    scan.finding.direction = Direction::in;
    CHECK_THAT(text_report(scan, NumberFormat::de),
               Catch::Contains("\nTraffic     TCP, incoming, from this host\n"));
}

TEST_CASE("a rule names what it counted: targets, or contacts that failed") {
    LockReport report = scan_report();
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nRule        scan: 3 failed contacts within 300 s, limit 2\n"));
    report.finding.trigger.metric = Metric::targets;
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nRule        scan: 3 targets within 300 s, limit 2\n"));
    report.finding.trigger.value = 1;
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nRule        scan: 1 target within 300 s, limit 2\n"));
}

TEST_CASE("a bit limit is told in exact bits per second") {
    LockReport report = limit_report();
    report.finding.kind = Kind::bandwidth_limit;
    report.finding.trigger = {.rule = "in-bits",
                              .metric = Metric::bits,
                              .value = 1'234'567'890,
                              .threshold = 1'000'000'000,
                              .window_s = 5};
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains(
                   "\nRule        in-bits: 1.234.567.890 bits/s over 5 s, limit 1.000.000.000 bits/s\n"));
}

TEST_CASE("a field is wrapped at blanks, under its text, within 100 columns") {
    const std::string word(40, 'w');
    CHECK(text_field("Rule", word + " " + word + " " + word) ==
          "Rule        " + word + " " + word + "\n            " + word + "\n");
    // 88 columns are free beside the label.
    CHECK(text_field("Rule", std::string(43, 'a') + " " + std::string(44, 'b')).size() == 101);
    CHECK(text_field("Rule", std::string(44, 'a') + " " + std::string(44, 'b')) ==
          "Rule        " + std::string(44, 'a') + "\n            " + std::string(44, 'b') + "\n");
}

TEST_CASE("a word longer than a line is broken, and never within a character") {
    CHECK(text_field("Rule", std::string(90, 'x')) ==
          "Rule        " + std::string(88, 'x') + "\n            xx\n");
    std::string umlauts;
    for (int i = 0; i < 89; ++i) umlauts += "ü";
    CHECK(text_field("Rule", umlauts) == "Rule        " + umlauts.substr(0, 176) + "\n            ü\n");
}

TEST_CASE("line feeds in a configured name cannot forge a line of the header") {
    CHECK(text_field("Rule", "a\nLoss        none\r\n\tb ") == "Rule        a Loss none b\n");
    CHECK(text_field("Rule", "") == "Rule        \n");
}

TEST_CASE("a report says when packets arrive twice, and is silent when a few do") {
    LockReport report = limit_report();
    report.duplicates = {.distinct = 12'000, .twice = 11'500};
    const std::string text = text_report(report, NumberFormat::en);
    CHECK(text.find("Duplicates  95 % of the packets reach this monitor twice") != std::string::npos);
    // Wrapped within the page.
    CHECK(text.find("11,500") != std::string::npos);
    CHECK(text.find("12,000") != std::string::npos);
    for (const DuplicateFigures few : {DuplicateFigures{12'000, 600}, DuplicateFigures{999, 999}}) {
        report.duplicates = few;
        CHECK(text_report(report, NumberFormat::en).find("Duplicates") == std::string::npos);
    }
}
