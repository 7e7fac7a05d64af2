// SPDX-License-Identifier: BSD-3-Clause
// What a flood of first contacts costs the control core, epoch by epoch, and whether scanners are found in it: many
// hosts that begin a million flows a second, each with another address, and a few that scan. No NIC and no worker's
// core: each epoch's table is filled first, and only what the control core does with it is timed.
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "control/forgetter.hpp"
#include "detect/limit_rule.hpp"
#include "flow/engine_options.hpp"

using namespace flowlock;

namespace {

constexpr std::int64_t start_s = 1'700'000'000;
constexpr std::uint16_t scanned_port = 22;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

struct Load {
    std::uint32_t hosts = 100'000;
    std::uint32_t flows = 1'000'000;  // a second
    double silent = 0.05;             // share of them without an answer
    std::uint32_t scanners = 20;
    std::uint32_t probes = 100;  // of each scanner a second
    unsigned epochs = 30;
    std::uint32_t scan_after = 0;  // epochs before the scanners begin
    std::uint32_t table = 2'097'152;
    EngineOptions engine;
};

const PrefixSet internal{{*Prefix::parse("10.0.0.0/8")}};

IpAddress ipv4(std::uint32_t number) {
    const std::uint32_t wire =
        std::endian::native == std::endian::little ? __builtin_bswap32(number) : number;
    return IpAddress::from_ipv4(reinterpret_cast<const std::byte*>(&wire));
}
IpAddress ordinary_host(std::uint32_t number) {
    return ipv4(0x0a000000u + number);
}
IpAddress scanner(std::uint32_t number) {
    return ipv4(0x0aff0000u + number);
}
// Another one each time, up to 2^29 times; in no order, and nothing special about any.
IpAddress external(std::uint64_t number) {
    return ipv4(0x40000000u | (static_cast<std::uint32_t>(number * 0x9e3779b1u) & 0x1fffffffu));
}

struct Contact {
    IpAddress from;
    IpAddress to;
    std::uint16_t from_port;
    std::uint16_t to_port;
    std::uint8_t protocol;
};

class Traffic {
public:
    explicit Traffic(const Load& load) : load_(load) {}

    void fill(Epoch& epoch, unsigned second) {
        epoch_ = &epoch;
        // Probes lie among the other flows, as on a wire.
        const std::uint32_t probes = second >= load_.scan_after ? load_.scanners * load_.probes : 0;
        const std::uint32_t gap = probes > 0 ? std::max(1u, load_.flows / probes) : 0;
        std::uint32_t probe = 0;
        for (std::uint32_t i = 0; i < load_.flows; ++i) {
            at_ns_ = (start_s + second) * ns_per_second + std::int64_t{i} * 900'000'000 / load_.flows;
            begin_ordinary();
            if (gap > 0 && i % gap == 0 && probe < probes) begin_probe(probe++);
        }
    }

private:
    void begin_ordinary() {
        static constexpr std::array services{
            std::pair{tcp, std::uint16_t{443}}, std::pair{tcp, std::uint16_t{443}},
            std::pair{tcp, std::uint16_t{80}}, std::pair{udp, std::uint16_t{53}}};
        const std::uint64_t n = begun_++;
        const auto& [protocol, port] = services[random() % services.size()];
        const auto client_port = static_cast<std::uint16_t>(32'768 + n % 28'000);
        const Contact contact{ordinary_host(random() % load_.hosts), external(n), client_port, port,
                              protocol};
        const bool is_tcp = protocol == tcp;
        send(contact, true, is_tcp ? tcp_flag::syn : 0);
        if (random() < load_.silent * 4294967296.0) return;
        send(contact, false, is_tcp ? tcp_flag::syn | tcp_flag::ack : 0);
        if (is_tcp) send(contact, true, tcp_flag::ack);
    }
    void begin_probe(std::uint32_t probe) {
        const std::uint64_t n = begun_++;
        send({scanner(probe % load_.scanners), external(n), static_cast<std::uint16_t>(40'000 + n % 20'000),
              scanned_port, tcp},
             true, tcp_flag::syn);
    }
    void send(const Contact& contact, bool there, int flags) {
        const bool from_first = contact.from < contact.to;
        const unsigned client = from_first ? 0 : 1;
        Decoded packet;
        packet.key.address[client] = contact.from;
        packet.key.address[1 - client] = contact.to;
        packet.key.port[client] = contact.from_port;
        packet.key.port[1 - client] = contact.to_port;
        packet.key.protocol = contact.protocol;
        packet.key.family = 4;
        packet.sender = static_cast<std::uint8_t>(there ? client : 1 - client);
        packet.flags = static_cast<std::uint8_t>(flags);
        packet.ip_bytes = 60;
        packet.outcome = contact.protocol == tcp ? Outcome::ipv4_tcp : Outcome::ipv4_udp;
        FlowTable& flows = epoch_->flows;
        const std::uint64_t hash = flows.hash(packet.key);
        const std::uint32_t time = flows.time_of(at_ns_);
        auto counted = flows.count(packet, hash, time);
        if (counted == FlowTable::Counted::displaced) counted = flows.count_displaced(packet, hash, time);
        if (!is_counted(counted)) throw std::runtime_error("the worker's table is full: --table");
        epoch_->last_ns = std::max(epoch_->last_ns, at_ns_);
    }
    std::uint32_t random() {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::uint32_t>(state_ >> 32);
    }

