// SPDX-License-Identifier: BSD-3-Clause
// What check says of Linux interfaces, and how it mends them.
#include <catch2/catch.hpp>

#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

const std::string eth1 = "/sys/class/net/eth1/";

// The checks with other answers of the kernel's about its offloads.
Checks with_offloads(const MadeUpMachine& machine, std::optional<OffloadFacts> offloads) {
    MachineFacts facts = machine.facts();
    for (PortFacts& port : facts.ports)
        if (port.interface) port.interface->offloads = offloads;
    return check_machine(facts, machine.live, machine.output_folder);
}

}  // namespace

TEST_CASE("an interface on which all is well has no complaint, and needs no vfio") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    const Checks checks = machine.checks();
    CHECK(judged(checks, "port.interface").text == "eth1: is up, driver ixgbe, 10000 Mbit/s");
    for (const Check& check : checks) {
        INFO(check.name << " " << check.text);
        CHECK(check.state == CheckState::ok);
        CHECK_FALSE(check.name.starts_with("vfio."));
    }
}

TEST_CASE("an interface that is not there, down or without a carrier is said to be so") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    machine.put(eth1 + "carrier", "0\n");
    const Check dark = judged(machine.checks(), "port.interface");
    CHECK(dark.state == CheckState::warning);
    CHECK_THAT(dark.mend, Catch::EndsWith("ethtool -m eth1"));
    machine.put(eth1 + "flags", "0x1002\n");
    const Check down = judged(machine.checks(), "port.interface");
    CHECK(down.state == CheckState::wrong);
    CHECK(down.mend == "ip link set dev eth1 up");
    machine.live.ports = {"eth9"};
    const Check missing = judged(machine.checks(), "port.interface");
    CHECK(missing.state == CheckState::wrong);
    CHECK(missing.text == "eth9: there is no interface eth9");
    CHECK(missing.mend == "# name one that is there, under [live] ports:\nip -brief link");
}

TEST_CASE(
    "an interface with fewer receive queues than workers is spread by software; one with more is read "
    "whole") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    machine.put(eth1 + "queues/rx-1/rps_cpus", "0\n");
    CHECK(judged(machine.checks(), "port.queues").state == CheckState::ok);
    machine.live.cores = {4, 5, 6};
    CHECK(judged(machine.checks(), "port.queues").state == CheckState::ok);
    machine.live.cores = {4, 5, 6, 7};
    const Check check = judged(machine.checks(), "port.queues");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text ==
          "eth1: receive queues: 2, workers: 3; packets are spread by software, which takes one more CPU");
    CHECK(check.mend == "ethtool -L eth1 combined 3\n# or, in the configuration, under [live]: workers = 2");
}

TEST_CASE("frames that the NIC joins are wrong; those that the kernel joins only where it does so first") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    CHECK(judged(with_offloads(machine, OffloadFacts{.gro = true}), "port.offloads").state == CheckState::ok);
    const Check joined = judged(with_offloads(machine, OffloadFacts{.lro = true}), "port.offloads");
    CHECK(joined.state == CheckState::wrong);
    CHECK(joined.mend == "ethtool -K eth1 gro off lro off");
    machine.live.ports = {"net_af_packet0,iface=eth1"};
    CHECK(judged(with_offloads(machine, OffloadFacts{.gro = true}), "port.offloads").mend ==
          "ethtool -K eth1 gro off lro off");
    const Check tags = judged(with_offloads(machine, OffloadFacts{.vlan_strip = true}), "port.offloads");
    CHECK(tags.state == CheckState::warning);
    CHECK(tags.mend == "ethtool -K eth1 rxvlan off");
    const Check unknown = judged(with_offloads(machine, std::nullopt), "port.offloads");
    CHECK(unknown.state == CheckState::warning);
    CHECK(unknown.mend == "ethtool -k eth1");
}

TEST_CASE("an MTU below Ethernet's, or above what XDP takes, is a warning") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    machine.put(eth1 + "mtu", "1280\n");
    CHECK(judged(machine.checks(), "port.mtu").mend == "ip link set dev eth1 mtu 1500");
    machine.put(eth1 + "mtu", "9000\n");
    CHECK(judged(machine.checks(), "port.mtu").mend == "ip link set dev eth1 mtu 3498");
    machine.live.ports = {"net_af_packet0,iface=eth1"};
    CHECK(judged(machine.checks(), "port.mtu").state == CheckState::ok);
}

TEST_CASE("missing rights are named, with what gives them to a service") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    machine.put("/proc/self/status", "CapEff:\t0000000000002000\n");  // CAP_NET_RAW alone
    const Check check = judged(machine.checks(), "port.rights");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "eth1: this process lacks CAP_NET_ADMIN, CAP_SYS_ADMIN");
    CHECK(check.mend ==
          "# run it as root, or in a systemd service, under [Service]:\n"
          "# AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_SYS_ADMIN");
}

TEST_CASE("the interface with the default route is not taken silently") {
    MadeUpMachine machine;
    listen_to_eth1(machine);
    machine.put("/proc/net/route", "Iface\tDestination\neth1\t00000000\n");
    CHECK(judged(machine.checks(), "port.in_use").state == CheckState::warning);
    machine.put("/proc/net/route", "Iface\tDestination\neth10\t00000000\nxeth1\t00000000\n");
    for (const Check& check : machine.checks()) CHECK(check.name != "port.in_use");
}

TEST_CASE("a name with a meaning for the shell is quoted in what is to be pasted") {
    MadeUpMachine machine;
    machine.live.ports = {"e$(reboot)'"};
    machine.put("/sys/class/net/e$(reboot)'/flags", "0x1002\n");
    CHECK(judged(machine.checks(), "port.interface").mend == "ip link set dev 'e$(reboot)'\\''' up");
}

}  // namespace flowlock::test
