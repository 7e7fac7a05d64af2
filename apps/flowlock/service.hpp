// SPDX-License-Identifier: BSD-3-Clause
// What a live monitor tells its service manager (sd_notify(3)): that it is ready, alive, reloading, stopping.
// Without a service manager nothing happens. Main thread.
#pragma once

#include <chrono>
#include <string>

namespace flowlock {

class Service {
public:
    Service();

    void ready() const;
    void reloading() const;
    void stopping() const;
    void status(const std::string& text) const;
    // Call once a second or oftener, as long as all is well: without it the manager starts the monitor anew.
    void alive() const;

private:
    bool watched_ = false;
};

}  // namespace flowlock
