// SPDX-License-Identifier: BSD-3-Clause
#include "command_line.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace flowlock {
namespace {

constexpr int usage_status = 2;
constexpr unsigned workers_max = 64;

constexpr auto about =
    "flowlock finds the servers of a network that attack, are attacked or scan others, and writes\n"
    "the report that proves it.";

constexpr auto overview = R"(Examples:
  flowlock replay --internal 10.0.0.0/16 capture.pcap
  flowlock check --config /etc/flowlock/flowlock.toml
  flowlock run --config /etc/flowlock/flowlock.toml

Exit status: 0 done; 1 the machine's fault; 2 usage or configuration error; 3 an input could not be read to its end.
'flowlock COMMAND --help' explains a command. Documentation: docs/ in the source tree, /usr/share/doc/flowlock installed.)";

constexpr auto after_replay =
    R"(The captures (pcap or pcapng) go through the same pipeline as live traffic, with their own time as the clock.
The result depends only on them and on the configuration, not on the machine and not on --workers.

Examples:
  flowlock replay --internal 10.0.0.0/16 --internal 2001:db8::/32 monday.pcap tuesday.pcapng
  tcpdump -w - | flowlock replay --config flowlock.toml --set scan.min_targets=20 --out reports -

Exit status:
  0  analysed, with or without locks
  2  usage or configuration error
  3  an input could not be read to its end; what could be read is reported

docs/configuration.md explains every KEY, with its unit, range and default.)";

constexpr auto after_run =
    R"(Listens to live.ports, which are PCI addresses of NICs bound to vfio-pci ("0000:3b:00.0"), interfaces of Linux
("eth1") or devices of DPDK ("net_memif0,role=server,socket=/run/tap.sock"), and writes a lock report within
seconds of what it is about: into output.folder, as 'replay --out DIR' does, and a line into the log.

Signals:
  SIGHUP           reloads networks, limits, scan and report; with a mistake the old ones stay
  SIGINT, SIGTERM  finish the epoch, write what is open, and end within 2 s

Examples:
  flowlock check --config /etc/flowlock/flowlock.toml
  flowlock run --config /etc/flowlock/flowlock.toml
  flowlock run --config lab.toml --set 'live.ports=["eth1"]' --set live.hugepages=false --out /tmp/lab
  dpdk-telemetry.py -f flowlock       # then /flowlock/status, /flowlock/loss, /flowlock/ports, /flowlock/workers

Exit status:
  0  ended by a signal, all reports are written
  1  the machine's fault: DPDK or a port does not start, reports could not be written, a worker's last epoch was lost
  2  usage or configuration error

docs/operating.md leads from a bare server to the first report; docs/configuration.md explains every KEY.)";

constexpr auto after_check =
    R"(Looks whether 'flowlock run' would find on this machine what it needs, changes nothing, and needs no rights: what
cannot be seen without them is said. Each line is one check:

  ok       as it should be
  warning  it would run, but may lose packets, or what it writes
  wrong    it would not start, or would show what is not so

Below a warning or a mistake stand the shell commands that mend it; lines that begin with # are for you.
They are for root, and in Debian's packages iproute2, ethtool, dpdk, driverctl and grub2-common.

Checked are the configuration; each of live.ports: NIC, driver, PCIe link, NUMA node, queues, offloads, rights,
and what DPDK says of it; IOMMU and vfio-pci; hugepages, locked memory, swap; the CPUs of live.cores: isolation,
hyperthreads, frequency, cycle counter; the clock; and the output folder.

Examples:
  flowlock check --config /etc/flowlock/flowlock.toml
  flowlock check --config flowlock.toml --set 'live.ports=["0000:3b:00.0"]'
  flowlock check --config flowlock.toml --json | jq -r '.checks[] | select(.state == "wrong") | .mend'

Exit status:
  0  nothing is wrong; there may be warnings
  1  something is wrong with this machine
  2  usage or configuration error; the machine is checked all the same

