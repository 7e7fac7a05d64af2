// SPDX-License-Identifier: BSD-3-Clause
#include "report/address_mask.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/text_report.hpp"

using namespace flowlock;

namespace {

// Of 192.0.2.1, in the networks 192.0.2.0/24, 178.63.65.0/24 and 2001:db8::/32.
AddressMask mask() {
    return AddressMask(scan_report());
}

std::string masked(const LockReport& report) {
    const AddressMask mask(report);
    TextStyle style;
    style.mask = &mask;
    return text_report(report, style);
}

}  // namespace

TEST_CASE("internal addresses are hidden, but not the case's host and not the others") {
    CHECK(mask().text(address("192.0.2.2")) == "x.x.x.x");
    CHECK(mask().text(address("2001:db8::2")) == "x:x:x:x:x:x:x:x");
    CHECK(mask().text(address("192.0.2.1")) == "192.0.2.1");
    CHECK(mask().text(address("198.51.100.1")) == "198.51.100.1");
    CHECK(mask().text(address("2001:db9::2")) == "2001:db9::2");
}

TEST_CASE("a network in which a hidden host may be is hidden, with its length left") {
    CHECK(mask().network_text("192.0.2.0/24") == "x.x.x.x/24");
    CHECK(mask().network_text("2001:db8:1::/48") == "x:x:x:x:x:x:x:x/48");
    CHECK(mask().network_text("198.51.100.0/24") == "198.51.100.0/24");
    CHECK(mask().network_text("AS64496 Example") == "AS64496 Example");
}

TEST_CASE("addresses in a line of a traffic dump are hidden, with what stands around them left") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"18:14:27.123456 IP 192.0.2.2.443 > 198.51.100.1.50000: UDP, length 9216",
         "18:14:27.123456 IP x.x.x.x.443 > 198.51.100.1.50000: UDP, length 9216"},
        {"18:14:27.123456 IP 198.51.100.1 > 192.0.2.2: udp",
         "18:14:27.123456 IP 198.51.100.1 > x.x.x.x: udp"},
        {"18:14:27.123456 IP 192.0.2.1.22 > 192.0.2.22.22: Flags [S.], seq 1:41, ack 2, win 1024, length 0",
         "18:14:27.123456 IP 192.0.2.1.22 > x.x.x.x.22: Flags [S.], seq 1:41, ack 2, win 1024, length 0"},
        {"18:14:27.123456 IP 198.51.100.1 > 192.0.2.1: ICMP 192.0.2.3 udp port 53 unreachable, length 36",
         "18:14:27.123456 IP 198.51.100.1 > 192.0.2.1: ICMP x.x.x.x udp port 53 unreachable, length 36"},
        {"18:14:27.123456 IP6 2001:db8::2.443 > 2001:db9::1.50000: UDP, length 20",
         "18:14:27.123456 IP6 x:x:x:x:x:x:x:x.443 > 2001:db9::1.50000: UDP, length 20"},
        {"18:14:27.123456 IP6 2001:db9::1 > 2001:db8::2: ICMP6, echo request, id 1, seq 2, length 8",
         "18:14:27.123456 IP6 2001:db9::1 > x:x:x:x:x:x:x:x: ICMP6, echo request, id 1, seq 2, length 8"},
        {"18:14:27.123456 IP6 2001:db8:: > 2001:db8:1::: frag (0|1448) 53 > 4053: UDP, length 2000",
         "18:14:27.123456 IP6 x:x:x:x:x:x:x:x > x:x:x:x:x:x:x:x: frag (0|1448) 53 > 4053: UDP, length 2000"},
        {"18:14:27.123456 IP6 fe80::1 > ff02::1: ICMP6, neighbor solicitation, who has 2001:db8::3, length "
         "32",
         "18:14:27.123456 IP6 fe80::1 > ff02::1: ICMP6, neighbor solicitation, who has x:x:x:x:x:x:x:x, "
         "length 32"},
        {"", ""},
        {"...", "..."},
    }));
    CHECK(mask().line(line) == expected);
}

TEST_CASE("a network's report without its hosts keeps network, externals and figures") {
    const std::string text = masked(network_report());
    CHECK_THAT(text, Catch::Contains("\nInternal 178.63.65.0/24\n"));
    CHECK_THAT(text, Catch::Contains("\nExternal 77.96.88.114,  40.668.000 packets/300s"));
    CHECK_THAT(text, Catch::Contains("\nHost x.x.x.x,            40.000.000 packets/300s"));
    CHECK_THAT(text, Catch::Contains("\nHost x.x.x.x,            600.000 packets/300s"));
    CHECK_THAT(text, !Catch::Contains("178.63.65.8"));
}

TEST_CASE("internal targets of a scan are hidden in rows, in their columns, and in words") {
    LockReport report = scan_report();
    report.finding.kind = Kind::portscan;
    report.finding.targets = {{seed_time(), address("192.0.2.200"), 22, 40'001, 64},
                              {seed_time(), address("192.0.2.200"), 23, 40'001, 64}};
    report.finding.scan.addresses = 1;
    report.finding.scan.ports = 2;
    const std::string text = masked(report);
    CHECK_THAT(text, Catch::Contains("Wed Nov 13 18:14:27 2013:   192.0.2.1 =>             x.x.x.x:   22\n"));
    CHECK_THAT(text, Catch::Contains("\nEvidence    2 TCP ports of x.x.x.x were contacted"));
    CHECK_THAT(text, !Catch::Contains("192.0.2.200"));
}

TEST_CASE("internal addresses in an allowance's reason are hidden") {
    LockReport report = amplification_report();
    report.finding.limit.allowed = {{"backup of 178.63.65.9", 1, 1}};
    CHECK_THAT(masked(report), Catch::Contains("figures: backup of x.x.x.x\n"));
}
