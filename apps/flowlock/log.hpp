// SPDX-License-Identifier: BSD-3-Clause
// The log of a live monitor: to the journal when the service manager has connected standard error to it, else to
// standard error. Whoever logs never waits: a thread writes, and when nobody takes what it writes the oldest
// lines are dropped. DPDK's own messages come here, too. Made once; any thread may log.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "monitor/event.hpp"

namespace spdlog {
class logger;
}

namespace flowlock {

class Log {
public:
    Log();
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void say(Severity severity, const std::string& text);
    void say(const Events& events);

private:
    std::shared_ptr<spdlog::logger> logger_;
    std::FILE* dpdk_ = nullptr;  // DPDK's messages, a line at a time
};

}  // namespace flowlock
