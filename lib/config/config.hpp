// SPDX-License-Identifier: BSD-3-Clause
// From a TOML file and command-line overrides to the option structs of the other libraries, complete and
// checked. Read once at start by the main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/prefix.hpp"
#include "detect/abuse_options.hpp"
#include "detect/external_networks.hpp"
#include "detect/fault_options.hpp"
#include "detect/limit_rule.hpp"
#include "detect/scan_options.hpp"
#include "flow/allowance.hpp"
#include "flow/engine_options.hpp"
#include "flow/host_group.hpp"
#include "live/live_options.hpp"
#include "report/evidence_options.hpp"
#include "report/output_options.hpp"
#include "report/report_options.hpp"

namespace flowlock {

// What a limit's external addresses are rolled up to: themselves only, their /24 (IPv6: /48), or their autonomous
// system.
enum class ExternalsBy : std::uint8_t { address, network, as };

// Where signatures of payloads are read from (lib/content).
struct SignatureOptions {
    bool enabled = true;
    std::vector<std::string> folders{};  // none: the shipped ones, and /etc/flowlock/signatures
    std::uint32_t packets = 8;           // that are looked at, of each side of a flow and second; 1 to 100

    friend bool operator==(const SignatureOptions&, const SignatureOptions&) = default;
};

struct Config {
    PrefixSet internal;
    std::vector<LimitRule> limits;
    std::vector<HostGroup> groups;      // none overlaps another
    std::vector<Allowance> allowances;  // in the order of the file
    std::uint32_t sampling = 1;         // the mirror passes on one packet of so many
    ScanOptions scan;
    AbuseOptions abuse;
    SignatureOptions signatures;
    FaultOptions faults;
    std::string inventory_file;  // faults.inventory is made of it; empty: there is none
    EngineOptions engine;
    ReportOptions report;
    EvidenceOptions evidence;
    ExternalsBy externals_by = ExternalsBy::address;
    std::string as_file;                 // the table for ExternalsBy::as
    ExternalNetworks external_networks;  // made of these two
    LiveOptions live;                    // of `flowlock run` only
    OutputOptions output;                // … as this

    LimitOptions limit_options() const;
};

// What was said on the command line.
struct ConfigSources {
    std::optional<std::string> file;     // --config
    std::vector<std::string> internal;   // --internal, replaces networks.internal
    std::vector<std::string> overrides;  // --set KEY=VALUE, applied in order
};

// The user's mistakes, one a line. what() says file, line, key, reason and mend:
//
//     flowlock.toml:12: limit[2].direction: is "outwards"; write "out" or "in"
//
// where limit[2] is the second [[limit]]; or the option of the command line, reason and mend.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Throws ConfigError.
Config load_config(const ConfigSources& sources);

// The same with the text of a file, which messages call `name`. No file is opened: with externals_by = "as" the
// table has no networks, and the inventory is empty.
Config load_config_text(std::string_view text, std::string_view name, const ConfigSources& sources);

}  // namespace flowlock
