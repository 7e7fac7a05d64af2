// SPDX-License-Identifier: BSD-3-Clause
// A live monitor: ports, the threads that poll them, and the control core, which is the thread that calls this.
// It is driven from outside: poll() as often as possible, tick() once a second. So a test can be its clock, and
// what it has to say (events, reports, a summary) goes where its driver likes.
//
// Start-up: the EAL, which is the driver's; the monitor with its ports; start(). End: stop(), then poll() until
// finished().
#pragma once

#include <memory>
#include <vector>

#include "control/control_core.hpp"
#include "dataplane/live_clock.hpp"
#include "live/core_plan.hpp"
#include "live/live_options.hpp"
#include "monitor/crew.hpp"
#include "monitor/event.hpp"
#include "monitor/port_keeper.hpp"

namespace flowlock {

class Monitor {
public:
    struct Options {
        LiveOptions live;
        CorePlan cores;  // what the EAL was started with
        ControlCore::Options control;
    };
    // Opens the ports. Throws std::runtime_error, saying which port, why, and what to do.
    explicit Monitor(Options options);

    // Packets are taken from here on.
    void start();
    // Merges what the workers have handed over; false: there was nothing to do.
    bool poll() { return core_->poll(); }
    // Ports, clock and watchdog.
    void tick();
    void stop() noexcept;
    // For the end, when a worker stands still: what the others have counted is finished without it.
    void abandon_missing() { core_->abandon_missing(); }
    bool finished() const noexcept { return core_->finished(); }
    // After finished(): the workers' threads have ended. False: one has not, within `patience`.
    bool join(std::chrono::milliseconds patience) noexcept;

    void reload(const ControlCore::Reload& settings);

    std::vector<LockReport> take_reports() { return core_->take_reports(); }
    Events take_events();
    Summary summary() const;
    const Crew& crew() const noexcept { return *crew_; }
    // Every poller is looking at its queues.
    bool is_healthy() const noexcept;

private:
    // What is known of a poller's progress.
    struct Watch {
        std::uint64_t rounds = 0;
        unsigned still = 0;  // ticks without progress
        std::uint64_t stalls = 0;
        bool stalled() const noexcept { return still >= ticks_until_stalled; }
    };
    // A worker comes round millions of times a second. One that has not for so many ticks has lost its CPU.
    static constexpr unsigned ticks_until_stalled = 3;

    unsigned choose_workers() const;
    void watch_pollers();
    void look_at(const std::string& name, Watch& watch, std::uint64_t rounds);
    void look_for_duplicates();
    void tell_port_loss();
    Packets unmerged() const noexcept;
    void say(Severity severity, std::string text) { events_.push_back({severity, std::move(text)}); }

    Options options_;
    Events events_;
    PortKeeper ports_;
    std::unique_ptr<Crew> crew_;
    std::unique_ptr<ControlCore> core_;  // borrows the crew's channels
    LiveClock clock_;
    std::chrono::nanoseconds clock_offset_{};
    bool clock_is_far_ = false;
    bool are_duplicated_ = false;
    std::vector<Watch> watches_;  // of the workers
    Watch spreader_watch_;
    Time started_;
    std::uint64_t reloads_ = 0;
};

}  // namespace flowlock
