// SPDX-License-Identifier: BSD-3-Clause
// flowlock-scene: writes capture files of described scenes, and what is true of them. For the demo, tests and
// benchmarks.
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "act_commands.hpp"
#include "scenes.hpp"

namespace {

using flowlock::scene::CaptureWriter;
using flowlock::scene::Recorder;
using flowlock::scene::SceneOptions;
using flowlock::scene::Truth;

// A scene as the command line offers it: its name, and what its options are unless said otherwise.
struct Scene {
    const char* name;
    const char* description;
    void (*record)(Recorder&, const SceneOptions&);
    SceneOptions defaults;
    std::uint32_t snap_length;
    bool find_flows;  // see Truth
};

const Scene scenes[] = {
    {"demo",
     "30 s of an ordinary network, one netscan, one packet flood",
     flowlock::scene::record_demo,
     {.packets = 1, .flows = 1, .seconds = 30},
     64,
     true},
    {"mix",
     "TCP, UDP and ICMP flows of Zipf sizes",
     flowlock::scene::record_mix,
     {.packets = 4'000'000, .flows = 400'000, .seconds = 60},
     96,
     false},
    {"min64",
     "short UDP packets over uniformly random flows",
     flowlock::scene::record_min64,
     {.packets = 8'000'000, .flows = 1'000'000, .seconds = 20},
     96,
     false},
    {"synflood",
     "SYNs to one host, each a new flow",
     flowlock::scene::record_syn_flood,
     {.packets = 4'000'000, .flows = 1, .seconds = 10},
     96,
     false},
};

struct Arguments {
    std::string capture;
    std::string truth;
    SceneOptions options;
    CaptureWriter::Options writer;
    bool microseconds = false;
};

void describe(CLI::App& command, const Scene& scene, Arguments& arguments) {
    arguments.options = scene.defaults;
    arguments.writer.snap_length = scene.snap_length;
    command.add_option("FILE", arguments.capture, "the pcap file to write")->required();
    command.add_option("--truth", arguments.truth, "a JSON file that says what is true of it");
    command.add_option("--seed", arguments.options.seed, "another seed is another scene of the same kind")
        ->capture_default_str();
    command.add_option("--snap", arguments.writer.snap_length, "bytes kept of each frame")
        ->check(CLI::Range(14, 65535))
        ->capture_default_str();
    command.add_flag("--microseconds", arguments.microseconds,
                     "timestamps in microseconds instead of nanoseconds");
    if (scene.record == flowlock::scene::record_demo) return;
    command.add_option("--packets", arguments.options.packets)
        ->check(CLI::Range(1u, 1'000'000'000u))
        ->capture_default_str();
    command.add_option("--seconds", arguments.options.seconds, "length of the scene")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    if (scene.defaults.flows > 1)
        command.add_option("--flows", arguments.options.flows)
            ->check(CLI::Range(1, 100'000'000))
            ->capture_default_str();
    if (scene.record != flowlock::scene::record_mix)
        command.add_option("--frame-bytes", arguments.options.frame_bytes, "length of each frame")
            ->capture_default_str();
}

void record(const Scene& scene, Arguments& arguments) {
    arguments.writer.nanoseconds = !arguments.microseconds;
    CaptureWriter writer{arguments.capture, arguments.writer};
    Truth truth{{.find_flows = scene.find_flows}};
    Recorder recorder{writer, truth};
    scene.record(recorder, arguments.options);
    writer.close();
    if (!arguments.truth.empty()) truth.write(arguments.truth, scene.name, arguments.options.seed);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Writes capture files of described scenes: the same seed, the same bytes."};
    app.require_subcommand(1);
    Arguments arguments[std::size(scenes)];
    for (std::size_t i = 0; i < std::size(scenes); ++i)
        describe(*app.add_subcommand(scenes[i].name, scenes[i].description), scenes[i], arguments[i]);
    flowlock::scene::ActCommands act_commands{app};
    try {
        app.parse(argc, argv);
        act_commands.run();
        for (std::size_t i = 0; i < std::size(scenes); ++i)
            if (app.got_subcommand(scenes[i].name)) record(scenes[i], arguments[i]);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "flowlock-scene: %s\n", error.what());
        return 1;
    }
    return 0;
}
