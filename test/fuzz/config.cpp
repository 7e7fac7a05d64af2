// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer target: whatever is in a configuration file, in an argument or in a table of networks, nothing but a
// ConfigError comes out, and it says where the mistake is. What is accepted holds what config.hpp promises.
#include "config/config.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "config/as_table.hpp"
#include "live/cpu_list.hpp"
#include "live/port_name.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void require_readable(const flowlock::ConfigError& error, std::string_view place) {
    const std::string_view message = error.what();
    require(message.starts_with(place));
    require(std::none_of(message.begin(), message.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
}

void check_limits(const flowlock::Config& config) {
    require(!config.limits.empty());
    for (const auto& rule : config.limits) {
        require(rule.per_second > 0 && rule.window.count() > 0 && rule.quiet_time.count() > 0);
        require(rule.vector == "any" || flowlock::is_vector(rule.vector));
        require(rule.group == "*" ||
                std::any_of(config.groups.begin(), config.groups.end(),
                            [&](const auto& group) { return group.name == rule.group; }));
        for (const auto& other : config.limits)
            require(&rule == &other || (rule.name != other.name &&
                                        (rule.group != other.group || !counts_the_same(rule, other))));
    }
}

void check_groups(const flowlock::Config& config) {
    for (const auto& group : config.groups) {
        require(!group.prefixes.empty());
        for (const auto& other : config.groups)
            for (const auto& prefix : other.prefixes.prefixes())
                require(&group == &other || !group.prefixes.overlaps(prefix));
    }
    for (const auto& allowance : config.allowances) {
        require(!allowance.reason.empty() && (allowance.out || allowance.in));
        require(!allowance.prefixes.empty() || !allowance.ports.empty());
    }
}

void load(std::string_view text, const flowlock::ConfigSources& sources, std::string_view place) {
    try {
        const auto config = flowlock::load_config_text(text, "fuzz.toml", sources);
        check_limits(config);
        check_groups(config);
        require(config.scan.answer_wait <= config.scan.window);
        require(config.sampling >= 1);
    } catch (const flowlock::ConfigError& error) {
        require_readable(error, place);
    }
}

// A table puts each address into one row, whatever its networks.
void read_table(std::string_view text) {
    flowlock::Mistakes mistakes;
    const auto networks = flowlock::read_as_table(text, "fuzz.csv", {1, "report.as_file"}, mistakes);
    try {
        mistakes.throw_if_any();
    } catch (const flowlock::ConfigError& error) {
        require_readable(error, "fuzz.csv:");
        return;
    }
    std::vector<flowlock::External> externals;
    for (const auto* address : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "2001:db8::1", "ffff::"})
        externals.push_back({flowlock::IpAddress::parse(address).value(), {{1}, {1}, {1}}});
    std::uint64_t addresses = 0;
    for (const auto& row : networks.roll_up(externals)) addresses += row.addresses;
    require(addresses == externals.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    require(flowlock::PortName::parse(text).text == text);
    require(flowlock::parse_cpu_list(text).size() <= 8192);
    load(text, {}, "fuzz.toml:");
    read_table(text);
    load("", {.file = {}, .internal = {}, .overrides = {text}}, "--set ");
    load("", {.file = {}, .internal = {text}, .overrides = {}}, "--internal ");
    return 0;
}
