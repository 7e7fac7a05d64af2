// SPDX-License-Identifier: BSD-3-Clause
#include "made_up_machine.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace flowlock::test {
namespace {

namespace fs = std::filesystem;

// Of all mends at once: a shell takes long to start. What was accepted is not asked again.
bool shell_accepts(const Checks& checks) {
    static std::set<std::string> accepted;
    std::string script;
    for (const Check& check : checks)
        if (accepted.insert(check.mend).second) script += check.mend + "\n";
    if (script.empty()) return true;
    std::FILE* shell = popen("sh -n 2>&1", "w");
    REQUIRE(shell != nullptr);
    std::fwrite(script.data(), 1, script.size(), shell);
    return pclose(shell) == 0;
}

}  // namespace

MadeUpMachine::MadeUpMachine() {
    std::string pattern = (fs::temp_directory_path() / "flowlock-machine-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = pattern;
    live.ports = {"0000:3b:00.0", "0000:3b:00.1"};
    live.cores = {4, 5, 6};
    put_processor();
    put_memory();
    put_nic("0000:3b:00.0", "42");
    put_nic("0000:3b:00.1", "43");
    put_process();
    put("/sys/module/vfio_pci/version", "0.2");
    fs::create_directories(real("/var/lib/flowlock"));
}

MadeUpMachine::~MadeUpMachine() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

void MadeUpMachine::put(const std::string& path, const std::string& content) {
    const fs::path file = real(path);
    fs::create_directories(file.parent_path());
    fs::remove_all(file);
    std::ofstream(file, std::ios::binary) << content;
}

void MadeUpMachine::link(const std::string& path, const std::string& target) {
    const fs::path file = real(path);
    fs::create_directories(file.parent_path());
    fs::remove_all(file);
    fs::create_symlink(target, file);
}

void MadeUpMachine::remove(const std::string& path) {
    REQUIRE(fs::remove_all(real(path)) > 0);
}

void MadeUpMachine::put_processor() {
    const std::string cpus = "/sys/devices/system/cpu/";
    put(cpus + "online", "0-7\n");
    put(cpus + "present", "0-7\n");
    put(cpus + "isolated", "4-6\n");
    put(cpus + "nohz_full", "4-6\n");
    for (int cpu = 0; cpu < 8; ++cpu) {
        const std::string folder = cpus + "cpu" + std::to_string(cpu);
        put(folder + "/topology/thread_siblings_list", std::to_string(cpu) + "\n");
        put(folder + "/cpufreq/scaling_governor", "performance\n");
    }
    put("/sys/devices/system/node/online", "0-1\n");
    put("/sys/devices/system/node/node0/cpulist", "0-3\n");
    put("/sys/devices/system/node/node1/cpulist", "4-7\n");
    put("/proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu constant_tsc nonstop_tsc pdpe1gb\n\n");
    put("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    put("/sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm \n");
}

void MadeUpMachine::put_memory() {
    const auto pool = [this](const std::string& folder, int gigantic, int small) {
        for (const char* file : {"/nr_hugepages", "/free_hugepages"}) {
            put(folder + "/hugepages-1048576kB" + file, std::to_string(gigantic) + "\n");
            put(folder + "/hugepages-2048kB" + file, std::to_string(small) + "\n");
        }
    };
    pool("/sys/kernel/mm/hugepages", 4, 0);
    pool("/sys/devices/system/node/node0/hugepages", 0, 0);
    pool("/sys/devices/system/node/node1/hugepages", 4, 0);
    put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    put("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
}

void MadeUpMachine::put_nic(const std::string& address, const std::string& group) {
    const std::string folder = "/sys/bus/pci/devices/" + address + "/";
    put(folder + "vendor", "0x8086\n");
    put(folder + "device", "0x10fb\n");
    put(folder + "class", "0x020000\n");
    put(folder + "numa_node", "1\n");
    for (const char* which : {"current", "max"}) {
        put(folder + which + "_link_speed", "5.0 GT/s PCIe\n");
        put(folder + which + "_link_width", "8\n");
    }
    link(folder + "driver", "../../../bus/pci/drivers/vfio-pci");
    link(folder + "iommu_group", "../../../kernel/iommu_groups/" + group);
    put("/sys/kernel/iommu_groups/" + group + "/devices/" + address, "");
    put("/dev/vfio/" + group, "");
}

void MadeUpMachine::put_process() {
    put("/proc/self/status", "Name:\tflowlock\nUid:\t1000\t1001\t1000\t1000\nCapEff:\t0000000000203000\n");
    put("/proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max locked memory         unlimited            unlimited            bytes     \n");
    put("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
    put("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 intel_iommu=on iommu=pt\n");
    put("/proc/net/route", "Iface\tDestination\tGateway\neth0\t00000000\t0100000A\n");
}

MachineFacts MadeUpMachine::facts() const {
    MachineFacts facts = read_facts(root_.string(), live.ports, output_folder);
    facts.clock = {.known = true, .synchronised = true, .error_max = std::chrono::milliseconds{2}};
    facts.output.file_system = "ext4";
    facts.output.free_bytes = std::uint64_t{100} << 30;
    facts.output.free_inodes = 1'000'000;
    for (PortFacts& port : facts.ports)
        if (port.interface) port.interface->offloads = OffloadFacts{};
    return facts;
}

void listen_to_eth1(MadeUpMachine& machine) {
    const std::string folder = "/sys/class/net/eth1/";
    machine.put(folder + "flags", "0x1003\n");
    machine.put(folder + "carrier", "1\n");
    machine.put(folder + "mtu", "1500\n");
    machine.put(folder + "speed", "10000\n");
    machine.put(folder + "queues/rx-0/rps_cpus", "0\n");
    machine.put(folder + "queues/tx-0/xps_cpus", "0\n");
    machine.put(folder + "device/numa_node", "1\n");
    machine.link(folder + "device/driver", "../../../bus/pci/drivers/ixgbe");
    machine.live.ports = {"eth1"};
    machine.live.cores = {4, 5};
}

Check judged(const Checks& checks, const std::string& name) {
    Check found;
    for (const Check& check : checks) {
        INFO(check.name << ": " << check.text << "\n" << check.mend);
        CHECK(check.mend.empty() == (check.state == CheckState::ok));
        CHECK(check.text.find('\n') == std::string::npos);
        CHECK_FALSE(check.text.empty());
        if (check.name != name) continue;
        if (found.name.empty() || (found.state == CheckState::ok && check.state != CheckState::ok))
            found = check;
    }
    CHECK(shell_accepts(checks));
    INFO(name);
    REQUIRE(found.name == name);
    return found;
}

}  // namespace flowlock::test
