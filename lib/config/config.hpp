// SPDX-License-Identifier: BSD-3-Clause
// From a TOML file and command-line overrides to the option structs of the other libraries, complete and
// checked. Read once at start by the main thread.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/prefix.hpp"
#include "detect/limit_rule.hpp"
#include "detect/scan_options.hpp"
#include "flow/engine_options.hpp"
#include "live/live_options.hpp"
#include "report/output_options.hpp"
#include "report/report_options.hpp"

namespace flowlock {

struct Config {
    PrefixSet internal;
    std::vector<LimitRule> limits;
    ScanOptions scan;
    EngineOptions engine;
    ReportOptions report;
    LiveOptions live;      // of `flowlock run` only
    OutputOptions output;  // … as this
};

// What was said on the command line.
struct ConfigSources {
    std::optional<std::string> file;     // --config
    std::vector<std::string> internal;   // --internal, replaces networks.internal
    std::vector<std::string> overrides;  // --set KEY=VALUE, applied in order
};

// The user's mistakes, one a line. what() says file, line, key, reason and mend:
//
//     flowlock.toml:12: limit[2].metric: is "bytes"; write "packets" or "bits" or "flows"
//
// where limit[2] is the second [[limit]]; or the option of the command line, reason and mend.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Throws ConfigError.
Config load_config(const ConfigSources& sources);

// The same with the text of a file, which messages call `name`; sources.file is not opened.
Config load_config_text(std::string_view text, std::string_view name, const ConfigSources& sources);

}  // namespace flowlock
