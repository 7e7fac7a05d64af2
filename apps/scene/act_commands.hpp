// SPDX-License-Identifier: BSD-3-Clause
// The subcommands that play acts: attack, innocent, sample. Owned by one thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "acts.hpp"

namespace flowlock::scene {

class ActCommands {
public:
    explicit ActCommands(CLI::App& app);
    ActCommands(const ActCommands&) = delete;
    ActCommands& operator=(const ActCommands&) = delete;

    // Writes the scene of the subcommand that was given, if it is one of these. Throws std::runtime_error.
    void run();

private:
    struct Command {
        CLI::App* app = nullptr;
        std::vector<ActKind> kinds;
        std::string kind;
        std::string direction;
        std::string role = "victim";
        std::string part = "1/1";
        std::string capture;
        std::string truth;
        CaptureWriter::Options writer;
        bool microseconds = false;
        bool background = false;
        bool one_way = false;
        std::uint32_t background_seconds = 0;
        std::uint32_t on_ms = 1'000;
        std::uint32_t off_ms = 0;
        std::string beside;
        std::uint32_t beside_rate = 10'000;
        ActOptions options;
    };

    void add(Command& command, CLI::App& app, const char* name, const char* description);
    void add_kinds(Command& command, const char* option, const std::vector<ActKind>& kinds);
    void add_amounts(Command& command);
    void describe_attack(CLI::App& app);
    void describe_innocent(CLI::App& app);
    void describe_sample(CLI::App& app);
    static void run(Command& command);

    Command attack_;
    Command innocent_;
    Command sample_;
};

}  // namespace flowlock::scene
