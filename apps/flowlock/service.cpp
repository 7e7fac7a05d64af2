// SPDX-License-Identifier: BSD-3-Clause
#include "service.hpp"

#include <algorithm>
#include <systemd/sd-daemon.h>

namespace flowlock {

Service::Service() : watched_(sd_watchdog_enabled(0, nullptr) > 0) {}

void Service::ready() const {
    sd_notify(0, "READY=1");
}

void Service::reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
               static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void Service::stopping() const {
    sd_notify(0, "STOPPING=1");
}

void Service::status(const std::string& text) const {
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    sd_notify(0, ("STATUS=" + line).c_str());
}

void Service::alive() const {
    if (watched_) sd_notify(0, "WATCHDOG=1");
}

}  // namespace flowlock
