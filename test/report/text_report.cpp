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
        "Monitor     tap1, flowlock 4.5.6\n"
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
            netscan_text(report.finding, {}));
}

TEST_CASE("a limit's report says in a header who, what, when and by which rule, then shows the summary") {
    LockReport report = limit_report();
    report.finding.group = "customers";
    CHECK(text_report(report, NumberFormat::de) ==
          "Case        20131113T181427Z-178.63.65.85-packet_limit\n"
          "Host        178.63.65.85 (group customers)\n"
          "Reason      Attack: more packets per second than the limit allows (packet_limit)\n"
          "Traffic     all protocols, outgoing, from this host\n"
          "Seen        2013-11-13 18:14:27 to 2013-11-13 18:19:26; all times in this report are UTC\n"
          "Rule        out-packets: 135.580 packets/s over 300 s, limit 100.000 packets/s\n"
          "Exceeded    first at 2013-11-13 18:19:27; the peak window ended at 2013-11-13 18:19:57\n"
          "Vector      UDP flood (udp_flood)\n"
          "Loss        none\n"
          "\n" +
              limit_text(report.finding, NumberFormat::de));
}

TEST_CASE("a limit's header says all that is known of the attack, in words, and how sure the figures are") {
    const LockReport report = amplification_report();
    CHECK(text_report(report, NumberFormat::de) ==
          "Case        20131113T181927Z-178.63.65.85-in-packet_limit\n"
          "Host        178.63.65.85 (group customers)\n"
          "Reason      Attack: more packets per second than the limit allows (packet_limit)\n"
          "Traffic     all protocols, incoming, to this host\n"
          "Seen        2013-11-13 18:14:27 to 2013-11-13 18:19:26; all times in this report are UTC\n"
          "Monitor     tap1, flowlock 4.5.6\n"
          "Rule        in-packets: 135.580 packets/s over 300 s, limit 100.000 packets/s\n"
          "Exceeded    12 times, with pauses; first at 2013-11-13 18:19:27; the peak window ended at "
          "2013-11-13\n"
          "            18:19:57\n"
          "Also        in-packets-fast: 1.200.000 packets/s over 2 s, limit 1.000.000 packets/s, first at\n"
          "            2013-11-13 18:19:26\n"
          "Vector      amplification by ntp (amplification:ntp), 98,3 % of the packets; besides 1,2 % UDP "
          "flood\n"
          "Established 0,5 % of the packets are in established connections\n"
          "Role        victim: answers of reflectors that this host did not ask for\n"
          "Externals   not known for 74.000 packets (0,2 %): each address below may have so many more\n"
          "Sampling    Counted from a mirror that passes on 1 packet of 1.000: packets and bytes are "
          "multiplied\n"
          "            by it, ± 395.092 packets (95 %); flows are those that were seen\n"
          "Allowed     3.000.000 packets more, 4,191 GByte, which are not in these figures: backup to the "
          "other\n"
          "            site\n"
          "Loss        none\n"
          "\n" +
              limit_text(report.finding, NumberFormat::de));
}

TEST_CASE("one format's marks are never mixed with the other's") {
    // Without the example's own dotted words there are points between digits in the German form only where thousands
    // are, and commas only where decimals are; in the English form it is the other way round.
    const auto marks = [](NumberFormat format) {
        const std::string text = text_report(amplification_report(), format);
        std::string seen;
        for (const auto* number :
             {"135.580", "135,580", "98,3 %", "98.3 %", "395.092", "395,092", "4,191 G", "4.191 G", "0,2 %",
              "0.2 %", "1 packet of 1.000:", "1 packet of 1,000:", "0,5 % ", "0.5 % ", "5,909", "5.909"})
            if (text.find(number) != std::string::npos) seen += std::string(number) + '|';
        return seen;
    };
    // 5.909 GByte are in the sum.
    CHECK(marks(NumberFormat::de) == "135.580|98,3 %|395.092|4,191 G|0,2 %|1 packet of 1.000:|0,5 % |5,909|");
    CHECK(marks(NumberFormat::en) == "135,580|98.3 %|395,092|4.191 G|0.2 %|1 packet of 1,000:|0.5 % |5.909|");
}

TEST_CASE("a network's or a group's report says so wherever it says whom it is about") {
    LockReport report = network_report();
    std::string text = text_report(report, NumberFormat::de);
    CHECK_THAT(text, Catch::Contains("\nNetwork     178.63.65.0/24\n"));
    CHECK_THAT(text,
               Catch::Contains("\nTraffic     all protocols, outgoing, from the hosts of this network\n"));
    CHECK_THAT(text, Catch::Contains("\nInternal 178.63.65.0/24\n"));

    report.finding.scope = Scope::group;
    report.finding.group = "customers";
    report.finding.subject = "178.63.65.0/24, 2001:db8::/32";
    report.finding.direction = Direction::in;
    text = text_report(report, NumberFormat::de);
    CHECK_THAT(text, Catch::Contains("\nGroup       customers (178.63.65.0/24, 2001:db8::/32)\n"));
    CHECK_THAT(text, Catch::Contains("\nTraffic     all protocols, incoming, to the hosts of this group\n"));
    CHECK_THAT(text, Catch::Contains("\nInternal 178.63.65.0/24, 2001:db8::/32\n"));
    report.finding.group = "*";
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nGroup       all internal hosts (178"));
}

TEST_CASE("a limit on new externals is told in addresses, not in flows") {
    LockReport report = limit_report();
    report.finding.kind = Kind::flow_limit;
    report.finding.trigger.metric = Metric::new_externals;
    report.finding.trigger.value = 1'234;
    report.finding.trigger.threshold = 500;
    const std::string text = text_report(report, NumberFormat::de);
    CHECK_THAT(text,
               Catch::Contains("\nReason      Attack: more new external addresses per second than the limit "
                               "allows (flow_limit)\n"));
    CHECK_THAT(text,
               Catch::Contains("\nRule        out-packets: 1.234 new externals/s over 300 s, limit 500 new "
                               "externals/s\n"));
}

TEST_CASE("what a full table estimated is not said to be exact where the mirror is sampled") {
    LockReport report = limit_report();
    report.finding.flows_estimated = {40'000};
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nFlows       40.000 of 40.673 estimated; packets and bytes are exact\n"));
    report.finding.limit.sampling = 10;
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nFlows       40.000 of 40.673 estimated\n"));
}

TEST_CASE("a report names its time zone exactly once") {
    CHECK(occurrences(text_report(scan_report(), NumberFormat::de), "UTC") == 1);
    CHECK(occurrences(text_report(limit_report(), NumberFormat::de), "UTC") == 1);
    CHECK(occurrences(text_report(amplification_report(), NumberFormat::de), "UTC") == 1);
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

TEST_CASE("a window of an hour does not read as one of four seconds") {
    LockReport report = scan_report();
    report.finding.trigger = {.rule = "abuse.mining",
                              .metric = Metric::matches,
                              .value = 1'000,
                              .threshold = 3,
                              .window_s = 3'600,
                              .first_exceeded = {},
                              .peak = {}};
    CHECK_THAT(text_report(report, NumberFormat::de),
               Catch::Contains("\nRule        abuse.mining: 1.000 matches within 3600 s, limit 3\n"));
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
    // Nor move a terminal's cursor.
    CHECK(text_field("Allowed", "a\x1b[1Ab") == "Allowed     a [1Ab\n");
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
