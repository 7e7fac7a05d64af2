// SPDX-License-Identifier: BSD-3-Clause
// Every packet of a host is in one class of traffic, whether its flow has a record, found no room in the store, or
// none in the worker's table; and what found no room in a table is judged by what answers it there.
#include <map>
#include <random>
#include <tuple>

#include <catch2/catch.hpp>

#include "lab.hpp"

namespace flowlock::test {
namespace {

using HostSums = std::map<std::tuple<std::string, bool>, Traffic>;  // by host and direction; flows: none

// A live epoch of one worker, whose table has room for 64 flows.
class SmallTap {
public:
    explicit SmallTap(std::uint32_t flows_max) : flows(flows_max, {}), merger(flows, hosts) {}

    const MergedEpoch& epoch(std::int64_t start_s, const std::vector<Sent>& packets) {
        Epoch part({.flows = 64, .hosts = 4096}, internal(), {});
        part.begin({++sequence_, start_s});
        for (const Sent& sent : packets) {
            const Decoded packet = decoded(sent);
            const std::uint64_t hash = hash_of(packet.key, {});
            const std::int64_t time_ns = start_s * second_ns + sent.time_ns;
            if (count(part.flows, packet, hash, time_ns)) continue;
            part.overflow->count(packet, part.overflow->find_place(packet), hash,
                                 part.flows.time_of(time_ns));
        }
        merger.add(part);
        return merger.close();
    }
    // Of what did not fit, by class.
    std::map<TrafficClass, std::uint64_t> unrecorded(const MergedEpoch& epoch, bool out) const {
        std::map<TrafficClass, std::uint64_t> packets;
        for (const auto& [place, delta] : epoch.unrecorded)
            if (delta.out == out) packets[delta.traffic] += delta.volume.packets.value;
        return packets;
    }

