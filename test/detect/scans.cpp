// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scans.hpp"

#include <catch2/catch.hpp>

#include "scan_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

TEST_CASE("a sweep over silent addresses is a netscan, with every target in time order") {
    Stage stage;
    stage.epoch(100, sweep(50));
    for (int second = 101; second < 110; ++second) stage.epoch(second, {});
    const auto& findings = stage.finish();
    REQUIRE(findings.size() == 1);
    const Finding& found = findings[0];
    CHECK(found.kind == Kind::netscan);
    CHECK(found.protocol == ProtocolClass::tcp);
    CHECK(found.host.to_string() == "10.0.0.1");
    CHECK(found.targets_total == 50);
    REQUIRE(found.targets.size() == 50);
    for (int i = 0; i < 50; ++i) {
        CHECK(found.targets[static_cast<std::size_t>(i)].address.to_string() ==
              "192.0.2." + std::to_string(1 + i));
        CHECK(found.targets[static_cast<std::size_t>(i)].port == 22);
    }
    CHECK(found.scan.unanswered == 50);
    CHECK(found.scan.cut_short == 0);
    CHECK(found.scan.addresses == 50);
    CHECK(found.scan.ports == 1);
    CHECK(found.totals == Traffic{{50}, {2000}, {50}});
    CHECK(found.opened ==
          Time{std::chrono::seconds{101}});  // half a second of waiting, to the end of the epoch
}

TEST_CASE("the number of distinct failed targets decides: one less than min_targets is no scan") {
    Stage stage;
    stage.epoch(100, sweep(19));
    CHECK(stage.finish().empty());
    Stage enough;
    enough.epoch(100, sweep(20));
    CHECK(enough.finish().size() == 1);
}

TEST_CASE("refusals are failures, and are told apart from silence") {
    Stage stage;
    auto packets = answered(sweep(30), rst | ack);
    for (const Sent& silent : sweep(10, 22, 100)) packets.push_back(silent);
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].scan.refused == 30);
    CHECK(stage.findings[0].scan.unanswered == 10);
}

TEST_CASE("whoever is answered is no scanner, however many he contacts") {
    Stage stage;
    for (int second = 0; second < 20; ++second)
        stage.epoch(second, answered(sweep(200, static_cast<std::uint16_t>(8000 + second))));
    CHECK(stage.finish().empty());
}

TEST_CASE(
    "a crawler with a fifth of dead targets is no scanner; the same failures without answers are a scan") {
    const auto crawl = [](bool with_answers) {
        Stage stage;
        auto packets = with_answers ? answered(sweep(160, 80)) : std::vector<Sent>{};
        for (const Sent& dead : sweep(40, 80, 200)) packets.push_back(dead);
        stage.epoch(100, packets);
        return stage.finish().size();
    };
    CHECK(crawl(true) == 0);
    CHECK(crawl(false) == 1);
}

TEST_CASE("retries prove nothing: a thousand attempts at one dead service are one target") {
    Stage stage;
    std::vector<Sent> packets;
    for (int i = 0; i < 1000; ++i)
        packets.push_back({.time_ns = i, .from_port = static_cast<std::uint16_t>(1024 + i), .flags = syn});
    stage.epoch(100, packets);
    CHECK(stage.finish().empty());
}

TEST_CASE(
    "many ports of one address are a portscan, and each retry counts in the totals, not in the targets") {
    Stage stage;
    std::vector<Sent> packets;
    for (int port = 1; port <= 300; ++port)
        for (int retry = 0; retry < 2; ++retry)
            packets.push_back({.time_ns = port * 1000 + retry,
                               .from_port = static_cast<std::uint16_t>(40000 + retry),
                               .to_port = static_cast<std::uint16_t>(port),
                               .bytes = 44,
                               .flags = syn});
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    const Finding& found = stage.findings[0];
    CHECK(found.kind == Kind::portscan);
    CHECK(found.targets_total == 300);
    CHECK(found.totals == Traffic{{600}, {26400}, {600}});
    REQUIRE(found.externals.size() == 1);
    CHECK(found.externals[0].traffic.packets == Packets{600});
}

