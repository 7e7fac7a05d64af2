# SPDX-License-Identifier: BSD-3-Clause
"""A case is read from its folder and written again: report.json comes out byte for byte, which vouches for the packets,
too, since it has the sums of dump.txt and evidence.pcapng; and `flowlock report` prints report.txt. Cases of every reason
and scope, in IPv4 and IPv6, of scenes and of real captures; and the findings that exonerate."""

import collections
import json
import pathlib
import subprocess

import evidence
import harness
import link_frames as link
import misconfiguration
import text_scenes

INSIDE = ("198.51.100.0/24", "192.168.100.0/24", "2001:db8:100::/48")
AMONG_THEMSELVES = """
[[group]]
name = "both"
prefixes = ["198.51.100.64/28", "2001:db8:100:1::/64"]
[[limit]]
name = "host"
direction = "in"
metric = "packets"
per_second = 450
window = "2s"
[[limit]]
name = "network"
direction = "out"
metric = "packets"
per_second = 350
window = "2s"
protocol = "udp"
per = "network"
[[limit]]
name = "group"
direction = "in"
metric = "packets"
per_second = 350
window = "2s"
protocol = "tcp"
group = "both"
per = "group"
[[limit]]
name = "outside"
direction = "out"
metric = "packets"
per_second = 150
window = "2s"
per = "outside"
"""


def among_themselves():
    """Hosts inside flood each other, one itself, and somebody forges his address."""
    server, router = text_scenes.SERVER, text_scenes.ROUTER
    frames = []
    for number in range(2_000):
        at = text_scenes.START + 1 + number / 500
        peer = (number, 7)
        frames += [
            (at, link.udp(server, router, "198.51.100.10", f"198.51.100.{100 + number % 100}", peer)),
            (at + 1e-4, link.tcp(server, router, "198.51.100.65", "198.51.100.66", peer, link.SYN)),
            (at + 2e-4, link.tcp(server, router, "2001:db8:100:1::5", "2001:db8:100:1::6", peer, link.SYN)),
            (at + 3e-4, link.tcp(server, router, "192.168.100.9", "192.168.100.9", peer, link.SYN)),
            (at + 4e-4, link.udp(server, router, f"9.9.{number % 256}.1", "203.0.113.1", peer)),
            (at + 5e-4, link.tcp(router, server, "203.0.113.2", "198.51.100.67", peer, link.SYN)),
        ]
    return frames


class Trip:
    def __init__(self, options, checks, folder):
        self.options, self.checks, self.folder = options, checks, folder
        self.seen = set()
        self.runs = 0

    def replay(self, capture, *words, inside=INSIDE):
        self.runs += 1
        run = harness.replay(self.options, self.folder / str(self.runs), *harness.internal_options(inside), *words, capture)
        self.checks.equal("exit status", run.status, 0)
        name = self.checks.scope
        # Of a scene it is known that the bytes are those of a pcap file.
        given = evidence.records_of_pcap(capture) if capture.parent == self.folder else None
        for case in sorted((run.folder / "out/cases").iterdir()):
            self.checks.scope = f"{name}: {case.name}"
            self.check_case(case, given)
        self.checks.scope = name
        for number, finding in enumerate(run.findings):
            self.check_finding(run.folder / f"finding-{number}", finding)
        return run

    def written_again(self, folder):
        done = subprocess.run([self.options.write_again, folder], capture_output=True)
        self.checks.equal("exit status and complaint", (done.returncode, done.stderr), (0, b""))
        return done.stdout

    def check_case(self, case, given):
        page = (case / "report.json").read_bytes()
        again = self.written_again(case)
        if again != page:
            lines = zip(page.decode().splitlines(), again.decode().splitlines())
            self.checks.that(False, f"report.json differs: {[pair for pair in lines if pair[0] != pair[1]][:3]}")
        text = subprocess.run([self.options.flowlock, "report", case], capture_output=True)
        self.checks.equal("report.txt", text.stdout, (case / "report.txt").read_bytes())
        report = json.loads(page)
        self.seen.add((report["reason"], report["host"]["scope"], ":" in report["host"]["address"]))
        if report["evidence"] and given:
            packets, _ = evidence.records_of_pcapng(case / "evidence.pcapng")
            shown = collections.Counter(packets)
            sent = collections.Counter((time, wire) for time, wire, _ in given)
            twice = [packet for packet, count in shown.items() if count > sent[packet[:2]]]
            self.checks.equal("packets that are shown more often than they were sent", twice, [])

    def check_finding(self, folder, finding):
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps(finding))
        # Also the order of the members.
        self.checks.equal("finding", json.dumps(json.loads(self.written_again(folder))), json.dumps(finding))
        self.seen.add((finding["verdict"], finding["reason"]))


def scenes(trip):
    trip.checks.scope = "scans"
    capture = trip.folder / "scans.pcap"
    text_scenes.write(capture, text_scenes.scan_frames())
    trip.replay(capture)
    trip.replay(capture, "--set", "report.targets_max=10", "--set", "evidence.packets_max=30")

    limits = trip.folder / "limits.toml"
    for name, frames, config in (("limits", text_scenes.limit_frames(), text_scenes.LIMITS),
                                 ("among themselves", among_themselves(), AMONG_THEMSELVES)):
        trip.checks.scope = name
        text_scenes.write(capture, frames)
        limits.write_text(config)
        trip.replay(capture, "--config", limits)
        trip.replay(capture, "--config", limits, "--set", "report.externals_max=3", "--set", 'report.externals_by="network"',
                    "--set", "sampling=10", "--set", "evidence.payload_max=64")

    for name, frames, words, expected in misconfiguration.scenes(trip.folder):
        trip.checks.scope = name
        if expected:
            link.write(capture, misconfiguration.everyday() + frames)
            trip.replay(capture, *words, inside=["192.0.2.0/24"])


def real_captures(trip):
    if not (trip.options.captures and (trip.options.captures / "truth.json").is_file()):
        return print("without real captures nothing is said of them")
    for capture, truth in harness.truth_of_captures(trip.options):
        trip.checks.scope = capture.name
        trip.replay(capture, inside=truth["internal"])
    trip.checks.scope = "captures"
    for seen in (("abuse", "host", False), ("exonerated", "scan")):
        trip.checks.that(seen in trip.seen, f"there is no {seen}")


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        trip = Trip(options, checks, pathlib.Path(name))
        scenes(trip)
        checks.scope = "scenes"
        for seen in [("scan", "host", False), ("scan", "host", True), ("attack", "host", False), ("attack", "host", True),
                     ("attack", "network", False), ("attack", "group", True), ("attack", "outside", True),
                     ("misconfiguration", "host", False)]:
            checks.that(seen in trip.seen, f"there is no {seen}, but {sorted(map(str, trip.seen))}")
        real_captures(trip)
    checks.finish()


main()
