// SPDX-License-Identifier: BSD-3-Clause
// How a NIC spreads packets over its queues: by Toeplitz hash, with a key under which both directions of a
// flow have the same hash (S. Woo, K. Park, "Scalable TCP Session Monitoring with Symmetric Receive-side
// Scaling", 2012: a key that repeats the 16 bits 6d5a). All queues with the same number, of all ports, belong
// to one worker; so both fibres of a link bring a flow to the same worker.
//
// Correctness does not hang on it: a flow that is spread over workers is joined by the control core. What hangs
// on it is that a flow takes one place in one table instead of two.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <rte_ethdev.h>

namespace flowlock {

class Rss {
public:
    // What this NIC can of addresses, ports and fragments, for IPv4 and IPv6.
    explicit Rss(const rte_eth_dev_info& nic);

    // It can spread at all, and by addresses and ports of TCP and UDP.
    bool can_spread() const noexcept { return functions_ != 0; }
    bool by_ports() const noexcept;
    // Borrows this object.
    rte_eth_rss_conf configuration() noexcept;
    // "IPv4, TCP, UDP, fragments", for the log.
    std::string names() const;

private:
    static constexpr std::size_t key_size_max = 64;  // ixgbe 40, i40e and ice 52

    std::array<std::uint8_t, key_size_max> key_{};
    std::uint8_t key_size_ = 0;
    std::uint64_t functions_ = 0;
};

}  // namespace flowlock
