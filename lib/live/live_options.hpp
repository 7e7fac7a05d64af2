// SPDX-License-Identifier: BSD-3-Clause
// What a live monitor listens to, and with which cores and memory. Plain data, made by lib/config, checked
// there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowlock {

struct LiveOptions {
    // Each a PCI address ("0000:3b:00.0"), the name of a Linux interface ("eth1"), or a DPDK device with its
    // arguments ("net_memif0,role=server,socket=/run/tap.sock"). All of them together are one stream.
    std::vector<std::string> ports;
    // CPUs: the control core's first, then one for each worker. Empty: chosen by the rule of core_plan.hpp.
    std::vector<std::uint32_t> cores;
    std::uint32_t workers = 0;     // 1 to 64; 0: as many as `cores` says, or as the ports' speed asks for
    std::uint32_t memory_mib = 0;  // for packet buffers and rings; 0: by the rule of port_sizes.hpp
    bool hugepages = true;  // false: ordinary memory, for tests and slow links; no NIC driver of DPDK's

    friend bool operator==(const LiveOptions&, const LiveOptions&) = default;
};

}  // namespace flowlock
