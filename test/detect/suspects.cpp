// SPDX-License-Identifier: BSD-3-Clause
// What the verdict on a suspect rests on: scales, shapes, company, services, replies.
#include <catch2/catch.hpp>

#include "detect/suspect.hpp"
#include "scan_stage.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

// An address of 2^16, one in each /24, so that nothing is dense.
std::string scattered(int i) {
    return "192." + std::to_string(10 + i % 100) + "." + std::to_string(i / 100) + "." +
           std::to_string(1 + i % 250);
}

struct Contacts {
    int count = 0;
    std::uint16_t port = 443;
    double answers = 0;       // share
    bool ports_vary = false;  // each its own
    std::uint8_t protocol = 6;
    int first = 0;
};

// Contacts with scattered addresses, the answered ones spread evenly among them.
std::vector<Sent> contacts(const Contacts& what) {
    std::vector<Sent> packets;
    double owed = 0;
    for (int i = 0; i < what.count; ++i) {
        const auto port = static_cast<std::uint16_t>(what.ports_vary ? 10'000 + what.first + i : what.port);
        const Sent sent{.time_ns = i * 100'000,
                        .to = scattered(what.first + i),
                        .from_port = 50'000,
                        .to_port = port,
                        .protocol = what.protocol,
                        .bytes = 60,
                        .flags = what.protocol == 6 ? syn : std::uint8_t{0}};
        packets.push_back(sent);
        owed += what.answers;
        if (owed < 1) continue;
        owed -= 1;
        packets.push_back(answer(sent, what.protocol == 6 ? syn | ack : 0));
    }
    return packets;
}

void append(std::vector<Sent>& packets, const std::vector<Sent>& more) {
    packets.insert(packets.end(), more.begin(), more.end());
}

const ScanOptions shipped{};

// An FTP client whose data connections die in somebody's firewall: each attempt goes to a new port.
void fail_at_ftp(Stage& stage, int attempts, int pause_s) {
    for (int i = 0; i < attempts; ++i)
        stage.epoch(1'000 + pause_s * i, {{.from_port = static_cast<std::uint16_t>(40'000 + i),
                                           .to_port = static_cast<std::uint16_t>(50'000 + i),
                                           .bytes = 60,
                                           .flags = syn}});
}

}  // namespace

TEST_CASE(
    "one answer in a hundred still makes a scan; one in four makes a peer-to-peer node, and is said so") {
    Stage scanner(shipped);
    scanner.epoch(100, contacts({.count = 300, .answers = 0.01}));
    REQUIRE(scanner.finish().size() == 1);
    CHECK(scanner.findings[0].scan.criterion == Criterion::failed_contacts);
    CHECK(scanner.findings[0].scan.confidence == Confidence::high);
    CHECK(scanner.findings[0].scan.answered == 3);
    CHECK(scanner.findings[0].trigger.value >= scanner.findings[0].trigger.threshold);

    Stage peer(shipped);
    peer.epoch(100, contacts({.count = 300, .answers = 0.26}));
    CHECK(peer.finish().empty());
    REQUIRE(peer.exonerated.size() == 1);
    CHECK(peer.exonerated[0].verdict == Verdict::exonerated);
    CHECK(peer.exonerated[0].scan.exoneration == Exoneration::peer_to_peer);
    CHECK(peer.exonerated[0].scan.answered == 78);
    CHECK(peer.exonerated[0].targets_total == 300);
}

TEST_CASE("a network swept address by address is a scan, although a third of it answers") {
    Stage stage(shipped);
    auto packets = sweep(200, 443);
    for (int i = 0; i < 200; i += 3)
        packets.push_back(answer(packets[static_cast<std::size_t>(i)], syn | ack));
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].scan.criterion == Criterion::dense_targets);

    Stage spread(shipped);
    spread.epoch(100, contacts({.count = 200, .answers = 0.34}));
    CHECK(spread.finish().empty());
}

TEST_CASE("peers on the default port do not accuse a node that dials many others on ports of their own") {
    const auto locks = [](double answers_of_others) {
        Stage stage(shipped);
        auto packets = contacts({.count = 80, .port = 6346, .answers = 0.03, .protocol = 17});
        for (Sent& packet : packets) packet.time_ns *= 6;  // among the others
        append(packets, contacts({.count = 500,
                                  .answers = answers_of_others,
                                  .ports_vary = true,
                                  .protocol = 17,
                                  .first = 1000}));
        stage.epoch(100, packets);
        return stage.finish().size();
    };
    CHECK(locks(0.2) == 0);
    CHECK(locks(0) > 0);  // a scanner of many ports has no peers that answer
}

