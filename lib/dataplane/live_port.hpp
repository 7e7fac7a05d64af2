// SPDX-License-Identifier: BSD-3-Clause
// A port of a live monitor: a NIC or whatever DPDK makes look like one. It receives everything, answers nothing
// and sends nothing. Main thread, but for the queues, which are the workers' between start() and stop().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/port_counters.hpp"
#include "live/port_name.hpp"

struct rte_mempool;

namespace flowlock {

class LivePort {
public:
    // Finds the device, which the EAL has probed (PCI) or which is made now. Throws std::runtime_error "port
    // NAME: what: why; how to mend it", as do all that follow.
    explicit LivePort(PortName name);
    ~LivePort();
    LivePort(const LivePort&) = delete;
    LivePort& operator=(const LivePort&) = delete;

    // Configures and starts up to `queues` receive queues. A NIC that cannot spread has one. Each queue has
    // `spare_buffers` more packet buffers than it needs itself, for those who keep packets longer.
    void start(unsigned queues, unsigned spare_buffers = 0);
    // No worker polls it any more.
    void stop() noexcept;

    const PortName& name() const noexcept { return name_; }
    std::uint16_t number() const noexcept { return number_; }
    const std::string& driver() const noexcept { return driver_; }
    unsigned queues() const noexcept { return queues_; }
    unsigned queues_max() const noexcept { return queues_max_; }
    // Of the link now; where it is down, of what the device can at most; 0: unknown.
    std::uint64_t mbit_per_second() const noexcept;
    bool is_up() const noexcept;
    // The device is still there. An interface of Linux that was removed and made anew is another one.
    bool is_present() const noexcept;
    // Any pool of a started port.
    rte_mempool* pool() const noexcept { return pools_.front().get(); }
    // Reads the driver's counters and adds what is new.
    void read_counters() noexcept;
    const PortCounters& counters() const noexcept { return counters_; }
    // What start() has found out and what the user should know, a sentence each.
    const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
    struct FreePool {
        void operator()(rte_mempool* pool) const noexcept;
    };
    using Pool = std::unique_ptr<rte_mempool, FreePool>;

    [[noreturn]] void fail(const std::string& what, int error, const std::string& mend = {}) const;
    void probe();
    void configure(unsigned queues);
    void make_queue(std::uint16_t queue, std::uint16_t descriptors, unsigned spare_buffers);
    void listen_to_all();
    PortCounters read_driver() const noexcept;

    PortName name_;
    std::uint16_t number_ = 0;
    std::string driver_;
    unsigned interface_number_ = 0;  // Linux's index; 0: there is no interface
    unsigned queues_ = 0;
    unsigned queues_max_ = 1;
    bool started_ = false;
    std::vector<Pool> pools_;  // one a queue: lcores share none
    PortCounters counters_;
    PortCounters last_read_;
    std::vector<std::string> notes_;
};

}  // namespace flowlock
