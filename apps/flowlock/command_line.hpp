// SPDX-License-Identifier: BSD-3-Clause
// What the user asked for, from the arguments of the program. Nothing is opened, printed or ended here: main
// does what the command says.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/config.hpp"

namespace flowlock {

enum class OutputFormat { text, json };  // what replay shows on standard output

struct ReplayCommand {
    ConfigSources config;
    unsigned workers = 1;              // 1 to 64
    std::optional<std::string> out;    // folder
    std::optional<std::string> flows;  // CSV file
    OutputFormat format = OutputFormat::text;
    bool findings = false;           // shows who was found innocent, too
    std::vector<std::string> files;  // at least one; "-", at most once, is standard input
};

struct RunCommand {
    ConfigSources config;
    std::optional<std::string> out;  // folder, instead of output.folder
};

struct CheckCommand {
    ConfigSources config;
    bool json = false;  // one JSON object instead of text
};

struct ReportCommand {
    std::string folder;  // of a case
    NetscanFormat netscan = NetscanFormat::v1;
    bool log_only = false;  // the scan's log, or the summary on the limit, without words around it
    NumberFormat numbers = NumberFormat::de;
    bool redact = false;  // hides the other customers' addresses
};

struct SignaturesCommand {
    bool list = false;                 // shows them, instead of trying their test payloads
    std::vector<std::string> folders;  // none: those that a monitor uses by default
};

struct VersionCommand {};

// Nothing is left to do: help was asked for, or the arguments are wrong.
struct Leave {
    int status = 0;      // 0 after help, else 2
    std::string output;  // for standard output
    std::string errors;  // for standard error
};

using Command = std::variant<ReplayCommand, RunCommand, CheckCommand, ReportCommand, SignaturesCommand,
                             VersionCommand, Leave>;

Command parse_command_line(int count, const char* const* arguments);

}  // namespace flowlock
