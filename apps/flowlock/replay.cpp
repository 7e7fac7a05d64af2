// SPDX-License-Identifier: BSD-3-Clause
#include "replay.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <span>
#include <stdexcept>
#include <sys/prctl.h>

#include <fmt/format.h>
#include <rte_launch.h>

#include "base/backoff.hpp"
#include "control/control_core.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/worker.hpp"
#include "progress.hpp"
#include "replay_source.hpp"
#include "report/finding_text.hpp"
#include "report/flow_csv.hpp"
#include "report/json_report.hpp"
#include "report/output_folder.hpp"
#include "report/text_report.hpp"
#include "signatures.hpp"

namespace flowlock {
namespace {

constexpr int status_not_written = 1;
constexpr int status_input_unread = 3;
// One epoch to fill, one to merge, and one so that neither side waits for the other's rhythm.
constexpr unsigned epochs_per_worker = 3;

// SIGINT and SIGTERM end the input where it is; what was read is reported. A second one ends the program.
ReplaySource* interruptible = nullptr;

void end_input(int signal) {
    if (interruptible != nullptr) interruptible->stop();
    std::signal(signal, SIG_DFL);
}

class EndInputOnSignal {
public:
    explicit EndInputOnSignal(ReplaySource& source) {
        interruptible = &source;
        std::signal(SIGINT, end_input);
        std::signal(SIGTERM, end_input);
    }
    ~EndInputOnSignal() {
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        interruptible = nullptr;
    }
};

// The workers with their channels, each on an lcore of its own. The lcores are joined before anything goes.
class WorkerPool {
public:
    // `config` outlives it.
    WorkerPool(ReplaySource& source, unsigned count, const MbufFields& fields, const Config& config,
               const HashKey& secret) {
        const EpochSizes sizes{.flows = config.engine.replay_flows(), .heads = config.evidence.enabled};
        for (unsigned i = 0; i < count; ++i) {
            channels_.push_back(std::make_unique<EpochChannel>(
                "worker" + std::to_string(i), epochs_per_worker, sizes, config.internal, secret));
            const std::vector<RxQueue> queues{{source.port(), static_cast<std::uint16_t>(i)}};
            workers_.push_back(std::make_unique<Worker>(queues, *channels_.back()));
            lcores_.push_back({*workers_.back(), source.clock(i), fields});
        }
    }

    std::vector<EpochChannel*> channels() const {
        std::vector<EpochChannel*> borrowed;
        for (const auto& channel : channels_) borrowed.push_back(channel.get());
        return borrowed;
    }
    void start() {
        const auto replay = [](void* argument) {
            const auto& lcore = *static_cast<Lcore*>(argument);
            lcore.worker.replay(lcore.clock, lcore.fields);
            return 0;
        };
        for (unsigned i = 0; i < lcores_.size(); ++i) rte_eal_remote_launch(replay, &lcores_[i], i + 1);
    }
    void join() {
        rte_eal_mp_wait_lcore();
        // DPDK's wait orders memory, but unseen by ThreadSanitizer; the workers' own flags do it in sight.
        for (const auto& worker : workers_)
            if (!worker->finished()) throw std::logic_error("a worker has not finished");
    }

private:
    // What an lcore runs.
    struct Lcore {
        Worker& worker;
        const PacketClock& clock;
        MbufFields fields;
    };

