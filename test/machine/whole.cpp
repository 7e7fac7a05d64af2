// SPDX-License-Identifier: BSD-3-Clause
// What holds for any machine: a good one has no complaint, an odd one no crash.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "made_up_machine.hpp"

namespace flowlock::test {
namespace {

using namespace std::string_literals;

namespace fs = std::filesystem;

std::vector<fs::path> files_below(const std::string& root) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

void write(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

bool is_plain(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

TEST_CASE("on a good machine all is well") {
    const MadeUpMachine machine;
    const Checks checks = machine.checks();
    for (const Check& check : checks) {
        INFO(check.name << " " << check.text << "\n" << check.mend);
        CHECK(check.state == CheckState::ok);
    }
    for (const char* name :
         {"version.kernel",   "port.device",    "port.driver",       "port.link",
          "port.node",        "vfio.iommu",     "vfio.module",       "vfio.access",
          "memory.hugepages", "memory.nodes",   "memory.locked",     "memory.transparent_hugepages",
          "memory.swap",      "cores.exist",    "cores.count",       "cores.siblings",
          "cores.isolated",   "cores.governor", "cores.tsc",         "clock.synchronised",
          "output.folder",    "output.space",   "output.file_system"})
        judged(checks, name);
    CHECK(std::ranges::count(checks, "port.device", &Check::name) == 2);
}

TEST_CASE("without ports the rest of the machine is judged, and what only a NIC would need is a warning") {
    MadeUpMachine machine;
    machine.live = {};
    machine.remove("/sys/module/vfio_pci");
    machine.remove("/sys/kernel/iommu_groups");
    machine.put("/proc/self/limits",
                "Max locked memory         0                    0                    bytes");
    const Checks checks = machine.checks();
    for (const char* name : {"vfio.module", "vfio.iommu", "memory.locked"})
        CHECK(judged(checks, name).state == CheckState::warning);
    CHECK(judged(checks, "cores.exist").text == "live.cores is not set: chosen at start among 4-6");
}

TEST_CASE("an empty machine is judged without a crash") {
    const MachineFacts facts = read_facts("/nonexistent", {"0000:3b:00.0", "eth1", "net_null0"}, "/out");
    LiveOptions live;
    live.ports = {"0000:3b:00.0", "eth1", "net_null0"};
    live.cores = {0, 1};
    const Checks checks = check_machine(facts, live, "/out");
    CHECK(judged(checks, "port.device").state == CheckState::wrong);
    CHECK(judged(checks, "cores.exist").state == CheckState::wrong);
    CHECK(judged(check_machine({}, {}, ""), "memory.hugepages").state == CheckState::wrong);
}

TEST_CASE("whatever one file of the kernel holds, the text stays plain and each mend is for a shell") {
    MadeUpMachine machine;
    machine.put("/sys/class/net/eth1/flags", "0x1003\n");
    machine.live.ports.push_back("eth1");
    const std::array<std::string, 6> contents{"",
                                              "\n\n\n",
                                              "-1",
                                              "18446744073709551616",
                                              std::string(1 << 20, '7'),
                                              "\033[2J\0';$(reboot)\n\xff\xfe, 0-99999999999,5-1,"s};
    for (const fs::path& file : files_below(machine.real(""))) {
        std::ifstream stream(file, std::ios::binary);
        const std::string before{std::istreambuf_iterator<char>(stream), {}};
        for (const std::string& content : contents) {
            write(file, content);
            INFO(file << " holds " << content.substr(0, 40));
            const Checks checks = machine.checks();
            judged(checks, "version.kernel");
            for (const Check& check : checks) {
                CHECK(is_plain(check.text));
                CHECK(check.text.size() < 2000);
            }
        }
        write(file, before);
    }
}

TEST_CASE("a folder, a pipe or a circle of links in place of a file is read as nothing") {
    MadeUpMachine machine;
    const std::string governor = "/sys/devices/system/cpu/cpu4/cpufreq/scaling_governor";
    machine.remove(governor);
    machine.put(governor + "/below", "x");
    CHECK(judged(machine.checks(), "cores.governor").state == CheckState::ok);
    machine.link(governor, "scaling_governor");
    CHECK(judged(machine.checks(), "cores.governor").state == CheckState::ok);
    machine.remove(governor);
    REQUIRE(mkfifo(machine.real(governor).c_str(), 0600) == 0);
    CHECK(judged(machine.checks(), "cores.governor").state == CheckState::ok);
    machine.link("/var/lib/flowlock", "flowlock");
    CHECK(judged(machine.checks(), "output.folder").state == CheckState::wrong);
}

TEST_CASE("asking this machine's kernel changes nothing and fails nowhere") {
    MachineFacts facts = read_facts("/", {"lo", "0000:00:00.0", "no-such-interface"}, "/var/lib/flowlock");
    ask_kernel(facts);
    CHECK(facts.clock.known);
    CHECK_FALSE(facts.kernel.empty());
    CHECK_FALSE(facts.processor.cpus.empty());
    CHECK(facts.ports[0].interface->exists);
    CHECK(facts.ports[0].interface->offloads.has_value());
    CHECK_FALSE(facts.ports[2].interface->offloads.has_value());
    judged(check_machine(facts, {}, "/var/lib/flowlock"), "clock.synchronised");
}

}  // namespace flowlock::test
