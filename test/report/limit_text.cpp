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
    finding.trigger.metric = Metric::flows;
    finding.trigger.threshold = 3'500;
    CHECK_THAT(limit_text(finding, NumberFormat::en),
               Catch::Contains("\nThreshold Flows 3,500 flows/s\nSum "));
}
