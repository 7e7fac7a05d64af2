// SPDX-License-Identifier: BSD-3-Clause
#include "monitor/monitor.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace flowlock {
namespace {

// Beyond, the system's clock was set rather than disciplined: following it would take hours.
constexpr std::chrono::seconds clock_offset_max{1};

}  // namespace

Monitor::Monitor(Options options) : options_(std::move(options)), ports_(options_.live.ports) {
    const unsigned workers = choose_workers();
    // The spreader's rings hold packets, too.
    const bool spread = ports_.is_narrow(workers);
    ports_.start(workers, spread ? workers * Spreader::ring_size : 0, events_);
    crew_ = std::make_unique<Crew>(Crew::Options{.workers = workers,
                                                 .sizes = {.flows = options_.control.engine.live_flows(),
                                                           .hosts = 131'072,
                                                           .heads = options_.control.evidence.enabled},
                                                 .secret = options_.control.secret},
                                   ports_.ports(), options_.control.internal);
    options_.control.live = true;
    core_ = std::make_unique<ControlCore>(options_.control, crew_->channels());
    watches_.resize(workers);
    say(Severity::info,
        fmt::format("{} {}{}, {}", workers, workers == 1 ? "worker" : "workers",
                    crew_->has_spreader() ? ", and a spreader, which deals out by the flow's hash what the "
                                            "ports cannot spread"
                                          : "",
                    options_.cores.pinned ? "each on a CPU of its own"
                                          : "sharing the CPUs there are: for tests only"));
    tell_port_loss();
}

// Where nobody has said how many, a spreader takes the CPU of one of them.
unsigned Monitor::choose_workers() const {
    const std::size_t cpus = options_.cores.cpus.size();
    const unsigned workers = workers_for(options_.live, ports_.mbit_per_second(), cpus);
    const bool chosen_here = options_.live.workers == 0 && options_.live.cores.empty();
    const bool too_few_cpus = options_.cores.pinned && ports_.is_narrow(workers) && cpus < workers + 2;
    return chosen_here && too_few_cpus && workers > 1 ? workers - 1 : workers;
}

void Monitor::start() {
    clock_ = LiveClock::start();
    started_ = time_from_ns(clock_.now_ns());
    crew_->start(clock_);
}

void Monitor::tick() {
    clock_offset_ = clock_.follow_system();
    crew_->send_scale(clock_.scale());
    const bool far = std::chrono::abs(clock_offset_) > clock_offset_max;
    if (far && !clock_is_far_)
        say(Severity::warning,
            fmt::format("the system's clock was set by {:.1f} s; this monitor follows by 0.05 % "
                        "at most, so restart it when its times must be right",
                        std::chrono::duration<double>(clock_offset_).count()));
    clock_is_far_ = far;
    ports_.look_after(*crew_, events_);
    watch_pollers();
    look_for_duplicates();
    tell_port_loss();
}

void Monitor::watch_pollers() {
    for (unsigned i = 0; i < crew_->workers(); ++i)
        look_at(fmt::format("worker {}", i), watches_[i], crew_->rounds(i));
    if (crew_->has_spreader()) look_at("the spreader", spreader_watch_, crew_->spreader_rounds());
}

void Monitor::look_at(const std::string& name, Watch& watch, std::uint64_t rounds) {
    const bool was_stalled = watch.stalled();
    watch.still = rounds == watch.rounds ? watch.still + 1 : 0;
    watch.rounds = rounds;
    if (watch.stalled() && !was_stalled) {
        ++watch.stalls;
        say(Severity::error, fmt::format("{}: stands still; has its CPU been taken away?", name));
    }
    if (!watch.stalled() && was_stalled) say(Severity::info, fmt::format("{}: goes on", name));
}

void Monitor::look_for_duplicates() {
    const DuplicateFigures& figures = core_->duplicates();
    if (figures.are_many() && !are_duplicated_)
        say(Severity::warning,
            fmt::format("{} % of the packets arrive twice; does a mirror port send what comes in and "
                        "again what goes out? Mirror one direction only: every figure is up to "
                        "twice what was sent",
                        figures.percent()));
    if (!figures.are_many() && are_duplicated_) say(Severity::info, "packets no longer arrive twice");
    are_duplicated_ = figures.are_many();
}

void Monitor::tell_port_loss() {
    Loss loss = ports_.loss();
    loss["ring_full"] = crew_->ring_full();
    core_->set_port_loss(loss);
    for (const LivePort* port : ports_.ports())
        if (port != nullptr) core_->name_port(port->number(), port->name().label());
}

// What a worker has received, and has not handed over when all was over.
Packets Monitor::unmerged() const noexcept {
    if (!finished()) return {};
    Packets received;
    for (unsigned i = 0; i < crew_->workers(); ++i) received += crew_->received(i);
    const Packets merged = core_->totals().tally.packets();
    return received > merged ? received - merged : Packets{};
}

void Monitor::stop() noexcept {
    crew_->stop();
}

bool Monitor::join(std::chrono::milliseconds patience) noexcept {
    const bool joined = crew_->join(patience);
    ports_.read_counters();
    tell_port_loss();
    return joined;
}

void Monitor::reload(const ControlCore::Reload& settings) {
    core_->reload(settings);
    ++reloads_;
}

Events Monitor::take_events() {
    return std::exchange(events_, {});
}

bool Monitor::is_healthy() const noexcept {
    return !spreader_watch_.stalled() &&
           std::ranges::none_of(watches_, [](const Watch& watch) { return watch.stalled(); });
}

Summary Monitor::summary() const {
    Summary summary;
    const MergeTotals& totals = core_->totals();
    summary.tally = totals.tally;
    if (totals.tally.packets().value > 0) {
        summary.first = time_from_ns(totals.first_ns);
        summary.last = time_from_ns(totals.last_ns);
    }
    summary.flows = core_->flows().seen();
    summary.inspected = totals.inspection.inspected;
    summary.inspection_shed = totals.inspection.shed;
    summary.time_steps = totals.time_steps;
    summary.loss = core_->loss();
    summary.loss["unmerged"] = unmerged();
    LiveSummary& live = summary.live.emplace();
    live.running = !finished();
    live.started = started_;
    live.written = time_from_ns(clock_.now_ns());
    live.clock_offset = clock_offset_;
    live.ports = ports_.summaries();
    for (unsigned i = 0; i < crew_->workers(); ++i) {
        WorkerSummary& worker = live.workers.emplace_back();
        worker.packets = crew_->received(i);
        if (options_.cores.pinned) worker.cpu = options_.cores.cpus[i + 1];
        worker.stalled = watches_[i].stalled();
        worker.stalls = watches_[i].stalls;
    }
    live.reloads = reloads_;
    live.duplicates = core_->duplicates();
    return summary;
}

}  // namespace flowlock
