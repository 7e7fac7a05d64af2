// SPDX-License-Identifier: BSD-3-Clause
#include "report/limit_text.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace flowlock;

namespace {

// What a summary of one external says on its last line.
std::string last_line(const Traffic& traffic, std::uint32_t window_s,
                      NumberFormat format = NumberFormat::de) {
    Finding finding = limit_report().finding;
    finding.trigger.window_s = window_s;
    finding.totals = traffic;
    finding.externals = {{address("192.0.2.1"), traffic}};
    finding.externals_total = 1;
    const std::string text = limit_text(finding, format);
    return text.substr(text.rfind("External"));
}

}  // namespace

TEST_CASE("the summary of the provider's help page is reproduced byte for byte") {
    CHECK(limit_text(limit_report().finding, NumberFormat::de) ==
          R"(Direction OUT
Internal 178.63.65.85
Threshold Packets 100.000 packets/s
Sum                     40.674.000 packets/300s (135.580 packets/s),  40.673 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 77.96.88.114,  40.668.000 packets/300s (135.560 packets/s),  40.667 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 196.37.186.67,  5.000 packets/300s (16 packets/s),                5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
External 77.74.52.53,    1.000 packets/300s (3 packets/s),                 1 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
)");
}

TEST_CASE("the English summary differs in the marks only") {
    CHECK(limit_text(limit_report().finding, NumberFormat::en) ==
          R"(Direction OUT
Internal 178.63.65.85
Threshold Packets 100,000 packets/s
Sum                     40,674,000 packets/300s (135,580 packets/s),  40,673 flows/300s (135 flows/s),  5.909 GByte/300s (161 MBit/s)
External 77.96.88.114,  40,668,000 packets/300s (135,560 packets/s),  40,667 flows/300s (135 flows/s),  5.909 GByte/300s (161 MBit/s)
External 196.37.186.67,  5,000 packets/300s (16 packets/s),                5 flows/300s (0 flows/s),    0.000 GByte/300s (0 MBit/s)
External 77.74.52.53,    1,000 packets/300s (3 packets/s),                 1 flows/300s (0 flows/s),    0.000 GByte/300s (0 MBit/s)
)");
}

