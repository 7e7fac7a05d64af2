// SPDX-License-Identifier: BSD-3-Clause
// Names of ports, lists of CPUs, and the NICs that are known.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "machine/nic_table.hpp"

namespace flowlock::test {
namespace {

namespace fs = std::filesystem;
using Ids = std::pair<unsigned, unsigned>;

// The PCI ids that a driver of DPDK says it drives, by the driver's name: it stands in each shared library as
// "PMD_INFO_STRING= {json}".
void read_ids(const fs::path& library, std::map<std::string, std::set<Ids>>& found) {
    std::ifstream stream(library, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const std::string mark = "PMD_INFO_STRING= ";
    for (std::size_t at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at + 1)) {
        const auto info = nlohmann::json::parse(bytes.c_str() + at + mark.size(), nullptr, false);
        if (!info.is_object() || !info.contains("pci_ids")) continue;
        for (const auto& ids : info["pci_ids"]) found[info["name"]].emplace(ids[0], ids[1]);
    }
}

std::map<std::string, std::set<Ids>> ids_of_dpdk() {
    std::map<std::string, std::set<Ids>> found;
    for (const char* name : {"ixgbe", "i40e", "ice", "e1000", "igc", "virtio", "mlx5"})
        read_ids(fs::path(DPDK_LIBRARIES) / ("librte_net_" + std::string(name) + ".so"), found);
    return found;
}

}  // namespace

TEST_CASE("every known NIC is driven by the driver that the table names, as DPDK's own libraries say") {
    const auto drivers = ids_of_dpdk();
    for (const KnownNic& nic : known_nics()) {
        INFO(nic.name << " " << std::hex << nic.vendor << ":" << nic.device << " " << nic.dpdk_driver);
        const auto driver = drivers.find(std::string(nic.dpdk_driver));
        REQUIRE(driver != drivers.end());
        CHECK(driver->second.contains({nic.vendor, nic.device}));
    }
}

TEST_CASE("the NICs of the product's servers are known, each once") {
    std::set<Ids> all;
    for (const KnownNic& nic : known_nics()) CHECK(all.emplace(nic.vendor, nic.device).second);
    for (const auto& [device, gbit] : std::map<unsigned, unsigned>{{0x10fb, 10},
                                                                   {0x1572, 10},
                                                                   {0x1583, 40},
                                                                   {0x1584, 40},
                                                                   {0x1592, 100},
                                                                   {0x1593, 25},
                                                                   {0x159b, 25}}) {
        const KnownNic* nic = find_nic(0x8086, device);
        REQUIRE(nic != nullptr);
        CHECK(nic->gbit == gbit);
    }
    CHECK(find_nic(0x8086, 0xffff) == nullptr);
    CHECK(find_nic(0x10000 + 0x8086, 0x10fb) == nullptr);
}

}  // namespace flowlock::test
