// SPDX-License-Identifier: BSD-3-Clause
// Judges a machine for live monitoring: pure functions from facts and configuration to the lines of `flowlock
// check`, each with the commands that mend it.
#pragma once

#include <string>

#include "live/live_options.hpp"
#include "machine/check.hpp"
#include "machine/facts.hpp"

namespace flowlock {

// All of those below, in the order in which they are best mended.
Checks check_machine(const MachineFacts& facts, const LiveOptions& live, const std::string& output_folder);

Checks check_memory(const MachineFacts& facts, const LiveOptions& live);
Checks check_vfio(const MachineFacts& facts);
Checks check_ports(const MachineFacts& facts, const LiveOptions& live);
Checks check_cores(const MachineFacts& facts, const LiveOptions& live);
Checks check_clock(const MachineFacts& facts);
Checks check_output(const MachineFacts& facts, const std::string& folder);

// What only DPDK can tell of a port, as the program has asked it.
struct NicFacts {
    std::string driver;  // DPDK's
    std::uint32_t queues_max = 0;
    bool rss_ip = false, rss_tcp = false, rss_udp = false;
    std::uint32_t redirection_entries = 0;
    bool timestamps = false;
    bool vlan_strip = false;  // it could; flowlock leaves it off
};

Check check_nic(const std::string& port, const NicFacts& nic, std::uint32_t workers);

}  // namespace flowlock
