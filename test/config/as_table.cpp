// SPDX-License-Identifier: BSD-3-Clause
// [report] externals_by and as_file: what external addresses are rolled up to, and the table of networks.
#include "config/as_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "config/text.hpp"
#include "loading.hpp"

namespace flowlock::test {
namespace {

// A table on disk, removed with it.
class TableFile {
public:
    explicit TableFile(const std::string& text) {
        path = (std::filesystem::temp_directory_path() / "flowlock-as-XXXXXX").string();
        const int file = mkstemp(path.data());
        REQUIRE(file >= 0);
        std::ofstream(path, std::ios::binary) << text;
        ::close(file);
    }
    ~TableFile() { std::filesystem::remove(path); }
    TableFile(const TableFile&) = delete;
    TableFile& operator=(const TableFile&) = delete;

    std::string path;
};

Config loaded_with(const std::string& path) {
    return load_config(
        {.file = {}, .internal = {}, .overrides = {"report.externals_by=as", "report.as_file=" + path}});
}

std::string mistake_with(const std::string& path) {
    try {
        loaded_with(path);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

// What is wrong in a table that is called as.csv.
std::string mistakes_in(const std::string& text) {
    Mistakes mistakes;
    read_as_table(text, "as.csv", {3, "report.as_file"}, mistakes);
    try {
        mistakes.throw_if_any();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

// The row that the address ends up in.
std::string row_of(const ExternalNetworks& networks, const char* address) {
    const std::vector<External> externals{{IpAddress::parse(address).value(), {{1}, {1}, {1}}}};
    const auto rows = networks.roll_up(externals);
    return rows.empty() ? "none" : rows.at(0).name;
}

std::string row_in(const std::string& text, const char* address) {
    Mistakes mistakes;
    const auto networks = read_as_table(text, "as.csv", {3, "report.as_file"}, mistakes);
    mistakes.throw_if_any();
    return row_of(networks, address);
}

}  // namespace

TEST_CASE(
    "external addresses are rolled up to nothing, to networks or to autonomous systems, as configured") {
    CHECK_FALSE(loaded("").external_networks.enabled());
    CHECK_FALSE(loaded("report.externals_by = \"address\"").external_networks.enabled());
    CHECK(row_of(loaded("report.externals_by = \"network\"").external_networks, "192.0.2.1") ==
          "192.0.2.0/24");
    const TableFile table("192.0.2.0/24,64496,Example\n");
    CHECK(row_of(loaded_with(table.path).external_networks, "192.0.2.1") == "AS64496 Example");
    CHECK(mistakes("report.externals_by = \"country\"") ==
          "flowlock.toml:1: report.externals_by: is \"country\"; write \"address\" or \"network\" or \"as\"");
}

TEST_CASE("autonomous systems need a table, and nothing else reads it") {
    CHECK(mistakes("[report]\nexternals_by = \"as\"") ==
          "flowlock.toml:2: report.externals_by: \"as\" needs a table of networks; add as_file = "
          "\"/etc/flowlock/as.csv\" to [report]");
    CHECK(mistakes("[report]\nas_file = \"as.csv\"") ==
          "flowlock.toml:2: report.as_file: is \"as.csv\"; write an absolute path, such as "
          "\"/var/lib/flowlock\"");
    const auto config =
        load_config({.file = {}, .internal = {}, .overrides = {"report.as_file=/nonexistent/as.csv"}});
    CHECK_FALSE(config.external_networks.enabled());
}

TEST_CASE("a table that cannot be read is told where it is named") {
    CHECK(mistake_with("/nonexistent/as.csv") ==
          "--set report.as_file=/nonexistent/as.csv: cannot read /nonexistent/as.csv: No such file or "
          "directory; name a readable CSV file");
    CHECK(mistake_with("/dev/zero") ==
          "--set report.as_file=/dev/zero: cannot read /dev/zero: it is larger than 64 MiB; name a readable "
          "CSV file");
    const TableFile table("192.0.2.0/24,64496\n192.0.2.1/24,64496\n");
    CHECK(mistake_with(table.path) == table.path +
                                          ":2: \"192.0.2.1/24\" has bits set beyond its prefix length; write "
                                          "192.0.2.0/24");
}

TEST_CASE("a table may have a title, line ends of either kind, empty lines and quotes") {
    const std::string text =
        "prefix,asn,name\r\n\"192.0.2.0/24\",\"64496\",\"Example, \"\"the\"\" Inc.\"\r\n\n"
        "203.0.113.0/24,AS64497\n198.51.100.0/24,64498,\n2001:db8::/32,64499,Größe";
    CHECK(row_in(text, "192.0.2.1") == "AS64496 Example, \"the\" Inc.");
    CHECK(row_in(text, "203.0.113.1") == "AS64497");
    CHECK(row_in(text, "198.51.100.1") == "AS64498");
    CHECK(row_in(text, "2001:db8::1") == "AS64499 Größe");
    CHECK(row_in(text, "192.0.3.1") == "unknown");
}

TEST_CASE("an autonomous system has the first name that the table gives it") {
    const std::string text = "10.0.0.0/8,1\n11.0.0.0/8,1,First\n12.0.0.0/8,1,Second\n";
    for (const char* address : {"10.0.0.1", "11.0.0.1", "12.0.0.1"})
        CHECK(row_in(text, address) == "AS1 First");
}

TEST_CASE("a line that says no network, number and name is told with its number") {
    const std::string mend =
        "is not a network, an AS number and perhaps a name; write for example "
        "192.0.2.0/24,64496,\"Example, Inc.\"";
    for (const std::string line :
         {"192.0.2.0/24", "192.0.2.0/24,1,a,b", "192.0.2.0/24,1,a,", "\"192.0.2.0/24,1",
          "192.0.2.0/24,1,a\"b", "192.0.2.0/24,1,\"a\"b", "192.0.2.0/24;1"}) {
        INFO(line);
        CHECK(mistakes_in("10.0.0.0/8,1\n" + line + "\n") == "as.csv:2: " + mend);
    }
    CHECK(mistakes_in("example.org,1") ==
          "as.csv:1: \"example.org\" is not an IPv4 or IPv6 network such as 10.0.0.0/16 or 2001:db8::/32; "
          "write "
          "an address and a prefix length");
    for (const std::string number : {"0", "4294967296", "-1", "1.5", "ASN1", "", "AS"}) {
        INFO(number);
        CHECK(mistakes_in("10.0.0.0/8," + number) ==
              "as.csv:1: \"" + number + "\" is no AS number; write 1 to 4294967295");
    }
    CHECK(mistakes_in("10.0.0.0/8,1," + std::string(100, 'a')) == "accepted");
    CHECK(mistakes_in("10.0.0.0/8,1," + std::string(101, 'a')) ==
          "as.csv:1: has a name of more than 100 characters; shorten it");
}

TEST_CASE("a line with control characters, or not in UTF-8, is told") {
    for (const std::string name : {"a\tb", "a\x1b[2J", "a\rb", "a\x7f", "\xc2\x9b", "\xff", "\xc3"}) {
        INFO(name);
        CHECK(mistakes_in("10.0.0.0/8,1," + name + "\n") ==
              "as.csv:1: has control characters, or is not UTF-8; write text");
    }
    CHECK(mistakes_in(std::string("10.0.0.0/8,1,a\0b", 16)) ==
          "as.csv:1: has control characters, or is not UTF-8; write text");
}

TEST_CASE("a network of two autonomous systems is told with both lines; of one it may be repeated") {
    CHECK(mistakes_in("10.0.0.0/8,1\n11.0.0.0/8,1\n10.0.0.0/8,2\n") ==
          "as.csv:3: 10.0.0.0/8 is of AS1 in line 1; remove one of the two");
    CHECK(mistakes_in("10.0.0.0/8,1\n10.0.0.0/8,1\n10.0.0.0/16,2\n") == "accepted");
}

TEST_CASE("an empty table is a mistake") {
    for (const std::string text : {"", "\n\n", "prefix,asn,name\n"})
        CHECK(mistakes_in(text) ==
              "as.csv: holds no network; write lines such as 192.0.2.0/24,64496,Example");
}

TEST_CASE("of a table that is none, twenty lines are told") {
    std::string text;
    for (int i = 0; i < 1'000; ++i) text += "line\n";
    const auto told = mistakes_in(text);
    REQUIRE(std::count(told.begin(), told.end(), '\n') == 19);
    REQUIRE(told.find("as.csv:20: ") != std::string::npos);
}

TEST_CASE("text is printable if it is UTF-8 without control characters") {
    for (const std::string text : {"", "plain", "größer", "日本", "\xf0\x9f\x99\x82", "\xc2\xa0",
                                   "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        INFO(text);
        CHECK(is_printable(text));
    }
    // Cut, continued from nowhere, longer than need be, a surrogate, beyond Unicode, a sixth form.
    for (const std::string text :
         {"\xc3", "a\xe6\x97", "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
          "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\n", "\x1f", "\x7f",
          "\xc2\x80", "\xc2\x9f"}) {
        INFO(text);
        CHECK_FALSE(is_printable(text));
    }
    CHECK(characters_of("größer") == 6);
}

}  // namespace flowlock::test