    std::vector<std::unique_ptr<EpochChannel>> channels_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<Lcore> lcores_;
};

void run_to_end(ReplaySource& source, WorkerPool& workers, ControlCore& control) {
    const EndInputOnSignal signals(source);
    ProgressBar progress(source.bytes_total());
    source.start();
    workers.start();
    Backoff backoff;
    while (!control.finished()) {
        progress.update(source.bytes_read(), control.totals().tally.packets());
        if (control.poll())
            backoff.reset();
        else
            backoff.wait();
    }
    workers.join();
    source.join();
}

Summary summarise(const ReplaySource& source, const ControlCore& control) {
    Summary summary;
    for (const ReplayInput& input : source.inputs())
        summary.inputs.push_back({input.file, input.packets, input.bytes, input.truncated, input.error});
    const MergeTotals& totals = control.totals();
    summary.tally = totals.tally;
    if (totals.tally.packets().value > 0) {
        summary.first = time_from_ns(totals.first_ns);
        summary.last = time_from_ns(totals.last_ns);
    }
    summary.flows = control.flows().seen();
    summary.inspected = totals.inspection.inspected;
    summary.inspection_shed = totals.inspection.shed;
    summary.time_steps = totals.time_steps;
    summary.loss = control.loss();
    return summary;
}

std::string text_of(const LockReport& report, OutputFormat format, const TextStyle& style) {
    if (format == OutputFormat::json) return json_report_line(report) + "\n";
    return report.locks() ? text_report(report, style) : finding_text(report, style.numbers);
}

// Not by fmt::print, which would throw at a closed pipe: what is not shown stands in the files, and is said.
// False: standard output took not all of it, though somebody was there to read.
bool show(std::span<const LockReport> reports, OutputFormat format, const TextStyle& style) {
    bool shown = true;
    for (const LockReport& report : reports) {
        const bool apart = format == OutputFormat::text && &report != &reports.front();
        const std::string text = (apart ? "\n" : "") + text_of(report, format, style);
        shown = shown && std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    }
    shown = std::fflush(stdout) == 0 && shown;
    if (shown || errno == EPIPE) return true;
    fmt::print(stderr, "flowlock: standard output: not all reports could be written\n");
    return false;
}

void say(const Summary& summary, std::chrono::duration<double> elapsed) {
    for (const InputSummary& input : summary.inputs)
        if (!input.error.empty()) fmt::print(stderr, "flowlock: {}\n", input.error);
    for (const auto& [cause, count] : summary.loss)
        if (count.value > 0)
            fmt::print(stderr, "flowlock: loss: {}: {}; docs/output.md explains it\n", cause, count.value);
    if (summary.time_steps > 0)
        fmt::print(stderr, "flowlock: the packet clock went back {} times; windows began anew each time\n",
                   summary.time_steps);
    const std::uint64_t innocent = summary.findings - summary.locks;
    fmt::print(stderr, "flowlock: {} packets, {} flows, {} locks{} in {:.2f} s\n",
               summary.tally.packets().value, summary.flows.value, summary.locks,
               innocent > 0 ? fmt::format(", {} suspected, but innocent", innocent) : "", elapsed.count());
}

bool all_read(const Summary& summary) {
    for (const InputSummary& input : summary.inputs)
        if (!input.error.empty()) return false;
    return true;
}

// Before any work is done: an output that cannot be written is a mistake on the command line.
template <class Output>
std::optional<Output> open_output(const char* option, const std::optional<std::string>& path) {
    if (!path) return std::nullopt;
    try {
        return std::optional<Output>(std::in_place, *path);
    } catch (const std::runtime_error& error) {
        throw ConfigError(std::string(option) + " " + error.what());
    }
}

}  // namespace

int replay(const ReplayCommand& command) {
    const auto begin = std::chrono::steady_clock::now();
    const Config config = load_config(command.config);
    if (config.internal.empty())
        fmt::print(stderr,
                   "flowlock: no internal network is configured, so no host can be judged; "
                   "name yours with --internal CIDR\n");
    std::optional<OutputFolder> folder = open_output<OutputFolder>("--out", command.out);
    std::optional<FlowCsv> csv = open_output<FlowCsv>("--flows", command.flows);
    const LoadedSignatures loaded = load_signatures(config);
    for (const std::string& mistake : loaded.mistakes) fmt::print(stderr, "flowlock: {}\n", mistake);
    // Whoever reads the reports may stop (`| head`); the files are written all the same.
    std::signal(SIGPIPE, SIG_IGN);

    // Sleeping threads wake when they should, not up to 50 microseconds later.
    prctl(PR_SET_TIMERSLACK, 1000);
    const Eal eal({.workers = command.workers, .memory_mib = 64 + 2 * command.workers});
    const HashKey secret = HashKey::random();
    const MbufFields fields = MbufFields::register_all();
    ReplaySource source(
        {.files = command.files, .queues = command.workers, .secret = secret, .fields = fields});
    WorkerPool workers(source, command.workers, fields, config, secret);
    ControlCore control({.internal = config.internal,
                         .limits = config.limit_options(),
                         .scan = config.scan,
                         .abuse = config.abuse,
                         .signatures = loaded.set,
                         .signature_packets = config.signatures.packets,
                         .faults = config.faults,
                         .engine = config.engine,
                         .report = config.report,
                         .evidence = config.evidence,
                         .origin = {.tap = config.report.tap.empty() ? "replay" : config.report.tap,
                                    .version = FLOWLOCK_VERSION,
                                    .internal = {},
                                    .reporter = config.report.reporter},
                         .secret = secret},
                        workers.channels());
    control.name_port(source.port(), "replay");
    run_to_end(source, workers, control);

    Summary summary = summarise(source, control);
    std::vector<LockReport> reports = control.take_reports();
    const auto locks_end = std::stable_partition(reports.begin(), reports.end(),
                                                 [](const LockReport& report) { return report.locks(); });
    summary.findings = reports.size();
    summary.locks = static_cast<std::uint64_t>(locks_end - reports.begin());
    if (folder) folder->write(summary, reports, config.report.style());
    if (csv) csv->write(control.flows());
    const bool shown = show({reports.begin(), command.findings ? reports.end() : locks_end}, command.format,
                            config.report.style());
    say(summary, std::chrono::steady_clock::now() - begin);
    if (!shown) return status_not_written;
    return all_read(summary) ? 0 : status_input_unread;
}

}  // namespace flowlock
