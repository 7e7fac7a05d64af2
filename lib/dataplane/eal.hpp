// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment: started once per process, before any port. Main thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowlock {

struct EalOptions {
    unsigned workers = 1;      // lcores 1 … workers; lcore 0 is the main thread
    unsigned memory_mib = 64;  // for rings and packet buffers; 0: hugepages as they are needed
    // Hugepages, which must be there; else ordinary memory, which needs no rights and no preparation.
    bool hugepages = false;
    // One CPU for each lcore, the main thread's first. Empty: lcores float over all CPUs of the process.
    std::vector<std::uint32_t> cpus{};
    std::vector<std::string> pci{};      // the only PCI devices that DPDK may look at
    std::vector<std::string> devices{};  // --vdev arguments
    // Opens DPDK's telemetry socket, for dpdk-telemetry.py -f flowlock; and DPDK's warnings are shown.
    bool telemetry = false;
};

// The CPUs that this process may use.
std::vector<std::uint32_t> usable_cpus();

// Throws std::runtime_error when DPDK does not start. Cleans up at the end of its life; of a live monitor, one with
// telemetry, the kernel takes back the memory when the process ends. Leaves no files behind.
class Eal {
public:
    explicit Eal(const EalOptions& options);
    ~Eal();
    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;

private:
    bool leaves_to_kernel_;
};

}  // namespace flowlock
