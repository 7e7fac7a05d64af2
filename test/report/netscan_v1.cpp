// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v1.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace flowlock;

namespace {

// The width of one "#          Netscan …#" line and of the rules, by position.
std::vector<std::size_t> widths_of(const std::string& text) {
    std::vector<std::size_t> widths;
    for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
        end = text.find('\n', at);
        widths.push_back(end - at);
    }
    return widths;
}

}  // namespace

TEST_CASE("the banner of the provider's help page is reproduced byte for byte") {
    CHECK(netscan_v1::banner(Kind::netscan, "x.x.x.x", netscan_v1::widths(false)) ==
          "###################################################################\n"
          "#          Netscan detected from host   x.x.x.x                   #\n"
          "###################################################################\n");
}

TEST_CASE("the rows of the provider's help page are reproduced byte for byte") {
    std::string rows;
    for (const auto* target : {"65.98.236.0", "65.98.236.1", "65.98.236.2", "65.98.236.3"})
        rows += netscan_v1::row("Thu Nov 13 18:14:27 2013", "x.x.x.x", target, 22, netscan_v1::widths(false));
    CHECK(rows ==
          "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.0:   22\n"
          "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.1:   22\n"
          "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.2:   22\n"
          "Thu Nov 13 18:14:27 2013:   x.x.x.x =>         65.98.236.3:   22\n");
}

TEST_CASE("a whole netscan log has banner, columns, rows and five dots where rows were cut") {
    // 13 November 2013 was a Wednesday.
    const std::string whole =
        "###################################################################\n"
        "#          Netscan detected from host   192.0.2.1                 #\n"
        "###################################################################\n"
        "\n"
        "time                        src_ip\t\t  dest_ip:dest_port\n"
        "-------------------------------------------------------------------\n"
        "Wed Nov 13 18:14:27 2013:   192.0.2.1 =>        198.51.100.1:   22\n"
        "Wed Nov 13 18:14:28 2013:   192.0.2.1 =>        198.51.100.2:   22\n";
    Finding finding = scan_report().finding;
    CHECK(netscan_v1::log(finding, {}) == whole + ".....\n");

    finding.targets_total = 2;
    CHECK(netscan_v1::log(finding, {}) == whole);
}

TEST_CASE("the banner names the kind of scan, with the host in the same column and the box closed") {
    const auto second_line = [](Kind kind) {
        return netscan_v1::banner(kind, "192.0.2.1", netscan_v1::widths(false)).substr(68, 68);
    };
    CHECK(second_line(Kind::netscan) ==
          "#          Netscan detected from host   192.0.2.1                 #\n");
    CHECK(second_line(Kind::portscan) ==
          "#         Portscan detected from host   192.0.2.1                 #\n");
    CHECK(second_line(Kind::icmp_sweep) ==
          "#       ICMP sweep detected from host   192.0.2.1                 #\n");
}

TEST_CASE("the longest IPv4 addresses and ports keep their columns") {
    CHECK(netscan_v1::row("Wed Nov  6 00:00:00 2013", "255.255.255.255", "255.255.255.255", 65535,
                          netscan_v1::widths(false)) ==
          "Wed Nov  6 00:00:00 2013:   255.255.255.255 =>     255.255.255.255:65535\n");
}

TEST_CASE("an ICMP sweep shows port 0") {
    Finding finding = scan_report().finding;
    finding.kind = Kind::icmp_sweep;
    finding.targets = {{seed_time(), address("198.51.100.1"), 0}};
    CHECK_THAT(
        netscan_v1::log(finding, {}),
        Catch::EndsWith("Wed Nov 13 18:14:27 2013:   192.0.2.1 =>        198.51.100.1:    0\n.....\n"));
}

TEST_CASE("in IPv6 the fields of host and target are 45 wide and the box stays closed") {
    const std::string text = netscan_v1::log(ipv6_scan_report().finding, {});
    CHECK_THAT(text, Catch::Contains("\n#          Netscan detected from host   2001:db8::1" +
                                     std::string(34, ' ') + "#\n"));
    CHECK_THAT(text,
               Catch::EndsWith("Wed Nov 13 18:14:27 2013:   2001:db8::1 => " + std::string(45 - 38, ' ') +
                               "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:  443\n"));
    const auto widths = widths_of(text);
    REQUIRE(widths.size() == 7);
    CHECK(widths[0] == 86);  // the seed's 67, and 45 - 26 more
    CHECK(widths[1] == 86);
    CHECK(widths[2] == 86);
    CHECK(widths[5] == 86);
}

TEST_CASE("one IPv6 target widens the whole log, also of an IPv4 host") {
    Finding finding = ipv6_scan_report().finding;
    finding.host = address("192.0.2.1");
    finding.targets.push_back({seed_time(), address("198.51.100.1"), 443});
    finding.targets_total = 2;
    const std::string text = netscan_v1::log(finding, {});
    CHECK(widths_of(text).front() == 86);
    CHECK_THAT(text, Catch::EndsWith("192.0.2.1 => " + std::string(33, ' ') + "198.51.100.1:  443\n"));
}

TEST_CASE("a log of contacts says what was detected: whoever mines has not scanned") {
    const auto [kind, title] = GENERATE(table<Kind, std::string>({
        {Kind::brute_force, "\n#      Brute force detected from host   192.0.2.1 "},
        {Kind::c2, "\n#   Remote control detected from host   192.0.2.1 "},
        {Kind::mining, "\n#           Mining detected from host   192.0.2.1 "},
        {Kind::sip_scan, "\n#         SIP scan detected from host   192.0.2.1 "},
    }));
    CHECK_THAT(netscan_v1::banner(kind, "192.0.2.1", {}), Catch::Contains(title));
    CHECK_THAT(netscan_v1::banner(kind, "192.0.2.1", {}), !Catch::Contains("Netscan"));
}