docs/output.md explains every check and the JSON, docs/configuration.md every KEY.)";

constexpr auto after_report =
    R"(Prints the text of a case once more, from the report.json and evidence.pcapng in its folder: in another layout of the
scan's log, with numbers as another language writes them, or for somebody who must not see the other customers.

Examples:
  flowlock report reports/cases/20131113T181427Z-192.0.2.1-out-netscan-tcp
  flowlock report --format v4 --locale en --redact /var/lib/flowlock/cases/ID > for-the-customer.txt
  flowlock report --log-only --format v3 reports/cases/ID | sed 's/^/> /'

Exit status:
  0  printed
  2  usage error, or the folder has no report that this version can read
  3  evidence.pcapng could not be read to its end; the rest is printed

docs/output.md explains the text and its layouts.)";

constexpr const char* after_signatures =
    R"(Without FOLDER, the shipped signatures and those of /etc/flowlock/signatures.

Exit status:
  0  every test payload is as its signature says
  1  some are not; each is named
  2  usage error, or a file or a pattern has a mistake, which is named; the others are tried

docs/signatures.md explains how to write them.)";

// Shows the option as "--out DIR", in the help and in what is said about a missing value.
CLI::Option* takes(const char* value, CLI::Option* option) {
    return option->type_name(value)->option_text(value);
}

// One value for each mention: the FILE after "--internal CIDR" is not another CIDR.
void takes_each(const char* value, CLI::Option* option) {
    takes(value, option)->expected(1)->allow_extra_args(false);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_replay(CLI::App& app, ReplayCommand& replay) {
    auto* command =
        app.add_subcommand("replay", "Analyse captures and report every server that has to be locked");
    command->footer(after_replay);
    command->add_option("FILE", replay.files, "Captures; - is standard input")
        ->required()
        ->option_text("...");
    takes("FILE", command->add_option("--config", replay.config.file,
                                      "TOML configuration; without it, defaults apply"));
    takes_each("CIDR", command->add_option("--internal", replay.config.internal,
                                           "Internal network; repeatable; replaces the configured ones"));
    takes_each("KEY=VALUE", command->add_option("--set", replay.config.overrides,
                                                "Overrides a key of the configuration; repeatable"));
    takes("N", command->add_option("--workers", replay.workers,
                                   "Receive queues and worker threads, 1 to 64 (default 1)"))
        ->check(CLI::Range(1u, workers_max));
    takes("DIR", command->add_option(
                     "--out", replay.out,
                     "Writes summary.json, locks.jsonl, findings.jsonl and a folder per case into DIR"));
    takes("FILE", command->add_option("--flows", replay.flows, "Writes all flow records as CSV"));
    const auto choose = [&replay](const std::string& name) {
        replay.format = name == "json" ? OutputFormat::json : OutputFormat::text;
    };
    takes("text|json",
          command->add_option_function<std::string>(
              "--format", choose, "What is shown: text reports (default) or one JSON object per line"))
        ->check(CLI::IsMember({"text", "json"}));
    command->add_flag("--findings", replay.findings,
                      "Shows after the locks who was suspected and found innocent, and why");
}

CLI::App* add_live(CLI::App& app, const char* name, const char* description, ConfigSources& config) {
    auto* command = app.add_subcommand(name, description);
    takes("FILE", command->add_option("--config", config.file, "TOML configuration; required"))->required();
    takes_each("CIDR", command->add_option("--internal", config.internal,
                                           "Internal network; repeatable; replaces the configured ones"));
    takes_each("KEY=VALUE", command->add_option("--set", config.overrides,
                                                "Overrides a key of the configuration; repeatable"));
    return command;
}

void add_run(CLI::App& app, RunCommand& run) {
    auto* command = add_live(app, "run", "Monitor NIC queues until SIGINT or SIGTERM", run.config);
    takes("DIR", command->add_option("--out", run.out, "Writes into DIR instead of output.folder"));
    command->footer(after_run);
}

void add_check(CLI::App& app, CheckCommand& check) {
    auto* command =
        add_live(app, "check", "Check the configuration and this machine, and say how to mend what is wrong",
                 check.config);
    command->add_flag("--json", check.json, "Shows one JSON object instead of text");
    command->footer(after_check);
}

void add_report(CLI::App& app, ReportCommand& report) {
    auto* command = app.add_subcommand("report", "Print the text of a case again, in another form");
    command->footer(after_report);
    command->add_option("CASE_FOLDER", report.folder, "Folder of a case")->required()->option_text(" ");
    const auto layout = [&report](const std::string& name) {
        report.netscan = name == "v4"   ? NetscanFormat::v4
                         : name == "v3" ? NetscanFormat::v3
                                        : NetscanFormat::v1;
    };
    takes("v1|v3|v4", command->add_option_function<std::string>(
                          "--format", layout, "Layout of a scan's log: of 2013 (default), 2016, 2024"))
        ->check(CLI::IsMember({"v1", "v3", "v4"}));
    const auto locale = [&report](const std::string& name) {
        report.numbers = name == "en" ? NumberFormat::en : NumberFormat::de;
    };
    takes("de|en",
          command->add_option_function<std::string>(
              "--locale", locale, "Numbers: 40.674.000 and 5,909 (de, default) or 40,674,000 and 5.909"))
        ->check(CLI::IsMember({"de", "en"}));
    command->add_flag("--log-only", report.log_only,
                      "Only the scan's log, or the summary on the exceeded limit");
    command->add_flag("--redact", report.redact,
                      "Shows the addresses of the monitored networks, but for the case's host, as x.x.x.x");
}

void add_signatures(CLI::App& app, SignaturesCommand& signatures) {
    auto* command = app.add_subcommand("signatures", "Try or list the signatures of payloads");
    command->footer(after_signatures);
    const auto choose = [&signatures](const std::string& what) { signatures.list = what == "list"; };
    command->add_option_function<std::string>("test|list", choose, "Tries their test payloads, or shows them")
        ->required()
        ->option_text(" ")
        ->check(CLI::IsMember({"test", "list"}));
    command->add_option("FOLDER", signatures.folders, "Folders with signature files")->option_text("...");
}

Leave refuse(const CLI::App& app, const std::string& reason) {
    const auto chosen = app.get_subcommands();
    const std::string program = chosen.empty() ? "flowlock" : "flowlock " + chosen.front()->get_name();
    return {
        usage_status, {}, program + ": " + reason + "\n'" + program + " --help' explains the arguments.\n"};
}

}  // namespace