TEST_CASE("random ports of random hosts are a scan, too, of which no service and no address stands out") {
    Stage stage(shipped);
    stage.epoch(100, contacts({.count = 400, .answers = 0.01, .ports_vary = true}));
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].kind == Kind::netscan);
    CHECK(stage.findings[0].scan.ports == 400);
    CHECK(stage.findings[0].scan.ports_top.size() == 10);
}

TEST_CASE("a worm is found although its targets answer; a mail relay that looks the same is not locked") {
    Stage worm(shipped);
    worm.epoch(100, contacts({.count = 100, .port = 445, .answers = 0.8}));
    REQUIRE(worm.finish().size() == 1);
    CHECK(worm.findings[0].scan.criterion == Criterion::answered_fan_out);
    CHECK(worm.findings[0].scan.confidence == Confidence::low);
    CHECK(worm.findings[0].trigger.metric == Metric::targets);
    CHECK(worm.findings[0].trigger.value == 100);

    Stage relay(shipped);
    relay.epoch(100, contacts({.count = 600, .port = 25, .answers = 0.98}));
    CHECK(relay.finish().empty());
    REQUIRE(relay.exonerated.size() == 1);
    CHECK(relay.exonerated[0].scan.exoneration == Exoneration::answered_fan_out_only);
}

