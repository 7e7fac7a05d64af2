// SPDX-License-Identifier: BSD-3-Clause
// [misconfiguration]: who may be a server or router, and the inventory of addresses.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "config/inventory_table.hpp"
#include "loading.hpp"

namespace flowlock::test {
namespace {

const HardwareAddress web = HardwareAddress::parse("02:00:5e:10:00:01").value();
const HardwareAddress mail = HardwareAddress::parse("02:00:5e:10:00:02").value();

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

// What is wrong in an inventory that is called hosts.csv.
std::string mistakes_in(const std::string& text) {
    Mistakes mistakes;
    read_inventory(text, "hosts.csv", {3, "misconfiguration.inventory"}, mistakes);
    try {
        mistakes.throw_if_any();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("an inventory says which address belongs to which hardware address") {
    Mistakes mistakes;
    const Inventory inventory = read_inventory(
        "mac,address,name\r\n02:00:5e:10:00:01,192.0.2.10,\"web, old\"\r\n\r\n"
        "02-00-5E-10-00-02,192.0.2.0/24\n02:00:5e:10:00:02,2001:db8:0:2::/64,mail",
        "hosts.csv", {3, "misconfiguration.inventory"}, mistakes);
    REQUIRE(mistakes.empty());
    CHECK(inventory.size() == 3);
    CHECK(inventory.allows(ip("192.0.2.10"), web));
    CHECK_FALSE(inventory.allows(ip("192.0.2.10"), mail));
    CHECK(inventory.allows(ip("192.0.2.11"), mail));
    CHECK_FALSE(inventory.allows(ip("2001:db8:0:2::7"), web));
    CHECK(inventory.allows(ip("2001:db8:0:3::7"), web));
}

TEST_CASE("what is wrong in an inventory is told with its line") {
    const std::string no_hardware =
        "does not begin with a station's hardware address and a comma; write for example "
        "02:00:5e:10:00:01,192.0.2.10";
    CHECK(mistakes_in("") == "hosts.csv: holds no address; write lines such as 02:00:5e:10:00:01,192.0.2.10");
    CHECK(mistakes_in("02:00:5e:10:00:01,192.0.2.1\nweb1,192.0.2.1") == "hosts.csv:2: " + no_hardware);
    CHECK(mistakes_in("02:00:5e:10:00:01") == "hosts.csv:1: " + no_hardware);
    CHECK(mistakes_in("ff:ff:ff:ff:ff:ff,192.0.2.1") == "hosts.csv:1: " + no_hardware);
    CHECK(mistakes_in("00:00:00:00:00:00,192.0.2.1") == "hosts.csv:1: " + no_hardware);
    CHECK(mistakes_in("02:00:5e:10:00:01,192.0.2.1/24") ==
          "hosts.csv:1: \"192.0.2.1/24\" has bits set beyond its prefix length; write 192.0.2.0/24");
    CHECK(mistakes_in("02:00:5e:10:00:01,192.0.2.1\x1b") ==
          "hosts.csv:1: has control characters, or is not UTF-8; write text");
}

TEST_CASE("a configuration that names an inventory has it, and says when it cannot be read") {
    std::string path = (std::filesystem::temp_directory_path() / "flowlock-inventory-XXXXXX").string();
    const int file = mkstemp(path.data());
    REQUIRE(file >= 0);
    ::close(file);
    std::ofstream(path) << "02:00:5e:10:00:01,192.0.2.10\n";
    const ConfigSources sources{
        .file = {}, .internal = {}, .overrides = {"misconfiguration.inventory=" + path}};
    CHECK(load_config(sources).faults.inventory.size() == 1);
    std::filesystem::remove(path);
    CHECK_THROWS_WITH(load_config(sources), Catch::Contains("cannot read " + path));
}

TEST_CASE("servers and routers are listed by network or by hardware address") {
    const Config config = loaded(
        "[misconfiguration]\ndhcp_servers = [\"192.0.2.0/24\", \"02:00:5e:10:00:01\"]\nrouters = "
        "[\"fe80::1\"]");
    CHECK(config.faults.dhcp_servers.lists(ip("192.0.2.7")));
    CHECK(config.faults.dhcp_servers.lists(web));
    CHECK_FALSE(config.faults.dhcp_servers.lists(mail));
    CHECK(config.faults.routers.lists(ip("fe80::1")));
    CHECK_FALSE(config.faults.routers.lists(ip("fe80::2")));
}

TEST_CASE("mistakes in [misconfiguration] are told with their mend") {
    const std::string mend =
        "write networks and hardware addresses within brackets, such as [\"192.0.2.1\", "
        "\"02:00:5e:10:00:01\"]";
    CHECK(mistakes("misconfiguration.routers = \"fe80::1\"") ==
          "flowlock.toml:1: misconfiguration.routers: is not an array; " + mend);
    CHECK(mistakes("misconfiguration.routers = [7]") ==
          "flowlock.toml:1: misconfiguration.routers: holds something that is not a string; " + mend);
    CHECK(mistakes("misconfiguration.routers = [\"router\"]") ==
          "flowlock.toml:1: misconfiguration.routers: \"router\" is not an IPv4 or IPv6 network such as "
          "10.0.0.0/16 or 2001:db8::/32; write an address and a prefix length");
    CHECK(mistakes("misconfiguration.inventory = \"hosts.csv\"") ==
          "flowlock.toml:1: misconfiguration.inventory: is \"hosts.csv\"; write an absolute path, such as "
          "\"/var/lib/flowlock\"");
    CHECK(mistakes("misconfiguration.inventory = \"\"") == "accepted");
    CHECK(mistakes("misconfiguration.forged_networks = 0") == "accepted");
    CHECK(mistakes("misconfiguration.forged_networks = 4_097") ==
          "flowlock.toml:1: misconfiguration.forged_networks: is 4097; write a whole number from 0 to 4_096");
    CHECK(
        mistakes("misconfiguration.rate_window = \"2h\"") ==
        "flowlock.toml:1: misconfiguration.rate_window: is \"2h\", out of range; write digits and s, m or h, "
        "from \"1s\" to \"3600s\"");
}

}  // namespace flowlock::test
