// SPDX-License-Identifier: BSD-3-Clause
// A synthetic port, its live workers and the control core, as a live flowlock has them. The test's thread owns
// all of it and is the control core; the workers' threads run run_worker().
//
// A test waits for what happens, never for a time to pass: on a busy machine anything may take long.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "control/control_core.hpp"
#include "dataplane/worker.hpp"
#include "synthetic_source.hpp"

namespace flowlock::test {

class LiveRun {
public:
    struct Options {
        SyntheticTraffic traffic;
        unsigned queues = 1;
        EpochSizes sizes{.flows = 65'536, .hosts = 1024};
        unsigned epochs = 16;  // of each channel: enough that a test's thread may stall for seconds
        std::vector<LimitRule> limits{};
        std::shared_ptr<const SignatureSet> signatures{};
    };
    explicit LiveRun(const Options& options);
    // Stops the workers, also when a test has failed halfway.
    ~LiveRun();
    LiveRun(const LiveRun&) = delete;
    LiveRun& operator=(const LiveRun&) = delete;

    // Each worker on an lcore of its own. A test may give run_worker() a thread of its own instead.
    void start_on_lcores();
    void run_worker(unsigned queue) noexcept { workers_[queue]->run(clock_, stop_); }

    // Returns when the control core has joined so many epochs more. The test's thread is the control core.
    void merge_epochs(std::uint64_t epochs);
    // Returns when each worker's epoch is late, provided that nobody merges: there are `epochs` of them, and
    // all but the one in the worker's hands have been handed over.
    void wait_until_late() const;
    // Tells the workers to end; the packets that a queue has handed out by then are counted.
    void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
    // After stop(): joins all that is left, and returns when the control core has finished.
    void finish();

    // While it runs.
    void change_signatures(std::shared_ptr<const SignatureSet> signatures);

    // What the test compares.
    const SyntheticSource& source() const noexcept { return source_; }
    const ControlCore& control() const noexcept { return control_; }
    std::vector<LockReport> take_reports() { return control_.take_reports(); }
    std::uint64_t packets_sent() const noexcept;
    // Packets and bytes in the records of all flows.
    Traffic recorded() const noexcept;

private:
    struct Station {
        LiveRun* run;
        unsigned queue;
    };
    static std::vector<std::unique_ptr<EpochChannel>> make_channels(const Options& options);
    std::vector<EpochChannel*> channels() const;
    void wait_until_epoch_is_over() const;

    Options options_;
    SyntheticSource source_;
    std::vector<std::unique_ptr<EpochChannel>> channels_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<Station> stations_;
    ControlCore control_;
    LiveClock clock_;
    std::atomic<bool> stop_ = false;
};

}  // namespace flowlock::test
