// SPDX-License-Identifier: BSD-3-Clause
#include "flow/merge.hpp"

#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "lab.hpp"

using namespace flowlock;
using namespace flowlock::test;

namespace {

std::vector<Sent> random_traffic(unsigned seed, std::int64_t start_s, std::size_t count) {
    std::mt19937 random(seed);
    std::vector<Sent> packets;
    for (std::size_t i = 0; i < count; ++i) {
        Sent sent{.time_ns = start_s * second_ns + static_cast<std::int64_t>(random() % second_ns),
                  .from = "10.0.0." + std::to_string(1 + random() % 9),
                  .to = "192.0.2." + std::to_string(1 + random() % 200),
                  .from_port = static_cast<std::uint16_t>(random() % 50)};
        if (random() % 2 == 0) {
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        packets.push_back(sent);
    }
    return packets;
}

using Rows = std::map<FlowKey, std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                                          std::int64_t, std::int64_t, int>>;

Rows rows(const FlowStore& flows) {
    Rows result;
    for (FlowId id = 0; id < flows.size(); ++id) {
        const FlowRecord& flow = flows[id];
        result[flow.key] = {flow.packets[0], flow.packets[1], flow.bytes[0], flow.bytes[1],
                            flow.first_ns,   flow.last_ns,    flow.initiator};
    }
    return result;
}

}  // namespace

TEST_CASE("the flows do not depend on the number of workers or on how often a table was full") {
    // 6,000 packets of some 8,000 possible flows overflow tables of 1,024 flows again and again.
    const auto run = [](unsigned workers, std::uint32_t flows_per_epoch) {
        Lab lab(workers, 1'000'000, flows_per_epoch);
        std::size_t new_flows = 0;
        for (int second = 0; second < 5; ++second) {
            const MergedEpoch& merged =
                lab.epoch(100 + second, random_traffic(static_cast<unsigned>(second), 100 + second, 6000));
            new_flows += merged.new_flows.size();
            std::uint64_t packets = 0;
            for (const FlowDelta& delta : merged.deltas) packets += delta.packets[0] + delta.packets[1];
            CHECK(packets == 6000);
        }
        CHECK(new_flows == lab.flows.size());
        return rows(lab.flows);
    };
    const Rows expected = run(1, 65536);
    REQUIRE(expected.size() > 5000);
    CHECK(run(1, 1024) == expected);
    CHECK(run(2, 1024) == expected);
    CHECK(run(4, 1024) == expected);
}

TEST_CASE("a flow is stitched over epochs: sums, earliest and latest time, and the first initiator stays") {
    Lab lab;
    lab.epoch(100, {{.time_ns = 100 * second_ns, .flags = 0x02}});
    const MergedEpoch& second = lab.epoch(105, {{.time_ns = 105 * second_ns,
                                                 .from = "192.0.2.1",
                                                 .to = "10.0.0.1",
                                                 .from_port = 80,
                                                 .to_port = 40000,
                                                 .flags = 0x12}});
    CHECK(second.new_flows.empty());
    REQUIRE(second.deltas.size() == 1);
    REQUIRE(lab.flows.size() == 1);
    const FlowRecord& flow = lab.flows[0];
    CHECK(flow.packets == std::array<std::uint64_t, 2>{1, 1});
    CHECK(flow.first_ns == 100 * second_ns);
    CHECK(flow.last_ns == 105 * second_ns);
    CHECK(flow.key.address[flow.initiator].to_string() == "10.0.0.1");
    CHECK(flow.first_flags == 0x02);
    CHECK(flow.internal_address().to_string() == "10.0.0.1");
    CHECK(flow.external_address().to_string() == "192.0.2.1");
}

TEST_CASE("who began a flow does not depend on the order in which its directions are merged") {
    struct Scene {
        std::string what;
        Sent out, in;
        bool begun_outside;
    };
    const Sent out{.time_ns = second_ns + 500};
    const Sent in{
        .time_ns = second_ns + 700, .from = "192.0.2.1", .to = "10.0.0.1", .from_port = 80, .to_port = 40000};
    const auto outside = [](const Sent& sent) { return sent.from == "192.0.2.1"; };
    const auto with = [&](Sent sent, std::int64_t time_ns, std::uint8_t flags, std::uint8_t protocol) {
        sent.time_ns = time_ns;
        sent.flags = flags;
        sent.protocol = protocol;
        sent.tools = outside(sent) ? scan_tool::zmap : scan_tool::masscan;
        return sent;
    };
    constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack;
    const std::int64_t early = second_ns + 100, late = second_ns + 900;
    const std::vector<Scene> scenes{
        {"a SYN, and its answer", with(out, early, syn, 6), with(in, late, syn | ack, 6), false},
        {"an answer whose clock is ahead of the SYN's", with(out, late, syn, 6),
         with(in, early, syn | ack, 6), false},
        {"a SYN from outside", with(out, early, syn | ack, 6), with(in, late, syn, 6), true},
        {"a flow under way", with(out, late, ack, 6), with(in, early, ack, 6), true},
        {"two SYNs", with(out, late, syn, 6), with(in, early, syn, 6), true},
        {"UDP", with(out, early, 0, 17), with(in, late, 0, 17), false},
        {"UDP, where flags mean nothing", with(out, late, syn, 17), with(in, early, 0, 17), true},
        {"at the same time", with(out, early, ack, 6), with(in, early, ack, 6), false},
    };
    for (const Scene& scene : scenes)
        for (const bool out_first : {true, false}) {
            INFO(scene.what << (out_first ? ", out first" : ", in first"));
            Lab lab;
            Merger merger(lab.flows, lab.hosts, FlowParts::in_any_order);
            for (const bool is_out : {out_first, !out_first}) {
                const auto part = lab.begin({1, 1});
                const Sent& sent = is_out ? scene.out : scene.in;
                REQUIRE(count(part->flows, decoded(sent), sent.time_ns));
                merger.add(*part);
            }
            merger.close();
            REQUIRE(lab.flows.size() == 1);
            const FlowRecord& flow = lab.flows[0];
            CHECK(flow.key.address[flow.initiator].to_string() ==
                  (scene.begun_outside ? "192.0.2.1" : "10.0.0.1"));
            CHECK(flow.first_flags == (scene.begun_outside ? scene.in : scene.out).flags);
            CHECK(flow.tools == (scene.begun_outside ? scene.in : scene.out).tools);
            CHECK(flow.first_ns == std::min(scene.out.time_ns, scene.in.time_ns));
            CHECK(flow.packets == std::array<std::uint64_t, 2>{1, 1});
        }
}

TEST_CASE("the marks of a flow are those of its first packet, whatever comes later") {
    Lab lab;
    const auto at = [](std::int64_t second, std::uint8_t tools) {
        return Sent{.time_ns = second * second_ns, .tools = tools};
    };
    lab.epoch(100, {at(100, scan_tool::nmap), at(100, scan_tool::zmap)});
    lab.epoch(101, {at(101, scan_tool::mirai)});
    REQUIRE(lab.flows.size() == 1);
    CHECK(lab.flows[0].tools == scan_tool::nmap);
}

TEST_CASE("of two SYNs that agree in all else, the marks do not depend on which is merged first") {
    std::array<std::uint8_t, 2> tools{};
    for (const bool marked_first : {true, false}) {
        Lab lab;
        Merger merger(lab.flows, lab.hosts, FlowParts::in_any_order);
        for (const bool marked : {marked_first, !marked_first}) {
            const auto part = lab.begin({1, 1});
            const Sent sent{.time_ns = second_ns, .tools = marked ? scan_tool::zmap : std::uint8_t{0}};
            REQUIRE(count(part->flows, decoded(sent), sent.time_ns));
            merger.add(*part);
        }
        merger.close();
        tools[marked_first ? 0 : 1] = lab.flows[0].tools;
    }
    CHECK(tools[0] == tools[1]);
}

TEST_CASE("once its first epoch is over, nothing changes who began a flow") {
    Lab lab;
    Merger merger(lab.flows, lab.hosts, FlowParts::in_any_order);
    for (const bool is_out : {true, false}) {
        const std::int64_t start_s = is_out ? 1 : 2;
        Sent sent{.time_ns = start_s * second_ns, .flags = tcp_flag::ack};
        if (!is_out) {
            sent.flags = tcp_flag::syn;
            std::swap(sent.from, sent.to);
            std::swap(sent.from_port, sent.to_port);
        }
        const auto part = lab.begin({static_cast<std::uint64_t>(start_s), start_s});
        REQUIRE(count(part->flows, decoded(sent), sent.time_ns));
        merger.add(*part);
        merger.close();
    }
    CHECK(lab.flows[0].key.address[lab.flows[0].initiator].to_string() == "10.0.0.1");
}

TEST_CASE("an ICMP error marks the flow of the packet that it quotes, whichever worker and part has which") {
    // 3,000 flows and an error about every third of them overflow tables of 1,024 flows again and again.
    const auto marked = [](unsigned workers, std::uint32_t flows_per_epoch) {
        Lab lab(workers, 1'000'000, flows_per_epoch);
        std::vector<Sent> packets;
        std::vector<QuotedPacket> errors;
        for (std::uint16_t port = 0; port < 3000; ++port) {
            packets.push_back({.from_port = port});
            if (port % 3 == 0) errors.push_back(quoted(packets.back()));
        }
        lab.epoch(100, packets, errors);
        std::set<std::uint16_t> ports;
        for (FlowId id = 0; id < lab.flows.size(); ++id)
            if (lab.flows[id].unreachable) ports.insert(lab.flows[id].key.port[lab.flows[id].inside]);
        CHECK(lab.merger.totals().unreachables_refused == Packets{0});
        return ports;
    };
    std::set<std::uint16_t> expected;
    for (std::uint16_t port = 0; port < 3000; port += 3) expected.insert(port);
    CHECK(marked(1, 65'536) == expected);
    CHECK(marked(1, 1024) == expected);
    CHECK(marked(2, 1024) == expected);
    CHECK(marked(4, 1024) == expected);
}

TEST_CASE("an ICMP error may come in a later epoch than the packet, and marks nothing that nobody has sent") {
    Lab lab;
    const Sent sent{}, never_sent{.from_port = 1};
    Sent from_outside{};
    std::swap(from_outside.from, from_outside.to);
    std::swap(from_outside.from_port, from_outside.to_port);

    lab.epoch(100, {sent}, {quoted(never_sent)});
    CHECK(lab.flows.size() == 1);
    CHECK_FALSE(lab.flows[0].unreachable);
    // What could not be delivered was the external side's.
    lab.epoch(101, {}, {quoted(from_outside)});
    CHECK_FALSE(lab.flows[0].unreachable);
    lab.epoch(105, {}, {quoted(sent)});
    CHECK(lab.flows[0].unreachable);
    CHECK(lab.flows[0].packets[0] + lab.flows[0].packets[1] == 1);
    // An error that was unknown in its epoch does not wait for a flow.
    lab.epoch(106, {never_sent});
    CHECK(lab.flows.size() == 2);
    CHECK_FALSE(lab.flows[1].unreachable);
}

TEST_CASE("ICMP errors beyond what a list, or a merged epoch, has room for are counted") {
    Lab lab;
    const Sent sent{};
    const auto part = lab.begin({1, 100});
    for (std::uint32_t i = 0; i < UnreachableList::packets_max + 5; ++i)
        part->unreachables.add(quoted({.from_port = 1}));
    CHECK(part->unreachables.room() == 0);
    lab.merger.add(*part);
    CHECK(lab.merger.totals().unreachables_refused == Packets{5});
    part->clear();
    CHECK(part->unreachables.packets().empty());
    lab.merger.add(*part);
    CHECK(lab.merger.totals().unreachables_refused == Packets{5});

    for (std::uint32_t i = 0; i < UnreachableList::packets_max; ++i) part->unreachables.add(quoted(sent));
    std::size_t errors = UnreachableList::packets_max;
    for (; errors < Merger::unreachables_max; errors += UnreachableList::packets_max) lab.merger.add(*part);
    CHECK(lab.merger.totals().unreachables_refused == Packets{5 + errors - Merger::unreachables_max});
    lab.merger.close();
    // The next epoch has room again.
    const auto next = lab.begin({2, 101});
    next->unreachables.add(quoted(sent));
    lab.merger.add(*next);
    CHECK(lab.merger.totals().unreachables_refused == Packets{5 + errors - Merger::unreachables_max});
}

TEST_CASE("a flow has a direction only when exactly one end is internal") {
    Lab lab;
    lab.epoch(1, {{.from = "10.0.0.1", .to = "10.0.0.2"},
                  {.from = "192.0.2.1", .to = "192.0.2.2"},
                  {.from = "192.0.2.1", .to = "10.0.0.3"}});
    int with_host = 0;
    for (FlowId id = 0; id < lab.flows.size(); ++id) with_host += lab.flows[id].host != no_host;
    CHECK(with_host == 1);
}

TEST_CASE("when the flow store is full, packets still count for their hosts, and are said to have no flow") {
    Lab lab(1, 10);
    std::vector<Sent> packets;
    for (std::uint16_t port = 40'000; port < 40'030; ++port)
        for (int i = 0; i < 3; ++i) packets.push_back({.from_port = port, .protocol = 17, .bytes = 50});
    const MergedEpoch& merged = lab.epoch(1, packets);
    CHECK(lab.flows.size() == 10);
    CHECK(lab.merger.totals().unrecorded == Packets{60});
    REQUIRE(merged.unrecorded.size() == 1);
    const UnrecordedDelta& host = merged.unrecorded.begin()->second;
    CHECK(lab.hosts.address(host.host).to_string() == "10.0.0.1");
    CHECK(host.out);
    CHECK(host.volume == Traffic{{60}, {3000}, {20}});
    CHECK(host.traffic == TrafficClass::udp_one_way);
}

TEST_CASE("a clock that was set back is counted") {
    Lab lab;
    lab.epoch(100, {});
    lab.epoch(200, {});
    lab.epoch(150, {});
    lab.epoch(151, {});
    CHECK(lab.merger.totals().time_steps == 1);
}

TEST_CASE(
    "a host's number goes to a later host only when it was forgotten, and a full table has room again") {
    HostTable hosts(internal(), {}, 2);
    const auto address = [](const char* text) { return IpAddress::parse(text).value(); };
    const HostId first = hosts.find_or_add(address("10.0.0.1"));
    const HostId second = hosts.find_or_add(address("10.0.0.2"));
    CHECK(hosts.find_or_add(address("10.0.0.3")) == no_host);
    CHECK(hosts.refused() == Flows{1});
    hosts.forget(first);
    CHECK(hosts.find_or_add(address("10.0.0.3")) == first);
    CHECK(hosts.address(first) == address("10.0.0.3"));
    CHECK(hosts.find_or_add(address("10.0.0.2")) == second);
    CHECK(hosts.find_or_add(address("10.0.0.1")) == no_host);
}

TEST_CASE("what matched comes in one order, by time, whichever worker saw it, with the flow it was in") {
    const auto run = [](unsigned workers) {
        Lab lab(workers);
        std::vector<Sent> packets;
        std::vector<ContentMatch> matches;
        for (int i = 0; i < 50; ++i) {
            const Sent sent{.time_ns = 100 * second_ns + (i * 37 % 50) * 1'000'000,
                            .from = "10.0.0." + std::to_string(1 + i),
                            .from_port = static_cast<std::uint16_t>(1000 + i)};
            packets.push_back(sent);
            for (const std::uint16_t signature : {7, 3}) matches.push_back(matched(sent, signature));
        }
        const MergedEpoch& merged = lab.epoch(100, packets, {}, matches);
        std::vector<std::tuple<std::int64_t, FlowKey, int, int, int>> seen;
        for (const FlowMatch& match : merged.matches)
            seen.emplace_back(match.time_ns, lab.flows[match.flow].key, match.set, match.signature,
                              match.sender);
        CHECK(std::is_sorted(seen.begin(), seen.end()));
        CHECK(lab.epoch(101, {}).matches.empty());
        return seen;
    };
    CHECK(run(1).size() == 100);
    CHECK(run(1) == run(4));
}

TEST_CASE(
    "what matched in a flow for which there was no room is passed over, and a list that was full says so") {
    Lab lab(1, 1);
    const Sent kept, other{.from = "10.0.0.2"};
    const MergedEpoch& merged = lab.epoch(100, {kept, other}, {}, {matched(kept, 1), matched(other, 1)});
    CHECK(merged.matches.size() == 1);

    const std::vector<ContentMatch> many(MatchList::matches_max + 5, matched(kept, 1));
    CHECK(lab.epoch(101, {kept}, {}, many).matches.size() == MatchList::matches_max);
    CHECK(lab.merger.totals().inspection.refused.value == 5);
}
