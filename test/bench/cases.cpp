// SPDX-License-Identifier: BSD-3-Clause
// What open cases cost the control core, with evidence and without, in turn: hosts that are all attacked from the same
// second on, so that their cases open in one epoch, which is the worst. Each variant runs in a process of its own, whose
// memory is nobody else's. No NIC and no worker's core: the worker's part is played here, by the control core's orders,
// and only what the control core does is timed, in processor time.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/wire.hpp"
#include "control/control_core.hpp"
#include "dataplane/eal.hpp"
#include "packet/decode.hpp"
#include "report/case_files.hpp"

using namespace flowlock;

namespace {

constexpr std::int64_t start_s = 1'700'000'000;
constexpr std::size_t frame_bytes = 64;

struct Load {
    std::uint32_t cases = 0;
    bool evidence = false;
    std::uint32_t packets = 300;      // to each attacked host in a second
    std::uint32_t sources = 20;       // that they come from
    std::uint32_t others = 100'000;   // packets in a second to hosts that nobody attacks
    std::uint32_t quiet_epochs = 40;  // before the attack: evidence.before and some more
    std::uint32_t attack_epochs = 90;
};

const PrefixSet internal{{*Prefix::parse("10.0.0.0/8")}};

// UDP over IPv4 from the outside.
struct Frame {
    std::array<std::byte, frame_bytes> bytes{};

