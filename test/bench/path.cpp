// SPDX-License-Identifier: BSD-3-Clause
// The whole data path against its floor and its twin, in one run and in turn: a synthetic port, the real
// Worker, the real epochs. Prints a table of medians; docs/performance.md explains and keeps them.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "control/control_core.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/worker.hpp"
#include "measure.hpp"
#include "packet/common_stack.hpp"
#include "rivals.hpp"
#include "synthetic_source.hpp"

using namespace flowlock;
using namespace flowlock::bench;

namespace {

struct Options {
    int rounds = 5;
    double warm_up_s = 1.2;
    double seconds = 1.0;
    std::vector<std::string> only;
    std::vector<std::string> variants;
    std::uint32_t flows = 0;
};
Options options;

double measure(const SyntheticSource& source, const std::vector<Loop>& loops, const Loop& beside) {
    return measure(source, loops, beside, {options.warm_up_s, options.seconds});
}

const PrefixSet internal{{*Prefix::parse("198.18.0.0/15"), *Prefix::parse("2001:db8:100::/48")}};

std::uint32_t table_flows(std::uint32_t flows) {
    return std::bit_ceil(std::max(flows, 1024u));
}

// A worker with its channel, for one measurement.
struct Station {
    Station(const std::string& name, std::uint32_t flows, unsigned epochs, const HashKey& secret,
            bool heads = false)
        : channel(name, epochs, {.flows = table_flows(flows), .hosts = 65'536, .heads = heads}, internal,
                  secret) {
        channel.prefault();
    }
    void run(Queue queue, const Stop& stop, std::chrono::seconds epoch) {
        worker.emplace(std::vector<RxQueue>{{queue.port, queue.number}}, channel);
        worker->run(LiveClock::start(epoch), stop);
    }
    EpochChannel channel;
    std::optional<Worker> worker;
};

constexpr std::chrono::seconds no_epochs{1'000'000};

struct Results {
    std::map<std::string, std::vector<double>> by_variant;
    void add(const std::string& variant, double rate) { by_variant[variant].push_back(rate); }
    bool has(const std::string& variant) const { return by_variant.count(variant) > 0; }
    double rate(const std::string& variant) const { return median(by_variant.at(variant)); }
    double best(const std::string& variant) const {
        return *std::max_element(by_variant.at(variant).begin(), by_variant.at(variant).end());
    }
    // Without the time that the source takes; median of the rounds.
    double net(const std::string& variant) const {
        std::vector<double> values;
        for (std::size_t i = 0; i < by_variant.at(variant).size(); ++i) values.push_back(net_of(variant, i));
        return median(values);
    }
    // Median over the rounds of one variant's net rate as a multiple of the other's in the same round.
    double net_ratio(const std::string& variant, const std::string& other) const {
        std::vector<double> values;
        for (std::size_t i = 0; i < by_variant.at(variant).size(); ++i)
            values.push_back(net_of(variant, i) / net_of(other, i));
        return median(values);
    }
    double best_ratio(const std::string& variant, const std::string& other) const {
        const auto net = [&](const std::string& name) { return 1 / (1 / best(name) - 1 / best("source")); };
        return net(variant) / net(other);
    }

private:
    double net_of(const std::string& variant, std::size_t round) const {
        return 1 / (1 / by_variant.at(variant)[round] - 1 / by_variant.at("source")[round]);
    }
};

void print_heading() {
    fmt::print("{:<28} {:<10} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "load", "variant", "M/s", "cycles", "net M/s",
               "net/floor", "at best");
}

void print(const std::string& load, const Results& results, const std::vector<std::string>& variants) {
    const double hz = static_cast<double>(rte_get_tsc_hz());
    for (const std::string& variant : variants) {
        const double rate = results.rate(variant);
        std::string text =
            fmt::format("{:<28} {:<10} {:>9.1f} {:>9.1f}", load, variant, rate / 1e6, hz / rate);
        if (variant != "source" && results.has("source")) {
            text += fmt::format(" {:>9.1f}", results.net(variant) / 1e6);
            if (results.has("floor") && variant != "floor")
                text += fmt::format(" {:>9.2f} {:>9.2f}", results.net_ratio(variant, "floor"),
                                    results.best_ratio(variant, "floor"));
        }
        fmt::print("{}\n", text);
    }
    std::fflush(stdout);
}

struct Load {
    std::string name;
    SyntheticTraffic traffic;
    std::uint32_t table = 0;  // flows the table has room for; 0: as many as the traffic has
    bool twin = false;
};

bool wants_variant(const std::string& name) {
    return options.variants.empty() ||
           std::find(options.variants.begin(), options.variants.end(), name) != options.variants.end();
}

void measure_load(const Load& load) {
    const std::uint32_t flows = load.table > 0 ? load.table : load.traffic.flows;
    SyntheticSource source({load.traffic, 1});
    const auto source_rate = [&] { return measure(source, {run_source}, {}); };
    const HashKey secret = HashKey::random();
    Floor floor(table_flows(flows) * std::size_t{64}, secret);
    const auto floor_rate = [&] {
        return measure(source, {[&](Queue q, const Stop& s) { floor.run(q, s); }}, {});
    };
    Station station("path", flows, 1, secret);
    const auto path_rate = [&] {
        const double rate =
            measure(source, {[&](Queue q, const Stop& s) { station.run(q, s, no_epochs); }}, {});
        station.channel.give_back(station.channel.take_full());
        return rate;
    };
    // The same with evidence: nobody is watched; a hundred suspects are, without traffic; as many with a case.
    Station keeping("keeping", flows, 1, secret, true);
    const auto run_keeping = [&](bool alarm, std::span<const IpAddress> watched) {
        keeping.channel.send_order(0, alarm, watched);
        const double rate =
            measure(source, {[&](Queue q, const Stop& s) { keeping.run(q, s, no_epochs); }}, {});
        keeping.channel.give_back(keeping.channel.take_full());
        return rate;
    };
    std::vector<IpAddress> quiet;
    for (std::uint32_t i = 1; i <= 100; ++i)
        quiet.push_back(*IpAddress::parse(fmt::format("203.0.113.{}", i)));
    std::sort(quiet.begin(), quiet.end());
    const auto evidence_rate = [&] { return run_keeping(false, {}); };
    const auto watching_rate = [&] { return run_keeping(false, quiet); };
    const auto alarm_rate = [&] { return run_keeping(true, quiet); };
    std::optional<RteHashTable> twin;
    if (load.twin && wants_variant("rte_hash")) twin.emplace(table_flows(flows), secret);
    const auto twin_rate = [&] {
        return measure(source, {[&](Queue q, const Stop& s) { twin->run(q, s); }}, {});
    };
    std::vector<std::pair<std::string, std::function<double()>>> variants{
        {"source", source_rate},     {"floor", floor_rate},       {"path", path_rate},
        {"evidence", evidence_rate}, {"watching", watching_rate}, {"alarm", alarm_rate}};
    if (load.twin) variants.emplace_back("rte_hash", twin_rate);

    Results results;
    std::vector<std::string> measured;
    for (int round = 0; round < options.rounds; ++round)
        for (const auto& [name, rate] : variants)
            if (wants_variant(name)) results.add(name, rate());
    for (const auto& [name, rate] : variants)
        if (results.has(name)) measured.push_back(name);
    print(load.name, results, measured);
}

// One-second epochs against none: handed over and only cleared, and with the real control core merging and
// judging on the other core.
void measure_epochs(std::uint32_t flows) {
    SyntheticSource source({{.flows = flows}, 1});
    const HashKey secret = HashKey::random();
    const auto run = [&](Station& station, std::chrono::seconds epoch, const Loop& beside) {
        return measure(source, {[&](Queue q, const Stop& s) { station.run(q, s, epoch); }}, beside);
    };
    const auto idle = [](auto& station, auto&& take) {
        return [&station, take](Queue, const Stop& stop) {
            while (!stop.load(std::memory_order_relaxed))
                if (!take(station)) std::this_thread::sleep_for(std::chrono::microseconds(200));
        };
    };
    const Options saved = options;
    Results results;
    std::vector<double> costs_cleared, costs_merged, busy_ms;
    for (int round = 0; round < saved.rounds; ++round) {
        options.warm_up_s = 3;
        options.seconds = 3;
        {
            Station station("none", flows, 1, secret);
            results.add("none", run(station, no_epochs, {}));
        }
        {
            Station station("cleared", flows, 4, secret);
            const auto clear = [](Station& full) {
                Epoch* epoch = full.channel.take_full();
                if (epoch != nullptr) full.channel.give_back(epoch);
                return epoch != nullptr;
            };
            results.add("cleared", run(station, epoch_length, idle(station, clear)));
        }
        Station station("merged", flows, 4, secret);
        ControlCore control({.internal = internal,
                             .limits = {.rules = default_limits()},
                             .scan = {},
                             .engine = {},
                             .report = {},
                             .secret = secret},
                            {&station.channel});
        std::uint64_t busy = 0;
        const std::uint64_t hz = rte_get_tsc_hz();
        const std::uint64_t warm = rte_rdtsc() + static_cast<std::uint64_t>(options.warm_up_s) * hz;
        const auto merge = [&](Station&) {
            const std::uint64_t before = rte_rdtsc();
            if (!control.poll()) return false;
            if (before > warm) busy += rte_rdtsc() - before;
            return true;
        };
        results.add("merged", run(station, epoch_length, idle(station, merge)));
        busy_ms.push_back(1e3 * static_cast<double>(busy) / static_cast<double>(hz) / options.seconds);
        while (!control.finished()) control.poll();
        if (control.totals().late > 0) fmt::print("  {} late epochs\n", control.totals().late);
        const auto cost = [&](const char* variant) {
            return 100 * (1 - results.by_variant[variant].back() / results.by_variant["none"].back());
        };
        costs_cleared.push_back(cost("cleared"));
        costs_merged.push_back(cost("merged"));
    }
    options = saved;
    print(fmt::format("epochs, {} flows", flows), results, {"none", "cleared", "merged"});
    fmt::print(
        "  cost of epochs: {:.1f} % handed over and cleared, {:.1f} % with the control core at work, {:.0f} "
        "ms "
        "of each second\n",
        median(costs_cleared), median(costs_merged), median(busy_ms));
}

void measure_workers(std::uint32_t flows) {
    Results results;
    for (int round = 0; round < options.rounds; ++round) {
        const HashKey secret = HashKey::random();
        const auto run = [&](unsigned workers) {
            SyntheticSource source({{.flows = flows / workers}, workers});
            std::vector<std::unique_ptr<Station>> stations;
            std::vector<Loop> loops;
            for (unsigned i = 0; i < workers; ++i) {
                stations.push_back(
                    std::make_unique<Station>("path" + std::to_string(i), flows / workers, 1, secret));
                loops.emplace_back([&, i](Queue q, const Stop& s) { stations[i]->run(q, s, no_epochs); });
            }
            return measure(source, loops, {});
        };
        const auto run_floors = [&](unsigned workers) {
            SyntheticSource source({{.flows = flows / workers}, workers});
            std::vector<std::unique_ptr<Floor>> floors;
            std::vector<Loop> loops;
            for (unsigned i = 0; i < workers; ++i) {
                floors.push_back(
                    std::make_unique<Floor>(table_flows(flows / workers) * std::size_t{64}, secret));
                loops.emplace_back([&, i](Queue q, const Stop& s) { floors[i]->run(q, s); });
            }
            return measure(source, loops, {});
        };
        results.add("1 worker", run(1));
        results.add("2 workers", run(2));
        // What the machine itself makes of a second core.
        results.add("1 floor", run_floors(1));
        results.add("2 floors", run_floors(2));
    }
    print(fmt::format("{} flows over workers", flows), results,
          {"1 worker", "2 workers", "1 floor", "2 floors"});
    fmt::print("  two workers / one {:.2f}; two floors / one {:.2f}\n",
               results.rate("2 workers") / results.rate("1 worker"),
               results.rate("2 floors") / results.rate("1 floor"));
}

// An attacker who knows the code finds flows that would all meet in 1/256 of the table if the seed were that
// of the sources.
std::vector<ListedFlow> list_of(std::uint32_t count, bool crafted) {
    std::vector<ListedFlow> list;
    const HashKey known;
    for (std::uint64_t n = 0; list.size() < count; ++n) {
        const std::uint64_t mixed = fold_multiply(n + 1, 0x9e3779b97f4a7c15);
        const ListedFlow flow{static_cast<std::uint32_t>(mixed & 0x1fffffff),
                              static_cast<std::uint16_t>(mixed >> 40)};
        const std::uint64_t pair = std::uint64_t{__builtin_bswap32(0x40000000 + flow.external)} |
                                   std::uint64_t{__builtin_bswap32(0xc6120000)} << 32;
        const std::uint64_t swapped = pair >> 32 | pair << 32;
        const bool ordered = static_cast<std::uint32_t>(pair) <= pair >> 32;
        const std::uint64_t word =
            common_stack::word_of(ordered ? 443 : flow.port, ordered ? flow.port : 443, 6, 4);
        if (crafted && (hash_of_ipv4(ordered ? pair : swapped, word, known) & 0xff) != 0) continue;
        list.push_back(flow);
    }
    return list;
}

void measure_crafted() {
    measure_load({"listed, 1 M random keys",
                  {.pattern = Pattern::listed, .flows = 1'000'000, .list = list_of(1'000'000, false)}});
    measure_load({"listed, 1 M crafted keys",
                  {.pattern = Pattern::listed, .flows = 1'000'000, .list = list_of(1'000'000, true)}});
}

}  // namespace

int main(int count, char** arguments) try {
    CLI::App app("The whole data path against its floor and its twin, on this machine");
    app.add_option("--rounds", options.rounds, "Rounds of each measurement, medians are shown")
        ->capture_default_str();
    app.add_option("--seconds", options.seconds, "Length of a measurement")->capture_default_str();
    app.add_option("--only", options.only, "uniform zipf ipv6 flood crafted epochs workers");
    app.add_option("--variants", options.variants, "source floor path evidence watching alarm rte_hash");
    app.add_option("--flows", options.flows, "uniform: only this number of flows");
    CLI11_PARSE(app, count, arguments);
    const auto wanted = [&](const std::string& name) {
        return options.only.empty() ||
               std::find(options.only.begin(), options.only.end(), name) != options.only.end();
    };
    const Eal eal({.workers = 1, .memory_mib = 900, .hugepages = true, .cpus = usable_cpus()});
    print_heading();
    if (wanted("uniform"))
        for (const std::uint32_t flows : {10'000u, 100'000u, 1'000'000u, 4'000'000u})
            if (options.flows == 0 || options.flows == flows)
                measure_load({fmt::format("uniform, {} flows", flows), {.flows = flows}, 0, true});
    if (wanted("zipf"))
        measure_load({"zipf, 1 M flows, IMIX",
                      {.pattern = Pattern::zipf, .sizes = Sizes::imix, .flows = 1'000'000},
                      0,
                      false});
    if (wanted("ipv6"))
        measure_load({"uniform, 1 M flows, IPv6", {.ipv6 = true, .flows = 1'000'000}, 0, false});
    if (wanted("flood"))
        measure_load({"SYN flood, table full", {.pattern = Pattern::syn_flood, .hosts = 1}, 1 << 20, false});
    if (wanted("flood"))
        measure_load(
            {"SYN flood, 65,536 hosts", {.pattern = Pattern::syn_flood, .hosts = 65'536}, 1 << 20, false});
    if (wanted("crafted")) measure_crafted();
    if (wanted("epochs")) {
        measure_epochs(100'000);
        measure_epochs(1'000'000);
    }
    if (wanted("workers")) measure_workers(1'000'000);
} catch (const std::exception& error) {
    fmt::print(
        stderr,
        "bench_path: {}\nIt needs root and 900 MiB of hugepages: echo 512 > /proc/sys/vm/nr_hugepages\n",
        error.what());
    return 1;
}