TEST_CASE("probes with nothing but ACK are contacts when they are refused or ignored") {
    const auto locks = [](std::uint16_t from_port, std::uint8_t reply, std::uint32_t bytes) {
        Stage stage(shipped);
        std::vector<Sent> packets;
        for (Sent probe : sweep(100, 80)) {
            probe.flags = ack;
            probe.from_port = from_port;
            probe.bytes = bytes;
            packets.push_back(probe);
            if (reply != 0) packets.push_back(answer(probe, reply));
        }
        stage.epoch(100, packets);
        return stage.finish().size();
    };
    CHECK(locks(50'000, 0, 40) == 1);
    CHECK(locks(50'000, rst, 40) == 1);
    CHECK(locks(50'000, ack, 40) == 0);   // the middle of a connection
    CHECK(locks(50'000, 0, 1'400) == 0);  // … with data
    CHECK(locks(443, 0, 40) == 0);        // a server's
}

TEST_CASE("a scan of IP protocols is a portscan whose ports are protocols") {
    Stage stage(shipped);
    std::vector<Sent> packets;
    for (int protocol = 60; protocol < 200; ++protocol)
        packets.push_back({.time_ns = protocol,
                           .from_port = 0,
                           .to_port = 0,
                           .protocol = static_cast<std::uint8_t>(protocol),
                           .bytes = 20,
                           .flags = 0});
    stage.epoch(100, packets);
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].kind == Kind::portscan);
    CHECK(stage.findings[0].protocol == ProtocolClass::any);
    CHECK(stage.findings[0].targets.front().port == 60);
}

TEST_CASE("traceroute, and a broken FTP server with a new port for each attempt, are no portscans") {
    Stage traceroute(shipped);
    std::vector<Sent> packets;
    for (int i = 0; i < 90; ++i)
        packets.push_back({.time_ns = i * 1'000'000,
                           .to_port = static_cast<std::uint16_t>(33'434 + i),
                           .protocol = 17,
                           .bytes = 60,
                           .flags = 0});
    traceroute.epoch(100, packets);
    CHECK(traceroute.finish().empty());

    Stage mirror(shipped);
    fail_at_ftp(mirror, 140, 600);  // for a day
    CHECK(mirror.finish().empty());
}

TEST_CASE("one probe in ten minutes makes a scan within a day, and one case of it") {
    Stage stage(shipped);
    for (int i = 0; i < 200; ++i) {
        auto probe = contacts({.count = 1, .port = 22, .first = i});
        stage.epoch(1'000 + 600 * i, probe);
        stage.epoch(1'001 + 600 * i, {});
    }
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.findings[0].targets_total >= 100);
    CHECK(stage.findings[0].trigger.window_s == 86'400);
}

TEST_CASE("a sweep that is made again after its case has ended is a case again, and nothing else is") {
    Stage stage(shipped);
    std::uint16_t from_port = 40'000;
    const auto sweep_at = [&](std::int64_t start_s) {
        auto packets = sweep(100);
        ++from_port;
        for (Sent& packet : packets) packet.from_port = from_port;
        stage.epoch(start_s, packets);
        for (int second = 1; second < 1'000; second += 9) stage.epoch(start_s + second, {});
    };
    sweep_at(1'000);
    CHECK(stage.findings.size() == 1);
    // A single attempt at an old target is none.
    stage.epoch(2'500, {{.from_port = 39'999, .to_port = 22, .bytes = 40, .flags = syn}});
    stage.epoch(2'502, {});
    CHECK(stage.open() == 0);
    sweep_at(3'000);
    CHECK(stage.findings.size() == 2);
    CHECK(stage.findings[1].targets_total == 100);
}

TEST_CASE(
    "where the tap sees no replies, resolvers and pingers are no scanners, and a wide UDP scan is one") {
    // Ordinary clients elsewhere show it: handshakes whose reply is never seen.
    const auto one_way = [](std::vector<Sent> packets) {
        for (int i = 0; i < 40; ++i) {
            Sent opening{.time_ns = i, .from = "10.0.9.1", .to = scattered(i), .to_port = 443, .flags = syn};
            packets.push_back(opening);
            opening.time_ns += 50'000'000;
            opening.flags = ack;
            packets.push_back(opening);
        }
        return packets;
    };
    const auto judged = [&](const std::vector<Sent>& packets) {
        Stage stage(shipped);
        stage.epoch(100, one_way({}));
        stage.epoch(102, one_way(packets));
        stage.epoch(104, {});
        return stage.finish();
    };
    CHECK(judged(contacts({.count = 700, .port = 53, .protocol = 17})).empty());
    // As a monitor asks its hosts.
    CHECK(judged(contacts({.count = 1'000, .port = 1'900, .protocol = 17})).empty());
    auto pings = contacts({.count = 1'000, .protocol = 1});
    for (Sent& ping : pings) {
        ping.flags = icmp_class::echo_request;
        ping.from_port = ping.to_port = 0;
    }
    CHECK(judged(pings).empty());
    const auto scan = judged(contacts({.count = 1'600, .port = 1'900, .protocol = 17}));
    REQUIRE(scan.size() == 1);
    CHECK(scan[0].scan.criterion == Criterion::fan_out);
    CHECK(scan[0].scan.confidence == Confidence::low);
    CHECK(scan[0].scan.replies == ReplyVisibility{.established = 40, .seen = 0});
    // TCP needs no replies: who was answered acknowledges it.
    CHECK(judged(contacts({.count = 100, .port = 22})).size() == 1);
}

TEST_CASE("a node that dials private addresses is no scanner, and the report can say so") {
    Stage stage(shipped);
    std::vector<Sent> packets;
    for (int i = 0; i < 80; ++i)
        packets.push_back({.time_ns = i,
                           .to = "192.168.1." + std::to_string(1 + i),
                           .from_port = static_cast<std::uint16_t>(40'000 + i),
                           .to_port = 30'303,
                           .flags = syn});
    stage.epoch(100, packets);
    CHECK(stage.finish().empty());
    REQUIRE(stage.exonerated.size() == 1);
    CHECK(stage.exonerated[0].scan.exoneration == Exoneration::bogon_targets);
    CHECK(stage.exonerated[0].targets_total == 50);  // as it was said
}

TEST_CASE("ordinary hosts cost nothing but a few bytes: no contact is kept of who is answered") {
    Stage stage(shipped);
    for (int second = 0; second < 20; ++second)
        stage.epoch(100 + second, contacts({.count = 500, .answers = 0.93, .first = 500 * second}));
    CHECK(stage.detector.suspects() == 0);
    CHECK(stage.detector.contacts() == 0);
    CHECK(stage.finish().empty());
}

TEST_CASE("a scanner behind a busy resolver is found within two seconds of its targets") {
    Stage stage(shipped);
    for (int second = 0; second < 30; ++second) {
        auto packets =
            contacts({.count = 600, .port = 53, .answers = 0.95, .protocol = 17, .first = 600 * second});
        if (second >= 10) append(packets, contacts({.count = 10, .port = 22, .first = 100 * second}));
        stage.epoch(100 + second, packets);
    }
    int opened_s = 0;
    stage.detector.for_each_open([&](const Finding& finding, auto) {
        opened_s = static_cast<int>(ns_of(finding.opened) / second_ns) - 100;
    });
    CHECK(opened_s >= 15);
    CHECK(opened_s <= 17);  // the fiftieth target comes in second 14
}

TEST_CASE("answers of other targets do not withdraw a scan, and a tap that stood still does not hide it") {
    Stage stage(shipped);
    stage.epoch(100, contacts({.count = 500}));
    for (int second = 1; second < 12; ++second)
        stage.epoch(100 + second, contacts({.count = 60, .answers = 1, .first = 600 + 60 * second}));
    REQUIRE(stage.finish().size() == 1);
    CHECK(stage.detector.withdrawn().empty());
    CHECK(stage.findings[0].scan.unanswered == 500);

    Lab lab{1, 1'000'000, 65536};
    ScanDetector detector{shipped, lab.flows, lab.hosts, {}, {}};
    std::vector<Finding> findings;
    auto probes = contacts({.count = 500});
    for (Sent& probe : probes) probe.time_ns += 100 * second_ns;
    MergedEpoch incomplete = lab.epoch(100, probes);
    incomplete.incomplete = true;
    detector.advance(incomplete, findings);
    for (int second = 101; second < 110; ++second) detector.advance(lab.epoch(second, {}), findings);
    int open = 0;
    detector.for_each_open([&](const Finding&, auto) { ++open; });
    CHECK(open == 1);
}

TEST_CASE("the ports of an ended portscan are not the targets of a netscan") {
    Stage stage(shipped);
    std::vector<Sent> packets;
    for (int port = 1; port <= 500; ++port)
        packets.push_back(
            {.time_ns = port, .to_port = static_cast<std::uint16_t>(port), .bytes = 40, .flags = syn});
    stage.epoch(100, packets);
    for (int second = 1; second < 400; second += 3) stage.epoch(100 + second, {});
    CHECK(stage.findings.size() == 1);
    stage.epoch(600, contacts({.count = 1}));
    stage.epoch(602, {});
    CHECK(stage.finish().size() == 1);
}

TEST_CASE("many ports of one host beside a few failures elsewhere are no scan of many hosts") {
    Stage stage(shipped);
    fail_at_ftp(stage, 240, 300);
    for (int i = 0; i < 65; ++i)
        stage.epoch(73'000 + 100 * i, contacts({.count = 1, .ports_vary = true, .first = i}));
    CHECK(stage.finish().empty());
}

TEST_CASE("a sweep by long QUIC packets is a scan, a flood with them is none") {
    const auto locks = [](int packets_each) {
        Stage stage(shipped);
        std::vector<Sent> packets;
        for (int attempt = 0; attempt < packets_each; ++attempt)
            for (Sent probe : contacts({.count = 200, .protocol = 17})) {
                probe.bytes = 1'228;
                probe.time_ns += attempt;
                packets.push_back(probe);
            }
        stage.epoch(100, packets);
        return stage.finish().size();
    };
    CHECK(locks(1) == 1);
    CHECK(locks(3) == 1);
    CHECK(locks(20) == 0);
}

TEST_CASE("a flood to many ports that ends with the input is no portscan") {
    Stage stage(shipped);
    for (int second = 100; second < 103; ++second) {
        std::vector<Sent> packets;
        for (int i = 0; i < 600; ++i)
            packets.push_back({.time_ns = i,
                               .from_port = static_cast<std::uint16_t>(1'024 + 600 * (second - 100) + i),
                               .to_port = static_cast<std::uint16_t>(2'000 + i % 300),
                               .protocol = 17,
                               .bytes = 60,
                               .flags = 0});
        stage.epoch(second, packets);
    }
    CHECK(stage.finish().empty());
}

TEST_CASE("contacts of an hour ago make room for those of a scanner of now") {
    Stage stage({.contacts_max = 2'000});
    for (int host = 0; host < 40; ++host) {
        auto packets = contacts({.count = 50, .answers = 0.5, .first = 50 * host});
        for (Sent& packet : packets)
            for (std::string* end : {&packet.from, &packet.to})
                if (*end == "10.0.0.1") *end = "10.0.1." + std::to_string(1 + host);
        stage.epoch(1'000 + host, packets);
    }
    CHECK(stage.detector.contacts() > 1'800);
    for (int second = 0; second < 10; ++second)
        stage.epoch(5'000 + second, contacts({.count = 50, .port = 23, .first = 5'000 + 50 * second}));
    CHECK(stage.open() == 1);
}

TEST_CASE("an innocent is explained once, and not for what has gone by") {
    Stage relay(shipped);
    int at = 0;
    for (int second = 0; second < 1'200; ++second) {
        relay.epoch(1'000 + second, contacts({.count = 2, .port = 25, .answers = 1, .first = at}));
        at += 2;
        relay.detector.settle((900 + second) * second_ns, 60);
    }
    relay.finish();
    CHECK(relay.exonerated.size() == 1);

    Stage quiet(shipped);
    quiet.epoch(100, contacts({.count = 60, .port = 6881, .answers = 0.3}));
    quiet.epoch(399, contacts({.count = 1, .port = 6881, .answers = 1, .first = 100}));
    quiet.epoch(500, {});
    quiet.finish();
    CHECK(quiet.exonerated.empty());

    Stage resolver(shipped);
    std::vector<Sent> queries;
    for (int i = 0; i < 200; ++i)
        queries.push_back({.time_ns = i,
                           .to = "192.168.1.1",
                           .from_port = static_cast<std::uint16_t>(20'000 + i),
                           .to_port = 53,
                           .protocol = 17,
                           .flags = 0});
    resolver.epoch(100, queries);
    resolver.finish();
    CHECK(resolver.exonerated.empty());
}
