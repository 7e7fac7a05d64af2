// SPDX-License-Identifier: BSD-3-Clause
// flowlock-evaluate: how well the scan detector tells scanners from innocents, beside the plain rules of the field.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "captures.hpp"
#include "curve.hpp"
#include "dataplane/eal.hpp"
#include "experiment.hpp"
#include "results.hpp"

namespace {

using namespace flowlock::evaluate;

struct Arguments {
    Experiment experiment;
    std::vector<std::string> classes;
    std::vector<std::string> kinds;
    std::string json;
    bool markdown = false;
    bool no_peers = false;
    bool replay = false;

    Format format() const { return markdown ? Format::markdown : Format::text; }
};

void add_options(CLI::App& command, Arguments& arguments) {
    command.add_option("--seeds", arguments.experiment.seeds, "So many seeds")->capture_default_str();
    command.add_option("--from-seed", arguments.experiment.first_seed, "The first one")
        ->capture_default_str();
    command.add_option("--jobs", arguments.experiment.jobs, "Scenes that run at once")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command.add_option("--classes", arguments.classes, "Only these classes of hosts")->delimiter(',');
    command
        .add_option("--scenes", arguments.kinds, "Only these scenes: mixed, slow, alone, one-way, innocents")
        ->delimiter(',');
    command.add_option("--json", arguments.json, "Writes all figures into this file, too");
    command.add_flag("--markdown", arguments.markdown, "Tables as Markdown");
}

void print(const Table& table, Format format) {
    const std::string text = to_string(table, format) + "\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void write_json(const std::string& path, const nlohmann::json& json) {
    if (path.empty()) return;
    std::ofstream file(path);
    file << json.dump(1) << '\n';
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

// The exit status: 0 when nobody was missed who must be found, and nobody locked who must not.
int evaluate_scenes(Arguments& arguments) {
    const auto begin = std::chrono::steady_clock::now();
    Experiment& experiment = arguments.experiment;
    experiment.contenders = {{"flowlock", {}}};
    experiment.contenders[0].settings.live = !arguments.replay;
    experiment.peers = !arguments.no_peers;
    const Tally tally = run(experiment);
    if (tally.classes().empty()) throw std::runtime_error("no scene has such hosts");
    for (const Table& table : scene_tables(tally)) print(table, arguments.format());
    write_json(arguments.json, to_json(tally));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    fmt::print("{} scanners, {} missed; {} innocents, {} locked; {} seeds from {} in {:.0f} s\n",
               tally.hosts(false), tally.missed(0), tally.hosts(true), tally.false_locks(0), experiment.seeds,
               experiment.first_seed, elapsed.count());
    return tally.missed(0) == 0 && tally.false_locks(0) == 0 ? 0 : 1;
}

int evaluate_curve(Arguments& arguments) {
    nlohmann::json json;
    for (const Curve& curve : curves()) {
        Experiment experiment = arguments.experiment;
        experiment.contenders = curve.contenders;
        experiment.peers = false;
        const Tally tally = run(experiment);
        print(contender_table(curve.title, tally), arguments.format());
        json[curve.title] = to_json(tally);
    }
    write_json(arguments.json, json);
    return 0;
}

int evaluate_captures(const std::string& folder, Format format) {
    const CaptureResults results = judge_captures(folder);
    print(results.table, format);
    fmt::print("{} captures; {} scanners missed, {} hosts locked that are none\n",
               results.table.rows.size() - 1, results.missed, results.false_locks);
    return results.missed == 0 && results.false_locks == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Evaluates the scan detector over labelled traffic.\nExit status: 0 no mistake, 1 mistakes, 2 an "
        "error"};
    app.require_subcommand(1);
    Arguments arguments;
    arguments.experiment.jobs = std::max(1u, std::thread::hardware_concurrency());
    CLI::App* scenes = app.add_subcommand("scenes", "Scanners and innocents of every class, by seeds");
    add_options(*scenes, arguments);
    scenes->add_flag("--no-peers", arguments.no_peers,
                     "Without the rules of others, which take half the time");
    scenes->add_flag("--replay", arguments.replay, "Judge as a replay does, at the end; else as it comes");
    CLI::App* curve = app.add_subcommand("curve", "The same with other thresholds, one varied at a time");
    add_options(*curve, arguments);
    CLI::App* captures = app.add_subcommand("captures", "Captures with known truth");
    std::string folder;
    captures->add_option("folder", folder, "Where they are, with their truth.json")->required();
    captures->add_flag("--markdown", arguments.markdown, "The table as Markdown");
    CLI11_PARSE(app, argc, argv);
    arguments.experiment.classes = {arguments.classes.begin(), arguments.classes.end()};
    arguments.experiment.kinds = {arguments.kinds.begin(), arguments.kinds.end()};
    try {
        const flowlock::Eal eal({.workers = 1, .memory_mib = 64});
        if (captures->parsed()) return evaluate_captures(folder, arguments.format());
        return curve->parsed() ? evaluate_curve(arguments) : evaluate_scenes(arguments);
    } catch (const std::exception& error) {
        fmt::print(stderr, "flowlock-evaluate: {}\n", error.what());
        return 2;
    }
}
