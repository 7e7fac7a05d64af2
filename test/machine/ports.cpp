// SPDX-License-Identifier: BSD-3-Clause
// What check says of PCI ports, and how it mends them.
#include <catch2/catch.hpp>

#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

const std::string nic = "/sys/bus/pci/devices/0000:3b:00.0/";

}  // namespace

TEST_CASE("a NIC is called by its name, speed and driver") {
    const Check check = judged(MadeUpMachine().checks(), "port.device");
    CHECK(check.state == CheckState::ok);
    CHECK(check.text == "0000:3b:00.0: 82599ES/X520 SFP+, 10 Gbit/s, net_ixgbe (8086:10fb)");
}

TEST_CASE("a PCI address where nothing is, or no NIC, is wrong and asks for no driver") {
    MadeUpMachine machine;
    machine.live.ports = {"0000:5e:00.0"};
    const Check missing = judged(machine.checks(), "port.device");
    CHECK(missing.state == CheckState::wrong);
    CHECK(missing.text == "0000:5e:00.0: there is no such PCI device");
    CHECK(missing.mend ==
          "# name a NIC that is there, under [live] ports:\ndpdk-devbind.py --status-dev net");
    for (const Check& check : machine.checks()) CHECK(check.name != "port.driver");

    machine.live.ports = {"0000:3b:00.0"};
    machine.put(nic + "class", "0x010802\n");
    const Check disk = judged(machine.checks(), "port.device");
    CHECK(disk.state == CheckState::wrong);
    CHECK(disk.text == "0000:3b:00.0: 8086:10fb is no network device");
}

TEST_CASE("a NIC that flowlock does not know is a warning") {
    MadeUpMachine machine;
    machine.put(nic + "device", "0xbeef\n");
    const Check check = judged(machine.checks(), "port.device");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "0000:3b:00.0: 8086:beef is a NIC that flowlock does not know");
    CHECK_THAT(check.mend, Catch::Contains("doc.dpdk.org"));
}

TEST_CASE("a NIC that the kernel drives is bound to vfio-pci, now and for good") {
    MadeUpMachine machine;
    machine.link(nic + "driver", "../../../bus/pci/drivers/ixgbe");
    const Check check = judged(machine.checks(), "port.driver");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "0000:3b:00.0: bound to ixgbe; DPDK reaches it through vfio-pci");
    CHECK(check.mend ==
          "dpdk-devbind.py -b vfio-pci 0000:3b:00.0\n"
          "# for good, with the package driverctl:\n"
          "driverctl set-override 0000:3b:00.0 vfio-pci");
    machine.remove(nic + "driver");
    CHECK(judged(machine.checks(), "port.driver").text ==
          "0000:3b:00.0: not bound to a driver; DPDK reaches it through vfio-pci");
}

TEST_CASE("a NIC that DPDK shares with the kernel stays with the kernel's driver") {
    MadeUpMachine machine;
    machine.live.ports = {"0000:3b:00.0"};
    machine.put(nic + "vendor", "0x15b3\n");
    machine.put(nic + "device", "0x1017\n");
    const Check check = judged(machine.checks(), "port.driver");
    CHECK(check.state == CheckState::wrong);
    CHECK_THAT(check.mend, Catch::StartsWith("dpdk-devbind.py -b mlx5_core 0000:3b:00.0\n"));
    machine.link(nic + "driver", "../../../bus/pci/drivers/mlx5_core");
    const Checks checks = machine.checks();
    CHECK(judged(checks, "port.driver").state == CheckState::ok);
    for (const Check& other : checks) CHECK_FALSE(other.name.starts_with("vfio."));
}

TEST_CASE("a PCIe link that is slower than the card's ports together is a warning") {
    MadeUpMachine machine;
    machine.put(nic + "current_link_width", "4\n");
    // 5 GT/s × 4 lanes × 8/10 = 16 Gbit/s, for two ports of 10.
    const Check check = judged(machine.checks(), "port.link");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "0000:3b:00.0: PCIe 5 GT/s x4: 16 Gbit/s; its ports need 20: packets will be missed");
    CHECK(check.mend == "# put the card into a slot with 5 GT/s x8, which it can use");
    machine.live.ports = {"0000:3b:00.0"};
    CHECK(judged(machine.checks(), "port.link").state == CheckState::ok);
    machine.put(nic + "current_link_width", "1\n");
    machine.put(nic + "max_link_width", "1\n");
    CHECK(judged(machine.checks(), "port.link").mend ==
          "# use fewer ports of this card, the others on a second card");
}

