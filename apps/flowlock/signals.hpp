// SPDX-License-Identifier: BSD-3-Clause
// What the user or the service manager asks for by signals, as flags that the main loop reads. SIGINT and SIGTERM
// end the monitor, a second one at once; SIGHUP reloads. Main thread; one object at a time.
#pragma once

namespace flowlock {

class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    bool wants_end() const noexcept;
    // True once for each SIGHUP, or for several that came before it was asked.
    bool take_reload() noexcept;
};

}  // namespace flowlock
