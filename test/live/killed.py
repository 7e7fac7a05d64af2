# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 at any moment leaves no half report: every case's files are those of its manifest, only *.part may be
unfinished, and the lines of locks.jsonl are whole up to the last line feed. The next start cuts off what is behind it.

FLOWLOCK_KILLS chooses how many moments; 100 of them are an hour's peace of mind, 12 are enough for a change."""

import hashlib
import json
import os
import random
import time

import stage
import traffic
from monitor import Monitor, limit
from stage import harness

KILLS = int(os.environ.get("FLOWLOCK_KILLS", 12))
SEED = 20131113
HOSTS = 200
# Each host's flow of each second is above it: reports come by the hundred, all at the full second.
SETTINGS = (limit("tiny", 1) + "[scan]\nenabled = false\n"
            '[report]\norganisation = "Example"\ncontact = "abuse@example.com"\ndomain = "example.com"\n')
PER_SECOND = 2_000
CASE_FILES = {"report.json", "report.txt", "dump.txt", "evidence.pcapng", "xarf.json", "manifest.json"}
LOCK_MEMBERS = {"schema", "id", "state", "reason", "kind", "direction", "host", "opened", "trigger", "totals", "loss"}


def check_report(checks, what, report):
    checks.that(LOCK_MEMBERS <= report.keys() and report["schema"] == "flowlock.lock/1"
                and report["state"] in ("open", "closed", "withdrawn"), f"{what} is no report: {report}")


def check_files(checks, out):
    """The number of whole reports."""
    for path in filter(lambda path: path.is_file(), out.rglob("*")):
        checks.that(path.name in CASE_FILES or path.name in ("locks.jsonl", "findings.jsonl", "summary.json")
                    or path.name.endswith(".part"), f"a file {path}")
    cases = sorted((out / "cases").glob("[!.]*/report.json"))
    checks.equal("folders", len(cases), len(list((out / "cases").glob("[!.]*"))))
    for path in cases:
        manifest = json.loads((path.parent / "manifest.json").read_text())
        files = {file["name"]: file["sha256"] for file in manifest["files"]}
        found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in path.parent.iterdir()}
        checks.that(found.pop("manifest.json") and found == files, f"{path.parent.name} is not whole")
        try:
            report = json.loads(path.read_text())
        except ValueError as error:
            checks.that(False, f"{path.parent.name}/report.json is torn: {error}")
            continue
        check_report(checks, path.parent.name, report)
        checks.equal("id", report["id"], path.parent.name)
    for path in (out / "cases").glob("[!.]*/report.txt"):
        text = path.read_text()
        checks.that(text.startswith("Case ") and text.endswith("\n"), f"{path.parent.name}/report.txt is torn")
    if (out / "summary.json").exists():
        json.loads((out / "summary.json").read_text())
    return len(cases)


def check_lines(checks, out):
    lines = out / "locks.jsonl"
    text = lines.read_bytes() if lines.exists() else b""
    whole = text[:text.rfind(b"\n") + 1]
    for line in whole.splitlines():
        try:
            check_report(checks, "a line", json.loads(line))
        except ValueError as error:
            checks.that(False, f"a line of locks.jsonl is torn: {error}: {line[:200]}")
    return whole


def main():
    options = harness.arguments()
    stage.require("ip")
    checks = harness.Checks()
    moments = random.Random(SEED)
    frames = [traffic.udp(f"198.51.100.{host + 1}", "192.0.2.1", 1024) for host in range(HOSTS)]
    torn = reports = 0
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, frames, PER_SECOND):
            for number in range(KILLS):
                checks.scope = f"kill {number} with seed {SEED}"
                monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS, name=f"run{number}")
                if number % 2:  # around the first reports; else wherever the moment falls
                    monitor.wait_for_case(["198.51.100."])
                time.sleep(moments.uniform(0, 0.2 if number % 2 else 2))
                monitor.process.kill()
                monitor.process.wait()
                reports += check_files(checks, monitor.out)
                whole = check_lines(checks, monitor.out)
                torn += (monitor.out / "locks.jsonl").exists() and whole != (monitor.out / "locks.jsonl").read_bytes()
        checks.scope = "the start after a kill"
        # Kills seldom tear the line, so here one is torn by hand, where the last monitor wrote.
        with open(monitor.out / "locks.jsonl", "ab") as lines:
            lines.write(b'{"schema":"flowlock.lock/1","id":"2013')
        monitor.start()
        after = (monitor.out / "locks.jsonl").read_bytes()
        checks.that(after.startswith(whole) and (after == b"" or after.endswith(b"\n")),
                    f"locks.jsonl ends with {after[-60:]}")
        checks.equal("exit status", monitor.stop()[0], 0)
        check_files(checks, monitor.out)
        checks.that(reports > 0, "no report was there to be torn")
        print(f"{KILLS} kills, {reports} whole reports, {torn} torn last lines", flush=True)
    checks.finish()


main()
