// SPDX-License-Identifier: BSD-3-Clause
// The program: reads its arguments, does the command, and is the only place that catches.
#include <exception>

#include <fmt/format.h>

#include "case_reader.hpp"
#include "check.hpp"
#include "command_line.hpp"
#include "replay.hpp"
#include "report.hpp"
#include "run.hpp"
#include "signatures.hpp"

namespace {

constexpr int status_failed = 1;  // the machine's fault: DPDK does not start, an output cannot be written
constexpr int status_usage = 2;

struct Run {
    int operator()(const flowlock::ReplayCommand& command) const { return flowlock::replay(command); }
    int operator()(const flowlock::RunCommand& command) const { return flowlock::run(command); }
    int operator()(const flowlock::CheckCommand& command) const { return flowlock::check(command); }
    int operator()(const flowlock::ReportCommand& command) const { return flowlock::report(command); }
    int operator()(const flowlock::SignaturesCommand& command) const { return flowlock::signatures(command); }
    int operator()(const flowlock::VersionCommand&) const {
        fmt::print("flowlock {}\n", FLOWLOCK_VERSION);
        return 0;
    }
    int operator()(const flowlock::Leave& leave) const {
        fmt::print("{}", leave.output);
        fmt::print(stderr, "{}", leave.errors);
        return leave.status;
    }
};

}  // namespace

int main(int count, char** arguments) {
    try {
        return std::visit(Run{}, flowlock::parse_command_line(count, arguments));
    } catch (const flowlock::ConfigError& error) {
        // One mistake a line, each beginning with the place where it is.
        fmt::print(stderr, "{}\n", error.what());
        return status_usage;
    } catch (const flowlock::ReportUnreadable& error) {
        fmt::print(stderr, "flowlock report: {}\n", error.what());
        return status_usage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "flowlock: {}\n", error.what());
        return status_failed;
    }
}
