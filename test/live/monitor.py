# SPDX-License-Identifier: BSD-3-Clause
"""`flowlock run` as a child: its configuration, its log, its telemetry, its files, its end."""

import json
import os
import re
import signal
import socket
import subprocess
import time

from stage import PATIENCE_S, wait_until

INTERNAL = "198.51.100.0/24"
# What tells that packets did not reach a worker. Other causes of loss are counted packets.
NOT_SEEN = ("nic_missed", "nic_errors", "nic_no_mbuf", "ring_full", "unmerged")


def limit(name, per_second, window="1s", direction="out", metric="packets", protocol="any"):
    return (f'[[limit]]\nname = "{name}"\ndirection = "{direction}"\nmetric = "{metric}"\n'
            f'per_second = {per_second}\nwindow = "{window}"\nprotocol = "{protocol}"\n')


# Where a test is not about limits: one that nobody reaches, so that no lock is made.
NO_LIMIT = limit("out-of-reach", 10**9)


class Monitor:
    """Started and listening when it is made. `settings`: further TOML, such as limits."""

    def __init__(self, stage, flowlock, ports, settings=NO_LIMIT, workers=1, name="monitor", options=(), stderr=None,
                 environment=None, ready=True):
        self.stage, self.flowlock, self.ports, self.workers = stage, flowlock, ports, workers
        self.folder = stage.folder / name
        self.folder.mkdir(exist_ok=True)
        self.out = self.folder / "out"
        self.config = self.folder / "flowlock.toml"
        self.log_file = self.folder / "log.txt"
        self.options = [str(option) for option in options]
        self.environment = environment or {}
        self.configure(settings)
        self.start(stderr, ready)

    def configure(self, settings):
        """Writes the configuration whole: a reload never reads half of it."""
        part = self.config.with_suffix(".part")
        part.write_text(f'[networks]\ninternal = ["{INTERNAL}"]\n[live]\nports = {json.dumps(self.ports)}\n'
                        f'workers = {self.workers}\nhugepages = false\n[output]\nfolder = "{self.out}"\n{settings}')
        part.rename(self.config)

    def start(self, stderr=None, ready=True):
        # DPDK's telemetry socket lies in the runtime folder: other monitors on this machine have theirs elsewhere.
        environment = dict(os.environ, RUNTIME_DIRECTORY=str(self.folder), TZ="Asia/Kolkata", LC_ALL="C",
                           **self.environment)
        begin = len(self.log) if self.log_file.exists() else 0
        with open(self.log_file, "ab") as log:
            self.process = self.stage.start([self.flowlock, "run", "--config", self.config, *self.options],
                                            env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log if stderr is None else stderr)
        self.pid = self.process.pid
        if ready:
            self.wait_for_log("listening", begin)

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    def wait_for_log(self, text, begin=0, seconds=PATIENCE_S):
        """The place in the log behind `text`, which stands there after `begin` or will."""
        def find():
            place = self.log.find(text, begin)
            if place < 0 and self.process.poll() is not None:
                raise RuntimeError(f"flowlock ended with {self.process.returncode}: {self.log[-3000:]}")
            return place + len(text) if place >= 0 else 0
        return wait_until(find, f"{text!r} in the log: {self.log[-3000:]}", seconds)

    def ask(self, command):
        """The answer of its telemetry; it is as new as the last full second."""
        path = self.folder / "dpdk/flowlock/dpdk_telemetry.v2"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(path))
            connection.recv(1 << 14)
            connection.send(command.encode())
            return json.loads(connection.recv(1 << 16))[command]

    def counted(self):
        """Packets that have come or are known to be lost, as of the last second."""
        ports = self.ask("/flowlock/ports").values()
        return sum(port[what] for port in ports for what in ("received", "missed", "errors", "no_mbuf"))

    def wait_for_packets(self, count):
        wait_until(lambda: self.counted() >= count, f"{count} packets have come", pause=0.1)

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self, settings, expect="configuration reloaded"):
        begin = len(self.log)
        self.configure(settings)
        self.signal(signal.SIGHUP)
        return self.wait_for_log(expect, begin)

    def stop(self):
        """(exit status, seconds from SIGTERM to the end)."""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE_S)
        return status, time.monotonic() - begin

    @property
    def summary(self):
        return json.loads((self.out / "summary.json").read_text())

    @property
    def locks(self):
        """The newest report of each case, by id."""
        text = (self.out / "locks.jsonl").read_text() if (self.out / "locks.jsonl").exists() else ""
        reports = map(json.loads, text.splitlines())
        return {report["id"]: report for report in reports}

    def cases(self):
        return sorted((self.out / "cases").glob("[!.]*/report.json"))

    def wait_for_case(self, words, seconds=PATIENCE_S):
        """The report of the first case whose id contains all of `words`, as soon as it is on disk, and when it was
        (nanoseconds since 1970): when its file was renamed to its place, which leaves the time of its last byte."""
        def find():
            return next((path for path in self.cases() if all(word in path.parent.name for word in words)), None)
        path = wait_until(find, f"a report of {words}; there are {[case.parent.name for case in self.cases()]}",
                          seconds, 0.005)
        return json.loads(path.read_text()), path.stat().st_mtime_ns

    def memory_kib(self):
        status = open(f"/proc/{self.pid}/status").read()
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1])

    def threads(self):
        """Name and id of each thread."""
        found = {}
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{thread}/comm") as name:
                    found[int(thread)] = name.read().strip()
            except FileNotFoundError:
                pass  # it has just ended
        return found


def not_seen(summary):
    return sum(summary["loss"].get(cause, 0) for cause in NOT_SEEN)


def check_end(checks, monitor, status=0):
    """SIGTERM, and what must hold of every end. The summary."""
    got, seconds = monitor.stop()
    checks.equal("exit status", got, status)
    checks.that(seconds < 2, f"it took {seconds:.2f} s to end")
    summary = monitor.summary
    checks.equal("running", summary["live"]["running"], False)
    ports = summary["live"]["ports"]
    checks.equal("packets of the ports", sum(port["received"] for port in ports),
                 summary["packets"] + summary["loss"].get("ring_full", 0))
    checks.equal("packets of the workers", sum(worker["packets"] for worker in summary["live"]["workers"]),
                 summary["packets"])
    return summary


def check_sum(checks, summary, sent):
    """Every packet that was sent is counted, or its loss has a name."""
    checks.equal(f"packets counted ({summary['packets']}) and lost by name ({summary['loss']})",
                 summary["packets"] + not_seen(summary), sent)
