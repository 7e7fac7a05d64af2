// SPDX-License-Identifier: BSD-3-Clause
#include "act_commands.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <stdexcept>

namespace flowlock::scene {

namespace {

std::vector<ActKind> joined(std::initializer_list<std::span<const ActKind>> lists) {
    std::vector<ActKind> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

std::vector<ActKind> innocents() {
    return joined({transfer_kinds(), service_kinds()});
}

const ActKind& kind_named(const std::vector<ActKind>& kinds, const std::string& name) {
    return *std::ranges::find(kinds, name, &ActKind::name);
}

CLI::IsMember names_of(const std::vector<ActKind>& kinds) {
    std::vector<std::string> names;
    for (const auto& kind : kinds) names.emplace_back(kind.name);
    return CLI::IsMember{names};
}

Role role_of(const std::string& name) {
    return name == "victim"      ? Role::victim
           : name == "reflector" ? Role::reflector
           : name == "requester" ? Role::requester
                                 : Role::spoofer;
}

// "1/100" is 100; 0: it is no such part.
std::uint32_t divisor_of(const std::string& part) {
    std::uint32_t divisor = 0;
    const auto* end = part.data() + part.size();
    if (!part.starts_with("1/") || std::from_chars(part.data() + 2, end, divisor).ptr != end) return 0;
    return divisor;
}

}  // namespace

ActCommands::ActCommands(CLI::App& app) {
    describe_attack(app);
    describe_innocent(app);
    describe_sample(app);
}

void ActCommands::add(Command& command, CLI::App& app, const char* name, const char* description) {
    command.app = app.add_subcommand(name, description);
    command.writer.snap_length = 64;
    auto& options = *command.app;
    options.add_option("FILE", command.capture, "the pcap file to write")->required();
    options.add_option("--truth", command.truth, "a JSON file that says what is true of it");
    options.add_option("--seed", command.options.seed, "another seed is another scene of the same kind")
        ->capture_default_str();
    options.add_option("--snap", command.writer.snap_length, "bytes kept of each frame")
        ->check(CLI::Range(14, 65535))
        ->capture_default_str();
    options.add_flag("--microseconds", command.microseconds,
                     "timestamps in microseconds instead of nanoseconds");
    options
        .add_option("--offset-ms", command.options.offset_ms,
                    "when it begins, after the scene's first whole second")
        ->check(CLI::Range(0, 3'600'000))
        ->capture_default_str();
    options.add_flag("--background", command.background,
                     "with everyday traffic of 50 conversations a second");
    options
        .add_option("--background-seconds", command.background_seconds,
                    "how long it lasts; 0: as long as the rest")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    options.add_flag("--one-way", command.one_way, "only what leaves the internal network");
    options.add_option("--beside", command.beside, "with an innocent of that kind on 198.51.100.130")
        ->check(names_of(innocents()));
    options.add_option("--beside-rate", command.beside_rate, "its packets a second")
        ->check(CLI::Range(1u, 100'000'000u))
        ->capture_default_str();
}

void ActCommands::add_kinds(Command& command, const char* option, const std::vector<ActKind>& kinds) {
    command.kinds = kinds;
    std::string description;
    for (const auto& kind : kinds) description += "\n  " + std::string{kind.name} + ": " + kind.description;
    command.app->add_option(option, command.kind, "one of" + description)
        ->required()
        ->check(names_of(kinds).name(""));
}

void ActCommands::add_amounts(Command& command) {
    auto& options = *command.app;
    options.add_option("--direction", command.direction, "out: the greater part is sent by internal hosts")
        ->check(CLI::IsMember({"in", "out"}))
        ->capture_default_str();
    options.add_option("--rate", command.options.rate, "packets a second in that direction")
        ->check(CLI::Range(1u, 100'000'000u))
        ->capture_default_str();
    options.add_option("--seconds", command.options.seconds, "how long it lasts, pauses included")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    options.add_option("--hosts", command.options.hosts, "internal hosts that take part, in turn")
        ->check(CLI::Range(1u, hosts_max))
        ->capture_default_str();
    options.add_option("--externals", command.options.externals, "external addresses, in turn")
        ->check(CLI::Range(1u, externals_max))
        ->capture_default_str();
    options.add_option("--payload", command.options.payload, "bytes of payload; -1: what is usual")
        ->check(CLI::Range(-1, 65'507))
        ->capture_default_str();
    options.add_option("--on-ms", command.on_ms, "with --off-ms: length of a pulse")
        ->check(CLI::Range(1, 3'600'000))
        ->capture_default_str();
    options.add_option("--off-ms", command.off_ms, "pause between pulses; 0: no pulses")
        ->check(CLI::Range(0, 3'600'000))
        ->capture_default_str();
}

void ActCommands::describe_attack(CLI::App& app) {
    add(attack_, app, "attack", "a flood or an amplification");
    attack_.direction = "in";
    add_kinds(attack_, "--vector", joined({flood_kinds(), amplification_kinds()}));
    add_amounts(attack_);
    attack_.app
        ->add_option("--role", attack_.role,
                     "of the internal network in an amplification; it decides the direction")
        ->check(CLI::IsMember({"victim", "reflector", "requester", "spoofer"}))
        ->capture_default_str();
    attack_.app->add_option("--ports", attack_.options.ports, "from how many the sender's own port is drawn")
        ->check(CLI::Range(1, 60'000))
        ->capture_default_str();
    attack_.app->add_flag("--answered", attack_.options.answered,
                          "the target of a flood answers each packet");
}

void ActCommands::describe_innocent(CLI::App& app) {
    add(innocent_, app, "innocent", "what looks like an attack and is none");
    innocent_.direction = "out";
    innocent_.options.externals = 20;
    add_kinds(innocent_, "--kind", innocents());
    add_amounts(innocent_);
    innocent_.app
        ->add_option("--connections", innocent_.options.connections,
                     "transfers, or players of a game, at the same time")
        ->check(CLI::Range(1, 30'000))
        ->capture_default_str();
    innocent_.app
        ->add_option("--ack-every", innocent_.options.per_acknowledgement,
                     "packets of a transfer that one acknowledgement is for")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
}

void ActCommands::describe_sample(CLI::App& app) {
    add(sample_, app, "sample", "the flood of the provider's sample report: 40,674,000 packets in 300 s");
    sample_.kinds = {{"sample", "", make_provider_sample}};
    sample_.kind = "sample";
    sample_.direction = "out";
    sample_.options.seconds = 300;
    sample_.app->add_option("--part", sample_.part, "1/K: that part of its packets and its time")
        ->capture_default_str();
}

void ActCommands::run() {
    for (auto* command : {&attack_, &innocent_, &sample_})
        if (command->app->parsed()) run(*command);
}

void ActCommands::run(Command& command) {
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    auto& options = command.options;
    options.direction = command.direction == "out" ? Direction::out : Direction::in;
    options.role = role_of(command.role);
    options.pulse = {milliseconds{command.on_ms}, milliseconds{command.off_ms}};
    options.divisor = divisor_of(command.part);
    if (options.divisor == 0) throw std::runtime_error("--part must be 1/K, such as 1/100");
    command.writer.nanoseconds = !command.microseconds;

    CaptureWriter writer{command.capture, command.writer};
    Truth truth{{.find_flows = true, .keep_ledger = true}};
    Recorder recorder{writer, truth};
    Stage stage{recorder, command.one_way};
    std::vector<std::unique_ptr<Act>> acts;
    acts.push_back(kind_named(command.kinds, command.kind).make(command.kind, options, stage));
    if (!command.beside.empty()) {
        ActOptions beside;
        beside.seed = options.seed + 1;
        beside.direction = Direction::out;
        beside.rate = command.beside_rate;
        beside.seconds = std::max(1u, options.seconds / options.divisor);
        beside.first_host = 65;
        beside.externals = 20;
        acts.push_back(kind_named(innocents(), command.beside).make(command.beside, beside, stage));
    }
    if (command.background) {
        Duration length =
            milliseconds{options.offset_ms} + Duration{seconds{options.seconds}} / options.divisor;
        if (command.background_seconds != 0) length = seconds{command.background_seconds};
        acts.push_back(make_background(options.seed + 2, length));
    }
    play(stage, acts);
    writer.close();
    if (!command.truth.empty()) truth.write(command.truth, command.kind, options.seed);
}

}  // namespace flowlock::scene
