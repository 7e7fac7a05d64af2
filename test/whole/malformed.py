# SPDX-License-Identifier: BSD-3-Clause
"""Captures from fuzzers and crash tests: flowlock reads each without a crash or a hang, accounts for every packet,
and accuses nobody."""

import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess

import harness

EVERYTHING = ["0.0.0.0/0", "::/0"]
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
# What is internal decides which code judges a packet, and so does the number of workers.
VARIANTS = [(1, EVERYTHING), (2, PRIVATE)]
# A sanitizer makes a program slow to start and to run.
SECONDS = 60 if "FLOWLOCK_BINARY" in os.environ or os.environ.get("FLOWLOCK_SANITIZED") else 10


def count_of_others(capture):
    """How many packets tcpdump and Wireshark read; neither knows every link type."""
    environment = dict(os.environ, LC_ALL="C")
    said = ""
    for command in (["capinfos", "-Mc", capture], ["tcpdump", "--count", "-nr", capture]):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment)
        said += done.stdout
    return {int(number) for pair in re.findall(r"Number of packets\s*[:=]\s*(\d+)|^(\d+) packets?$", said, re.MULTILINE)
            for number in pair if number}


def check_summary(checks, summary, capture, stated):
    decode = summary["decode"]
    accounted = decode["ipv4"] + decode["ipv6"] + decode["not_ip"] + sum(decode["undecoded"].values())
    checks.equal("decoded + not_ip + undecoded", accounted, summary["packets"])
    checks.equal("protocols", sum(decode[name] for name in ("tcp", "udp", "icmp", "other_ip")), decode["ipv4"] + decode["ipv6"])
    checks.equal("sum over inputs", sum(entry["packets"] for entry in summary["inputs"]), summary["packets"])
    checks.equal("locks", summary["locks"], 0)
    checks.equal("findings", summary["findings"], 0)
    if summary["packets"] != stated:
        checks.that(summary["packets"] in count_of_others(capture),
                    f"{summary['packets']} packets; the index says {stated}, others {count_of_others(capture)}")


def run_variant(options, checks, capture, stated, variant):
    workers, internal = variant
    with harness.temporary_folder() as folder:
        try:
            run = harness.replay(options, folder, "--workers", workers, *harness.internal_options(internal), capture,
                                 seconds=SECONDS)
        except subprocess.TimeoutExpired:
            checks.that(False, f"not done after {SECONDS} s")
            return
        harness.no_sanitizer_complaint(checks, run)
        if not checks.that(run.status in (0, 3), f"exit status {run.status}: {run.stderr[-2000:]!r}"):
            return
        summary = run.summary
        check_summary(checks, summary, capture, stated)
        errors = [entry["error"] for entry in summary["inputs"] if entry["error"]]
        checks.equal("an error is said (exit status 3)", bool(errors), run.status == 3)
        rows = run.flows
        checks.equal("rows", len(rows), summary["flows"])
        counted = sum(row["packets_fwd"] + row["packets_rev"] for row in rows)
        checks.equal("packets in rows", counted, summary["decode"]["ipv4"] + summary["decode"]["ipv6"])


def check_capture(options, capture, stated):
    checks = harness.Checks()
    for variant in VARIANTS:
        checks.scope = f"{capture.name}, {variant[0]} workers, internal {' '.join(variant[1])}"
        run_variant(options, checks, capture, stated, variant)
    return checks


def main():
    options = harness.arguments()
    harness.require_captures(options)
    folder = options.captures / "malformed"
    with open(folder / "index.tsv", newline="") as file:
        entries = [(folder / row["file"], int(row["packets"])) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    entries = [entry for entry in entries if not options.only or any(word in entry[0].name for word in options.only)]
    missing = [path.name for path, _ in entries if not path.is_file()]
    total = harness.Checks()
    total.scope = "index.tsv"
    total.equal("captures that are missing", missing, [])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda entry: check_capture(options, *entry), entries)
        for number, checks in enumerate(done, 1):
            total.made += checks.made
            total.failed += checks.failed
            if number % 50 == 0 or number == len(entries):
                print(f"{number} of {len(entries)} captures", flush=True)
    total.finish()


main()
