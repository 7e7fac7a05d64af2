// SPDX-License-Identifier: BSD-3-Clause
// Keeps the ports: opens them, reads their counters, notices when a link goes down or a device vanishes, and opens
// it again when it is back. What a port had counted before it vanished stays counted. Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/live_port.hpp"
#include "monitor/crew.hpp"
#include "monitor/event.hpp"
#include "report/summary.hpp"

namespace flowlock {

class PortKeeper {
public:
    // Opens all ports, each with up to `queues` queues once start() is called. Throws std::runtime_error.
    explicit PortKeeper(const std::vector<std::string>& names);

    // The sum of the ports' speeds, of those that say theirs.
    std::uint64_t mbit_per_second() const noexcept;
    // At least one port has fewer queues than that.
    bool is_narrow(unsigned queues) const noexcept;
    void start(unsigned queues, unsigned spare_buffers, Events& events);
    std::vector<const LivePort*> ports() const;

    // Once a second: counters, links, and devices that came or went.
    void look_after(Crew& crew, Events& events);
    void read_counters() noexcept;

    // What the drivers count as lost, by cause; and the figures of each port.
    Loss loss() const;
    std::vector<PortSummary> summaries() const;

private:
    struct Slot {
        PortName name;
        std::unique_ptr<LivePort> port;  // none: it has gone
        std::uint16_t number = 0;        // the last one it had
        unsigned queues = 0;
        bool up = false;
        PortCounters before;  // of the devices that were here before
        std::uint64_t vanished = 0;
        std::uint64_t link_changes = 0;
        std::string refusal;  // why it could not be opened again, as last said

        PortCounters counters() const noexcept {
            PortCounters sum = before;
            if (port) sum += port->counters();
            return sum;
        }
    };

    void look_at_link(Slot& slot, Events& events);
    void let_go(Slot& slot, Crew& crew, Events& events);
    void try_again(Slot& slot, Crew& crew, Events& events);

    std::vector<Slot> slots_;
    unsigned queues_ = 1;
    unsigned spare_buffers_ = 0;
};

}  // namespace flowlock