TEST_CASE("only an initiator scans: answers, resets and ICMP errors without a request accuse nobody") {
    Stage stage;
    auto packets = sweep(100);
    for (Sent& packet : packets) packet.flags = syn | ack;  // backscatter of a spoofed flood
    for (Sent reset : sweep(100, 80)) {
        reset.flags = rst;
        packets.push_back(reset);
    }
    for (Sent error : sweep(100, 0)) {
        error.protocol = 1;
        error.flags = icmp_class::unreachable;
        packets.push_back(error);
    }
    // A server's answers to requests from outside.
    for (const Sent& request : sweep(100, 40000)) packets.push_back(answer(request, syn));
    stage.epoch(100, packets);
    for (int second = 101; second < 110; ++second) stage.epoch(second, {});
    CHECK(stage.finish().empty());
}

TEST_CASE("pings to many silent addresses are an ICMP sweep") {
    Stage stage;
    auto packets = sweep(60, 0);
    for (Sent& packet : packets) {
        packet.protocol = 1;
        packet.from_port = 0;
        packet.flags = icmp_class::echo_request;
    }
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].kind == Kind::icmp_sweep);
    CHECK(stage.findings[0].targets_total == 60);
}

TEST_CASE("a flood to random ports is no portscan: its targets get many packets, or big ones") {
    const auto flood = [](int ports, int packets_per_port, std::uint32_t bytes) {
        Stage stage;
        std::vector<Sent> packets;
        for (int i = 0; i < ports * packets_per_port; ++i)
            packets.push_back({.time_ns = i * 1000,
                               .from_port = static_cast<std::uint16_t>(1024 + i),
                               .to_port = static_cast<std::uint16_t>(1 + i % ports),
                               .protocol = 17,
                               .bytes = bytes,
                               .flags = 0});
        stage.epoch(100, packets);
        return stage.finish().size();
    };
    CHECK(flood(500, 20, 60) == 0);
    CHECK(flood(500, 1, 1500) == 0);
    CHECK(flood(500, 2, 60) == 1);  // this is how a scanner looks
}

TEST_CASE("SYN, FIN, NULL and XMAS probes are contacts alike") {
    for (const std::uint8_t flags :
         {int{syn}, int{tcp_flag::fin}, 0, tcp_flag::fin | tcp_flag::psh | tcp_flag::urg,
          syn | tcp_flag::ece | tcp_flag::cwr}) {
        Stage stage;
        auto packets = sweep(60);
        for (Sent& packet : packets) packet.flags = flags;
        stage.epoch(100, packets);
        CHECK(stage.finish().size() == 1);
    }
}

TEST_CASE("private and multicast targets are no scan, unless the tap itself stands in that network") {
    Stage stage;
    auto packets = sweep(60);
    for (int i = 0; i < 60; ++i) packets[static_cast<std::size_t>(i)].to = "192.168.7." + std::to_string(i);
    stage.epoch(100, packets);
    CHECK(stage.finish().empty());

    const PrefixSet private_tap{{*Prefix::parse("192.168.1.0/24")}};
    CHECK_FALSE(unanswering_networks(private_tap).contains(*IpAddress::parse("192.168.7.1")));
    CHECK(unanswering_networks(private_tap).contains(*IpAddress::parse("10.0.0.1")));
    CHECK(unanswering_networks(private_tap).contains(*IpAddress::parse("224.0.0.251")));
    CHECK(unanswering_networks(private_tap).contains(*IpAddress::parse("fe80::1")));
    CHECK_FALSE(unanswering_networks(private_tap).contains(*IpAddress::parse("2001:db8::1")));
}

