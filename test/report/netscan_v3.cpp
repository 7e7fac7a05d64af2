// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v3.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"

using namespace flowlock;

namespace {

// 2017-12-16 03:26:09 UTC, a Saturday: the time in the provider's mail.
Time mail_time() {
    using namespace std::chrono;
    return sys_days{year{2017} / 12 / 16} + 3h + 26min + 9s;
}

std::string second_line(const std::string& text) {
    const auto begin = text.find('\n') + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("the banner of the mails of 2016 to 2022 is reproduced byte for byte") {
    CHECK(netscan_v3::banner(Kind::netscan, "138.197.94.149", 15) ==
          "##########################################################################\n"
          "#               Netscan detected from host  138.197.94.149               #\n"
          "##########################################################################\n");
}

TEST_CASE("a row of the mails of 2016 to 2022 is reproduced byte for byte, with the blanks at its end") {
    CHECK(netscan_v3::row({mail_time(), address("195.201.0.131"), 22, 57'954, 64}, ProtocolClass::tcp,
                          "138.197.94.149", "195.201.0.131", 15) ==
          "Sat Dec 16 03:26:09 2017 TCP  138.197.94.149 57954 =>   195.201.0.131 22   \n");
}

TEST_CASE("a vertical scan is a Portscan, in a box as wide") {
    CHECK(second_line(netscan_v3::banner(Kind::portscan, "192.0.2.1", 15)) ==
          "#              Portscan detected from host       192.0.2.1               #");
    CHECK(second_line(netscan_v3::banner(Kind::icmp_sweep, "255.255.255.255", 15)) ==
          "#            ICMP sweep detected from host 255.255.255.255               #");
}

TEST_CASE(
    "a whole log of 2016 to 2022 has banner, columns, rows by time, and five dots where rows were cut") {
    const std::string whole =
        "##########################################################################\n"
        "#               Netscan detected from host       192.0.2.1               #\n"
        "##########################################################################\n"
        "\n"
        "time                protocol src_ip src_port          dest_ip dest_port\n"
        "---------------------------------------------------------------------------\n"
        "Wed Nov 13 18:14:27 2013 TCP       192.0.2.1 40001 =>    198.51.100.1 22   \n"
        "Wed Nov 13 18:14:28 2013 TCP       192.0.2.1 40002 =>    198.51.100.2 22   \n";
    Finding finding = scan_report().finding;
    CHECK(netscan_v3::log(finding, {}) == whole + ".....\n");
    finding.targets_total = 2;
    CHECK(netscan_v3::log(finding, {}) == whole);
}

TEST_CASE("a protocol of four letters never touches the address after it") {
    const Target target{mail_time(), address("198.51.100.1"), 0, 0, 98};
    CHECK(netscan_v3::row(target, ProtocolClass::icmp, "192.0.2.1", "198.51.100.1", 15) ==
          "Sat Dec 16 03:26:09 2017 ICMP      192.0.2.1 0     =>    198.51.100.1 0    \n");
    CHECK(netscan_v3::row(target, ProtocolClass::icmp, "255.255.255.255", "198.51.100.1", 15) ==
          "Sat Dec 16 03:26:09 2017 ICMP 255.255.255.255 0     =>    198.51.100.1 0    \n");
    CHECK(netscan_v3::row(target, ProtocolClass::udp, "255.255.255.255", "198.51.100.1", 15) ==
          "Sat Dec 16 03:26:09 2017 UDP 255.255.255.255 0     =>    198.51.100.1 0    \n");
}

TEST_CASE("a scan of IP protocols says IP, with the protocol's number for a port") {
    CHECK(netscan_v3::row({mail_time(), address("198.51.100.1"), 132, 0, 64}, ProtocolClass::any, "192.0.2.1",
                          "198.51.100.1", 15) ==
          "Sat Dec 16 03:26:09 2017 IP        192.0.2.1 0     =>    198.51.100.1 132  \n");
}

TEST_CASE("in IPv6 all addresses of a log of 2016 to 2022 are 45 wide, and the box stays closed") {
    const std::string blanks(34, ' ');
    CHECK(netscan_v3::log(ipv6_scan_report().finding, {}) ==
          std::string(104, '#') + "\n#               Netscan detected from host " + blanks +
              "2001:db8::1               #\n" + std::string(104, '#') +
              "\n\ntime                protocol src_ip src_port          dest_ip dest_port\n" +
              std::string(135, '-') + "\nWed Nov 13 18:14:27 2013 TCP " + blanks +
              "2001:db8::1 40003 =>        2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 443  \n");
}
