# SPDX-License-Identifier: BSD-3-Clause
"""A replay's xarf.json says the same as report.json, embeds the files that stand beside it, is in the manifest, and is not
there when nobody reports."""

import base64
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

import harness

REPORTER = {"org": "Example Hosting", "contact": "abuse@example.com", "domain": "example.com"}
CONFIGURED = ("report.organisation=Example Hosting", "report.contact=abuse@example.com", "report.domain=example.com", "report.tap=tap7")
TYPES = {"scan": "connection/port_scan", "attack": "connection/ddos"}


def replay(options, capture, folder, *settings):
    command = [options.flowlock, "replay", "--out", folder, "--internal", "198.51.100.0/24", "--internal", "2001:db8:100::/48"]
    for setting in settings:
        command += ["--set", setting]
    subprocess.run([*command, capture], check=True, capture_output=True)
    return sorted((folder / "cases").iterdir())


def is_wanted(report):
    """Of the cases of these scenes."""
    return report["host"]["scope"] == "host" and report["direction"] == "out" and report["vector"] in ("other", "udp_flood") and (
        report["reason"] == "scan" and report["kind"] != "icmp_sweep" or report["vector"] == "udp_flood")


def check_evidence(checks, folder, xarf):
    files = {name: (folder / name).read_bytes() for name in ("dump.txt", "evidence.pcapng")}
    checks.equal("evidence", [base64.b64decode(item["payload"], validate=True) for item in xarf["evidence"]], list(files.values()))
    for item, content in zip(xarf["evidence"], files.values()):
        checks.equal("size, sum", (item["size"], item["hash"]), (len(content), "sha256:" + hashlib.sha256(content).hexdigest()))


def check_facts(checks, folder, report):
    xarf = json.loads((folder / "xarf.json").read_text())
    checks.equal("reporter", (xarf["reporter"], xarf["sender"]), (REPORTER, REPORTER))
    checks.equal("type", f"{xarf['category']}/{xarf['type']}", TYPES[report["reason"]])
    checks.equal("host", xarf["source_identifier"], report["host"]["address"])
    checks.equal("times", (xarf["first_seen"], xarf["last_seen"]), (report["first_seen"], report["last_seen"]))
    checks.equal("case", (xarf["custom"]["case"], xarf["custom"]["tap"], report["origin"]["tap"]), (report["id"], "tap7", "tap7"))
    checks.equal("counts", [xarf["custom"][name] for name in ("packets", "bytes", "flows")],
                 [report["totals"][name] for name in ("packets", "bytes", "flows")])
    if report["reason"] == "scan":
        target = next(target for target in report["targets"] if target["source_port"])
        expected = [target["time"], target["source_port"], target["address"], target["port"], target["protocol"]]
        checks.equal("contact", [xarf[name] for name in ("timestamp", "source_port", "destination_ip", "destination_port", "protocol")], expected)
    else:
        line = f" {xarf['source_identifier']}.{xarf['source_port']} > {xarf['destination_ip']}.{xarf['destination_port']}: UDP"
        time = xarf["timestamp"][11:26]
        dump = (folder / "dump.txt").read_text().splitlines()
        checks.that(any(row.startswith(time) and line in row for row in dump), f"no packet is at {time}{line}")
        if report["trigger"]["metric"] == "packets":
            checks.equal("peak", xarf["peak_pps"], report["trigger"]["value"])
    check_evidence(checks, folder, xarf)


def main():
    options = harness.arguments()
    checks = harness.Checks()
    seen = set()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        scenes = {
            "demo": ["demo", work / "demo.pcap"],
            "flood": ["attack", work / "flood.pcap", "--vector", "udp_flood", "--background", "--rate", "130000", "--seconds", "4"],
        }
        for name, arguments in scenes.items():
            subprocess.run([options.scene, *arguments, "--snap", "2000"], check=True, capture_output=True)
            capture = work / f"{name}.pcap"
            for folder in replay(options, capture, work / name, *CONFIGURED):
                checks.scope = f"{name}: {folder.name}"
                report = json.loads((folder / "report.json").read_text())
                there = (folder / "xarf.json").exists()
                checks.equal("there is a xarf.json", there, is_wanted(report))
                named = [file["name"] for file in json.loads((folder / "manifest.json").read_text())["files"]]
                checks.equal("it is in the manifest", "xarf.json" in named, there)
                checks.that("tap7, flowlock " in (folder / "report.txt").read_text().split("\n\n")[0], "the text's header does not name the tap")
                if there:
                    check_facts(checks, folder, report)
                    seen.add(report["reason"])
            first = {path.name: (path / "xarf.json").read_bytes() for path in (work / name / "cases").iterdir() if (path / "xarf.json").exists()}
            again = {path.name: (path / "xarf.json").read_bytes() for path in replay(options, capture, work / name, *CONFIGURED) if (path / "xarf.json").exists()}
            checks.scope = name
            checks.that(first == again, "the same input gives other files")
            unnamed = replay(options, capture, work / name)
            checks.that(not any((folder / "xarf.json").exists() for folder in unnamed), "there is a xarf.json though nobody reports")
    checks.scope = "all scenes"
    checks.equal("reasons of reports", seen, set(TYPES))
    checks.finish()


main()
