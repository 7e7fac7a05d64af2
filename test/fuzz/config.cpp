// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer target: whatever is in a configuration file or in an argument, nothing but a ConfigError comes
// out, and it says where the mistake is.
#include "config/config.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "live/cpu_list.hpp"
#include "live/port_name.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void load(std::string_view text, const flowlock::ConfigSources& sources, std::string_view place) {
    try {
        const auto config = flowlock::load_config_text(text, "fuzz.toml", sources);
        require(!config.limits.empty());
        require(config.scan.answer_wait <= config.scan.window);
    } catch (const flowlock::ConfigError& error) {
        const std::string_view message = error.what();
        require(message.starts_with(place));
        require(std::none_of(message.begin(), message.end(),
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    require(flowlock::PortName::parse(text).text == text);
    require(flowlock::parse_cpu_list(text).size() <= 8192);
    load(text, {}, "fuzz.toml:");
    load("", {.file = {}, .internal = {}, .overrides = {text}}, "--set ");
    load("", {.file = {}, .internal = {text}, .overrides = {}}, "--internal ");
    return 0;
}
