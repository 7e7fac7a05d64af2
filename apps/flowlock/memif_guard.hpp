// SPDX-License-Identifier: BSD-3-Clause
// While it lives, DPDK's interrupt thread unmaps no memory that a poller may still read (memif_guard.cpp says
// why). One at a time; it goes before the crew does.
#pragma once

#include "monitor/crew.hpp"

namespace flowlock {

class MemifGuard {
public:
    explicit MemifGuard(const Crew& crew);
    ~MemifGuard();
    MemifGuard(const MemifGuard&) = delete;
    MemifGuard& operator=(const MemifGuard&) = delete;
};

}  // namespace flowlock