Command parse_command_line(int count, const char* const* arguments) {
    ReplayCommand replay;
    RunCommand run;
    CheckCommand check;
    ReportCommand report;
    SignaturesCommand signatures;
    CLI::App app(about, "flowlock");
    app.footer(overview);
    // One command, so that a capture called "run" is a capture.
    app.require_subcommand(0, 1);
    app.get_formatter()->column_width(24);
    bool version = false;
    app.add_flag("--version", version, "Show the version");
    add_replay(app, replay);
    add_run(app, run);
    add_check(app, check);
    add_report(app, report);
    add_signatures(app, signatures);
    app.add_subcommand("version", "Show the version");

    try {
        app.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        return Leave{0, app.help(), {}};
    } catch (const CLI::ParseError& error) {
        return refuse(app, error.what());
    }
    if (version || app.got_subcommand("version")) return VersionCommand{};
    if (app.got_subcommand("run")) return run;
    if (app.got_subcommand("check")) return check;
    if (app.got_subcommand("report")) return report;
    if (app.got_subcommand("signatures")) return signatures;
    if (!app.got_subcommand("replay")) return Leave{usage_status, {}, app.help()};
    if (std::count(replay.files.begin(), replay.files.end(), "-") > 1)
        return refuse(app, "FILE: - is standard input and can be read only once");
    return replay;
}

}  // namespace flowlock
