// SPDX-License-Identifier: BSD-3-Clause
#include "monitor/crew.hpp"

#include <stdexcept>
#include <thread>

#include <rte_launch.h>
#include <rte_lcore.h>

namespace flowlock {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds drain_patience{100};

}  // namespace

Crew::Crew(const Options& options, const std::vector<const LivePort*>& ports, const PrefixSet& internal) {
    std::vector<std::vector<RxQueue>> hands(options.workers);
    deal(ports, options.workers, hands, options.secret);
    for (unsigned i = 0; i < options.workers; ++i) {
        channels_.push_back(std::make_unique<EpochChannel>("worker" + std::to_string(i), options.epochs,
                                                           options.sizes, internal, options.secret));
        channels_.back()->prefault();
        workers_.push_back(std::make_unique<Worker>(hands[i], *channels_.back()));
        stations_.push_back({workers_.back().get(), nullptr, this});
    }
    if (spreader_) stations_.push_back({nullptr, spreader_.get(), this});
    // DPDK 22.11 launches an lcore that it does not have: it wakes whoever reads descriptor 0, and waits for an answer.
    if (stations_.size() >= rte_lcore_count())
        throw std::runtime_error(
            "live.workers: the control core, " + std::to_string(options.workers) + " workers" +
            (spreader_ ? " and the spreader, which a port with too few queues asks for," : "") + " need " +
            std::to_string(stations_.size() + 1) + " CPUs; there are " + std::to_string(rte_lcore_count()) +
            "; use fewer workers");
}

// Queue n of every port goes to worker n, so the two fibres of a link bring a flow to one worker; queues beyond
// the number of workers go round again. A port with fewer queues than workers is spread by software.
void Crew::deal(const std::vector<const LivePort*>& ports, unsigned workers,
                std::vector<std::vector<RxQueue>>& hands, const HashKey& secret) {
    std::vector<RxQueue> narrow;
    const LivePort* narrow_port = nullptr;
    for (const LivePort* port : ports) {
        const bool spread = port->queues() < workers;
        if (spread) narrow_port = port;
        for (std::uint16_t queue = 0; queue < port->queues(); ++queue)
            (spread ? narrow : hands[queue % workers]).push_back({port->number(), queue});
    }
    if (narrow_port != nullptr) {
        spreader_ = std::make_unique<Spreader>("spreader", narrow, workers, narrow_port->pool(), secret);
        for (std::uint16_t i = 0; i < workers; ++i) hands[i].push_back({spreader_->port(), i});
    }
    for (const auto& hand : hands)
        if (hand.size() > Worker::queues_max)
            throw std::runtime_error("live.workers: a worker would have " + std::to_string(hand.size()) +
                                     " queues, at most " + std::to_string(Worker::queues_max) +
                                     "; use more workers or fewer ports");
}

Crew::~Crew() {
    stop();
    if (started_) rte_eal_mp_wait_lcore();
}

std::vector<EpochChannel*> Crew::channels() const {
    std::vector<EpochChannel*> borrowed;
    for (const auto& channel : channels_) borrowed.push_back(channel.get());
    return borrowed;
}

void Crew::send_scale(const TickScale& scale) noexcept {
    for (const auto& channel : channels_) channel->send_scale(scale);
}

void Crew::start(const LiveClock& clock) {
    clock_ = clock;
    const auto work = [](void* argument) {
        const auto& station = *static_cast<Station*>(argument);
        if (station.worker != nullptr)
            station.worker->run(station.crew->clock_, station.crew->stop_);
        else
            station.spreader->run(station.crew->stop_spreading_);
        return 0;
    };
    for (unsigned i = 0; i < stations_.size(); ++i)
        if (rte_eal_remote_launch(work, &stations_[i], i + 1) != 0)
            throw std::runtime_error("lcore " + std::to_string(i + 1) + " is busy or missing");
    started_ = true;
}

void Crew::stop() noexcept {
    if (spreader_ && started_ && !stop_spreading_) {
        stop_spreading_ = true;
        const auto end = Clock::now() + drain_patience;
        while (!(spreader_->finished() && spreader_->is_drained()) && Clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    stop_.store(true, std::memory_order_relaxed);
}

bool Crew::join(std::chrono::milliseconds patience) noexcept {
    const auto end = Clock::now() + patience;
    for (const auto& worker : workers_)
        while (!worker->finished()) {
            if (Clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    while (spreader_ && !spreader_->finished()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    rte_eal_mp_wait_lcore();
    return true;
}

bool Crew::leave(std::uint16_t port) noexcept {
    constexpr std::chrono::milliseconds patience{500};
    for (const auto& worker : workers_) worker->set_open(port, false);
    if (spreader_) spreader_->set_open(port, false);
    if (!started_) return true;
    if (!come_round(patience)) return false;
    if (!spreader_) return true;
    // Its packets may still be in the rings, and then in a worker's hands.
    const auto end = Clock::now() + patience;
    while (!spreader_->is_drained()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return come_round(patience);
}

void Crew::renumber(std::uint16_t port, std::uint16_t to) noexcept {
    for (const auto& worker : workers_) worker->renumber(port, to);
    if (spreader_) spreader_->renumber(port, to);
}

void Crew::return_to(std::uint16_t port) noexcept {
    for (const auto& worker : workers_) worker->set_open(port, true);
    if (spreader_) spreader_->set_open(port, true);
}

// A round that had begun before is over when the next one is.
bool Crew::come_round(std::chrono::milliseconds patience) const noexcept {
    std::vector<std::uint64_t> before;
    for (const auto& worker : workers_) before.push_back(worker->rounds());
    const std::uint64_t spreader_before = spreader_ ? spreader_->rounds() : 0;
    const auto end = Clock::now() + patience;
    const auto has_come = [&] {
        for (std::size_t i = 0; i < workers_.size(); ++i)
            if (!workers_[i]->finished() && workers_[i]->rounds() < before[i] + 2) return false;
        return !spreader_ || stop_spreading_ || spreader_->rounds() >= spreader_before + 2;
    };
    while (!has_come()) {
        if (Clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return true;
}

}  // namespace flowlock
