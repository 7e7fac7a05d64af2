# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of limits on scenes share: a scene and its truth, a configuration of limits, and a run."""

import json
import subprocess

import harness

NETWORK = "198.51.100.0/24"
VICTIM = "198.51.100.65"
SECOND = 10**9


def limit(**keys):
    """A [[limit]]. Its window is given in seconds."""
    keys = dict(direction="out", metric="packets", window=1) | keys
    keys["window"] = f"{keys['window']}s"
    return table("limit", **keys)


def table(title, **keys):
    return f"[[{title}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


class Ledger:
    """What the truth says of one host and direction, by seconds since 1970."""

    def __init__(self, truth, direction, address=VICTIM):
        ledger = truth["ledger"]
        self.first = ledger["first_second"]
        self.told = next((host for host in ledger["hosts"] if (host["address"], host["direction"]) == (address, direction)),
                         {"packets": 0, "bytes": 0, "packets_per_second": [], "bytes_per_second": [], "externals": []})

    def by_second(self, metric):
        return {self.first + i: count for i, count in enumerate(self.told[metric + "_per_second"]) if count}


class Slide:
    """A sum over a window that slides by whole seconds, and what a limit says of it. `by_second` has counts."""

    def __init__(self, by_second, window):
        self.window = window
        self.begin = min(by_second)
        ends = range(self.begin, max(by_second) + window)
        self.sums = [sum(by_second.get(at, 0) for at in range(end - window + 1, end + 1)) for end in ends]

    @property
    def peak(self):
        return max(self.sums)

    @property
    def peak_end(self):
        """The second with which the first of the highest windows ends."""
        return self.begin + self.sums.index(self.peak)

    def first_above(self, most):
        return next((self.begin + i for i, each in enumerate(self.sums) if each > most), None)

    def times_above(self, most):
        """How often it gets there anew."""
        above = [each > most for each in self.sums]
        return sum(now and not before for before, now in zip([False] + above, above))


class Stage:
    """Makes scenes in a folder and runs flowlock on them."""

    def __init__(self, options, checks, folder):
        self.options, self.checks, self.folder = options, checks, folder
        self.made = 0

    def scene(self, *words):
        self.made += 1
        capture = self.folder / f"{self.made}.pcap"
        truth = self.folder / f"{self.made}.json"
        subprocess.run([self.options.scene, words[0], capture, *map(str, words[1:]), "--truth", truth], check=True)
        return capture, json.loads(truth.read_text())

    def attack(self, vector, *words):
        return self.scene("attack", "--vector", vector, *words)

    def innocent(self, kind, *words):
        return self.scene("innocent", "--kind", kind, *words)

    def replay(self, capture, *words, config="", seconds=300):
        """With an empty configuration: the shipped limits."""
        folder = self.folder / "run"
        folder.mkdir(exist_ok=True)
        (folder / "limits.toml").write_text(config)
        line = ["--config", "limits.toml", "--internal", NETWORK, "--out", "out", *words, capture]
        run = harness.replay(self.options, folder, *line, output=False, seconds=seconds)
        harness.no_sanitizer_complaint(self.checks, run)
        if not self.checks.equal("exit status", run.status, 0):
            print(run.stderr.decode(errors="replace")[-1000:])
        return run

    def locks(self, *arguments, **keywords):
        return self.replay(*arguments, **keywords).locks

    def only(self, found):
        """The one lock that was to be found."""
        told = [(lock["kind"], lock["direction"], lock["vector"], lock["host"]["address"]) for lock in found]
        return found[0] if self.checks.that(len(found) == 1, f"locks: {told}, expected one") else None


def of_limits(locks):
    return [lock for lock in locks if lock["reason"] == "attack"]


def end_of(text):
    """The second before the one that this time begins: the epoch that ended then."""
    return harness.time_of(text) // SECOND - 1
