// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment: started once per process, before any port. Main thread.
#pragma once

#include <string>
#include <vector>

namespace flowlock {

struct EalOptions {
    unsigned workers = 1;      // worker lcores 1 … workers; lcore 0 is the main thread
    unsigned memory_mib = 64;  // for rings and packet buffers, without hugepages
};

// Throws std::runtime_error when DPDK does not start. Cleans up at the end of its life.
class Eal {
public:
    // For replay: no hugepages, no root, no devices, no files left behind; lcores float over the process's
    // CPUs.
    explicit Eal(const EalOptions& options);
    ~Eal();
    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;
};

}  // namespace flowlock
