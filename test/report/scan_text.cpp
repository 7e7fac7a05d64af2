// SPDX-License-Identifier: BSD-3-Clause
// What a scan's report says to convince, and where it keeps silent because it would say too much.
#include "report/scan_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/text_report.hpp"

using namespace flowlock;
using Catch::Contains;

namespace {

// The provider's own case: 118 addresses within 25 s.
LockReport convicted() {
    LockReport report = scan_report();
    Finding& finding = report.finding;
    finding.first_seen = seed_time();
    finding.last_seen = seed_time(24, 1);
    finding.targets_total = 118;
    finding.scan = {.answered = 1,
                    .refused = 2,
                    .unanswered = 115,
                    .addresses = 118,
                    .ports = 1,
                    .log2_likelihood = 113,
                    .peak_per_second = 9};
    return report;
}

// The header's fields as running text.
std::string fields(const LockReport& report, NumberFormat format = NumberFormat::en) {
    std::string text;
    for (const char letter : scan_fields(report, format))
        if (letter != ' ' || text.empty() || text.back() != ' ') text += letter == '\n' ? ' ' : letter;
    std::string single;
    for (const char letter : text)
        if (letter != ' ' || single.empty() || single.back() != ' ') single += letter;
    return single;
}

// The power of ten in "less than 1 in 10^…"; -1: nothing is claimed.
int claimed_power(std::int32_t log2) {
    LockReport report = convicted();
    report.finding.scan.log2_likelihood = log2;
    const std::string text = fields(report);
    const std::string words = "less than 1 in 10^";
    const auto at = text.find(words);
    return at == std::string::npos ? -1 : std::stoi(text.substr(at + words.size()));
}

}  // namespace

TEST_CASE("a scan's evidence is who was contacted, what became of it, and how improbable that is") {
    CHECK(fields(convicted()) ==
          "Evidence 118 addresses were contacted on TCP port 22 within 25 s (at most 9 in one second); 115 "
          "stayed "
          "silent, 2 refused, 1 answered. An ordinary host, whose contacts each succeed with a probability "
          "of at "
          "least 0.8, would look like this with a probability of less than 1 in 10^34 (sequential test, log2 "
          "likelihood ratio 113 when the case opened). The contacts of peer-to-peer nodes fail less often, "
          "too. "
          "Confidence high ");
}

TEST_CASE("only a netscan is compared with peer-to-peer nodes: they dial one port of many") {
    LockReport report = convicted();
    report.finding.kind = Kind::portscan;
    CHECK_THAT(fields(report), !Contains("peer-to-peer"));
    report.finding.kind = Kind::icmp_sweep;
    CHECK_THAT(fields(report), !Contains("peer-to-peer"));
}