    Frame(std::uint32_t source, std::uint32_t target, std::uint16_t port) {
        constexpr std::array<std::uint8_t, 24> head{0x00, 0x25, 0x90, 0, 0, 10, 0, 0x1b, 0x21, 0, 0,  1,
                                                    0x08, 0x00, 0x45, 0, 0, 50, 0, 0,    0,    0, 64, 17};
        std::memcpy(bytes.data(), head.data(), head.size());
        put(26, source);
        put(30, target);
        put(34, port);
        put(36, std::uint16_t{9});
        put(38, std::uint16_t{30});
    }

private:
    template <class Number>
    void put(std::size_t at, Number number) {
        for (std::size_t i = 0; i < sizeof number; ++i)
            bytes[at + i] = static_cast<std::byte>(number >> 8 * (sizeof number - 1 - i));
    }
};

// Plays the worker: what it counts, and what it keeps of packets as it has been told.
class Traffic {
public:
    Traffic(const Load& load, EpochChannel& channel) : load_(load), channel_(channel) {}
    ~Traffic() { obey(nullptr); }
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    void hand_over_second(std::uint32_t second, bool attack) {
        while (WatchOrder* order = channel_.take_order()) obey(order);
        epoch_ = channel_.take_empty();
        epoch_->begin({second + 1, start_s + second});
        if (epoch_->heads) epoch_->heads->begin(order_ == nullptr ? 0 : order_->list.size());
        const std::uint32_t attacking = attack ? load_.cases * load_.packets : 0;
        const std::uint32_t packets = attacking + load_.others;
        for (std::uint32_t i = 0; i < packets; ++i) {
            time_ns_ = (start_s + second) * ns_per_second + std::int64_t{i} * 999'000'000 / packets;
            // The one among the others.
            if (std::uint64_t{i} * attacking / packets != std::uint64_t{i + 1} * attacking / packets)
                send(0x40000000u + attack_ % load_.sources,
                     0x0a000000u + attack_ / load_.sources % load_.cases,
                     static_cast<std::uint16_t>(1'024 + attack_ % load_.sources)),
                    ++attack_;
            else
                send(0x50000000u + other_ % 50'000, 0x0a800000u + other_ % 10'000, 4'000), ++other_;
        }
        epoch_->next_sequence = second + 2;
        channel_.hand_over(epoch_);
    }

private:
    void obey(WatchOrder* order) {
        if (order_ != nullptr) channel_.return_order(order_);
        order_ = order;
    }
    void send(std::uint32_t source, std::uint32_t target, std::uint16_t port) {
        const Frame frame(source, target, port);
        const Decoded packet = decode(LinkType::ethernet, frame.bytes, frame_bytes);
        FlowTable& flows = epoch_->flows;
        const std::uint64_t hash = flows.hash(packet.key);
        const std::uint32_t time = flows.time_of(time_ns_);
        auto counted = flows.count(packet, hash, time);
        if (counted == FlowTable::Counted::displaced) counted = flows.count_displaced(packet, hash, time);
        if (!is_counted(counted)) throw std::runtime_error("the worker's table is full");
        epoch_->tally[packet.outcome] += {1};
        epoch_->first_ns = std::min(epoch_->first_ns, time_ns_);
        epoch_->last_ns = std::max(epoch_->last_ns, time_ns_);
        if (epoch_->heads) keep(packet, frame);
        ++serial_;
    }
    void keep(const Decoded& packet, const Frame& frame) {
        const IpAddress& target = packet.key.address[1 - packet.sender];
        const std::uint32_t place = order_ == nullptr ? WatchList::nobody : order_->list.find(target);
        const std::uint32_t stratum =
            place == WatchList::nobody ? HeadSample::general : HeadSample::first_watched + 2 * place + 1;
        const std::uint32_t lot = HeadSample::lot_of(serial_);
        if (!epoch_->heads->draw(stratum, lot)) return;
        PacketHead info;
        info.time_ns = time_ns_;
        info.serial = serial_;
        info.lot = lot;
        info.wire_bytes = frame_bytes;
        info.stratum = stratum;
        info.size = frame_bytes;
        info.port = 0;
        epoch_->heads->add(info, frame.bytes.data());
    }

    const Load& load_;
    EpochChannel& channel_;
    WatchOrder* order_ = nullptr;
    Epoch* epoch_ = nullptr;
    std::int64_t time_ns_ = 0;
    std::uint64_t serial_ = 0;
    std::uint32_t attack_ = 0;
    std::uint32_t other_ = 0;
};

double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double resident_mib() {
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return static_cast<double>(resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))) / (1 << 20);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

ControlCore::Options options_of(const Load& load) {
    ControlCore::Options options{.internal = internal,
                                 .limits = {},
                                 .scan = {},
                                 .engine = {},
                                 .report = {},
                                 .secret = HashKey::random(),
                                 .live = true};
    options.limits.rules = {{.name = "in",
                             .direction = Direction::in,
                             .per_second = load.packets / 3,
                             .window = std::chrono::seconds{2}}};
    options.evidence.enabled = load.evidence;
    return options;
}

// One line.
std::string measure(const Load& load) {
    const Eal eal(EalOptions{.workers = 1, .memory_mib = 64});
    const auto flows = std::bit_ceil(2 * (load.cases * load.sources + 60'000));
    EpochChannel channel("bench", 3, {.flows = flows, .hosts = 1024, .heads = load.evidence}, internal, {});
    channel.prefault();
    const ControlCore::Options options = options_of(load);
    ControlCore control(options, {&channel});
    Traffic traffic(load, channel);
    const EvidenceOptions& evidence = options.evidence;

    std::vector<double> quiet, collecting, after;
    double opening = 0, worst = 0, files_ms = 0, quiet_mib = 0, peak_mib = 0;
    std::uint64_t reports = 0, packets = 0, bytes = 0;
    for (std::uint32_t second = 0; second < load.quiet_epochs + load.attack_epochs; ++second) {
        const bool attack = second >= load.quiet_epochs;
        traffic.hand_over_second(second, attack);
        const double begun = processor_ms();
        while (control.poll()) {
        }
        std::vector<LockReport> made = control.take_reports();
        const double ms = processor_ms() - begun;
        if (!attack) {
            if (second >= load.quiet_epochs / 2) quiet.push_back(ms);
            quiet_mib = resident_mib();
            continue;
        }
        // With a limit of a third over two seconds, the first second exceeds it.
        const std::uint32_t since = second - load.quiet_epochs;
        if (since == 0)
            opening = ms;
        else
            (since <= evidence.after.count() ? collecting : after).push_back(ms);
        worst = std::max(worst, ms);
        const double files_begun = processor_ms();
        for (const LockReport& report : made) {
            ++reports;
            packets += report.evidence.packets.size();
            for (const CaseFile& file : case_files(report, options.report.style()))
                bytes += file.content.size();
        }
        files_ms += processor_ms() - files_begun;
        peak_mib = std::max(peak_mib, resident_mib());
    }
    return fmt::format(
        "{:6} {:>8} {:8.1f} {:8.1f} {:10.1f} {:8.1f} {:8.1f} {:9.0f} {:8.0f} {:8} {:8} {:9.1f} {:8.1f}\n",
        load.cases, load.evidence ? "on" : "off", median(quiet), opening, median(collecting), median(after),
        worst, quiet_mib, peak_mib, reports, packets, files_ms / 1e3, static_cast<double>(bytes) / (1 << 20));
}

// In a process of its own; its line goes to the same output.
bool measure_apart(const Load& load) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) {
        int status = 1;
        try {
            fmt::print("{}", measure(load));
            status = 0;
        } catch (const std::exception& error) {
            fmt::print(stderr, "bench_cases: {}\n", error.what());
        }
        std::fflush(stdout);
        _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int count, char** arguments) try {
    std::vector<std::uint32_t> cases{0, 100, 1'000, 2'000};
    unsigned rounds = 3;
    Load load;
    CLI::App app(
        "Cases by the thousand: what the control core needs for an epoch, with evidence and without");
    app.add_option("--cases", cases, "Hosts that are attacked at the same time, at most 100,000")
        ->capture_default_str();
    app.add_option("--packets", load.packets, "Packets to each of them in a second")->capture_default_str();
    app.add_option("--sources", load.sources, "Addresses that these come from")->capture_default_str();
    app.add_option("--others", load.others, "Packets in a second that attack nobody")->capture_default_str();
    app.add_option("--epochs", load.attack_epochs, "Seconds of the attack")->capture_default_str();
    app.add_option("--rounds", rounds, "Of everything, in turn")->capture_default_str();
    CLI11_PARSE(app, count, arguments);
    fmt::print("{:>6} {:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8} {:>9} {:>8}\n", "cases",
               "evidence", "quiet ms", "opening", "collecting", "after", "worst", "quiet MiB", "peak MiB",
               "reports", "packets", "files s", "MiB");
    bool all_well = true;
    for (unsigned round = 0; round < rounds; ++round)
        for (const std::uint32_t each : cases)
            for (const bool evidence : {false, true}) {
                load.cases = each;
                load.evidence = evidence;
                all_well = measure_apart(load) && all_well;
            }
    return all_well ? 0 : 1;
} catch (const std::exception& error) {
    fmt::print(stderr, "bench_cases: {}\n", error.what());
    return 1;
}
