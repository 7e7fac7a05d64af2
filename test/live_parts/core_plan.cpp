// SPDX-License-Identifier: BSD-3-Clause
// Which CPUs a monitor takes, on machines that are folders.
#include "live/core_plan.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace flowlock;
namespace fs = std::filesystem;

namespace {

class MadeUpSys {
public:
    MadeUpSys() {
        char pattern[] = "/tmp/flowlock-test-XXXXXX";
        root_ = mkdtemp(pattern);
    }
    ~MadeUpSys() { fs::remove_all(root_); }
    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text << '\n';
    }
    std::string path() const { return root_; }

private:
    fs::path root_;
};

std::vector<Cpu> two_sockets(bool isolated) {
    std::vector<Cpu> cpus;
    for (std::uint32_t i = 0; i < 8; ++i)
        cpus.push_back({.number = i, .node = i < 4 ? 0 : 1, .isolated = isolated && i % 4 >= 2});
    return cpus;
}

using Cpus = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("the CPUs, their nodes and which are isolated are read from sysfs") {
    const MadeUpSys sys;
    sys.write("devices/system/cpu/online", "0-3,6");
    sys.write("devices/system/cpu/isolated", "2-3");
    sys.write("devices/system/node/online", "0-1");
    sys.write("devices/system/node/node0/cpulist", "0-2");
    sys.write("devices/system/node/node1/cpulist", "3,6");
    sys.write("bus/pci/devices/0000:3b:00.0/numa_node", "1");
    sys.write("class/net/eth1/device/numa_node", "-1");
    const auto cpus = read_cpu_facts(sys.path());
    REQUIRE(cpus.size() == 5);
    CHECK(cpus[4].number == 6);
    CHECK(cpus[4].node == 1);
    CHECK(cpus[2].isolated);
    CHECK_FALSE(cpus[1].isolated);
    CHECK(node_of_pci("0000:3b:00.0", sys.path()) == 1);
    CHECK(node_of_pci("0000:00:00.0", sys.path()) == -1);
    CHECK(node_of_interface("eth1", sys.path()) == -1);
}

TEST_CASE("a machine that says nothing about itself has no CPUs to plan with, and threads float") {
    const MadeUpSys sys;
    CHECK(read_cpu_facts(sys.path()).empty());
    CHECK_FALSE(plan_cores({}, {}, -1).pinned);
}

TEST_CASE("the configured CPUs are taken as they are") {
    const CorePlan plan = plan_cores({.ports = {}, .cores = {5, 1, 7}}, two_sockets(true), 0);
    CHECK(plan.cpus == Cpus{5, 1, 7});
    CHECK(plan.pinned);
}

TEST_CASE("isolated CPUs are preferred, and those of the port's node come first") {
    CHECK(plan_cores({}, two_sockets(true), 1).cpus == Cpus{6, 7, 2, 3});
    CHECK(plan_cores({}, two_sockets(true), -1).cpus == Cpus{2, 3, 6, 7});
    CHECK(plan_cores({}, two_sockets(false), 1).cpus == Cpus{4, 5, 6, 7, 0, 1, 2, 3});
}

TEST_CASE("a CPU that the process may not use is left alone, unless it is isolated") {
    auto cpus = two_sockets(false);
    cpus[0].usable = cpus[5].usable = false;
    CHECK(plan_cores({}, cpus, 0).cpus == Cpus{1, 2, 3, 4, 6, 7});
    for (Cpu& cpu : cpus) cpu.usable = cpu.number < 2;
    cpus[6].isolated = cpus[7].isolated = true;
    CHECK(plan_cores({}, cpus, 0).cpus == Cpus{6, 7});
}

TEST_CASE("too few CPUs for the wanted workers make threads float") {
    const std::vector<Cpu> two{{.number = 0}, {.number = 1}};
    CHECK(plan_cores({.ports = {}, .cores = {}, .workers = 1}, two, -1).pinned);
    CHECK_FALSE(plan_cores({.ports = {}, .cores = {}, .workers = 2}, two, -1).pinned);
}

TEST_CASE("there is a worker for each 10 Gbit/s, as far as CPUs go") {
    CHECK(workers_for({}, 0, 8) == 1);
    CHECK(workers_for({}, 10'000, 8) == 1);
    CHECK(workers_for({}, 20'000, 8) == 2);
    CHECK(workers_for({}, 25'000, 8) == 3);
    CHECK(workers_for({}, 40'000, 3) == 2);
    CHECK(workers_for({}, 40'000, 1) == 1);
    CHECK(workers_for({.ports = {}, .cores = {4, 5, 6}}, 100'000, 3) == 2);
    CHECK(workers_for({.ports = {}, .cores = {}, .workers = 7}, 10'000, 2) == 7);
}
