// SPDX-License-Identifier: BSD-3-Clause
// The threads that poll: workers on lcores 1 … N, each with its channel to the control core, and one spreader on
// the next lcore where a port has fewer queues than there are workers. Owned by the main thread.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "dataplane/epoch_channel.hpp"
#include "dataplane/live_clock.hpp"
#include "dataplane/live_port.hpp"
#include "dataplane/spreader.hpp"
#include "dataplane/worker.hpp"

namespace flowlock {

class Crew {
public:
    struct Options {
        unsigned workers = 1;
        unsigned epochs =
            4;  // of each worker: one to fill, one to merge, two for a control core that is late
        EpochSizes sizes;
        HashKey secret;
    };
    // `ports` are started; their queues are dealt out here.
    Crew(const Options& options, const std::vector<const LivePort*>& ports, const PrefixSet& internal);
    // Stops what still runs.
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    void start(const LiveClock& clock);
    // Ends the spreader, lets the workers take what it has left, and tells them to end. They hand over their last
    // epoch; join() waits for all, `patience` at most. False: somebody has not come.
    void stop() noexcept;
    bool join(std::chrono::milliseconds patience) noexcept;

    unsigned workers() const noexcept { return static_cast<unsigned>(workers_.size()); }
    bool has_spreader() const noexcept { return spreader_ != nullptr; }
    std::vector<EpochChannel*> channels() const;
    void send_scale(const TickScale& scale) noexcept;

    // How often a worker has looked at its queues, and what it has received.
    std::uint64_t rounds(unsigned worker) const noexcept { return workers_[worker]->rounds(); }
    Packets received(unsigned worker) const noexcept { return workers_[worker]->received(); }
    std::uint64_t spreader_rounds() const noexcept { return spreader_ ? spreader_->rounds() : 0; }
    Packets ring_full() const noexcept { return spreader_ ? spreader_->ring_full() : Packets{}; }

    // From now on nobody polls the port. True: everybody has noticed, so that it can be stopped; false:
    // somebody stands still, and it must be left alone.
    bool leave(std::uint16_t port) noexcept;
    // A port that everybody has left gets another number.
    void renumber(std::uint16_t port, std::uint16_t to) noexcept;
    // It is polled again.
    void return_to(std::uint16_t port) noexcept;
    // Waits until everybody has come round twice, `patience` at most.
    bool come_round(std::chrono::milliseconds patience) const noexcept;

private:
    struct Station {
        Worker* worker;
        Spreader* spreader;
        const Crew* crew;
    };

    void deal(const std::vector<const LivePort*>& ports, unsigned workers,
              std::vector<std::vector<RxQueue>>& hands, const HashKey& secret);

    LiveClock clock_;
    std::vector<std::unique_ptr<EpochChannel>> channels_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Spreader> spreader_;
    std::vector<Station> stations_;
    bool started_ = false;
    std::atomic<bool> stop_spreading_ = false;
    std::atomic<bool> stop_ = false;
};

}  // namespace flowlock
