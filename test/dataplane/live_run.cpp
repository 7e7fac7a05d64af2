// SPDX-License-Identifier: BSD-3-Clause
#include "live_run.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include <rte_launch.h>

namespace flowlock::test {
namespace {

// The networks of the made-up hosts.
const PrefixSet& internal() {
    static const PrefixSet set{{*Prefix::parse("198.18.0.0/15"), *Prefix::parse("2001:db8:100::/48")}};
    return set;
}

void pause() {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Scans are other tests' business.
ControlCore::Options control_options(const LiveRun::Options& options) {
    return {.internal = internal(),
            .limits = {.rules = options.limits},
            .scan = {.enabled = false},
            .signatures = options.signatures,
            .engine = {},
            .report = {},
            .secret = {}};
}

}  // namespace

LiveRun::LiveRun(const Options& options)
    : options_(options),
      source_({options.traffic, options.queues}),
      channels_(make_channels(options)),
      control_(control_options(options), channels()),
      clock_(LiveClock::start()) {
    for (unsigned queue = 0; queue < options.queues; ++queue) {
        const auto number = static_cast<std::uint16_t>(queue);
        workers_.push_back(
            std::make_unique<Worker>(std::vector<RxQueue>{{source_.port(), number}}, *channels_[queue]));
        stations_.push_back({this, queue});
    }
}

LiveRun::~LiveRun() {
    stop();
    rte_eal_mp_wait_lcore();
}

std::vector<std::unique_ptr<EpochChannel>> LiveRun::make_channels(const Options& options) {
    std::vector<std::unique_ptr<EpochChannel>> channels;
    for (unsigned queue = 0; queue < options.queues; ++queue) {
        channels.push_back(std::make_unique<EpochChannel>("live_run" + std::to_string(queue), options.epochs,
                                                          options.sizes, internal(), HashKey{}));
        channels.back()->prefault();
    }
    return channels;
}

std::vector<EpochChannel*> LiveRun::channels() const {
    std::vector<EpochChannel*> borrowed;
    for (const auto& channel : channels_) borrowed.push_back(channel.get());
    return borrowed;
}

void LiveRun::start_on_lcores() {
    const auto run = [](void* argument) {
        const auto& station = *static_cast<Station*>(argument);
        station.run->run_worker(station.queue);
        return 0;
    };
    for (Station& station : stations_)
        if (rte_eal_remote_launch(run, &station, station.queue + 1) != 0)
            throw std::runtime_error("an lcore is busy or missing");
}

void LiveRun::merge_epochs(std::uint64_t epochs) {
    const std::uint64_t wanted = control_.totals().epochs + epochs;
    while (control_.totals().epochs < wanted)
        if (!control_.poll()) pause();
}

// Until every worker has noticed that the epoch which is running now is over. A queue's count grows before its
// worker looks at the clock, so of three bursts that came after the end, one has been followed by a look.
void LiveRun::wait_until_epoch_is_over() const {
    const std::int64_t end_ns = clock_.end_ns(clock_.epoch_at(clock_.now_ns()));
    while (clock_.now_ns() < end_ns) pause();
    for (unsigned queue = 0; queue < options_.queues; ++queue) {
        const std::uint64_t before = source_.sent(queue);
        while (source_.sent(queue) < before + 3 * Worker::burst_size) pause();
    }
}

void LiveRun::wait_until_late() const {
    for (unsigned queue = 0; queue < options_.queues; ++queue)
        while (source_.sent(queue) == 0) pause();
    for (unsigned epoch = 0; epoch < options_.epochs; ++epoch) wait_until_epoch_is_over();
}

void LiveRun::change_signatures(std::shared_ptr<const SignatureSet> signatures) {
    options_.signatures = std::move(signatures);
    const ControlCore::Options settings = control_options(options_);
    control_.reload({.internal = settings.internal,
                     .limits = settings.limits,
                     .scan = settings.scan,
                     .signatures = settings.signatures,
                     .report = settings.report});
}

void LiveRun::finish() {
    while (!control_.finished())
        if (!control_.poll()) pause();
    // Its last epoch is handed over a moment before a worker has done with itself.
    for (const auto& worker : workers_)
        while (!worker->finished()) pause();
    rte_eal_mp_wait_lcore();
}

std::uint64_t LiveRun::packets_sent() const noexcept {
    std::uint64_t sum = 0;
    for (unsigned queue = 0; queue < options_.queues; ++queue) sum += source_.sent(queue);
    return sum;
}

Traffic LiveRun::recorded() const noexcept {
    Traffic sum;
    for (FlowId id = 0; id < control_.flows().size(); ++id) {
        const FlowRecord& flow = control_.flows()[id];
        sum += {{flow.packets[0] + flow.packets[1]}, {flow.bytes[0] + flow.bytes[1]}, {1}};
    }
    return sum;
}

}  // namespace flowlock::test
