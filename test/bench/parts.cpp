// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the path cost, each alone and on one core: decoding, hashing, counting, clearing, merging
// and judging. Prints items per second. A part that is fast alone need not be so beside the others, so what
// counts is bench_path; this one says where its time goes.
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <bit>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/prefetch.hpp"
#include "detect/limits.hpp"
#include "flow/merge.hpp"
#include "frame_maker.hpp"
#include "packet/common_stack.hpp"

using namespace flowlock;

namespace {

constexpr std::size_t burst_size = 32;
constexpr std::int64_t start_s = 1'700'000'000;

const PrefixSet internal{{*Prefix::parse("198.18.0.0/15"), *Prefix::parse("2001:db8:100::/48")}};

struct Frame {
    std::array<std::byte, FrameMaker::head_size> head;
    std::uint32_t wire;
};

std::vector<Frame> frames_of(const SyntheticTraffic& traffic, std::size_t count) {
    FrameMaker maker(traffic, 0, 1);
    std::vector<Frame> frames(count);
    for (Frame& frame : frames) frame.wire = maker.next(frame.head.data());
    return frames;
}

std::vector<Decoded> packets_of(const SyntheticTraffic& traffic, std::size_t count) {
    std::vector<Decoded> packets;
    for (const Frame& frame : frames_of(traffic, count))
        packets.push_back(decode(LinkType::ethernet, frame.head, frame.wire));
    return packets;
}

// One packet of each of so many flows, in no order that a table would know.
std::vector<Decoded> flows_of(std::size_t count) {
    return packets_of({.pattern = Pattern::scan, .hosts = 256}, count);
}

// As a worker does it: everything but the displaced is counted while the next one's line is on its way.
template <class BeyondTable>
void count_burst(FlowTable& table, std::span<const Decoded> packets, BeyondTable beyond_table) {
    std::array<std::uint64_t, burst_size> hashes;
    std::array<std::size_t, burst_size> displaced;
    std::size_t displaced_count = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        hashes[i] = table.hash(packets[i].key);
        table.prefetch(hashes[i]);
    }
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const auto counted = table.count(packets[i], hashes[i], 1'000'000'000);
        if (counted == FlowTable::Counted::displaced) {
            table.prefetch_next(hashes[i]);
            displaced[displaced_count++] = i;
        } else if (counted == FlowTable::Counted::no) {
            beyond_table(packets[i], hashes[i]);
        }
    }
    for (std::size_t k = 0; k < displaced_count; ++k) {
        const std::size_t i = displaced[k];
        if (!is_counted(table.count_displaced(packets[i], hashes[i], 1'000'000'000)))
            beyond_table(packets[i], hashes[i]);
    }
}

void count_all(FlowTable& table, const std::vector<Decoded>& packets, benchmark::State& state) {
    for (std::size_t i = 0; i < packets.size(); i += burst_size)
        count_burst(table, std::span(packets).subspan(i, std::min(burst_size, packets.size() - i)),
                    [&](const Decoded&, std::uint64_t) { state.SkipWithError("the table is full"); });
}

void set_items(benchmark::State& state, std::size_t items_each_time) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items_each_time));
}