TEST_CASE("a slow sweep is found when its failures fall into the slow window, and not when they do not") {
    const auto probe_every = [](int pause) {
        Stage stage({.min_targets = 20, .slow_window = std::chrono::seconds{600}});
        for (int i = 0; i < 60; ++i) stage.epoch(1000 + i * pause, sweep(1, 22, 1 + i));
        stage.finish();
        return stage.findings.size();
    };
    CHECK(probe_every(10) == 1);  // 60 within 600 s, of 40 that a slow scan needs
    CHECK(probe_every(14) == 1);  // 43
    CHECK(probe_every(25) == 0);  // 24, and 12 within 300 s, of 20
}

TEST_CASE("an answer counts whenever it comes within the window") {
    const auto answered_after = [](int pause) {
        Stage stage;
        const auto packets = sweep(50);
        stage.epoch(100, packets);
        for (int second = 101; second < 120; ++second) {
            std::vector<Sent> answers;
            if (second == 100 + pause)
                for (const Sent& packet : packets) answers.push_back(answer(packet, syn | ack));
            stage.epoch(second, answers);
        }
        return stage.finish().size();
    };
    CHECK(answered_after(1) == 0);
    CHECK(answered_after(3) == 0);
    CHECK(answered_after(10) == 0);
}

TEST_CASE("a verdict comes at the end of the first epoch that ends half a second after the packets") {
    const auto opened_after = [](std::int64_t first_ns) {
        Stage stage;
        auto packets = sweep(50);
        for (Sent& packet : packets) packet.time_ns += first_ns;
        stage.epoch(100, packets);
        for (int second = 101; second < 105; ++second) stage.epoch(second, {});
        REQUIRE(stage.finish().size() == 1);
        CHECK(stage.findings[0].scan.cut_short == 0);
        return ns_of(stage.findings[0].opened) / second_ns;
    };
    CHECK(opened_after(0) == 101);
    CHECK(opened_after(400'000'000) == 101);
    CHECK(opened_after(501'000'000) == 102);
    CHECK(opened_after(900'000'000) == 102);
}

TEST_CASE("contacts that came less than half a second before the end of the input are said to be cut short") {
    Stage stage;
    auto packets = sweep(50);  // a millisecond apart
    packets.push_back({.time_ns = 520'000'000, .from = "192.0.2.200", .to = "10.0.0.9"});
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].scan.unanswered == 50);
    CHECK(stage.findings[0].scan.cut_short == 29);  // those after 0.020 s
}

TEST_CASE("a retry that is answered at once clears its target, whatever the first attempt met with") {
    Stage stage;
    stage.epoch(100, sweep(19));
    stage.epoch(102, {});
    auto retries = sweep(19);
    for (Sent& retry : retries) retry.from_port = 50000;
    stage.epoch(103, answered(retries));
    stage.epoch(104, sweep(19, 22, 100));  // 38 failures, or 19
    stage.epoch(105, {});
    int open = 0;
    stage.detector.for_each_open([&](const Finding&, auto) { ++open; });
    CHECK(open == 0);
}

TEST_CASE("a stream to many ports that looked like probes at first is no scan") {
    Stage stage;
    int open_at_most = 0, open = 0;
    for (int second = 100; second < 106; ++second) {
        std::vector<Sent> packets;
        for (int i = 0; i < 200; ++i)  // two packets to each of 100 ports, each from a port of its own
            packets.push_back({.time_ns = i,
                               .from_port = static_cast<std::uint16_t>(1024 + 200 * (second - 100) + i),
                               .to_port = static_cast<std::uint16_t>(2000 + i % 100),
                               .protocol = 17,
                               .bytes = 60,
                               .flags = 0});
        stage.epoch(second, packets);
        open = 0;
        stage.detector.for_each_open([&](const Finding&, auto) { ++open; });
        open_at_most = std::max(open_at_most, open);
    }
    CHECK(open_at_most == 1);
    CHECK(stage.finish().empty());
    CHECK(stage.detector.withdrawn().size() == 1);
}

TEST_CASE("a scan that is followed by silence is found, however long the silence") {
    for (const std::int64_t pause : {1, 400, 30'000'000}) {
        Stage stage;
        stage.epoch(100, sweep(50));
        stage.epoch(100 + pause, {});
        REQUIRE(stage.finish().size() == 1);
        CHECK(stage.findings[0].targets_total == 50);
    }
}

