# SPDX-License-Identifier: BSD-3-Clause
"""Limits over windows of 1 to 300 s on ramps of traffic: which second exceeds the limit first, which window is the
peak, and all of its figures are the truth's, to the packet, whatever the number of workers, and where tables are full as
exact as is promised."""

import collections
import json
import pathlib

import attack_runs
import harness
import scene_packets
from attack_runs import SECOND, VICTIM, Slide, limit

WINDOWS = 1, 5, 60, 300
# Each step stands on the ones below it: (packets/s, seconds, begin in ms).
STEPS = (150, 320, 0), (250, 120, 110_500), (600, 30, 160_250), (3_000, 2, 171_350)


class Ramp:
    """A capture of steps, and what is true of one host in one direction: by second, external address and flow."""

    def __init__(self, stage, direction, *words):
        self.direction = direction
        self.capture = stage.folder / f"ramp-{direction}.pcap"
        parts, ledgers = [], []
        for number, (rate, seconds, offset) in enumerate(STEPS):
            capture, truth = stage.attack(*words, "--direction", direction, "--rate", rate, "--seconds", seconds,
                                          "--offset-ms", offset, "--seed", number + 1)
            parts.append(capture)
            ledgers.append(attack_runs.Ledger(truth, direction))
        scene_packets.join(parts, self.capture)
        self.packets, self.bytes = ({}, {})
        for ledger in ledgers:
            for name, sums in (("packets", self.packets), ("bytes", self.bytes)):
                for second, count in ledger.by_second(name).items():
                    sums[second] = sums.get(second, 0) + count
        # Flows of a window are those that are active in it; no ledger by second has them.
        self.seen = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
        for packet in scene_packets.read(self.capture):
            assert scene_packets.is_internal(packet.source) == (direction == "out")
            external = packet.target if direction == "out" else packet.source
            of_flow = self.seen[packet.time // SECOND][external, scene_packets.flow_key(packet)]
            of_flow[0] += 1
            of_flow[1] += packet.ip_bytes
        for name, sums in (("packets", self.packets), ("bytes", self.bytes)):
            column = ("packets", "bytes").index(name)
            counted = {second: sum(flow[column] for flow in flows.values()) for second, flows in self.seen.items()}
            stage.checks.equal(f"{name} by the ledger and by the capture", sums, counted)

    def by_second(self, metric):
        return {"packets": self.packets, "bits": {at: count * 8 for at, count in self.bytes.items()}}[metric]

    def slide(self, metric, window):
        if metric != "flows":
            return Slide(self.by_second(metric), window)
        slide = Slide({second: 0 for second in self.seen}, window)
        slide.sums = [len(self.flows(slide.begin + i, window)) for i in range(len(slide.sums))]
        return slide

    def flows(self, end, window):
        return {flow for second in range(end - window + 1, end + 1) for flow in self.seen.get(second, ())}

    def figures(self, end, window):
        """{external: [packets, bytes, flows]} of the window."""
        sums = collections.defaultdict(lambda: [0, 0, 0])
        for second in range(end - window + 1, end + 1):
            for (external, _), (packets, size) in self.seen.get(second, {}).items():
                sums[external][0] += packets
                sums[external][1] += size
        for external, _ in self.flows(end, window):
            sums[external][2] += 1
        return {scene_packets.text(external): figures for external, figures in sums.items()}

    def active(self, end, window):
        """Flows, each as often as it was active in a second."""
        return sum(len(self.seen.get(second, ())) for second in range(end - window + 1, end + 1))


def figures_of(each):
    return [each["packets"], each["bytes"], each["flows"]]


def check_trigger(checks, lock, slide, per_second):
    first = slide.first_above(per_second * slide.window)
    trigger = lock["trigger"]
    checks.equal("value", trigger["value"], slide.peak // slide.window)
    checks.equal("threshold, window", (trigger["threshold"], trigger["window_s"]), (per_second, slide.window))
    checks.equal("first exceeded in second", attack_runs.end_of(trigger["first_exceeded"]), first)
    checks.equal("opened after second", attack_runs.end_of(lock["opened"]), first)
    checks.equal("end of the peak", attack_runs.end_of(trigger["peak"]), slide.peak_end)
    checks.equal("excesses", lock["limit"]["excesses"], slide.times_above(per_second * slide.window))
    checks.equal("host", (lock["host"]["address"], lock["host"]["scope"]), (VICTIM, "host"))


def check_exact(checks, lock, ramp, slide):
    expected = ramp.figures(slide.peak_end, slide.window)
    totals = [sum(figures[i] for figures in expected.values()) for i in range(3)]
    checks.equal("totals", figures_of(lock["totals"]), totals)
    checks.equal("estimated flows", lock["totals"]["flows_estimated"], 0)
    checks.equal("externals", {each["address"]: figures_of(each) for each in lock["externals"]}, expected)
    checks.equal("number of externals", lock["externals_total"], len(expected))
    order = [-each["packets"] for each in lock["externals"]]
    checks.equal("order of externals", order, sorted(order))
    checks.equal("unattributed", figures_of(lock["limit"]["unattributed"]), [0, 0, 0])
    vectors = [sum(each[name] for each in lock["limit"]["vectors"]) for name in ("packets", "bytes")]
    checks.equal("vectors in all", vectors, totals[:2])
    checks.equal("loss", [cause for cause, count in lock["loss"].items() if count], [])


def check_full(checks, lock, ramp, slide):
    """Packets and bytes are exact in all and lower bounds for each external; flows are an upper bound."""
    expected = ramp.figures(slide.peak_end, slide.window)
    totals = [sum(figures[i] for figures in expected.values()) for i in range(3)]
    checks.equal("packets and bytes", figures_of(lock["totals"])[:2], totals[:2])
    unattributed = figures_of(lock["limit"]["unattributed"])
    sums = [sum(figures_of(each)[i] for each in lock["externals"]) for i in range(3)]
    checks.equal("externals and unattributed", [a + b for a, b in zip(sums, unattributed)], figures_of(lock["totals"]))
    checks.that(unattributed[0] > 0 and lock["loss"]["flow_store_full"] > 0, "the table was not full")
    checks.that(totals[2] <= lock["totals"]["flows"] <= ramp.active(slide.peak_end, slide.window),
                f"{lock['totals']['flows']} flows of {totals[2]}")
    checks.equal("estimated flows", lock["totals"]["flows_estimated"], unattributed[2])
    checks.equal("vectors in all", sum(each["packets"] for each in lock["limit"]["vectors"]), totals[0])
    for each in lock["externals"]:
        true = expected.get(each["address"], [0, 0, 0])
        checks.that(each["packets"] <= true[0] <= each["packets"] + unattributed[0] and each["bytes"] <= true[1],
                    f"{each} of {true}")


def windows(stage, ramp, vector, metric="packets", lengths=WINDOWS,
            tables=("", "flows_per_epoch=1024", "flows_max=300")):
    for window in lengths:
        slide = ramp.slide(metric, window)
        # Exceeded in the middle of the ramp, and by nothing but the ramp.
        per_second = slide.peak * 4 // 5 // window
        config = limit(name="ramp", direction=ramp.direction, metric=metric, window=window, per_second=per_second)
        texts = set()
        for engine in tables:
            for workers in (1, 4):
                stage.checks.scope = f"{ramp.direction} {vector}, {metric} over {window} s, {engine} workers={workers}"
                words = ["--set", "report.externals_max=1000", "--set", "scan.enabled=false", "--workers", str(workers)]
                words += ["--set", f"engine.{engine}"] if engine else []
                lock = stage.only(stage.locks(ramp.capture, *words, config=config))
                if lock is None:
                    continue
                check_trigger(stage.checks, lock, slide, per_second)
                stage.checks.equal("vector", lock["vector"], vector)
                if engine.startswith("flows_max"):
                    check_full(stage.checks, lock, ramp, slide)
                    continue
                check_exact(stage.checks, lock, ramp, slide)
                texts.add(json.dumps(lock))
        stage.checks.that(len(texts) == 1, f"{len(texts)} different reports")


def together(stage, ramp):
    """Limits of one metric share a case, which the first one opens; each is said with its own peak."""
    stage.checks.scope = "all windows at once"
    limits = {window: ramp.slide("packets", window).peak * 4 // 5 // window for window in WINDOWS}
    config = "".join(limit(name=f"over-{window}", direction=ramp.direction, window=window, per_second=per_second)
                     for window, per_second in limits.items())
    lock = stage.only(stage.locks(ramp.capture, "--set", "scan.enabled=false", config=config))
    if lock is None:
        return
    slides = {window: ramp.slide("packets", window) for window in WINDOWS}
    expected = [(f"over-{window}", limits[window], slide.first_above(limits[window] * window), slide.peak // window,
                 slide.peak_end) for window, slide in slides.items()]
    told = [(rule["rule"], rule["threshold"], attack_runs.end_of(rule["first_exceeded"]), rule["value"],
             attack_runs.end_of(rule["peak"])) for rule in lock["limit"]["rules"]]
    stage.checks.equal("rules", sorted(told), sorted(expected))
    order = [rule[2] for rule in told]
    stage.checks.equal("order of rules", order, sorted(order))
    stage.checks.equal("trigger", lock["trigger"], lock["limit"]["rules"][0])


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        stage = attack_runs.Stage(options, checks, pathlib.Path(name))
        ramp = Ramp(stage, "in", "syn_flood", "--externals", "40")
        windows(stage, ramp, "syn_flood")
        together(stage, ramp)
        # Few flows that last: those of a window are not those that began in it.
        ramp = Ramp(stage, "out", "udp_flood", "--externals", "7", "--ports", "90")
        windows(stage, ramp, "udp_flood", "bits", (5, 300), ("",))
        windows(stage, ramp, "udp_flood", "flows", (1, 60), ("",))
        windows(stage, ramp, "udp_flood", "packets", (5, 60), ("flows_max=100", ""))
    checks.finish()


main()
