// SPDX-License-Identifier: BSD-3-Clause
#include "control/case_ids.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using namespace flowlock;

namespace {

Finding finding_of(const char* host) {
    using namespace std::chrono;
    Finding finding;
    finding.host = IpAddress::parse(host).value();
    finding.opened = sys_days{year{2013} / 11 / 13} + 18h + 14min + 27s;
    return finding;
}

}  // namespace

TEST_CASE("a case is named after its time, whom it is about, and what is wrong") {
    CaseIds ids;
    Finding finding = finding_of("192.0.2.1");
    finding.kind = Kind::netscan;
    finding.protocol = ProtocolClass::tcp;
    CHECK(ids.next(finding) == "20131113T181427Z-192.0.2.1-out-netscan-tcp");
    CHECK(ids.next(finding) == "20131113T181427Z-192.0.2.1-out-netscan-tcp-2");
    CHECK(ids.next(finding_of("2001:db8::1")) == "20131113T181427Z-2001_db8__1-out-packet_limit");
}

TEST_CASE("a host that its finding also names as text has the same name") {
    CaseIds ids;
    Finding finding = finding_of("192.0.2.1");
    finding.subject = "192.0.2.1";
    CHECK(ids.next(finding) == "20131113T181427Z-192.0.2.1-out-packet_limit");
}

TEST_CASE("a network's case has the network's name, apart from its first host's") {
    CaseIds ids;
    Finding finding = finding_of("192.0.2.0");
    CHECK(ids.next(finding) == "20131113T181427Z-192.0.2.0-out-packet_limit");
    finding.scope = Scope::network;
    finding.subject = "192.0.2.0/24";
    CHECK(ids.next(finding) == "20131113T181427Z-192.0.2.0_24-out-packet_limit");
    finding.subject = "2001:db8::/32";
    CHECK(ids.next(finding) == "20131113T181427Z-2001_db8___32-out-packet_limit");
}

TEST_CASE("a group's case has the group's name, however many networks it has, and is fit for a folder") {
    CaseIds ids;
    Finding finding = finding_of("192.0.2.0");
    finding.scope = Scope::group;
    for (int i = 0; i < 1'000; ++i) finding.subject += "192.0.2.0/24, ";
    finding.group = "customers";
    CHECK(ids.next(finding) == "20131113T181427Z-group-customers-out-packet_limit");
    finding.group = "*";
    CHECK(ids.next(finding) == "20131113T181427Z-group-all-out-packet_limit");
    finding.group = "../a:b\n";
    CHECK(ids.next(finding) == "20131113T181427Z-group-.._a_b_-out-packet_limit");
}
