// SPDX-License-Identifier: BSD-3-Clause
#include "run.hpp"

#include <array>
#include <climits>
#include <set>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/backoff.hpp"
#include "dataplane/eal.hpp"
#include "last_resort.hpp"
#include "live/port_sizes.hpp"
#include "log.hpp"
#include "memif_guard.hpp"
#include "monitor/monitor.hpp"
#include "report/finding_text.hpp"
#include "report/report_words.hpp"
#include "report/report_writer.hpp"
#include "service.hpp"
#include "signals.hpp"
#include "signatures.hpp"
#include "telemetry.hpp"
#include "xdp_words.hpp"

namespace flowlock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int status_not_written = 1;
// From SIGTERM to the end of the process, whatever hangs: epochs, a disk, a log that nobody reads.
constexpr std::chrono::milliseconds end_within{1900};
constexpr std::chrono::milliseconds last_epochs_within{700};
constexpr std::chrono::milliseconds last_reports_within{900};
constexpr std::chrono::seconds summary_interval{5};
constexpr std::chrono::seconds loss_interval{60};

void check_for_run(const Config& config) {
    if (config.live.ports.empty())
        throw ConfigError(
            "live.ports: names no port, so there is nothing to listen to; write ports = "
            "[\"0000:3b:00.0\"] or [\"eth1\"] below [live]");
    if (config.internal.empty())
        throw ConfigError(
            "networks.internal: names no network, so no host can be judged; write internal = "
            "[\"10.0.0.0/16\"] below [networks]");
}

Config load(const RunCommand& command) {
    Config config = load_config(command.config);
    if (command.out) config.output.folder = *command.out;
    check_for_run(config);
    return config;
}

// The NUMA node of the first port that has one.
int node_of_ports(const LiveOptions& live) {
    for (const std::string& text : live.ports) {
        const PortName name = PortName::parse(text);
        const int node = name.kind == PortName::Kind::pci ? node_of_pci(name.device)
                         : name.interface.empty()         ? -1
                                                          : node_of_interface(name.interface);
        if (node >= 0) return node;
    }
    return -1;
}

EalOptions eal_options(const LiveOptions& live, const CorePlan& plan) {
    EalOptions options{.hugepages = live.hugepages, .telemetry = true};
    // One lcore more than workers, for a spreader. How many workers there are is known when the ports are.
    if (plan.pinned) {
        options.cpus = plan.cpus;
        options.workers = static_cast<unsigned>(plan.cpus.size()) - 1;
    } else {
        options.workers = std::max(1u, live.workers) + 1;
    }
    for (const std::string& text : live.ports)
        if (const PortName name = PortName::parse(text); name.kind == PortName::Kind::pci)
            options.pci.push_back(name.device);
    // Hugepages are taken as they are needed; ordinary memory must be named.
    const auto queues = static_cast<unsigned>(live.ports.size()) * std::max(options.workers, 4u);
    options.memory_mib = live.memory_mib;
    if (live.memory_mib == 0 && !live.hugepages) options.memory_mib = PortSizes::memory_mib(queues);
    return options;
}

// Named as configured, or as the machine is.
std::string tap_of(const Config& config) {
    if (!config.report.tap.empty()) return config.report.tap;
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unnamed";
}

Monitor::Options monitor_options(const Config& config, const CorePlan& plan,
                                 std::shared_ptr<const SignatureSet> signatures) {
    return {.live = config.live,
            .cores = plan,
            .control = {.internal = config.internal,
                        .limits = config.limit_options(),
                        .scan = config.scan,
                        .abuse = config.abuse,
                        .signatures = std::move(signatures),
                        .signature_packets = config.signatures.packets,
                        .faults = config.faults,
                        .engine = config.engine,
                        .report = config.report,
                        .evidence = config.evidence,
                        .origin = {.tap = tap_of(config),
                                   .version = FLOWLOCK_VERSION,
                                   .internal = {},
                                   .reporter = config.report.reporter},
                        .secret = HashKey::random(),
                        .live = true}};
}

std::string lock_text(const LockReport& report) {
    const Finding& finding = report.finding;
    return fmt::format("lock {}: {}: {} {} {}, {} packets, rule {}", name_of(report.state), report.id,
                       subject_text(finding), name_of(finding.direction), name_of(finding.kind),
                       finding.totals.packets.value, finding.trigger.rule);
}

