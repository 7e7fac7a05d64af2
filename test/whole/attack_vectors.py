# SPDX-License-Identifier: BSD-3-Clause
"""With the shipped limits each flood and amplification is found within two seconds, under its name and in its role, and
innocents are not, at rates far above those of floods; with a low limit on everything they are found to be no flood."""

import pathlib

import attack_runs
import harness
from attack_runs import SECOND, VICTIM, Ledger, Slide, limit, of_limits

FLOODS = ("syn_flood", "ack_flood", "rst_flood", "tcp_flag_flood", "udp_flood", "icmp_flood", "fragment_flood",
          "protocol_flood")
AMPLIFIERS = "dns", "ntp", "memcached", "ssdp", "cldap", "chargen", "snmp"
# Just above the shipped limits, so that a share that is misjudged shows.
RATES = {"out": 21_000, "in": 105_000}
RULES = {"out": "out-flood", "in": "in-flood"}
EPOCH = 1.0
WINDOW = 2
IN_TIME = 2.0

ROLES = {"amplification_victim": "victim", "amplification_reflector": "reflector",
         "amplification_requester": "requests", "flood": None}


class Times:
    """From the first packet of an attack to its report, by rule."""

    def __init__(self):
        self.by_rule = {}

    def add(self, rule, seconds):
        self.by_rule.setdefault(rule, []).append(seconds)

    def print(self):
        print(f"{'rule':<12}{'attacks':>8}  seconds from first packet to report: least, median, most")
        for rule, seconds in sorted(self.by_rule.items()):
            seconds.sort()
            print(f"{rule:<12}{len(seconds):>8}  {seconds[0]:.2f} {seconds[len(seconds) // 2]:.2f} {seconds[-1]:.2f}")


