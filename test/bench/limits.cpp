// SPDX-License-Identifier: BSD-3-Clause
// What limits cost the control core, epoch by epoch: hosts that all send and receive three classes of traffic in
// every second, under so many limits over so many windows. No NIC and no worker's core: each epoch's table is filled
// and merged first, and only what limits do with it is timed, in processor time. One line for each combination.
#include "detect/limits.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <ctime>
#include <fstream>
#include <malloc.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace flowlock;

namespace {

constexpr std::int64_t start_s = 1'700'000'000;
constexpr std::uint8_t tcp = 6, udp = 17, icmp = 1;
constexpr std::uint32_t flows_per_host = 3;
// After so many epochs one flow of a host ends, and another one begins with an address that is new to it.
constexpr std::uint32_t flow_lasts = 100;

struct Load {
    std::uint32_t hosts = 0;
    std::uint32_t limits = 0;
    std::uint32_t groups = 0;
    std::vector<std::uint32_t> windows_s;
    unsigned epochs = 20;  // that are timed, after all windows are full
    std::uint32_t history_max = 0;

    unsigned epochs_before() const { return *std::max_element(windows_s.begin(), windows_s.end()) + 5; }
};

const PrefixSet internal{{*Prefix::parse("10.0.0.0/8")}};

IpAddress ipv4(std::uint32_t number) {
    const std::uint32_t wire =
        std::endian::native == std::endian::little ? __builtin_bswap32(number) : number;
    return IpAddress::from_ipv4(reinterpret_cast<const std::byte*>(&wire));
}

std::vector<HostGroup> groups_of(const Load& load) {
    std::vector<HostGroup> groups;
    for (std::uint32_t i = 0; i < load.groups; ++i)
        groups.push_back({"group-" + std::to_string(i),
                          PrefixSet{{*Prefix::parse("10." + std::to_string(i) + ".0.0/16")}}});
    return groups;
}

// Both directions, each metric, and what is counted in turn: 64 limits that differ, and then the same over the next
// window. With groups, one in four is for one of them, and one in sixteen for a whole group or each network.
std::vector<LimitRule> limits_of(const Load& load) {
    constexpr std::array metrics{Metric::packets, Metric::bits, Metric::flows, Metric::new_externals};
    constexpr std::uint32_t that_differ = 64;
    std::vector<LimitRule> rules;
    for (std::uint32_t i = 0; i < load.limits; ++i) {
        LimitRule rule;
        rule.name = "limit-" + std::to_string(i);
        rule.direction = i % 2 == 0 ? Direction::out : Direction::in;
        rule.metric = metrics[i / 2 % metrics.size()];
        rule.per_second = 1'000'000'000'000;  // never
        const std::uint32_t turn = i % that_differ + i / that_differ;
        rule.window = std::chrono::seconds{load.windows_s[turn % load.windows_s.size()]};
        const std::uint32_t counted = i / 8 % 8;
        if (counted >= 1 && counted <= 3)
            rule.protocol =
                std::array{ProtocolClass::tcp, ProtocolClass::udp, ProtocolClass::icmp}[counted - 1];
        if (counted == 4) rule.traffic = CountedTraffic::unanswered;
        if (counted > 4) rule.vector = std::array{"syn_flood", "amplification:dns", "udp_flood"}[counted - 5];
        if (load.groups > 0 && i % 4 == 3) rule.group = "group-" + std::to_string(i / 4 % load.groups);
        if (load.groups > 0 && i % 16 == 15) rule.per = i % 32 == 15 ? Scope::group : Scope::network;
        rules.push_back(std::move(rule));
    }
    return rules;
}

// Fills a worker's table with the same flows in every epoch but for those that take another's place, in no order
// that a table would know.
void fill(Epoch& epoch, const Load& load, unsigned second) {
    constexpr std::array protocols{tcp, udp, icmp};
    constexpr std::uint64_t prime = 2'654'435'761;
    const std::uint64_t flows = std::uint64_t{load.hosts} * flows_per_host;
    FlowTable& table = epoch.flows;
    epoch.last_ns = (start_s + second) * ns_per_second + ns_per_second / 2;
    const std::uint32_t time = table.time_of(epoch.last_ns);
    for (std::uint64_t i = 0; i < flows; ++i) {
        const auto flow = static_cast<std::uint32_t>(i * prime % flows);
        const std::uint32_t host = flow / flows_per_host;
        const std::uint32_t kind = flow % flows_per_host;
        const std::uint32_t generation = kind == 1 ? (second + host) / flow_lasts : 0;
        Decoded packet;
        packet.key.address = {ipv4(0x0a000000u + host * (load.groups > 0 ? 7 : 1)), ipv4(0x40000000u + flow)};
        packet.key.protocol = protocols[kind];
        if (kind != 2) packet.key.port = {static_cast<std::uint16_t>(40'000 + generation), 443};
        if (kind == 1) packet.key.address[1] = ipv4(0x50000000u + flow + generation);
        packet.key.family = 4;
        packet.outcome = std::array{Outcome::ipv4_tcp, Outcome::ipv4_udp, Outcome::ipv4_icmp}[kind];
        packet.flags = kind == 0 ? tcp_flag::ack : kind == 2 ? icmp_class::echo_request : 0;
        packet.ip_bytes = 100;
        const std::uint64_t hash = table.hash(packet.key);
        for (const std::uint8_t sender : {0, 1}) {
            packet.sender = sender;
            auto counted = table.count(packet, hash, time);
            if (counted == FlowTable::Counted::displaced) counted = table.count_displaced(packet, hash, time);
            if (!is_counted(counted)) throw std::runtime_error("the worker's table is full");
        }
    }
}

std::uint64_t resident_bytes() {
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Lap {
public:
    double ms() {
        const double now = processor_ms();
        return now - std::exchange(before_, now);
    }

private:
    double before_ = processor_ms();
};

// Calls act(epoch, is_timed) for each merged epoch.
template <class Act>
void for_each_epoch(const Load& load, FlowStore& flows, HostTable& hosts, Act&& act) {
    Merger merger(flows, hosts);
    Epoch epoch({.flows = std::bit_ceil(load.hosts * flows_per_host * 5 / 4)}, internal, {});
    const unsigned before = load.epochs_before();
    for (unsigned second = 0; second < before + load.epochs; ++second) {
        epoch.clear();
        epoch.begin({second + 1, start_s + second});
        fill(epoch, load, second);
        merger.add(epoch);
        act(merger.close(), second >= before);
    }
}

struct Stage {
    explicit Stage(const Load& load)
        : flows(load.hosts * flows_per_host + (load.hosts / flow_lasts + 1) * 500, HashKey::random()),
          hosts(internal, HashKey::random()) {
        hosts.change_groups(groups_of(load));
    }
    FlowStore flows;
    HostTable hosts;
};

struct Times {
    std::vector<double> ms;

    double at(double share) {
        std::sort(ms.begin(), ms.end());
        return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
    }
};

LimitOptions options_of(const Load& load) {
    return {.rules = limits_of(load), .groups = groups_of(load)};
}

// Whole, as the control core uses it, and the history alone beside it.
struct Whole {
    Times advance, history;
    std::uint64_t bytes = 0;
    std::uint64_t forgotten = 0;

    explicit Whole(const Load& load) {
        Stage stage(load);
        std::optional<LimitDetector> detector;
        detector.emplace(options_of(load), stage.flows, stage.hosts,
                         HistorySizes{.records = load.history_max, .slices = load.history_max}, 1000);
        std::optional<WindowHistory> alone;
        alone.emplace(HistorySizes{});
        std::vector<Finding> findings;
        for_each_epoch(load, stage.flows, stage.hosts, [&](const MergedEpoch& epoch, bool is_timed) {
            Lap lap;
            detector->advance(epoch, findings);
            const double advance_ms = lap.ms();
            alone->add(epoch, {});
            while (alone->has_too_many_slices()) alone->drop_oldest();
            const double history_ms = lap.ms();
            if (!is_timed) return;
            advance.ms.push_back(advance_ms);
            history.ms.push_back(history_ms);
        });
        if (!findings.empty()) throw std::runtime_error("a limit was exceeded");
        forgotten = detector->records_forgotten();
        alone.reset();
        malloc_trim(0);
        bytes = resident_bytes();
        detector.reset();
        malloc_trim(0);
        bytes -= std::min(bytes, resident_bytes());
    }
};

struct Sums {
    Times begin, add;

    explicit Sums(const Load& load) {
        Stage stage(load);
        LimitSums sums(stage.flows, stage.hosts, {.records = load.history_max, .slices = load.history_max},
                       HashKey::random());
        sums.set_rules(options_of(load), false);
        for_each_epoch(load, stage.flows, stage.hosts, [&](const MergedEpoch& epoch, bool is_timed) {
            Lap lap;
            sums.begin(epoch);
            const double begin_ms = lap.ms();
            sums.add_newest();
            const double add_ms = lap.ms();
            sums.trim(epoch.name.start_s - sums.longest_window_s());
            if (!is_timed) return;
            begin.ms.push_back(begin_ms);
            add.ms.push_back(add_ms);
        });
    }
};

void measure(const Load& load) {
    Whole whole(load);
    Sums sums(load);
    const double history = whole.history.at(0.5);
    const double expire = sums.begin.at(0.5) - history;
    const double add = sums.add.at(0.5);
    const double all = whole.advance.at(0.5);
    fmt::print("{:8} {:7} {:8} {:7} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:8.0f} {:10.0f} {:10}\n",
               load.hosts, load.limits, load.windows_s.size(), load.groups, history, expire, add,
               all - history - expire - add, all, whole.advance.at(0.95),
               static_cast<double>(whole.bytes) / (1 << 20), static_cast<double>(whole.bytes) / load.hosts,
               whole.forgotten);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) try {
    std::vector<std::uint32_t> hosts{1'000, 10'000, 100'000};
    std::vector<std::uint32_t> limits{4, 16, 64, 320};
    std::vector<std::uint32_t> windows{1, 5};
    std::vector<std::uint32_t> groups{0};
    std::vector<std::uint32_t> lengths{10, 1, 5, 60, 300};
    Load load;
    load.history_max = 32'000'000;
    CLI::App app(
        "Limits by the hundred over hosts by the hundred thousand: what the control core needs for an epoch");
    app.add_option("--hosts", hosts, "Internal hosts, at most 400,000")->capture_default_str();
    app.add_option("--limits", limits, "[[limit]] entries")->capture_default_str();
    app.add_option("--windows", windows, "How many of the window lengths")->capture_default_str();
    app.add_option("--lengths", lengths, "Window lengths in seconds")->capture_default_str();
    app.add_option("--groups", groups, "[[group]] entries")->capture_default_str();
    app.add_option("--epochs", load.epochs, "Epochs that are timed")->capture_default_str();
    app.add_option("--history-max", load.history_max, "Records, and slices with classes")
        ->capture_default_str();
    CLI11_PARSE(app, count, arguments);
    fmt::print("{:>8} {:>7} {:>8} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>10}\n", "hosts",
               "limits", "windows", "groups", "history", "expire", "add", "judge", "all ms", "p95 ms", "MiB",
               "bytes/host", "forgotten");
    for (const std::uint32_t each_hosts : hosts)
        for (const std::uint32_t each_limits : limits)
            for (const std::uint32_t each_windows : windows)
                for (const std::uint32_t each_groups : groups) {
                    load.hosts = each_hosts;
                    load.limits = each_limits;
                    load.groups = each_groups;
                    const std::size_t kept = std::min<std::size_t>(each_windows, lengths.size());
                    load.windows_s.assign(lengths.begin(),
                                          lengths.begin() + static_cast<std::ptrdiff_t>(kept));
                    measure(load);
                }
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "bench_limits: {}\n", error.what());
    return 1;
}
