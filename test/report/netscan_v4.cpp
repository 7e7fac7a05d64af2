// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v4.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace flowlock;

namespace {

// 2024-04-12 06:22:17 UTC: the time in the provider's mail.
Time mail_time() {
    using namespace std::chrono;
    return sys_days{year{2024} / 4 / 12} + 6h + 22min + 17s;
}

}  // namespace

TEST_CASE("the banner of the mails since 2024 is reproduced byte for byte") {
    CHECK(netscan_v4::banner(Kind::netscan, "107.170.229.46") ==
          "#############################################################################\n"
          "#       Netscan detected from host 107.170.229.46                           #\n"
          "#############################################################################\n");
    CHECK(netscan_v4::banner(Kind::portscan, "107.170.229.46").substr(78, 78) ==
          "#      Portscan detected from host 107.170.229.46                           #\n");
}

TEST_CASE("a row of the mails since 2024 is reproduced byte for byte") {
    CHECK(netscan_v4::row({mail_time(), address("37.27.128.19"), 28'015, 59'547, 64}, ProtocolClass::tcp,
                          "107.170.229.46", "37.27.128.19", 15) ==
          "2024-04-12 06:22:17  107.170.229.46 59547 ->    37.27.128.19 28015   64 TCP\n");
}

TEST_CASE(
    "a whole log since 2024 has banner, columns, rows by destination, and five dots where rows were cut") {
    const std::string whole =
        "#############################################################################\n"
        "#       Netscan detected from host 192.0.2.1                                #\n"
        "#############################################################################\n"
        "\n"
        "\n"
        "TIME (UTC)           SRC         SRC-PORT -> DST          DST-PORT SIZE PROT\n"
        "----------------------------------------------------------------------------\n"
        "2013-11-13 18:14:30       192.0.2.1 40004 ->     198.51.99.1   443 1298 TCP\n"
        "2013-11-13 18:14:29       192.0.2.1 40003 ->    198.51.100.1    21   64 TCP\n"
        "2013-11-13 18:14:27       192.0.2.1 40001 ->    198.51.100.1    22   64 TCP\n"
        "2013-11-13 18:14:28       192.0.2.1 40002 ->    198.51.100.2    22   78 TCP\n";
    Finding finding = scan_report().finding;
    finding.targets.push_back({seed_time(2), address("198.51.100.1"), 21, 40'003, 64});
    finding.targets.push_back({seed_time(3), address("198.51.99.1"), 443, 40'004, 1298});
    finding.targets_total = 4;
    CHECK(netscan_v4::log(finding, {}) == whole);
    finding.targets_total = 5;
    CHECK(netscan_v4::log(finding, {}) == whole + ".....\n");
}

TEST_CASE("an ICMP sweep since 2024 has ports 0, and a length that is not known is 0") {
    CHECK(netscan_v4::row({mail_time(), address("255.255.255.255"), 0, 0, 0}, ProtocolClass::icmp,
                          "255.255.255.255", "255.255.255.255", 15) ==
          "2024-04-12 06:22:17 255.255.255.255     0 -> 255.255.255.255     0    0 ICMP\n");
}

TEST_CASE("in IPv6 the addresses of a log since 2024 are 45 wide, and the banner has room as it is") {
    const std::string text = netscan_v4::log(ipv6_scan_report().finding, {});
    CHECK_THAT(text,
               Catch::StartsWith(std::string(77, '#') + "\n#       Netscan detected from host 2001:db8::1" +
                                 std::string(30, ' ') + "#\n"));
    CHECK_THAT(
        text, Catch::EndsWith("\n" + std::string(136, '-') + "\n2013-11-13 18:14:27 " + std::string(34, ' ') +
                              "2001:db8::1 40003 ->        2001:db8:ffff:ffff:ffff:ffff:ffff:ffff   443   "
                              "78 TCP\n"));
}
