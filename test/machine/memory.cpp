// SPDX-License-Identifier: BSD-3-Clause
// What check says of hugepages, locked memory and swap, and how it mends them.
#include <catch2/catch.hpp>

#include "machine/live_needs.hpp"
#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

const std::string pools = "/sys/kernel/mm/hugepages/";
const std::string pools_of_node1 = "/sys/devices/system/node/node1/hugepages/";

void put_pages(MadeUpMachine& machine, const std::string& pool, int total, int free) {
    machine.put(pool + "/nr_hugepages", std::to_string(total));
    machine.put(pool + "/free_hugepages", std::to_string(free));
}

}  // namespace

TEST_CASE("memory grows with ports and queues, unless it is configured") {
    // Of a queue with 4,096 descriptors: 4,544 buffers of 2,376 bytes, and 2 MiB of rings.
    CHECK(memory_needed_mib(LiveOptions{}, 1, 1) == 64 + 12);
    CHECK(memory_needed_mib(LiveOptions{}, 2, 4) == 64 + 12 * 8);
    LiveOptions live;
    live.memory_mib = 1000;
    CHECK(memory_needed_mib(live, 2, 4) == 1000);
}

TEST_CASE("without hugepages the missing ones are asked for, now in small pages and for good in large ones") {
    MadeUpMachine machine;
    put_pages(machine, pools + "hugepages-1048576kB", 0, 0);
    put_pages(machine, pools + "hugepages-2048kB", 10, 10);
    const Check check = judged(machine.checks(), "memory.hugepages");
    CHECK(check.state == CheckState::wrong);
    // Two ports, two workers: 64 + 4 × 12 = 112 MiB, of which 20 are there; 46 pages more.
    CHECK(check.text ==
          "112 MiB are needed, 20 MiB are free: 0 of 0 pages of 1 GiB free, 10 of 10 pages of 2 MiB free");
    CHECK(
        check.mend ==
        "echo 56 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages\n"
        "# for good:\n"
        "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX default_hugepagesz=1G hugepagesz=1G hugepages=1\"' > "
        "/etc/default/grub.d/flowlock-hugepages.cfg\n"
        "update-grub\n"
        "# then: reboot");
}

TEST_CASE("a processor without large pages is not asked for them") {
    MadeUpMachine machine;
    machine.remove(pools + "hugepages-1048576kB");
    const Check check = judged(machine.checks(), "memory.hugepages");
    CHECK(check.state == CheckState::wrong);
    CHECK_THAT(check.mend, Catch::Contains("default_hugepagesz=2M hugepagesz=2M hugepages=56"));
}

TEST_CASE("hugepages that a running monitor holds are no mistake") {
    MadeUpMachine machine;
    put_pages(machine, pools + "hugepages-1048576kB", 4, 0);
    const Check check = judged(machine.checks(), "memory.hugepages");
    CHECK(check.state == CheckState::warning);
    CHECK_THAT(check.mend, Catch::StartsWith("# if no monitor runs, see who has them:\n"));
}

TEST_CASE("a kernel without hugepages is said to be one") {
    MadeUpMachine machine;
    machine.remove("/sys/kernel/mm/hugepages");
    CHECK(judged(machine.checks(), "memory.hugepages").state == CheckState::wrong);
    machine.live.ports = {"net_null0"};
    machine.live.hugepages = false;
    CHECK(judged(machine.checks(), "memory.hugepages").state == CheckState::ok);
}

TEST_CASE("a PCI port without hugepages cannot be") {
    MadeUpMachine machine;
    machine.live.hugepages = false;
    const Check check = judged(machine.checks(), "memory.hugepages");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.mend == "# in the configuration, write under [live]: hugepages = true");
}

TEST_CASE("hugepages on another node than the port are mended on the port's node") {
    MadeUpMachine machine;
    put_pages(machine, pools_of_node1 + "hugepages-1048576kB", 0, 0);
    const Check check = judged(machine.checks(), "memory.nodes");
    CHECK(check.state == CheckState::warning);
    CHECK(check.mend == "echo 56 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages");
}

TEST_CASE("a limit on locked memory is wrong where a NIC needs more, unless a capability lifts it") {
    MadeUpMachine machine;
    machine.put("/proc/self/limits",
                "Max locked memory         8388608              8388608              bytes");
    const Check check = judged(machine.checks(), "memory.locked");
    CHECK(check.state == CheckState::wrong);
    CHECK(check.text == "this process may lock 8 MiB, 112 MiB are needed for the NIC");
    CHECK(check.mend ==
          "ulimit -l unlimited\n# in a systemd service, under [Service]: LimitMEMLOCK=infinity");
    machine.put("/proc/self/status", "CapEff:\t0000000000004000\n");
    CHECK(judged(machine.checks(), "memory.locked").state == CheckState::ok);
    machine.put("/proc/self/status", "CapEff:\t0000000000000000\n");
    machine.put("/proc/self/limits",
                "Max locked memory         536870912            536870912            bytes");
    CHECK(judged(machine.checks(), "memory.locked").state == CheckState::ok);
}

TEST_CASE("transparent hugepages everywhere are a warning") {
    MadeUpMachine machine;
    machine.put("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    const Check check = judged(machine.checks(), "memory.transparent_hugepages");
    CHECK(check.state == CheckState::warning);
    CHECK_THAT(check.mend, Catch::StartsWith(
                               "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled\n# for good:\n"));
}

TEST_CASE("swap that is on is a warning and named") {
    MadeUpMachine machine;
    machine.put("/proc/swaps",
                "Filename\tType\n/dev/sda2                               partition\t975868\t0\t-2\n");
    const Check check = judged(machine.checks(), "memory.swap");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "on: /dev/sda2; what is swapped out makes the monitor late");
    CHECK(check.mend == "swapoff -a\n# for good: remove the swap lines from /etc/fstab");
}

}  // namespace flowlock::test
