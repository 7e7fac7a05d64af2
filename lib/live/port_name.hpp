// SPDX-License-Identifier: BSD-3-Clause
// What stands in live.ports: three ways to name a source of packets. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowlock {

struct PortName {
    enum class Kind : std::uint8_t {
        pci,        // "0000:3b:00.0": a NIC that is bound to vfio-pci, polled by DPDK's own driver
        interface,  // "eth1": an interface of Linux, through af_xdp
        device,     // "net_memif0,role=server,…": a DPDK device with its arguments
    };
    Kind kind = Kind::interface;
    std::string text;       // as configured
    std::string device;     // what DPDK knows it by: "0000:3b:00.0", "net_af_xdp_eth1", "net_memif0"
    std::string driver;     // "net_memif"; empty: whichever takes the PCI device
    std::string arguments;  // "iface=eth1"; may be empty
    std::string interface;  // the interface of Linux that it reads; empty: none

    // A domain is added to a PCI address without one, as in "3b:00.0".
    static PortName parse(std::string_view text);

    // What it is called where people read: a device without its arguments.
    const std::string& label() const noexcept { return kind == Kind::device ? device : text; }
    // Two drivers of DPDK lose packets without saying so: they count none, whatever they lose.
    bool counts_loss() const noexcept { return driver != "net_af_packet" && driver != "net_tap"; }
    // A peer in another process is the link, and may come and go.
    bool has_peer() const noexcept { return driver == "net_memif"; }
    // Its queues are filled by others: one that nobody reads loses its share.
    bool has_fixed_queues() const noexcept {
        return driver == "net_af_xdp" || driver == "net_af_packet" || driver == "net_pcap";
    }
};

}  // namespace flowlock
