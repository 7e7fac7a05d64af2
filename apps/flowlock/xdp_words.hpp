// SPDX-License-Identifier: BSD-3-Clause
// What libbpf and libxdp say while DPDK opens an AF_XDP port goes into the log. By themselves they write to standard
// error, from the thread that opens the port: a pipe there that nobody reads would stop the control core. Made after
// DPDK has loaded its drivers and before the first port; one at a time; main thread.
#pragma once

#include "log.hpp"

namespace flowlock {

class XdpWords {
public:
    // The log outlives it.
    explicit XdpWords(Log& log);
    ~XdpWords();
    XdpWords(const XdpWords&) = delete;
    XdpWords& operator=(const XdpWords&) = delete;
};

}  // namespace flowlock
