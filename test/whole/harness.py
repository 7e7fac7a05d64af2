# SPDX-License-Identifier: BSD-3-Clause
"""What the whole-program tests share: running flowlock, reading what it wrote, comparing, skipping aloud."""

import argparse
import csv
import datetime
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77

# A sanitizer's complaint begins so; none may appear, whatever the exit status.
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "MemorySanitizer", "runtime error:")


def arguments():
    """The paths that meson hands over. FLOWLOCK_BINARY chooses another program, such as one with sanitizers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowlock", required=True, type=pathlib.Path)
    parser.add_argument("--scene", type=pathlib.Path)
    parser.add_argument("--write-again", type=pathlib.Path)
    parser.add_argument("--captures", type=pathlib.Path)
    parser.add_argument("--source", type=pathlib.Path)
    parser.add_argument("only", nargs="*", help="only the captures whose names contain one of these words")
    parsed = parser.parse_args()
    parsed.flowlock = pathlib.Path(os.environ.get("FLOWLOCK_BINARY", parsed.flowlock)).resolve()
    return parsed


def skip(reason):
    """Says why nothing was tested. In CI that is a failure: a test that is always skipped protects nobody."""
    if os.environ.get("CI") == "true":
        print(f"FAILED: {reason}, and CI=true allows no skipping")
        sys.exit(1)
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def require_captures(options):
    if not (options.captures / "truth.json").is_file():
        skip(f"the captures with ground truth are not in {options.captures}; they are kept beside the developers' checkout")


def truth_of_captures(options):
    """[(path, truth)] of the captures that `only` lets through."""
    require_captures(options)
    truth = json.loads((options.captures / "truth.json").read_text())
    return [(options.captures / name, facts) for name, facts in truth.items()
            if not options.only or any(word in name for word in options.only)]


class Checks:
    """Collects what is wrong, so that one run says all of it. `scope` is printed before each complaint."""

    def __init__(self):
        self.scope = ""
        self.made = 0
        self.failed = 0

    def that(self, holds, complaint):
        self.made += 1
        if holds:
            return True
        self.failed += 1
        print(f"FAILED: {self.scope}: {complaint}")
        return False

    def equal(self, what, got, expected):
        return self.that(got == expected, f"{what} is {shortened(got)}, expected {shortened(expected)}")

    def finish(self):
        if self.made == 0:
            self.that(False, "nothing was checked")
        print(f"{self.made} checks, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def shortened(value):
    text = repr(value)
    return text if len(text) < 600 else text[:600] + " …"


class Run:
    """One finished run of `flowlock replay`, and what it wrote."""

    def __init__(self, process, folder):
        self.status = process.returncode
        self.stdout = process.stdout
        self.stderr = process.stderr
        self.folder = folder

    @property
    def summary(self):
        return json.loads((self.folder / "out/summary.json").read_text())

    @property
    def locks(self):
        lines = (self.folder / "out/locks.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    @property
    def findings(self):
        """The suspects that were found innocent."""
        lines = (self.folder / "out/findings.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    @property
    def flows(self):
        return read_flows(self.folder / "flows.csv")

    def files(self):
        """Every byte that was written, by relative path."""
        found = {str(path.relative_to(self.folder)): path.read_bytes()
                 for path in sorted(self.folder.rglob("*")) if path.is_file()}
        return found | {"<stdout>": self.stdout}


def replay(options, folder, *command, input=None, seconds=300, output=True):
    """Runs flowlock in `folder`, with relative paths of output, so that runs can be compared byte by byte. The zone is
    one that nobody's report may depend on."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    line = [str(options.flowlock), "replay"]
    if output:
        line += ["--out", "out", "--flows", "flows.csv"]
    line += [str(word) for word in command]
    environment = dict(os.environ, TZ="Asia/Kolkata", LC_ALL="C")
    process = subprocess.run(line, cwd=folder, env=environment, timeout=seconds, capture_output=True, input=input)
    return Run(process, folder)


def no_sanitizer_complaint(checks, run):
    text = run.stderr.decode(errors="replace") + run.stdout.decode(errors="replace")
    words = [word for word in SANITIZER_WORDS if word in text]
    checks.that(not words, f"{words}: {text[-3000:]}")


def internal_options(networks):
    return [word for network in networks for word in ("--internal", network)]


def time_of(text):
    """Nanoseconds since 1970 of "2013-11-13T18:14:27.000000Z"."""
    if not text.endswith("Z"):
        raise ValueError(f"{text}: not UTC")
    whole, _, rest = text[:-1].partition(".")
    seconds = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    since = seconds - epoch
    return (since.days * 86400 + since.seconds) * 10**9 + int((rest + "000000000")[:9])


PROTOCOL_NUMBERS = {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "icmp6": 58, "icmpv6": 58}


def read_flows(path):
    """The rows of --flows, numbers as numbers."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("sport", "dport", "packets_fwd", "bytes_fwd", "packets_rev", "bytes_rev"):
            row[name] = int(row[name])
        name = row["protocol"].lower()
        row["protocol"] = int(name) if name.isdigit() else PROTOCOL_NUMBERS[name]
        row["first"], row["last"] = time_of(row["first"]), time_of(row["last"])
        row["src"], row["dst"] = str(ipaddress.ip_address(row["src"])), str(ipaddress.ip_address(row["dst"]))
    return rows


class Networks:
    """Which addresses are internal."""

    def __init__(self, networks):
        self.networks = [ipaddress.ip_network(network) for network in networks]
        self.known = {}

    def __contains__(self, address):
        if address not in self.known:
            parsed = ipaddress.ip_address(address)
            self.known[address] = any(parsed in network for network in self.networks)
        return self.known[address]


def temporary_folder():
    return tempfile.TemporaryDirectory(prefix="flowlock-test-")