def check_attack(stage, times, locks, truth):
    checks = stage.checks
    attack, = truth["attacks"]
    direction = attack["direction"]
    lock = stage.only(of_limits(locks))
    if lock is None:
        return
    checks.equal("who", (lock["host"]["address"], lock["direction"]), (attack["host"], direction))
    checks.equal("rule", lock["trigger"]["rule"], RULES[direction])
    checks.equal("vector", lock["vector"], attack["vector"])
    checks.equal("role", lock["limit"]["role"], ROLES[attack["kind"]])
    peak = Slide(Ledger(truth, direction).by_second("packets"), WINDOW).peak
    told = {each["vector"]: each["packets"] for each in lock["limit"]["vectors"]}
    # Of 65,536 random ports some are a reflector's.
    checks.that(told.get(attack["vector"], 0) > 0.99 * peak, f"{told} of {peak} packets")
    checks.equal("peak", lock["trigger"]["value"], lock["totals"]["packets"] // WINDOW)
    checks.that(lock["totals"]["packets"] >= 0.99 * peak, f"{lock['totals']} of {peak} packets")
    checks.that(lock["limit"]["established"]["share"] < 0.01, f"{lock['limit']['established']}")
    late = (harness.time_of(lock["opened"]) - attack["first"]) / SECOND
    checks.that(0 < late <= IN_TIME + EPOCH, f"reported {late} s after the first packet")
    times.add(lock["trigger"]["rule"], late)


def floods(stage, times):
    offset = 0
    for vector in FLOODS:
        for direction, externals in (("in", 100_000), ("out", 1), ("out", 3_000)):
            offset = (offset + 130) % 1000
            stage.checks.scope = f"{vector} {direction}, {externals} externals, at {offset} ms"
            capture, truth = stage.attack(vector, "--direction", direction, "--rate", RATES[direction], "--seconds",
                                          "3", "--externals", externals, "--offset-ms", offset)
            check_attack(stage, times, stage.locks(capture), truth)


def amplifications(stage, times):
    offset = 0
    for name in (*AMPLIFIERS, "tcp_synack"):
        for role in ("victim", "reflector", "requester"):
            if name == "tcp_synack" and role != "victim":
                continue
            offset = (offset + 170) % 1000
            stage.checks.scope = f"amplification by {name}, {role}, at {offset} ms"
            rate = RATES["in" if role == "victim" else "out"]
            capture, truth = stage.attack(f"amplification:{name}", "--role", role, "--rate", rate, "--seconds", "3",
                                          "--externals", "500", "--offset-ms", offset)
            check_attack(stage, times, stage.locks(capture), truth)
    stage.checks.scope = "requests in a stranger's name"
    capture, truth = stage.attack("amplification:dns", "--role", "spoofer", "--rate", "30000", "--seconds", "3",
                                  "--externals", "500")
    found = [(lock["host"]["scope"], lock["direction"], lock["vector"], lock["limit"]["role"], lock["trigger"]["rule"],
              lock["totals"]["packets"]) for lock in stage.locks(capture)]
    stage.checks.equal("locks", found, [("outside", "out", "amplification:dns", "requests", "out-forged", 60000)])


def mixed(stage, times):
    """Everyday traffic and a busy innocent on another host change nothing."""
    for vector, direction in (("syn_flood", "in"), ("udp_flood", "out")):
        stage.checks.scope = f"{vector} {direction} beside a transfer"
        capture, truth = stage.attack(vector, "--direction", direction, "--rate", RATES[direction], "--seconds", "3",
                                      "--externals", "1000", "--offset-ms", "1400", "--background",
                                      "--background-seconds", "5", "--beside", "tcp_transfer", "--beside-rate", "60000")
        check_attack(stage, times, stage.locks(capture), truth)


def answered_floods(stage):
    """Who is attacked and answers is the victim, and nobody locks him for his answers."""
    for vector, direction in (("syn_flood", "in"), ("ack_flood", "in"), ("tcp_flag_flood", "in"), ("icmp_flood", "in"),
                              ("syn_flood", "out"), ("icmp_flood", "out")):
        stage.checks.scope = f"{vector} {direction}, answered"
        capture, _ = stage.attack(vector, "--direction", direction, "--rate", 105_000, "--seconds", "2", "--externals",
                                  "3000", "--answered")
        lock = stage.only(of_limits(stage.locks(capture)))
        if lock is not None:
            stage.checks.equal("direction, vector", (lock["direction"], lock["vector"]), (direction, vector))


# What an innocent's traffic is, both ways. A client of few servers uses its ports again, and then its questions are a
# conversation as any other.
ESTABLISHED, QUESTIONS = ("established",), ("established", "answered")
INNOCENTS = {"tcp_transfer": ESTABLISHED, "quic_transfer": ESTABLISHED, "game_server": ESTABLISHED,
             "web_server": ESTABLISHED, "dns_server": QUESTIONS, "ntp_server": QUESTIONS}
ACKNOWLEDGED = {"tcp_transfer": "43", "quic_transfer": "20"}


def innocents(stage):
    low = "".join(limit(direction=direction, per_second=1000, window=1) for direction in ("out", "in"))
    for kind, shares in INNOCENTS.items():
        for direction in ("out", "in"):
            for every in ("2", ACKNOWLEDGED[kind]) if kind in ACKNOWLEDGED else (None,):
                stage.checks.scope = f"{kind} {direction}, acknowledged every {every}"
                words = ["--direction", direction, "--rate", "110000", "--seconds", "2", "--externals", "200"]
                capture, truth = stage.innocent(kind, *words, *(["--ack-every", every] if every else []))
                run = stage.replay(capture)
                stage.checks.equal("locks", [lock["trigger"]["rule"] for lock in run.locks], [])
                locks = stage.locks(capture, config=low)
                stage.checks.equal("locked with a low limit", sorted(lock["direction"] for lock in of_limits(locks)),
                                   ["in", "out"])
                for lock in locks:
                    check_innocent(stage.checks, lock, shares, truth)


def check_innocent(checks, lock, shares, truth):
    checks.equal(f"vector {lock['direction']}", (lock["vector"], lock["limit"]["role"]), ("other", None))
    packets = lock["totals"]["packets"]
    checks.equal("totals", packets, Slide(Ledger(truth, lock["direction"]).by_second("packets"), 1).peak)
    told = {each["vector"]: each["packets"] for each in lock["limit"]["vectors"]}
    innocent = sum(told.get(share, 0) for share in shares)
    checks.that(innocent >= 0.99 * packets, f"{told} of {packets} packets {lock['direction']}")
    established = lock["limit"]["established"]
    checks.equal("established", established["packets"], told.get("established", 0))
    # Half of the last digit.
    checks.that(abs(established["share"] - established["packets"] / packets) <= 0.00005 + 1e-9, f"{established}")


def one_way(stage):
    """A tap that has seen by connections that it sees one side only accuses nobody of what may be the half of an
    exchange; and a transfer never, since it shows a handshake."""
    for kind in INNOCENTS:
        for direction in ("out", "in"):
            stage.checks.scope = f"{kind} {direction} on a one-way tap"
            words = ["--direction", direction, "--rate", "110000", "--seconds", "2", "--one-way"]
            words += ["--background", "--background-seconds", "6", "--offset-ms", "3000"]
            capture, _ = stage.innocent(kind, *words)
            stage.checks.equal("locks", [lock["trigger"]["rule"] for lock in stage.locks(capture)], [])


def main():
    options = harness.arguments()
    checks = harness.Checks()
    times = Times()
    with harness.temporary_folder() as name:
        stage = attack_runs.Stage(options, checks, pathlib.Path(name))
        floods(stage, times)
        amplifications(stage, times)
        mixed(stage, times)
        answered_floods(stage)
        innocents(stage)
        one_way(stage)
    times.print()
    checks.finish()


main()