    FlowStore flows;
    HostTable hosts{internal(), {}};
    Merger merger;

private:
    std::uint64_t sequence_ = 0;
};

// 64 flows that fill the table, none of a host.
std::vector<Sent> full_table() {
    std::vector<Sent> packets;
    for (int i = 0; i < 200; ++i)
        packets.push_back(
            {.from = "192.0.2.1", .to = "192.0.2.2", .from_port = static_cast<std::uint16_t>(i)});
    return packets;
}

std::vector<Sent> after_full_table(const std::vector<std::pair<Sent, int>>& sent) {
    std::vector<Sent> packets = full_table();
    std::uint16_t port = 20'000;
    for (const auto& [packet, count] : sent)
        for (int i = 0; i < count; ++i) {
            packets.push_back(packet);
            (packet.from.starts_with("10.") ? packets.back().from_port : packets.back().to_port) =
                packet.protocol == 17 ? port++ : 9'000;
        }
    return packets;
}

}  // namespace

TEST_CASE("the classes of a host's traffic add up to all its packets and bytes") {
    const std::uint32_t flows_max = GENERATE(1'000'000u, 100u);
    SmallTap tap(flows_max);
    std::mt19937 random(11);
    constexpr std::array<std::uint16_t, 6> ports{0, 53, 123, 443, 11'211, 30'000};
    constexpr std::array<std::uint8_t, 7> flags{0, 0x02, 0x12, 0x10, 0x04, 0x03, 0x80};
    constexpr std::array<std::uint8_t, 4> protocols{6, 17, 1, 47};
    HostSums expected, found;
    std::map<TrafficClass, std::uint64_t> classes;
    for (int second = 0; second < 20; ++second) {
        std::vector<Sent> packets;
        for (int i = 0; i < 600; ++i) {
            Sent sent{.time_ns = static_cast<std::int64_t>(random() % second_ns),
                      .from = "10.0.0." + std::to_string(1 + random() % 4),
                      .to = "192.0.2." + std::to_string(1 + random() % 9),
                      .from_port = ports[random() % ports.size()],
                      .to_port = ports[random() % ports.size()],
                      .protocol = protocols[random() % protocols.size()],
                      .bytes = static_cast<std::uint32_t>(40 + random() % 1'400),
                      .flags = flags[random() % flags.size()]};
            const std::string host = sent.from;
            const bool out = random() % 2 == 0;
            if (!out) {
                std::swap(sent.from, sent.to);
                std::swap(sent.from_port, sent.to_port);
            }
            expected[{host, out}] += {{1}, {sent.bytes}, {}};
            packets.push_back(sent);
        }
        const MergedEpoch& merged = tap.epoch(100 + second, packets);
        const auto add = [&](HostId host, bool out, TrafficClass traffic, Packets count, Bytes bytes) {
            found[{tap.hosts.address(host).to_string(), out}] += {count, bytes, {}};
            classes[traffic] += count.value;
            REQUIRE(static_cast<unsigned>(traffic) < traffic_classes);
        };
        for (const FlowDelta& delta : merged.deltas)
            for (const unsigned end : {0u, 1u})
                if (delta.packets[end] > 0)
                    add(delta.host, end == delta.inside, delta.traffic[end], {delta.packets[end]},
                        {delta.bytes[end]});
        for (const auto& [place, delta] : merged.unrecorded)
            add(delta.host, delta.out, delta.traffic, delta.volume.packets, delta.volume.bytes);
    }
    CHECK(found == expected);
    CHECK(tap.merger.totals().overflowed > Packets{1'000});
    CHECK((tap.merger.totals().unrecorded > Packets{0}) == (flows_max == 100));
    CHECK(classes.size() > 20);
}

TEST_CASE(
    "beyond the table, questions and their answers are an exchange, also as far as they are few or many") {
    SmallTap tap(1'000);
    const Sent question{.to = "192.0.2.9", .to_port = 53, .protocol = 17, .bytes = 60, .flags = 0};
    const Sent answer{
        .from = "192.0.2.9", .to = "10.0.0.1", .from_port = 53, .protocol = 17, .bytes = 500, .flags = 0};
    const auto& merged = tap.epoch(100, after_full_table({{question, 100}, {answer, 90}}));
    CHECK(tap.unrecorded(merged, true) ==
          std::map<TrafficClass, std::uint64_t>{{TrafficClass::udp_exchange, 100}});
    CHECK(tap.unrecorded(merged, false) ==
          std::map<TrafficClass, std::uint64_t>{{TrafficClass::udp_exchange, 90}});
}

TEST_CASE(
    "beyond the table, a flood to or from a reflector's port stays one when there is an answer or a "
    "question") {
    const std::uint8_t dns = reflector_of_port(53);
    const Sent question{.to = "192.0.2.9", .to_port = 53, .protocol = 17, .bytes = 60, .flags = 0};
    const Sent answer{
        .from = "192.0.2.9", .to = "10.0.0.1", .from_port = 53, .protocol = 17, .bytes = 500, .flags = 0};
    SmallTap tap(1'000);
    const auto& asked = tap.epoch(100, after_full_table({{question, 1'000}, {answer, 1}}));
    CHECK(tap.unrecorded(asked, true) == std::map<TrafficClass, std::uint64_t>{{requests_of(dns), 1'000}});
    const auto& attacked = tap.epoch(101, after_full_table({{question, 1}, {answer, 1'000}}));
    CHECK(tap.unrecorded(attacked, false) ==
          std::map<TrafficClass, std::uint64_t>{{responses_of(dns), 1'000}});
}

TEST_CASE("beyond the table, a server of ours is a reflector by its answers, unless its port has downloads") {
    const auto classes_of_answers = [](std::uint16_t port, std::uint32_t bytes) {
        SmallTap tap(1'000);
        const Sent question{
            .from = "192.0.2.9", .to = "10.0.0.1", .to_port = port, .protocol = 17, .bytes = 60, .flags = 0};
        const Sent answer{.to = "192.0.2.9", .from_port = port, .protocol = 17, .bytes = bytes, .flags = 0};
        std::vector<Sent> packets = full_table();
        for (std::uint16_t i = 0; i < 100; ++i) {
            packets.push_back(question);
            packets.back().from_port = static_cast<std::uint16_t>(20'000 + i);
            packets.push_back(answer);
            packets.back().to_port = static_cast<std::uint16_t>(20'000 + i);
        }
        return tap.unrecorded(tap.epoch(100, packets), true);
    };
    using Counts = std::map<TrafficClass, std::uint64_t>;
    CHECK(classes_of_answers(53, 599) == Counts{{TrafficClass::udp_exchange, 100}});
    CHECK(classes_of_answers(53, 600) == Counts{{responses_of(reflector_of_port(53)), 100}});
    CHECK(classes_of_answers(443, 1'400) == Counts{{TrafficClass::udp_exchange, 100}});
}

TEST_CASE("beyond the table, connections and refusals are told from floods by what comes back") {
    const Sent out{.to_port = 80}, in{.from = "192.0.2.9", .to = "10.0.0.1", .from_port = 80};
    const auto with_flags = [](Sent sent, int flags) {
        sent.flags = static_cast<std::uint8_t>(flags);
        return sent;
    };
    using Counts = std::map<TrafficClass, std::uint64_t>;
    const auto seen = [&](bool out_wanted, const std::vector<std::pair<Sent, int>>& packets) {
        SmallTap tap(1'000);
        return tap.unrecorded(tap.epoch(100, after_full_table(packets)), out_wanted);
    };
    using namespace tcp_flag;
    const auto acks = with_flags(out, ack), answers = with_flags(in, ack);
    CHECK(seen(true, {{acks, 640}, {answers, 9}}) == Counts{{TrafficClass::tcp_established, 640}});
    CHECK(seen(true, {{acks, 641}, {answers, 9}}) == Counts{{TrafficClass::ack, 641}});
    CHECK(seen(true, {{acks, 9}}) == Counts{{TrafficClass::tcp_one_way, 9}});
    const auto attempts = with_flags(in, syn);
    CHECK(seen(true, {{attempts, 10}, {with_flags(out, rst | ack), 60}}) ==
          Counts{{TrafficClass::tcp_answer, 60}});
    CHECK(seen(true, {{attempts, 10}, {with_flags(out, rst | ack), 61}}) == Counts{{TrafficClass::rst, 61}});
    CHECK(seen(true, {{attempts, 10}, {with_flags(out, syn | ack), 60}}) ==
          Counts{{TrafficClass::tcp_answer, 60}});
    CHECK(seen(true, {{with_flags(out, syn | ack), 1}}) == Counts{{TrafficClass::syn_ack, 1}});
    CHECK(seen(false, {{attempts, 10}}) == Counts{{TrafficClass::syn, 10}});
}

}  // namespace flowlock::test