SyntheticTraffic mixed_traffic(bool ipv6) {
    return {.pattern = Pattern::uniform, .sizes = Sizes::imix, .ipv6 = ipv6, .flows = 100'000};
}

void decode_common_stack(benchmark::State& state, bool ipv6) {
    const auto frames = frames_of(mixed_traffic(ipv6), 256);
    Decoded decoded;
    for (auto _ : state)
        for (const Frame& frame : frames) {
            if (!decode_common(frame.head, frame.wire, decoded))
                state.SkipWithError("not of the common stack");
            benchmark::DoNotOptimize(decoded);
        }
    set_items(state, frames.size());
}
BENCHMARK_CAPTURE(decode_common_stack, ipv4, false);
BENCHMARK_CAPTURE(decode_common_stack, ipv6, true);

void decode_any_stack(benchmark::State& state, bool ipv6) {
    const auto frames = frames_of(mixed_traffic(ipv6), 256);
    for (auto _ : state)
        for (const Frame& frame : frames)
            benchmark::DoNotOptimize(decode(LinkType::ethernet, frame.head, frame.wire));
    set_items(state, frames.size());
}
BENCHMARK_CAPTURE(decode_any_stack, ipv4, false);
BENCHMARK_CAPTURE(decode_any_stack, ipv6, true);

void hash_key(benchmark::State& state, bool ipv6) {
    const auto packets = packets_of(mixed_traffic(ipv6), 256);
    const HashKey secret = HashKey::random();
    for (auto _ : state)
        for (const Decoded& packet : packets) benchmark::DoNotOptimize(hash_of(packet.key, secret));
    set_items(state, packets.size());
}
BENCHMARK_CAPTURE(hash_key, ipv4, false);
BENCHMARK_CAPTURE(hash_key, ipv6, true);

// Hash, prefetch and count, of flows that are known: 10,000 fit the caches, a million do not.
void flow_table_known(benchmark::State& state) {
    const auto flows = static_cast<std::size_t>(state.range(0));
    FlowTable table(static_cast<std::uint32_t>(std::bit_ceil(flows)), HashKey::random());
    const auto packets = flows_of(flows);
    count_all(table, packets, state);
    for (auto _ : state) count_all(table, packets, state);
    set_items(state, packets.size());
}
BENCHMARK(flow_table_known)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void flow_table_new(benchmark::State& state) {
    const auto flows = static_cast<std::size_t>(state.range(0));
    FlowTable table(static_cast<std::uint32_t>(std::bit_ceil(flows)), HashKey::random());
    table.prefault();
    const auto packets = flows_of(flows);
    for (auto _ : state) {
        count_all(table, packets, state);
        state.PauseTiming();
        table.clear();
        state.ResumeTiming();
    }
    set_items(state, packets.size());
}
BENCHMARK(flow_table_new)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// Few flows are cleared one by one, many all at once. Items are flows.
void flow_table_clear(benchmark::State& state) {
    FlowTable table(65'536, HashKey::random());
    table.prefault();
    const auto packets = flows_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        state.PauseTiming();
        count_all(table, packets, state);
        state.ResumeTiming();
        table.clear();
    }
    set_items(state, packets.size());
}
BENCHMARK(flow_table_clear)->Arg(1'000)->Arg(8'000)->Arg(60'000)->Unit(benchmark::kMicrosecond);

// A full table's epoch: every packet a new flow, to so many hosts. As in a worker, but without the table.
void overflow_count(benchmark::State& state) {
    const auto hosts = static_cast<std::uint32_t>(state.range(0));
    const HashKey secret = HashKey::random();
    Overflow overflow(65'536, internal, secret);
    overflow.prefault();
    const auto packets = packets_of({.pattern = Pattern::syn_flood, .hosts = hosts}, 1 << 20);
    std::array<Overflow::Place, burst_size> places;
    for (auto _ : state) {
        for (std::size_t begin = 0; begin < packets.size(); begin += burst_size) {
            for (std::size_t i = 0; i < burst_size; ++i) {
                places[i] = overflow.find_place(packets[begin + i]);
                overflow.prefetch(places[i]);
            }
            for (std::size_t i = 0; i < burst_size; ++i)
                overflow.count(packets[begin + i], places[i], hash_of(packets[begin + i].key, secret), 0);
        }
        state.PauseTiming();
        if (overflow.unattributed().value > 0) state.SkipWithError("there is no room for the hosts");
        overflow.clear();
        state.ResumeTiming();
    }
    set_items(state, packets.size());
}
BENCHMARK(overflow_count)->Arg(1)->Arg(40)->Arg(65'536)->Unit(benchmark::kMillisecond);

// An epoch as a worker hands it over, of 100,000 flows, and the control core that gets it.
struct Merging {
    Merging() { begin_anew(); }

    static std::size_t flows() { return 100'000; }
    void begin_anew() {
        merger.reset();
        hosts.emplace(internal, secret);
        store.emplace(1'000'000, secret);
        merger.emplace(*store, *hosts);
    }
    void fill(benchmark::State& state) {
        epoch.begin({1, start_s});
        count_all(epoch.flows, flows_of(flows()), state);
    }
    const MergedEpoch& merge() {
        ++epoch.name.sequence;
        merger->add(epoch);
        return merger->close();
    }

    HashKey secret = HashKey::random();
    Epoch epoch{{.flows = 131'072}, internal, secret};
    std::optional<FlowStore> store;
    std::optional<HostTable> hosts;
    std::optional<Merger> merger;
};

void merge_known_flows(benchmark::State& state) {
    Merging merging;
    merging.fill(state);
    merging.merge();
    for (auto _ : state) benchmark::DoNotOptimize(merging.merge().deltas.data());
    set_items(state, Merging::flows());
}
BENCHMARK(merge_known_flows)->Unit(benchmark::kMillisecond);

// With the growing of an empty store and its memory, which comes as it is touched.
void merge_new_flows(benchmark::State& state) {
    Merging merging;
    merging.fill(state);
    for (auto _ : state) {
        state.PauseTiming();
        merging.begin_anew();
        state.ResumeTiming();
        benchmark::DoNotOptimize(merging.merge().new_flows.data());
    }
    set_items(state, Merging::flows());
}
BENCHMARK(merge_new_flows)->Unit(benchmark::kMillisecond);

// An address inside and one outside in turn, as each packet has.
void prefix_set_contains(benchmark::State& state, std::vector<std::string> prefixes, std::string inside,
                         std::string outside) {
    std::vector<Prefix> parsed;
    for (const std::string& prefix : prefixes) parsed.push_back(*Prefix::parse(prefix));
    const PrefixSet set{parsed};
    std::array addresses{*IpAddress::parse(inside), *IpAddress::parse(outside)};
    if (!set.contains(addresses[0]) || set.contains(addresses[1]))
        state.SkipWithError("not inside and outside");
    for (auto _ : state)
        for (IpAddress& address : addresses) {
            benchmark::DoNotOptimize(address);
            benchmark::DoNotOptimize(set.contains(address));
        }
    set_items(state, addresses.size());
}

// So many networks of a provider, of /24 or /48 each: they share a /16, so that each has to be asked.
std::vector<std::string> many_prefixes() {
    std::vector<std::string> prefixes;
    for (int i = 0; i < 32; ++i) {
        prefixes.push_back("198.18." + std::to_string(i) + ".0/24");
        prefixes.push_back("2001:db8:" + std::to_string(100 + i) + "::/48");
    }
    return prefixes;
}
BENCHMARK_CAPTURE(prefix_set_contains, ipv4_slash_15, {"198.18.0.0/15"}, "198.18.1.2", "64.1.2.3");
BENCHMARK_CAPTURE(prefix_set_contains, ipv4_among_64, many_prefixes(), "198.18.31.2", "198.18.99.3");
BENCHMARK_CAPTURE(prefix_set_contains, ipv6_among_64, many_prefixes(), "2001:db8:131::1", "2001:db8:200::1");

// The default limits' directions and metrics, and flows, over 10 s: so many epochs are in the window, and one
// leaves it for each that comes. Items are the flows of the epoch.
void limits_advance(benchmark::State& state) {
    constexpr std::uint64_t never = 1'000'000'000'000;
    constexpr std::chrono::seconds window{10};
    std::vector<LimitRule> rules;
    for (const Direction direction : {Direction::out, Direction::in})
        for (const Metric metric : {Metric::packets, Metric::bits, Metric::flows})
            rules.push_back({.name = std::string(name_of(direction)) + "-" + name_of(metric),
                             .direction = direction,
                             .metric = metric,
                             .per_second = never,
                             .window = window});
    Merging merging;
    merging.fill(state);
    MergedEpoch epoch = merging.merge();
    LimitDetector detector({.rules = rules}, *merging.store, *merging.hosts,
                           {.records = 32'000'000, .slices = 32'000'000}, 100);
    std::vector<Finding> findings;
    const auto advance = [&] {
        ++epoch.name.sequence;
        ++epoch.name.start_s;
        detector.advance(epoch, findings);
    };
    for (int i = 0; i <= window.count(); ++i) advance();
    for (auto _ : state) advance();
    if (!findings.empty() || detector.records_forgotten() > 0)
        state.SkipWithError("it has more to do than meant");
    set_items(state, epoch.deltas.size());
}
BENCHMARK(limits_advance)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
