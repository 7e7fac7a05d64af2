// SPDX-License-Identifier: BSD-3-Clause
// Loads a configuration from text, for tests that look at its mistakes.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace flowlock::test {

inline Config loaded(std::string_view text, const ConfigSources& sources = {}) {
    return load_config_text(text, "flowlock.toml", sources);
}

// What load_config says is wrong; "accepted" if it finds nothing.
inline std::string mistakes(std::string_view text, const ConfigSources& sources = {}) {
    try {
        loaded(text, sources);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

inline std::string mistakes_of_override(const std::string& assignment) {
    return mistakes("", {.file = {}, .internal = {}, .overrides = {assignment}});
}

inline Config with_overrides(std::string_view text, std::vector<std::string> overrides) {
    return loaded(text, {.file = {}, .internal = {}, .overrides = std::move(overrides)});
}

}  // namespace flowlock::test