    const Load& load_;
    Epoch* epoch_ = nullptr;
    std::int64_t at_ns_ = 0;
    std::uint64_t begun_ = 0;
    std::uint64_t state_ = 1;
};

std::uint64_t resident_mib() {
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

// Milliseconds that each part took, in every epoch.
struct Times {
    std::array<std::vector<double>, 5> part;  // merge, limits, scans, forgetting, all

    static constexpr std::array names{"merge", "limits", "scans", "forget", "all"};
    void print() const {
        for (std::size_t i = 0; i < part.size(); ++i) {
            std::vector<double> sorted = part[i];
            std::sort(sorted.begin(), sorted.end());
            fmt::print("{:<7} median {:6.0f} ms, maximum {:6.0f} ms\n", names[i], sorted[sorted.size() / 2],
                       sorted.back());
        }
    }
};

// The parts of the control core in its order, so that each can be timed.
class Core {
public:
    explicit Core(const EngineOptions& engine)
        : flows_(engine.flows_max, {}),
          limits_({.rules = default_limits()}, flows_, hosts_,
                  {.records = engine.history_max, .slices = engine.history_max}, 1000),
          scans_(ScanOptions{}, flows_, hosts_, {}, {.targets_max = 1000, .externals_max = 1000}) {}

    void take(const Epoch& part) {
        std::array<double, 5> ms{};
        const auto begun = std::chrono::steady_clock::now();
        auto before = begun;
        const auto lap = [&] {
            const auto now = std::chrono::steady_clock::now();
            return std::chrono::duration<double, std::milli>(now - std::exchange(before, now)).count();
        };
        merger_.add(part);
        const MergedEpoch& epoch = merger_.close();
        ms[0] = lap();
        limits_.advance(epoch, ended_);
        ms[1] = lap();
        scans_.advance(epoch, ended_);
        ms[2] = lap();
        forgetter_.advance(epoch);
        ms[3] = lap();
        ms[4] = ms[0] + ms[1] + ms[2] + ms[3];
        for (std::size_t i = 0; i < ms.size(); ++i) times_.part[i].push_back(ms[i]);
        scans_.for_each_open([&](const Finding& opened, auto) { locked_.insert(opened.host); });
        fmt::print("{:5} {:7.0f} {:7.0f} {:7.0f} {:7.0f} {:7.0f} {:9} {:9} {:11} {:11} {:7}\n",
                   times_.part[0].size(), ms[0], ms[1], ms[2], ms[3], ms[4], scans_.suspects(),
                   scans_.contacts(), flows_.size(), merger_.totals().unrecorded.value, resident_mib());
        std::fflush(stdout);
    }
    const Times& times() const { return times_; }
    const std::set<IpAddress>& locked() const { return locked_; }

private:
    FlowStore flows_;
    HostTable hosts_{internal, {}};
    Merger merger_{flows_, hosts_, FlowParts::in_any_order};
    LimitDetector limits_;
    ScanDetector scans_;
    Forgetter forgetter_{flows_, hosts_, limits_, scans_};
    std::vector<Finding> ended_;
    Times times_;
    std::set<IpAddress> locked_;
};

int run(const Load& load) {
    Core core(load.engine);
    Traffic traffic(load);
    Epoch epoch({.flows = load.table}, internal, {});
    fmt::print("{:>5} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9} {:>11} {:>11} {:>7}\n", "epoch", "merge",
               "limits", "scans", "forget", "all ms", "suspects", "contacts", "flows", "unrecorded", "MiB");
    for (unsigned second = 0; second < load.epochs; ++second) {
        epoch.clear();
        epoch.begin({second + 1, start_s + second});
        traffic.fill(epoch, second);
        core.take(epoch);
    }
    core.times().print();
    std::uint32_t found = 0;
    for (std::uint32_t i = 0; i < load.scanners; ++i) found += core.locked().contains(scanner(i)) ? 1 : 0;
    fmt::print("locked: {} of {} scanners, {} others\n", found, load.scanners, core.locked().size() - found);
    return found == load.scanners && core.locked().size() == found ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) try {
    Load load;
    CLI::App app("First contacts by the million: what the control core needs for each epoch of them");
    app.add_option("--hosts", load.hosts, "Internal hosts, at most 15,000,000")->capture_default_str();
    app.add_option("--flows", load.flows, "First contacts a second")->capture_default_str();
    app.add_option("--silent", load.silent, "Share of them without an answer")->capture_default_str();
    app.add_option("--scanners", load.scanners, "Hosts that scan port 22")->capture_default_str();
    app.add_option("--probes", load.probes, "Probes of each scanner a second")->capture_default_str();
    app.add_option("--epochs", load.epochs, "Seconds of traffic")->capture_default_str();
    app.add_option("--scan-after", load.scan_after, "Epochs before the scanners begin")
        ->capture_default_str();
    app.add_option("--table", load.table, "Flows of the worker's table, a power of two")
        ->capture_default_str();
    app.add_option("--flows-max", load.engine.flows_max, "engine.flows_max")->capture_default_str();
    CLI11_PARSE(app, count, arguments);
    return run(load);
} catch (const std::exception& error) {
    fmt::print(stderr, "bench_scans: {}\n", error.what());
    return 1;
}