std::string exoneration_text(const LockReport& report, NumberFormat format) {
    const Finding& finding = report.finding;
    const bool scan = finding.reason == Reason::scan;
    return fmt::format("no lock: {}: {} {} {}, {}: {}", report.id, subject_text(finding),
                       name_of(finding.direction), name_of(finding.kind),
                       scan ? fmt::format("{} targets", finding.targets_total)
                            : fmt::format("rule {}", finding.trigger.rule),
                       innocence_text(finding, format));
}

std::string loss_text(const Loss& loss) {
    std::string text;
    for (const auto& [cause, count] : loss)
        if (count.value > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", cause, count.value);
    return text.empty() ? "none" : text;
}

class LiveMonitor {
public:
    LiveMonitor(const RunCommand& command, Config config)
        : command_(command),
          config_(std::move(config)),
          plan_(plan_cores(config_.live, read_cpu_facts(), node_of_ports(config_.live))),
          writer_(config_.output.folder),
          eal_(eal_options(config_.live, plan_)),
          xdp_words_(log_),
          monitor_(monitor_options(config_, plan_, read_signatures(config_))),
          guard_(monitor_.crew()) {}

    int run();

private:
    void second();
    std::shared_ptr<const SignatureSet> read_signatures(const Config& config);
    void hand_on_reports();
    void follow(const LockReport& lock);
    void show(Summary& summary);
    void reload();
    int end();

    LastResort last_resort_{status_not_written};  // first, so that it outlives the rest
    RunCommand command_;
    Config config_;
    CorePlan plan_;
    Signals signals_;
    Service service_;
    Log log_;
    ReportWriter writer_;
    Eal eal_;
    XdpWords xdp_words_;
    Monitor monitor_;
    MemifGuard guard_;
    Telemetry telemetry_;
    std::set<std::string> open_cases_;
    std::uint64_t locks_ = 0;
    std::uint64_t exonerated_ = 0;
    Packets packets_before_;
    Loss loss_said_;
    Clock::time_point next_second_ = Clock::now();
    Clock::time_point next_summary_ = Clock::now();
    Clock::time_point next_loss_ = Clock::now() + loss_interval;
};

int LiveMonitor::run() {
    log_.say(Severity::info,
             fmt::format("flowlock {}: {} internal networks, {} limits, reports in {}", FLOWLOCK_VERSION,
                         config_.internal.prefixes().size(), config_.limits.size(), config_.output.folder));
    monitor_.start();
    log_.say(monitor_.take_events());
    log_.say(Severity::info, "listening");
    service_.ready();
    Backoff backoff;
    while (!signals_.wants_end()) {
        if (signals_.take_reload()) reload();
        if (Clock::now() >= next_second_) second();
        if (monitor_.poll())
            backoff.reset();
        else
            backoff.wait();
        hand_on_reports();
    }
    return end();
}

void LiveMonitor::second() {
    // Not to be made up for: a second that was missed is over.
    next_second_ = std::max(next_second_ + std::chrono::seconds{1}, Clock::now());
    monitor_.tick();
    log_.say(monitor_.take_events());
    for (const ReportWriter::News& news : writer_.take_news())
        log_.say(news.good ? Severity::info : Severity::error, news.text);
    Summary summary = monitor_.summary();
    show(summary);
    if (monitor_.is_healthy()) service_.alive();
    const Packets packets = summary.tally.packets();
    service_.status(fmt::format("{:.2f} M packets/s, {} flows, {} open cases, loss {}",
                                static_cast<double>((packets - packets_before_).value) / 1e6,
                                summary.flows.value, open_cases_.size(), loss_text(summary.loss)));
    packets_before_ = packets;
    if (Clock::now() >= next_loss_) {
        next_loss_ += loss_interval;
        if (summary.loss != loss_said_)
            log_.say(Severity::warning, fmt::format("loss since start: {}", loss_text(summary.loss)));
        loss_said_ = summary.loss;
    }
    if (Clock::now() >= next_summary_) {
        next_summary_ += summary_interval;
        writer_.put(std::move(summary));
    }
}

// What the monitor does not know: cases and reports on their way.
void LiveMonitor::show(Summary& summary) {
    summary.locks = locks_;
    summary.findings = locks_ + exonerated_;
    summary.live->open_cases = open_cases_.size();
    summary.live->reports_waiting = writer_.waiting();
    summary.live->reports_lost = writer_.lost();
    telemetry_.show(summary);
}

void LiveMonitor::hand_on_reports() {
    for (LockReport& report : monitor_.take_reports()) {
        if (report.locks()) {
            follow(report);
        } else {
            ++exonerated_;
            log_.say(Severity::info, exoneration_text(report, config_.report.number_format));
        }
        writer_.put(std::move(report), config_.report.style());
    }
}

void LiveMonitor::follow(const LockReport& report) {
    const bool is_new = open_cases_.insert(report.id).second;
    if (report.state != CaseState::open) open_cases_.erase(report.id);
    if (is_new) ++locks_;
    if (is_new || report.state != CaseState::open) log_.say(Severity::warning, lock_text(report));
}

// What has a mistake is left out, and said.
std::shared_ptr<const SignatureSet> LiveMonitor::read_signatures(const Config& config) {
    LoadedSignatures loaded = load_signatures(config);
    for (const std::string& mistake : loaded.mistakes) log_.say(Severity::warning, mistake);
    if (loaded.set)
        log_.say(Severity::info, fmt::format("{} signatures, {} kB compiled", loaded.set->signatures().size(),
                                             loaded.set->database_bytes() / 1000));
    return loaded.set;
}

// All or nothing: a configuration with a mistake changes nothing.
void LiveMonitor::reload() {
    service_.reloading();
    try {
        Config config = load(command_);
        monitor_.reload({.internal = config.internal,
                         .limits = config.limit_options(),
                         .scan = config.scan,
                         .abuse = config.abuse,
                         .signatures = read_signatures(config),
                         .signature_packets = config.signatures.packets,
                         .faults = config.faults,
                         .report = config.report,
                         .evidence = config.evidence,
                         .tap = tap_of(config)});
        if (config.evidence.enabled != config_.evidence.enabled || config.live != config_.live ||
            config.output.folder != config_.output.folder || config.engine != config_.engine)
            log_.say(Severity::warning,
                     "reload: [live], [engine], [output] or evidence.enabled have changed; they take effect "
                     "at the next start");
        config_.internal = config.internal;
        config_.limits = config.limits;
        config_.scan = config.scan;
        config_.abuse = config.abuse;
        config_.signatures = config.signatures;
        config_.faults = config.faults;
        config_.report = config.report;
        config_.evidence = config.evidence;
        log_.say(Severity::info, fmt::format("configuration reloaded: {} internal networks, {} limits",
                                             config_.internal.prefixes().size(), config_.limits.size()));
    } catch (const ConfigError& error) {
        log_.say(Severity::error, fmt::format("configuration refused, the old one stays: {}", error.what()));
    }
    service_.ready();
}

int LiveMonitor::end() {
    last_resort_.begin(end_within);
    service_.stopping();
    log_.say(Severity::info, "stopping: the last epochs are merged and what is open is written");
    monitor_.stop();
    const auto deadline = Clock::now() + last_epochs_within;
    while (!monitor_.finished()) {
        // Again and again: one may still have had an older epoch on its way.
        if (Clock::now() > deadline) monitor_.abandon_missing();
        if (!monitor_.poll()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    const bool joined = monitor_.join(std::chrono::milliseconds{100});
    hand_on_reports();
    Summary summary = monitor_.summary();
    show(summary);
    log_.say(Severity::info,
             fmt::format("{} packets, {} flows, {} locks, loss {}", summary.tally.packets().value,
                         summary.flows.value, locks_, loss_text(summary.loss)));
    writer_.put(std::move(summary));
    const bool written = writer_.flush(last_reports_within);
    for (const ReportWriter::News& news : writer_.take_news())
        log_.say(news.good ? Severity::info : Severity::error, news.text);
    if (!written)
        log_.say(Severity::error, fmt::format("{} reports could not be written", writer_.waiting()));
    // A worker that has not ended has taken its last epoch with it.
    const int status = written && writer_.lost() == 0 && joined ? 0 : status_not_written;
    last_resort_.set_status(status);
    if (!joined) {
        log_.say(Severity::error, "a worker has not ended; its last epoch is lost");
        // Its thread still reads what would be taken down now; the last resort ends it all.
        std::this_thread::sleep_for(end_within);
    }
    return status;
}

}  // namespace

int run(const RunCommand& command) {
    Config config = load(command);
    // Sleeping threads wake when they should, not up to 50 microseconds later.
    prctl(PR_SET_TIMERSLACK, 1000);
    return LiveMonitor(command, std::move(config)).run();
}

}  // namespace flowlock