TEST_CASE("a block scan in rounds longer than the window ends, with each target once and all its packets") {
    Stage stage;
    std::uint16_t from_port = 1024;
    for (int round = 0; round < 4; ++round) {
        std::vector<Sent> packets;
        ++from_port;
        for (int host = 1; host <= 25; ++host)
            for (std::uint16_t port = 1; port <= 25; ++port)
                packets.push_back({.time_ns = host * 1000 + port,
                                   .to = "192.0.2." + std::to_string(host),
                                   .from_port = from_port,
                                   .to_port = port,
                                   .bytes = 40,
                                   .flags = syn});
        stage.epoch(1000 + 301 * round, packets);
        // Failures in between keep the cases open.
        for (int second = 1; second < 301; second += 50) stage.epoch(1000 + 301 * round + second, {});
    }
    std::uint64_t packets = 0;
    for (const Finding& found : stage.finish()) {
        CHECK(found.targets_total == 625);
        packets += found.totals.packets.value;
    }
    CHECK(packets == 2 * 4 * 625);  // as netscan and as portscan
}

TEST_CASE("who tries one service at many addresses scans, however often he tries each") {
    Stage stage;
    std::vector<Sent> packets;
    for (int attempt = 0; attempt < 8; ++attempt)
        for (Sent probe : sweep(50)) {
            probe.from_port = static_cast<std::uint16_t>(50000 + attempt);
            packets.push_back(probe);
        }
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].kind == Kind::netscan);
    CHECK(stage.findings[0].totals.packets == Packets{400});
}

TEST_CASE(
    "where the tap sees one direction only, a handshake's acknowledgement and a service's answers accuse "
    "nobody") {
    Stage crawler;
    auto packets = sweep(60, 443);
    for (Sent acknowledged : sweep(60, 443)) {
        acknowledged.time_ns += second_ns / 2;
        acknowledged.flags = ack;
        packets.push_back(acknowledged);
    }
    crawler.epoch(100, packets);
    CHECK(crawler.finish().empty());

    Stage resolver;
    std::vector<Sent> answers;
    for (int i = 0; i < 300; ++i)
        answers.push_back({.time_ns = i,
                           .from_port = 53,
                           .to_port = static_cast<std::uint16_t>(20000 + i),
                           .protocol = 17,
                           .flags = 0});
    resolver.epoch(100, answers);
    CHECK(resolver.finish().empty());
}

TEST_CASE("a first packet whose flags were not captured makes no contact") {
    Lab lab{1, 1'000'000, 65536};
    ScanDetector detector({.min_targets = 20}, lab.flows, lab.hosts, {}, {});
    auto part = lab.begin({1, 100});
    for (const Sent& sent : sweep(60)) {
        Decoded packet = decoded(sent);
        packet.flags = 0;
        packet.flags_cut = true;
        REQUIRE(count(part->flows, packet, sent.time_ns));
    }
    lab.merger.add(*part);
    std::vector<Finding> findings;
    detector.advance(lab.merger.close(), findings);
    detector.finish(findings);
    CHECK(findings.empty());
}

TEST_CASE("contacts beyond the bound are counted, not remembered") {
    Lab lab{1, 1'000'000, 65536};
    ScanDetector detector({.min_targets = 20, .contacts_max = 30}, lab.flows, lab.hosts, {}, {});
    std::vector<Finding> findings;
    detector.advance(lab.epoch(0, sweep(200)), findings);
    CHECK(detector.contacts_untracked() == 170);
    detector.finish(findings);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].targets_total == 30);
}

TEST_CASE("a switched-off detector finds nothing") {
    Lab lab;
    ScanDetector detector({.enabled = false, .min_targets = 1}, lab.flows, lab.hosts, {}, {});
    std::vector<Finding> findings;
    detector.advance(lab.epoch(0, sweep(200)), findings);
    detector.finish(findings);
    CHECK(findings.empty());
}
