// SPDX-License-Identifier: BSD-3-Clause
#include "report/finding_text.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace flowlock;

TEST_CASE("who was found innocent is told with what it looked like, why it is innocent, and the figures") {
    LockReport report = exonerated_report();
    CHECK(
        finding_text(report, NumberFormat::de) ==
        "Not locked  192.0.2.9\n"
        "Looked like Scan: many addresses contacted on one or few ports (netscan); TCP, outgoing, from this\n"
        "            host\n"
        "Seen        2013-11-13 18:14:27 to 2013-11-13 18:14:29 UTC\n"
        "Innocent    As many of its contacts are answered as those of ordinary hosts.\n"
        "Figures     3 addresses were contacted on TCP port 22 within 2 s (at most 2 in one second); 1\n"
        "            refused, 2 answered.\n");
    report.finding.scan.exoneration = Exoneration::replies_not_visible;
    report.finding.scan.replies = {.established = 1'500, .seen = 3};
    report.finding.group = "customers";
    const std::string text = finding_text(report, NumberFormat::de);
    CHECK_THAT(text, Catch::StartsWith("Not locked  192.0.2.9 (group customers)\n"));
    CHECK_THAT(text, Catch::EndsWith("\nReplies     seen for 3 of 1.500 TCP contacts that were established, "
                                     "over all internal hosts\n"));
}

TEST_CASE("who exceeded a limit only with allowed traffic is told what was allowed, and by which rule") {
    LockReport report = allowed_report();
    CHECK(
        finding_text(report, NumberFormat::de) ==
        "Not locked  192.0.2.9\n"
        "Looked like Attack: more packets per second than the limit allows (packet_limit); all protocols,\n"
        "            outgoing, from this host\n"
        "Seen        2013-11-13 18:14:27 to 2013-11-13 18:19:26 UTC\n"
        "Innocent    The limit was exceeded only with traffic that the configuration allows: backup to the\n"
        "            other site, 39.674.000 packets.\n"
        "Rule        out-packets: 135.580 packets/s over 300 s, limit 100.000 packets/s\n"
        "Figures     40.674.000 packets, 5,909 GByte and 40.673 flows in the peak window, with what is\n"
        "            allowed\n");
    report.finding.limit.allowed.push_back({"moni\ntoring", 1, 64});
    CHECK(innocence_text(report.finding, NumberFormat::en) ==
          "The limit was exceeded only with traffic that the configuration allows: backup to the other site, "
          "39,674,000 packets; moni toring, 1 packet.");
    report.finding.scope = Scope::network;
    report.finding.subject = "192.0.2.0/24";
    CHECK_THAT(finding_text(report, NumberFormat::de), Catch::StartsWith("Not locked  192.0.2.0/24\n"));
}

TEST_CASE("who was found innocent is accused of nothing") {
    LockReport report = exonerated_report();
    report.finding.scan.log2_likelihood = 17;
    const std::string text = finding_text(report, NumberFormat::en);
    for (const auto* word : {"Evidence", "Confidence", "probability", "Case"})
        CHECK_THAT(text, !Catch::Contains(word));
}
