// SPDX-License-Identifier: BSD-3-Clause
// What is so on this machine, as far as live monitoring depends on it: plain data, read once and judged by
// checks.hpp. Reading changes nothing, needs no rights and never throws; what cannot be known stays empty.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "live/cpu_list.hpp"
#include "live/port_name.hpp"

namespace flowlock {

struct HugepagePool {
    std::uint64_t page_kib = 0;
    std::uint64_t total = 0;  // pages
    std::uint64_t free = 0;
    std::optional<std::uint32_t> node;  // none: of the whole machine
};

struct MemoryFacts {
    std::vector<HugepagePool> hugepages;  // one for each size, and one for each size and NUMA node
    std::string transparent;              // "always", "madvise", "never"; empty: the kernel has none
    std::vector<std::string> swaps;       // devices and files
};

// The process that reads; `flowlock run` may have other rights.
struct ProcessFacts {
    std::string user;                           // effective: name, or number
    std::uint64_t capabilities = 0;             // effective, as bits
    std::optional<std::uint64_t> locked_bytes;  // memory it may lock; none: as much as it likes
};

struct VfioFacts {
    std::uint32_t iommu_groups = 0;
    bool module = false;
    bool without_iommu = false;  // enable_unsafe_noiommu_mode
};

struct CpuFacts {
    std::uint32_t number = 0;
    std::optional<std::uint32_t> node;
    CpuSet siblings;       // hyperthreads of its core, itself among them
    std::string governor;  // empty: no frequency scaling
};

struct ProcessorFacts {
    std::vector<CpuFacts> cpus;  // online ones
    CpuSet present;
    CpuSet isolated;
    CpuSet tickless;  // nohz_full
    bool intel = false;
    bool virtual_machine = false;
    bool steady_tsc = false;  // constant_tsc and nonstop_tsc
    std::string clock_source;
    std::vector<std::string> clock_sources;  // available ones
};

struct PcieLink {
    double gigatransfers = 0;  // per second and lane; 0: not known
    std::uint32_t lanes = 0;
};

struct PciFacts {
    bool exists = false;
    std::uint32_t vendor = 0, device = 0, class_code = 0;
    std::string driver;  // the kernel's; empty: none
    std::optional<std::uint32_t> node;
    PcieLink link, link_max;
    std::string group;                         // IOMMU group; empty: none
    std::vector<std::string> group_strangers;  // others in the group that a kernel driver holds
    bool group_accessible = false;             // /dev/vfio/GROUP, by this user
    std::vector<std::string> interfaces;       // while a kernel driver has it
};

// Offloads of a Linux interface that show other frames than those on the wire.
struct OffloadFacts {
    bool gro = false, lro = false, vlan_strip = false;
};

struct InterfaceFacts {
    bool exists = false;
    bool up = false;
    std::optional<bool> carrier;
    std::string driver;  // empty: virtual
    std::optional<std::uint32_t> node;
    std::uint32_t queues = 0;  // receive queues
    std::uint64_t mtu = 0;
    std::optional<std::uint32_t> mbit;  // speed
    std::optional<OffloadFacts> offloads;
};

struct PortFacts {
    PortName name;
    std::optional<PciFacts> pci;
    std::optional<InterfaceFacts> interface;
    std::vector<std::string> routed;  // of its interfaces, those that carry this machine's own traffic
};

struct ClockFacts {
    bool known = false;
    bool synchronised = false;
    std::chrono::microseconds error_max{};
};

struct OutputFacts {
    std::string existing;  // the folder, or its nearest parent that exists
    bool is_folder = false;
    bool writable = false;
    bool read_only = false;  // the file system
    std::string file_system;
    std::uint64_t free_bytes = 0;  // for this user
    std::optional<std::uint64_t> free_inodes;
};

struct MachineFacts {
    std::string kernel;
    std::string command_line;  // the kernel's
    MemoryFacts memory;
    ProcessFacts process;
    VfioFacts vfio;
    ProcessorFacts processor;
    std::vector<PortFacts> ports;  // as asked, in this order
    ClockFacts clock;
    OutputFacts output;
};

// `root` is "/", or a made-up tree. Clock and offloads stand in no file: ask_kernel adds them.
MachineFacts read_facts(const std::string& root, const std::vector<std::string>& ports,
                        const std::string& output_folder);

// By system calls, for the machine that it runs on.
void ask_kernel(MachineFacts& facts);

}  // namespace flowlock