TEST_CASE("the claimed probability is never smaller than 1/2^log2, and not ten times larger") {
    // 2^log2 as decimal digits, calculated by doubling them.
    std::string digits = "1";
    for (std::int32_t log2 = 1; log2 <= 3000; ++log2) {
        int carry = 0;
        for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
            const int twice = 2 * (*digit - '0') + carry;
            *digit = static_cast<char>('0' + twice % 10);
            carry = twice / 10;
        }
        if (carry > 0) digits.insert(digits.begin(), '1');
        // 10^power is the largest power of ten up to 2^log2; nothing is claimed below ten.
        const int power = static_cast<int>(digits.size()) - 1;
        if (claimed_power(log2) != (power > 0 ? power : -1)) FAIL(log2);
    }
    CHECK(claimed_power(0) == -1);
    CHECK(claimed_power(-17) == -1);
    // 2^31 - 1 times log10(2) is 646,456,992.9…; never more is claimed.
    CHECK(claimed_power(2'147'483'647) <= 646'456'992);
    CHECK(claimed_power(2'147'483'647) >= 646'456'990);
}

TEST_CASE("each kind of scan names what was contacted, and how many targets where that is another number") {
    LockReport report = convicted();
    Finding& finding = report.finding;
    const auto begins = [&](const std::string& text) {
        return contacts_sentence(finding, NumberFormat::en).substr(0, text.size()) == text;
    };
    finding.scan.ports = 3;
    CHECK(begins("118 addresses were contacted on 3 TCP ports within"));
    finding.targets_total = 1'354;
    CHECK(begins("118 addresses were contacted on 3 TCP ports, 1,354 targets in all within"));

    finding.kind = Kind::portscan;
    finding.protocol = ProtocolClass::udp;
    finding.scan.addresses = 1;
    finding.scan.ports = finding.targets_total = 120;
    CHECK(begins("120 UDP ports of 198.51.100.1 were contacted within 25 s"));
    finding.scan.addresses = 2;
    finding.targets_total = 200;
    CHECK(begins("120 UDP ports of 2 addresses were contacted, 200 targets in all within"));
    finding.protocol = ProtocolClass::any;
    CHECK(begins("120 IP protocols of 2 addresses were contacted"));

    finding.kind = Kind::icmp_sweep;
    finding.protocol = ProtocolClass::icmp;
    CHECK(begins("2 addresses were probed with ICMP within 25 s"));
    finding.scan.addresses = 1;
    CHECK(begins("1 address was probed with ICMP within 25 s"));
}

TEST_CASE("what became of the contacts is said without what did not occur, but always who answered") {
    LockReport report = convicted();
    Finding& finding = report.finding;
    finding.scan.answered = finding.scan.refused = 0;
    finding.scan.cut_short = 7;
    CHECK_THAT(contacts_sentence(finding, NumberFormat::en),
               Catch::EndsWith("; 115 stayed silent (7 as the input ended), none answered."));
    finding.scan = {.answered = 2'000, .unreachable = 1};
    CHECK_THAT(contacts_sentence(finding, NumberFormat::de),
               Catch::EndsWith("within 25 s; 1 was reported as unreachable, 2.000 answered."));
}

TEST_CASE("a scan within a single instant took a second, not none") {
    Finding finding = convicted().finding;
    finding.last_seen = finding.first_seen;
    CHECK_THAT(contacts_sentence(finding, NumberFormat::en), Contains(" within 1 s "));
    finding.last_seen = finding.first_seen + std::chrono::seconds{1};
    CHECK_THAT(contacts_sentence(finding, NumberFormat::en), Contains(" within 1 s "));
}

TEST_CASE("only a verdict that rests on the sequential test states its probability") {
    LockReport report = convicted();
    Criterion& criterion = report.finding.scan.criterion;
    criterion = Criterion::dense_targets;
    CHECK_THAT(fields(report), Contains("10^34") && Contains("The targets lie side by side"));
    criterion = Criterion::answered_fan_out;
    CHECK_THAT(fields(report), !Contains("probability") && Contains("This service is made for few"));
    criterion = Criterion::fan_out;
    CHECK_THAT(fields(report), !Contains("probability") && Contains("rests on the number of targets"));
}

TEST_CASE("where the tap sees no replies, nobody is said to have been silent") {
    LockReport report = convicted();
    report.finding.scan.criterion = Criterion::fan_out;
    CHECK_THAT(fields(report), !Contains("silent") && Contains("115 had no reply that this monitor saw"));
    Finding innocent = convicted().finding;
    innocent.scan.exoneration = Exoneration::replies_not_visible;
    CHECK_THAT(contacts_sentence(innocent, NumberFormat::en), !Contains("silent"));
}

TEST_CASE("little confidence is said together with what it means") {
    LockReport report = convicted();
    report.finding.scan.confidence = Confidence::low;
    CHECK_THAT(fields(report), Contains("Confidence low: the evidence allows an innocent explanation"));
}

TEST_CASE("tools are named with their share of the first probes, all only where it is all of them") {
    LockReport report = convicted();
    CHECK_THAT(fields(report), !Contains("Tools"));
    report.finding.scan.tools = {{"masscan", 118}};
    CHECK_THAT(fields(report), Contains(" Tools all first probes carry the mark of masscan "));
    report.finding.scan.tools = {{"masscan", 117}, {"zmap", 1}};
    CHECK_THAT(fields(report),
               Contains(" Tools 117 of 118 first probes carry the mark of masscan, 1 that of zmap "));
}

TEST_CASE("ports are listed where there are several that stand out") {
    LockReport report = convicted();
    ScanFigures& scan = report.finding.scan;
    scan.ports_top = {{22, 118}};
    CHECK_THAT(fields(report), !Contains("Ports"));
    scan.ports = 9;
    scan.ports_top = {{22, 1'180}, {2222, 3}};
    CHECK_THAT(fields(report), Contains(" Ports 22 (1,180 targets), 2222 (3), and 7 more "));
    scan.ports = 2;
    CHECK_THAT(fields(report), Contains(" Ports 22 (1,180 targets), 2222 (3) "));
    scan.ports_top = {{22, 1}, {23, 1}};
    CHECK_THAT(fields(report), !Contains("Ports"));
}

TEST_CASE("the visibility of replies is said when less than half of them were seen") {
    LockReport report = convicted();
    for (const ReplyVisibility enough :
         {ReplyVisibility{0, 0}, ReplyVisibility{2, 1}, ReplyVisibility{9, 9}}) {
        report.finding.scan.replies = enough;
        CHECK_THAT(fields(report), !Contains("Replies"));
    }
    report.finding.scan.replies = {.established = 2'001, .seen = 1'000};
    CHECK_THAT(fields(report),
               Contains(" Replies seen for 1,000 of 2,001 TCP contacts that were established"));
}

TEST_CASE("a withdrawn report claims no improbability and no confidence") {
    LockReport report = convicted();
    report.state = CaseState::withdrawn;
    CHECK_THAT(fields(report), Catch::StartsWith("Targets 118 addresses were contacted") &&
                                   !Contains("probability") && !Contains("Confidence"));
}

TEST_CASE("every exoneration has a sentence of its own, and none has none") {
    CHECK(exoneration_sentence(Exoneration::none).empty());
    std::vector<std::string> sentences;
    for (const Exoneration exoneration :
         {Exoneration::answered_contacts, Exoneration::peer_to_peer, Exoneration::bogon_targets,
          Exoneration::replies_not_visible, Exoneration::answered_fan_out_only}) {
        const std::string sentence = exoneration_sentence(exoneration);
        INFO(name_of(exoneration));
        CHECK_THAT(sentence, Catch::EndsWith("."));
        CHECK(std::ranges::count(sentence, '.') == 1);
        CHECK(std::ranges::find(sentences, sentence) == sentences.end());
        sentences.push_back(sentence);
    }
}
