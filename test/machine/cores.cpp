// SPDX-License-Identifier: BSD-3-Clause
// What check says of CPUs and their clock, and how it mends them.
#include <catch2/catch.hpp>

#include "machine/live_needs.hpp"
#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

const std::string cpus = "/sys/devices/system/cpu/";

}  // namespace

TEST_CASE("workers are as many as configured, else as the cores, else as the ports' speed asks for") {
    MadeUpMachine machine;
    CHECK(workers_of(machine.live, machine.facts()) == 2);  // three cores
    machine.live.cores = {};
    machine.put("/sys/bus/pci/devices/0000:3b:00.1/device", "0x1584\n");
    CHECK(workers_of(machine.live, machine.facts()) == 5);  // 10 + 40 Gbit/s
    machine.live.workers = 3;
    CHECK(workers_of(machine.live, machine.facts()) == 3);
}

TEST_CASE("cores that are not in the machine, or offline, are wrong") {
    MadeUpMachine machine;
    machine.live.cores = {4, 5, 9};
    const Check absent = judged(machine.checks(), "cores.exist");
    CHECK(absent.state == CheckState::wrong);
    CHECK(absent.text == "live.cores 9 are not in this machine, which has 0-7");
    CHECK(absent.mend == "# in the configuration, choose live.cores among 0-7");
    machine.live.cores = {4, 5, 6};
    machine.put(cpus + "online", "0-4\n");
    const Check offline = judged(machine.checks(), "cores.exist");
    CHECK(offline.state == CheckState::wrong);
    CHECK(offline.mend ==
          "echo 1 > /sys/devices/system/cpu/cpu5/online\necho 1 > /sys/devices/system/cpu/cpu6/online");
}

TEST_CASE("more workers than cores are wrong, with the number that fits") {
    MadeUpMachine machine;
    machine.live.workers = 4;
    const Check few = judged(machine.checks(), "cores.count");
    CHECK(few.state == CheckState::wrong);
    CHECK(few.text == "5 CPUs are needed: the control core's and 4 for workers; live.cores names 3");
    CHECK(few.mend == "# in the configuration, under [live]: workers = 2");
    machine.live.cores = {};
    machine.live.workers = 8;
    const Check small = judged(machine.checks(), "cores.count");
    CHECK(small.state == CheckState::wrong);
    CHECK(small.mend == "# in the configuration, under [live]: workers = 7");
}

TEST_CASE("hyperthreads of one core are a warning that names others") {
    MadeUpMachine machine;
    for (const char* cpu : {"cpu4", "cpu5"})
        machine.put(cpus + cpu + "/topology/thread_siblings_list", "4-5\n");
    const Check check = judged(machine.checks(), "cores.siblings");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "live.cores 4-5 are hyperthreads of the same core: each is half as fast");
    CHECK(check.mend == "# in the configuration, choose live.cores among 0-4,6-7");
}

TEST_CASE("cores that are not isolated are a warning with the kernel's words for them") {
    MadeUpMachine machine;
    machine.put(cpus + "isolated", "4\n");
    const Check check = judged(machine.checks(), "cores.isolated");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "CPUs 5-6: the kernel runs other work there too");
    CHECK(check.mend ==
          "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX isolcpus=4-6 nohz_full=4-6 rcu_nocbs=4-6\"' > "
          "/etc/default/grub.d/flowlock-cores.cfg\n"
          "update-grub\n"
          "# then: reboot");
    machine.put(cpus + "isolated", "4-6\n");
    machine.put(cpus + "nohz_full", "  (null)\n");
    CHECK(judged(machine.checks(), "cores.isolated").text ==
          "CPUs 4-6 are isolated, but the kernel's timer interrupts them");
}

TEST_CASE("a machine is never told to isolate all its CPUs") {
    MadeUpMachine machine;
    machine.put(cpus + "online", "4-6\n");
    machine.put(cpus + "isolated", "\n");
    const Check check = judged(machine.checks(), "cores.isolated");
    CHECK(check.state == CheckState::warning);
    CHECK(check.mend == "# use a machine with a CPU to spare: the kernel needs one, too");
}

TEST_CASE("without configured cores as many are isolated as will be used, and CPU 0 is left alone") {
    MadeUpMachine machine;
    machine.live.cores = {};
    machine.put(cpus + "isolated", "\n");
    CHECK_THAT(judged(machine.checks(), "cores.isolated").mend, Catch::Contains(" isolcpus=1-3 "));
}

TEST_CASE("a governor that saves power is a warning on the cores that are used, and on no others") {
    MadeUpMachine machine;
    machine.put(cpus + "cpu0/cpufreq/scaling_governor", "powersave\n");
    CHECK(judged(machine.checks(), "cores.governor").state == CheckState::ok);
    machine.put(cpus + "cpu5/cpufreq/scaling_governor", "powersave\n");
    const Check check = judged(machine.checks(), "cores.governor");
    CHECK(check.state == CheckState::warning);
    CHECK(check.text == "CPUs 5: governor powersave; they slow down to save power");
    CHECK_THAT(check.mend,
               Catch::StartsWith("echo performance | tee "
                                 "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor\n# for good"));
}

TEST_CASE("a counter that changes its rate is wrong, in a virtual machine a warning") {
    MadeUpMachine machine;
    machine.put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu constant_tsc\n");
    CHECK(judged(machine.checks(), "cores.tsc").state == CheckState::wrong);
    machine.put("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu constant_tsc hypervisor\n");
    const Check check = judged(machine.checks(), "cores.tsc");
    CHECK(check.state == CheckState::warning);
    CHECK_THAT(check.mend, Catch::Contains("qemu -cpu host,+invtsc"));
}

TEST_CASE("a kernel that keeps time by another clock than the counter is set right where it can be") {
    MadeUpMachine machine;
    const std::string source = "/sys/devices/system/clocksource/clocksource0/";
    machine.put(source + "current_clocksource", "hpet\n");
    const Check check = judged(machine.checks(), "cores.tsc");
    CHECK(check.state == CheckState::warning);
    CHECK(check.mend == "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource");
    machine.put(source + "available_clocksource", "hpet acpi_pm\n");
    CHECK_THAT(judged(machine.checks(), "cores.tsc").mend, Catch::Contains("tsc=reliable"));
}

}  // namespace flowlock::test
