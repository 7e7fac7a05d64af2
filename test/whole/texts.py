# SPDX-License-Identifier: BSD-3-Clause
"""The texts of reports, quoted in a mail: a reader that knows the provider's patterns and nothing of flowlock
(text_formats.py) finds in them every field as report.json has it, and as the packets of the capture say. Scans of all
protocols in IPv4 and IPv6 in three layouts; summaries of limits in both locales."""

import collections
import ipaddress
import json
import pathlib
import shutil
import subprocess

import harness
import packets
import text_formats
import text_samples
import text_scenes

INSIDE = ("198.51.100.0/24", "192.168.100.0/24", "2001:db8:100::/48")
PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMP"}
TITLES = {"netscan": "Netscan", "portscan": "Portscan", "icmp_sweep": "ICMP sweep", "brute_force": "Brute force",
          "mining": "Mining"}


def order_of(address):
    return ipaddress.ip_address(address)


class Case:
    """A folder, its report.json, and its texts as they stand in a mail."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.report = json.loads((folder / "report.json").read_text())

    def mail(self, *words):
        done = subprocess.run([self.options.flowlock, "report", *words, self.folder], capture_output=True, text=True,
                              env={"TZ": "Asia/Kolkata", "LC_ALL": "C"}, check=True)
        return f"Dear customer,\nwe got this:\n\n{text_formats.quote(done.stdout)}\nDirection OUT\nRegards\n"


def seconds_of(text):
    return harness.time_of(text) // 10**9


def rows_of_report(report):
    protocol = {"any": "IP"}.get(report["protocol"], report["protocol"].upper())
    return [text_formats.Row(seconds_of(target["time"]), protocol, report["host"]["address"], target["source_port"],
                             target["address"], target["port"], target["frame_bytes"]) for target in report["targets"]]


def rows_of_packets(read, report):
    """The first packet from the host to each address and port of the report, or of each protocol. Its size is that of a
    frame without tags, at least the shortest that Ethernet sends."""
    by_protocol, rows = report["protocol"] == "any", {}
    for packet in read:
        if packet.source != report["host"]["address"]:
            continue
        protocol = "IP" if by_protocol else PROTOCOLS.get(packet.protocol)
        port = packet.protocol if by_protocol else packet.target_port
        if protocol != {"any": "IP"}.get(report["protocol"], report["protocol"].upper()):
            continue
        rows.setdefault((packet.target, port), text_formats.Row(
            packet.time // 10**9, protocol, packet.source, packet.source_port, packet.target, port,
            max(64, packet.ip_bytes + 18)))
    return rows


def shown(row, layout):
    """What the layout has of a row."""
    if layout == "v1":
        return row._replace(protocol=None, source_port=None, size=None)
    return row._replace(size=None) if layout == "v3" else row


def check_log(checks, case, read, scans_only=False):
    """`scans_only`: the host sends nothing else."""
    report = case.report
    expected = rows_of_report(report)
    packets_say = rows_of_packets(read, report)
    checks.equal("rows, by the packets", [packets_say.get((row.target, row.target_port)) for row in expected], expected)
    times = [harness.time_of(target["time"]) for target in report["targets"]]
    checks.equal("order of the targets", times, sorted(times))
    if scans_only and report["targets_total"] == len(expected):
        checks.equal("targets", {(row.target, row.target_port) for row in expected}, set(packets_say))
    for layout in text_formats.LAYOUTS:
        in_order = [shown(row, layout) for row in expected]
        if layout == "v4":
            in_order.sort(key=lambda row: (order_of(row.target), row.target_port))
        # Alone, and as a part of the whole text.
        for words in (["--log-only"], []):
            logs = text_formats.logs_of(case.mail("--format", layout, *words), layout)
            if not checks.equal(f"logs of {layout}", len(logs), 1):
                continue
            log, = logs
            checks.equal(f"banner of {layout}", (log.title, log.host), (TITLES[report["kind"]], report["host"]["address"]))
            checks.equal(f"rows of {layout}", log.rows, in_order)
            checks.equal(f"dots of {layout}", log.is_cut, report["targets_total"] > len(expected))


def figures_of(label, traffic, window):
    packet_count, byte_count, flow_count = traffic
    # A half is rounded up.
    gbyte = (2 * 1000 * byte_count + 2**30) // 2**31
    return text_formats.Figures(label, packet_count, packet_count // window, flow_count, flow_count // window, gbyte,
                                byte_count * 8 // window // 2**20)


def traffic_of(field):
    return field["packets"], field["bytes"], field["flows"]


def less(total, parts):
    return tuple(whole - sum(column) for whole, column in zip(total, zip(*parts or [(0, 0, 0)])))


def list_of(title, others, elements, total, rest, label_of, window):
    """A line for each, and one for those that are not listed."""
    lines = [figures_of(f"{title} {label_of(each)}", traffic_of(each), window) for each in elements]
    if total > len(elements):
        lines.append(figures_of(f"{others} ({total - len(elements)})", less(rest, list(map(traffic_of, elements))), window))
    return lines


def summary_of(report, trigger, totals, externals, externals_total, limit):
    """What a summary must say, by report.json. Labels have no thousand in these scenes."""
    window = trigger["window_s"]
    number, unit = {"packets": (1000, "packets/s"), "flows": (1000, "flows/s"), "bits": (None, "MBit/s")}[trigger["metric"]]
    threshold = trigger["threshold"] * number if number else (2000 * trigger["threshold"] + 2**20) // 2**21
    unattributed = traffic_of(limit["unattributed"])
    rest = less(traffic_of(totals), [unattributed])
    lines = [figures_of("Sum", traffic_of(totals), window)]
    lines += list_of("External", "Others", externals, externals_total, rest, lambda each: each["address"], window)
    if unattributed != (0, 0, 0):
        lines.append(figures_of("Unattributed", unattributed, window))
    lines += list_of("Network", "Other networks", limit.get("networks", []), limit.get("networks_total", 0), rest,
                     lambda each: f"{each['name']} ({each['addresses']} address{'es' if each['addresses'] != 1 else ''})",
                     window)
    lines += list_of("Host", "Other hosts", limit.get("internals", []), limit.get("internals_total", 0), rest,
                     lambda each: each["address"], window)
    return text_formats.Summary(report["direction"].upper(), report["host"]["address"], threshold, unit, window, lines)


def traffic_by_external(read, report):
    """Of the host or network, in the direction of the report: packets, bytes and flows by external address."""
    subject = ipaddress.ip_network(report["host"]["address"])
    counts = collections.defaultdict(lambda: [0, 0, set()])
    for packet in read:
        host, external = (packet.source, packet.target) if report["direction"] == "out" else (packet.target, packet.source)
        if ipaddress.ip_address(host) not in subject or report["protocol"] != "any" and \
                PROTOCOLS.get(packet.protocol, "").lower() != report["protocol"]:
            continue
        sums = counts[external]
        sums[0] += 1
        sums[1] += packet.ip_bytes
        sums[2].add((host, packet.protocol, packet.source_port, packet.target_port))
    return {external: (sums[0], sums[1], len(sums[2])) for external, sums in counts.items()}


def check_summary(checks, case, read):
    report = case.report
    limit = report["limit"]
    expected = [summary_of(report, report["trigger"], report["totals"], report["externals"], report["externals_total"],
                           limit)]
    expected += [summary_of(report, window, window["totals"], window["externals"], window["externals_total"], window)
                 for window in limit["further"]]
    counted = traffic_by_external(read, report)
    for window in [dict(report["trigger"], **{name: report[name] for name in ("totals", "externals", "externals_total")}),
                   *limit["further"]]:
        if window["window_s"] < 20:
            continue  # holds a part of the capture
        checks.equal("totals, by the packets", traffic_of(window["totals"]), tuple(map(sum, zip(*counted.values()))))
        checks.equal("number of externals, by the packets", window["externals_total"], len(counted))
        checks.equal("externals, by the packets", {each["address"]: traffic_of(each) for each in window["externals"]},
                     {each["address"]: counted.get(each["address"]) for each in window["externals"]})
        most = sorted((sums[0] for sums in counted.values()), reverse=True)[:len(window["externals"])]
        checks.equal("most packets first", [each["packets"] for each in window["externals"]], most)
    for locale in text_formats.MARKS:
        for words in (["--log-only"], []):
            mail = case.mail("--locale", locale, *words)
            found = text_formats.summaries_of(mail, locale)
            checks.equal(f"summaries in {locale}", found, expected)
            for summary in found:
                externals = [each.packets for each in summary.lines if each.label.split(" ")[0] in
                             ("External", "Others", "Unattributed")]
                checks.equal("sum of the externals", sum(externals), summary.lines[0].packets)


def replay(options, folder, capture, *words, inside=INSIDE):
    run = harness.replay(options, folder, *harness.internal_options(inside), *words, capture)
    return run, [Case(options, path) for path in sorted((folder / "out/cases").iterdir())]


def check_scans(checks, options, folder):
    capture = folder / "scans.pcap"
    text_scenes.write(capture, text_scenes.scan_frames())
    read = list(packets.read(capture))
    checks.equal("frames without tags", [max(64, packet.ip_bytes + 18) for packet in read], [packet.wire + 4 for packet in read])
    for name, words in (("whole", []), ("cut", ["--set", "report.targets_max=60"])):
        run, cases = replay(options, folder / name, capture, *words)
        checks.scope = name
        checks.equal("exit status", run.status, 0)
        checks.equal("scans", sorted((case.report["kind"], case.report["protocol"], case.report["host"]["address"])
                                     for case in cases),
                     [("icmp_sweep", "icmp", "192.168.100.200"), ("icmp_sweep", "icmp", "2001:db8:100:1:2:3:4:5"),
                      ("netscan", "tcp", "198.51.100.65"), ("netscan", "tcp", "2001:db8:100::beef"),
                      ("netscan", "udp", "198.51.100.7"), ("portscan", "any", "198.51.100.70"),
                      ("portscan", "tcp", "198.51.100.66")])
        for case in cases:
            checks.scope = f"{name}: {case.folder.name}"
            check_log(checks, case, read, scans_only=True)


def check_limits(checks, options, folder):
    capture, limits = folder / "limits.pcap", folder / "limits.toml"
    text_scenes.write(capture, text_scenes.limit_frames())
    limits.write_text(text_scenes.LIMITS)
    read = list(packets.read(capture))
    for name, words in (("whole", []), ("cut", ["--set", "report.externals_max=5"]),
                        ("networks", ["--set", 'report.externals_by="network"'])):
        run, cases = replay(options, folder / name, capture, "--config", limits, "--set", "scan.enabled=false", *words)
        checks.scope = name
        checks.equal("exit status", run.status, 0)
        checks.equal("limits", sorted((case.report["kind"], case.report["host"]["address"]) for case in cases),
                     [("bandwidth_limit", "198.51.100.66"), ("bandwidth_limit", "2001:db8:100:1:2:3:4:5"),
                      ("flow_limit", "198.51.100.67"), ("packet_limit", "198.51.100.0/24"),
                      ("packet_limit", "198.51.100.65"), ("packet_limit", "2001:db8:100::65")])
        for case in cases:
            checks.scope = f"{name}: {case.folder.name}"
            check_summary(checks, case, read)
    checks.scope = "several windows"
    checks.that(any(case.report["limit"]["further"] for case in cases), "no case shows two windows")


def check_captures(checks, options, folder):
    """Real scans and floods, with the shipped configuration and with low limits."""
    if not (options.captures and (options.captures / "truth.json").is_file()):
        return print("without real captures nothing is said of them")
    checked = collections.Counter()
    for number, (capture, truth) in enumerate(harness.truth_of_captures(options)):
        _, cases = replay(options, folder / str(number), capture, inside=truth["internal"])
        read = list(packets.read(capture))
        for case in cases:
            checks.scope = f"{capture.name}: {case.folder.name}"
            checked[case.report["reason"]] += 1
            if case.report["targets"]:
                check_log(checks, case, read)
            if case.report["reason"] == "attack":
                check_summary(checks, case, read)
    print(f"cases of real captures: {dict(checked)}")


def main():
    options = harness.arguments()
    if not shutil.which("tshark"):
        harness.skip("tshark is not installed; scripts/install-packages installs it")
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        text_samples.check(checks)
        for part in (check_scans, check_limits, check_captures):
            folder = pathlib.Path(name) / part.__name__
            folder.mkdir()
            part(checks, options, folder)
    checks.finish()


main()