TEST_CASE("cores on another node than the port are a warning that names the near ones") {
    MadeUpMachine machine;
    machine.live.cores = {3, 4, 5};
    const Check check = judged(machine.checks(), "port.node");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "0000:3b:00.0: on node 1; live.cores 3 are not, and reach its packets slowly");
    CHECK(check.mend == "# in the configuration, choose live.cores among 4-7");
}

TEST_CASE("a NIC that carries the machine's own traffic is not taken silently") {
    MadeUpMachine machine;
    machine.link(nic + "driver", "../../../bus/pci/drivers/ixgbe");
    machine.put(nic + "net/eth0/mtu", "1500\n");
    const Check check = judged(machine.checks(), "port.in_use");
    CHECK(check.state == CheckState::warning);
    CHECK(check.mend == "# monitor another port, or move these routes first:\nip route show dev eth0");
}

TEST_CASE("an IOMMU that is off is switched on for the processor's maker") {
    MadeUpMachine machine;
    machine.remove("/sys/kernel/iommu_groups");
    const Check firmware = judged(machine.checks(), "vfio.iommu");
    CHECK(firmware.state == CheckState::wrong);
    CHECK(firmware.text == "off, though the kernel's command line has intel_iommu=on");
    CHECK(firmware.mend == "# switch the IOMMU on in the firmware: VT-d (Intel) or AMD-Vi (AMD)");

    machine.put("/proc/cmdline", "root=/dev/sda1\n");
    CHECK(judged(machine.checks(), "vfio.iommu").mend ==
          "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on iommu=pt\"' > "
          "/etc/default/grub.d/flowlock-iommu.cfg\n"
          "update-grub\n"
          "# then: reboot\n"
          "# and switch it on in the firmware: VT-d (Intel) or AMD-Vi (AMD)");

    machine.put("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: constant_tsc nonstop_tsc\n");
    CHECK_THAT(judged(machine.checks(), "vfio.iommu").mend, Catch::Contains("amd_iommu=on iommu=pt"));

    machine.put("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y\n");
    CHECK(judged(machine.checks(), "vfio.iommu").state == CheckState::warning);
}

TEST_CASE("vfio-pci is loaded now and at every start") {
    MadeUpMachine machine;
    machine.remove("/sys/module/vfio_pci");
    const Check check = judged(machine.checks(), "vfio.module");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.mend == "modprobe vfio-pci\necho vfio-pci > /etc/modules-load.d/vfio-pci.conf");
}

TEST_CASE("a device file that this user may not open is given to the user who asked") {
    MadeUpMachine machine;
    machine.remove("/dev/vfio/42");
    const Check check = judged(machine.checks(), "vfio.access");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "0000:3b:00.0: this user may not open /dev/vfio/42");
    CHECK(check.mend ==
          "chown 1001 /dev/vfio/42\n"
          "# for good:\n"
          "echo 'SUBSYSTEM==\"vfio\", OWNER=\"1001\"' > /etc/udev/rules.d/60-flowlock.rules\n"
          "udevadm control --reload");
}

TEST_CASE("a device of the same IOMMU group that the kernel drives stands in the way") {
    MadeUpMachine machine;
    machine.put("/sys/kernel/iommu_groups/42/devices/0000:3c:00.0", "");
    machine.link("/sys/bus/pci/devices/0000:3c:00.0/driver", "../../../bus/pci/drivers/nvme");
    const Check check = judged(machine.checks(), "vfio.group");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.mend == "dpdk-devbind.py -b vfio-pci 0000:3c:00.0");
    machine.link("/sys/bus/pci/devices/0000:3c:00.0/driver", "../../../bus/pci/drivers/pcieport");
    for (const Check& other : machine.checks()) CHECK(other.name != "vfio.group");
}

TEST_CASE("a NIC with fewer queues than workers, or without RSS, is spread by software, and that is said") {
    const NicFacts nic{.driver = "net_ixgbe", .queues_max = 2, .rss_ip = true, .rss_tcp = true};
    CHECK(check_nic("p", nic, 2).state == CheckState::ok);
    CHECK(
        check_nic("p", nic, 2).text ==
        "p: net_ixgbe, 2 queues, RSS by IP, TCP, 0 redirection entries, timestamps no, VLAN tags left alone");
    CHECK(check_nic("p", nic, 3).state == CheckState::warning);
    CHECK(check_nic("p", nic, 3).mend == "# in the configuration, under [live]: workers = 2");
    const NicFacts without_rss{.driver = "net_e1000_em", .queues_max = 2};
    CHECK(check_nic("p", without_rss, 1).state == CheckState::ok);
    CHECK(check_nic("p", without_rss, 2).state == CheckState::warning);
    CHECK(check_nic("p", without_rss, 2).mend == "# in the configuration, under [live]: workers = 1");
}

}  // namespace flowlock::test
