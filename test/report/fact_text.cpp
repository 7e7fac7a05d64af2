// SPDX-License-Identifier: BSD-3-Clause
#include "report/fact_text.hpp"

#include <catch2/catch.hpp>

#include "examples.hpp"
#include "report/address_mask.hpp"
#include "report/json_report.hpp"
#include "report/report_reader.hpp"
#include "report/text_report.hpp"
#include "schema_check.hpp"

namespace flowlock {
namespace {

TEST_CASE(
    "a wrong configuration's report says who, what was seen how often and when, and where to read more") {
    CHECK(text_report(rogue_dhcp_report(), NumberFormat::en) ==
          R"(Case        20131113T181427Z-192.0.2.1-rogue_dhcp
Host        192.0.2.1
Reason      Wrong configuration: gives addresses out by DHCP without being the network's server
            (rogue_dhcp)
Traffic     UDP, outgoing, from this host
Seen        2013-11-13 18:14:27 to 2013-11-13 18:14:29; all times in this report are UTC
Monitor     tap1, flowlock 4.5.6
Rule        rogue_dhcp: 3 claims within 300 s, limit 1
Hardware    02:00:5e:10:00:01
Loss        none

Observations

2013-11-13 18:14:27           2 x  dhcp_offer
                     offers 192.0.2.77 to 02:00:5e:10:00:07
                     RFC 2131, 4.3.1
2013-11-13 18:14:29           1 x  dhcp_ack
                     gives 192.0.2.77 to 02:00:5e:10:00:07
and 1 more
)");
}

TEST_CASE("an abuse's report lists its signatures, then whom they were used on, then each target") {
    CHECK(fact_text(brute_force_report().finding, NumberFormat::en) ==
          R"(Observations

2013-11-13 18:14:27       1,200 x  ssh-libssh
                     SSH client of a library

Addresses

198.51.100.1   15,000 packets,    1,000 flows
198.51.100.22   5,000 packets,      234 flows
and 1 more

###################################################################
#      Brute force detected from host   192.0.2.1                 #
###################################################################

time                        src_ip		  dest_ip:dest_port
-------------------------------------------------------------------
Wed Nov 13 18:14:27 2013:   192.0.2.1 =>        198.51.100.1:   22
.....
)");
}

TEST_CASE("what was found innocent until proven otherwise says so") {
    CHECK_THAT(text_report(brute_force_report(), NumberFormat::en),
               Catch::Contains("Confidence  low: an innocent explanation is unusual, but possible\n"));
}

TEST_CASE("addresses within the words of a fact are hidden, too") {
    const AddressMask mask(rogue_dhcp_report());
    TextStyle style;
    style.mask = &mask;
    const std::string text = fact_text(rogue_dhcp_report().finding, style);
    CHECK_THAT(text, !Catch::Contains("192.0.2.77"));
}

TEST_CASE(
    "a scan's and an attack's header say what the payload is, and the JSON is valid and read back whole") {
    for (LockReport report : {scan_report(), limit_report()}) {
        report.finding.fact = brute_force_report().finding.fact;
        report.finding.fact.facts.resize(1);
        report.finding.fact.facts_total = 7;
        CHECK(text_report(report, NumberFormat::en)
                  .find("\nPayload     1,200 x ssh-libssh (SSH client of a "
                        "library); and 6 more\n") != std::string::npos);
        const std::string page = json_report_page(report);
        CHECK(schema_violation("lock-report.schema.json", page) == "");
        const ReadReport read = read_report(page);
        INFO(read.error);
        REQUIRE(read.report);
        CHECK(json_report_page(*read.report) == page);
    }
    CHECK(text_report(scan_report(), NumberFormat::en).find("Payload") == std::string::npos);
}

TEST_CASE("reports of misconfiguration and abuse are valid by the schema, and are read back whole") {
    for (const LockReport& report : {rogue_dhcp_report(), brute_force_report()}) {
        const std::string page = json_report_page(report);
        CHECK(schema_violation("lock-report.schema.json", page) == "");
        const ReadReport read = read_report(page);
        REQUIRE(read.report);
        CHECK(json_report_page(*read.report) == page);
        CHECK(read.report->finding.fact == report.finding.fact);
    }
}

}  // namespace
}  // namespace flowlock
