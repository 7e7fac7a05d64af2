// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment: started once per process, before any port. Main thread.
#pragma once

#include <string>
#include <vector>

namespace flowlock {

struct EalOptions {
    unsigned workers = 1;      // worker lcores 1 … workers; lcore 0 is the main thread
    unsigned memory_mib = 64;  // for rings and packet buffers
    // Live: in hugepages, which must be there, and each worker pinned to a CPU of its own; lcore i is then the
    // i-th CPU the process may use. Else, as for a replay: no hugepages, no root, lcores float over all CPUs.
    bool live = false;
    std::vector<std::string> devices{};  // --vdev arguments
};

// Throws std::runtime_error when DPDK does not start. Cleans up at the end of its life. Leaves no files
// behind, and opens no PCI device.
class Eal {
public:
    explicit Eal(const EalOptions& options);
    ~Eal();
    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;
};

}  // namespace flowlock
