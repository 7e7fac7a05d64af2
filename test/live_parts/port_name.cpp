// SPDX-License-Identifier: BSD-3-Clause
// Every way to write a port is understood as what it is.
#include "live/port_name.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;
using Kind = PortName::Kind;

TEST_CASE("a PCI address is a NIC, with the domain that lspci leaves out") {
    for (const char* text : {"0000:3b:00.0", "3b:00.0"}) {
        const PortName name = PortName::parse(text);
        CHECK(name.kind == Kind::pci);
        CHECK(name.device == "0000:3b:00.0");
        CHECK(name.label() == text);
        CHECK(name.interface.empty());
    }
    CHECK(PortName::parse("10000:E1:00.1").kind == Kind::pci);
    CHECK(PortName::parse("10000:E1:00.1").device == "10000:e1:00.1");
}

TEST_CASE("the name of an interface is listened to through af_xdp") {
    for (const char* text : {"eth1", "enp59s0f0", "lv1", "tap.100"}) {
        const PortName name = PortName::parse(text);
        CHECK(name.kind == Kind::interface);
        CHECK(name.device == std::string("net_af_xdp_") + text);
        CHECK(name.arguments == std::string("iface=") + text);
        CHECK(name.interface == text);
        CHECK(name.counts_loss());
    }
}

TEST_CASE("a device of DPDK keeps its arguments, and tells its interface") {
    const PortName memif = PortName::parse("net_memif0,role=server,socket=/run/a.sock");
    CHECK(memif.kind == Kind::device);
    CHECK(memif.device == "net_memif0");
    CHECK(memif.label() == "net_memif0");
    CHECK(memif.arguments == "role=server,socket=/run/a.sock");
    CHECK(memif.interface.empty());
    CHECK(memif.has_peer());
    CHECK(PortName::parse("net_pcap0,rx_iface=eth7,x=1").interface == "eth7");
    CHECK(PortName::parse("net_af_packet0,qpairs=2,iface=eth8").interface == "eth8");
    // An argument that only ends so is another one.
    CHECK(PortName::parse("net_pcap0,tx_iface=eth9").interface.empty());
}

TEST_CASE("devices that lose packets in silence are known") {
    CHECK_FALSE(PortName::parse("net_af_packet0,iface=eth1").counts_loss());
    CHECK_FALSE(PortName::parse("net_tap0,iface=eth1").counts_loss());
    CHECK(PortName::parse("net_af_xdp0,iface=eth1").counts_loss());
    CHECK(PortName::parse("0000:3b:00.0").counts_loss());
}

TEST_CASE("a device that reads an interface names it; one that makes an interface does not") {
    CHECK(PortName::parse("net_af_packet1,qpairs=2,iface=eth1,blocksz=4096").interface == "eth1");
    CHECK(PortName::parse("net_af_packet1,iface=eth1").driver == "net_af_packet");
    CHECK(PortName::parse("net_pcap0,rx_iface=eth2,iface=").interface == "eth2");
    CHECK(PortName::parse("net_tap0,iface=dtap0").interface.empty());
    CHECK(PortName::parse("net_null0").driver == "net_null");
}

TEST_CASE("what only looks like a PCI address is an interface's name") {
    for (const char* text :
         {"0000:3b:00.8", "0000:3b:00:0", "000g:3b:00.0", "3b:00", "", "eth1:1", ":::::::"}) {
        INFO(text);
        CHECK(PortName::parse(text).kind == Kind::interface);
    }
}