TEST_CASE("externals that were cut stand in a last line, so that the sum is the sum") {
    Finding finding = limit_report().finding;
    finding.externals.resize(1);
    CHECK_THAT(
        limit_text(finding, NumberFormat::de),
        Catch::EndsWith(
            R"(External 77.96.88.114,  40.668.000 packets/300s (135.560 packets/s),  40.667 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
Others (2),             6.000 packets/300s (20 packets/s),                 6 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
)"));

    finding.externals_total = 1'235;
    CHECK_THAT(limit_text(finding, NumberFormat::de),
               Catch::Contains("\nOthers (1.234),         6.000 packets/300s "));
}

TEST_CASE("traffic that belongs to no listed external is said to be unattributed") {
    Finding finding = limit_report().finding;
    finding.totals += traffic(600, 38'400, 0);
    CHECK_THAT(limit_text(finding, NumberFormat::de), Catch::EndsWith(
                                                          R"(
Unattributed,            600 packets/300s (2 packets/s),                   0 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
)"));
}

TEST_CASE("totals below the externals give no figure of 2^64") {
    Finding finding = limit_report().finding;
    finding.totals = traffic(1'000, 64'000, 1);
    finding.externals_total = 4;
    CHECK_THAT(limit_text(finding, NumberFormat::de),
               Catch::Contains("\nOthers (1),              0 packets/300s (0 packets/s), "));
}

TEST_CASE("rates are floored") {
    // 299 of 300 s are no whole one; 300 are. 39321600 bytes are 300 s at 2^20 bits per second.
    CHECK(
        last_line(traffic(299, 39'321'599, 299), 300) ==
        R"(External 192.0.2.1,     299 packets/300s (0 packets/s),                  299 flows/300s (0 flows/s),    0,037 GByte/300s (0 MBit/s)
)");
    CHECK(
        last_line(traffic(300, 39'321'600, 300), 300) ==
        R"(External 192.0.2.1,     300 packets/300s (1 packets/s),                  300 flows/300s (1 flows/s),    0,037 GByte/300s (1 MBit/s)
)");
}

TEST_CASE("MBit/s do not overflow where eight times the bytes would") {
    // 2^63 bytes in 1 s are 2^66 bits, 2^46 of 2^20.
    CHECK_THAT(last_line(traffic(1, std::uint64_t{1} << 63, 1), 1),
               Catch::Contains("8.589.934.592,000 GByte/1s (70.368.744.177.664 MBit/s)"));
}

TEST_CASE("other windows keep the ends of the columns") {
    CHECK(
        last_line(traffic(1'000'000, 64'000'000, 500), 5) ==
        R"(External 192.0.2.1,     1.000.000 packets/5s (200.000 packets/s),          500 flows/5s (100 flows/s),  0,060 GByte/5s (97 MBit/s)
)");
}

TEST_CASE("fields that are too long keep two blanks between them") {
    CHECK(
        last_line(traffic(8'888'888'888'888, 1'073'741'824'000'000, 77'777'777'777), 300, NumberFormat::en) ==
        R"(External 192.0.2.1,     8,888,888,888,888 packets/300s (29,629,629,629 packets/s),  77,777,777,777 flows/300s (259,259,259 flows/s),  1,000,000.000 GByte/300s (27,306,666 MBit/s)
)");
}

TEST_CASE("the column of the packets only moves to the right") {
    Finding finding = limit_report().finding;
    finding.externals = {{address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), traffic(2, 200, 1)},
                         {address("2001:db8::9"), traffic(1, 100, 1)}};
    finding.externals_total = 2;
    finding.totals = traffic(3, 300, 2);
    CHECK_THAT(limit_text(finding, NumberFormat::de), Catch::EndsWith(
                                                          R"(
Sum                     3 packets/300s (0 packets/s),                      2 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
External 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,  2 packets/300s (0 packets/s),  1 flows/300s (0 flows/s),  0,000 GByte/300s (0 MBit/s)
External 2001:db8::9,                             1 packets/300s (0 packets/s),  1 flows/300s (0 flows/s),  0,000 GByte/300s (0 MBit/s)
)"));
}

TEST_CASE("the threshold is in the unit of its metric, and incoming is IN") {
    Finding finding = limit_report().finding;
    finding.direction = Direction::in;
    finding.trigger.metric = Metric::bits;
    finding.trigger.threshold = 1'048'576'000;
    CHECK_THAT(limit_text(finding, NumberFormat::de),
               Catch::StartsWith("Direction IN\nInternal 178.63.65.85\nThreshold Bits 1.000 MBit/s\nSum "));
    finding.trigger.threshold = 1'000'000'000;
    CHECK_THAT(limit_text(finding, NumberFormat::en),
               Catch::Contains("\nThreshold Bits 953.674 MBit/s\nSum "));
    finding.trigger.metric = Metric::new_externals;
    finding.trigger.threshold = 500;
    CHECK_THAT(limit_text(finding, NumberFormat::en),
               Catch::Contains("\nThreshold New externals 500 addresses/s\nSum "));
    finding.trigger.metric = Metric::flows;
    finding.trigger.threshold = 3'500;
    CHECK_THAT(limit_text(finding, NumberFormat::en),
               Catch::Contains("\nThreshold Flows 3,500 flows/s\nSum "));
}

TEST_CASE("externals that were cut and those that are not known stand apart") {
    Finding finding = amplification_report().finding;
    finding.externals.resize(1);
    finding.limit.networks.clear();
    finding.limit.networks_total = 0;
    CHECK_THAT(limit_text(finding, NumberFormat::de), Catch::EndsWith(
                                                          R"(
External 77.96.88.114,  40.594.000 packets/300s (135.313 packets/s),  40.667 flows/300s (135 flows/s),  5,904 GByte/300s (161 MBit/s)
Others (2),             6.000 packets/300s (20 packets/s),                 6 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
Unattributed,           74.000 packets/300s (246 packets/s),               0 flows/300s (0 flows/s),    0,004 GByte/300s (0 MBit/s)
)"));
}

TEST_CASE("the hosts of a network follow the externals, in the same columns, and add up to the sum") {
    CHECK_THAT(limit_text(network_report().finding, NumberFormat::de), Catch::EndsWith(
                                                                           R"(
External 77.74.52.53,    1.000 packets/300s (3 packets/s),                 1 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
Host 178.63.65.85,       40.000.000 packets/300s (133.333 packets/s),  40.000 flows/300s (133 flows/s),  5,811 GByte/300s (158 MBit/s)
Host 178.63.65.86,       600.000 packets/300s (2.000 packets/s),          600 flows/300s (2 flows/s),    0,087 GByte/300s (2 MBit/s)
Other hosts (1),         74.000 packets/300s (246 packets/s),              73 flows/300s (0 flows/s),    0,010 GByte/300s (0 MBit/s)
)"));
}

TEST_CASE("what is unattributed is no further host's") {
    Finding finding = network_report().finding;
    finding.limit.unattributed = traffic(70'000, 4'480'000, 70);
    finding.totals += finding.limit.unattributed;
    const std::string text = limit_text(finding, NumberFormat::de);
    CHECK_THAT(text, Catch::Contains("\nUnattributed,            70.000 packets/300s (233 packets/s), "));
    CHECK_THAT(text, Catch::Contains("\nOther hosts (1),         74.000 packets/300s (246 packets/s), "));
}

TEST_CASE("the networks of the externals follow them; their long names move all columns alike") {
    CHECK_THAT(limit_text(amplification_report().finding, NumberFormat::de), Catch::EndsWith(
                                                                                 R"(
Unattributed,            74.000 packets/300s (246 packets/s),              0 flows/300s (0 flows/s),    0,004 GByte/300s (0 MBit/s)
Network AS64496 Example (2 addresses),  40.595.000 packets/300s (135.316 packets/s),  40.668 flows/300s (135 flows/s),  5,904 GByte/300s (161 MBit/s)
Network AS64497 Exemple (1 address),    5.000 packets/300s (16 packets/s),                 5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
)"));
    Finding finding = amplification_report().finding;
    finding.limit.networks.resize(1);
    finding.limit.networks_total = 1'235;
    CHECK_THAT(limit_text(finding, NumberFormat::de),
               Catch::EndsWith(
                   "\nOther networks (1.234),                 5.000 packets/300s (16 packets/s),          "
                   "       5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)\n"));
}

TEST_CASE("after IPv6 externals the columns hold all the more") {
    Finding finding = amplification_report().finding;
    finding.externals[0].address = address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
    finding.limit.networks[0].name = "2001:db8::/48";
    finding.limit.networks[1].name = "2001:db8:ffff::/48";
    CHECK_THAT(limit_text(finding, NumberFormat::de), Catch::EndsWith(
                                                          R"(
Network 2001:db8::/48 (2 addresses),              40.595.000 packets/300s (135.316 packets/s),  40.668 flows/300s (135 flows/s),  5,904 GByte/300s (161 MBit/s)
Network 2001:db8:ffff::/48 (1 address),           5.000 packets/300s (16 packets/s),                 5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
)"));
}

TEST_CASE("names of networks keep the columns in letters, not in bytes, and cannot forge a line") {
    const auto rows = [](const std::string& name) {
        Finding finding = amplification_report().finding;
        finding.limit.networks = {{name, 1, traffic(40'595'000, 6'339'536'000, 40'668)},
                                  {"x", 1, traffic(5'000, 320'000, 5)}};
        const std::string text = limit_text(finding, NumberFormat::de);
        return text.substr(text.find("\nNetwork") + 1);
    };
    const std::string plain = rows("AS64496 Uebung");
    std::string umlauts = rows("AS64496 \xc3\x9c\xc3\xa4\xc3\xb6\xc3\xbcng");  // as many letters
    for (const auto* letter : {"\xc3\x9c", "\xc3\xa4", "\xc3\xb6", "\xc3\xbc"})
        umlauts.replace(umlauts.find(letter), 2, "u");
    CHECK(umlauts.substr(umlauts.find(" (1 addr")) == plain.substr(plain.find(" (1 addr")));

    const std::string forged = rows("AS1 \"A\"\nSum 0\x1b[2K\xe2\x80\xae");
    CHECK_THAT(forged, Catch::StartsWith("Network AS1 \"A\" Sum 0 [2K (1 address),  40.595.000 packets"));
    // Cut to 48 letters.
    CHECK_THAT(rows(std::string(49, 'n')),
               Catch::StartsWith("Network " + std::string(45, 'n') + "... (1 address),  40.595.000 packets"));
    CHECK_THAT(rows(std::string(48, 'n')),
               Catch::StartsWith("Network " + std::string(48, 'n') + " (1 address),"));
}
