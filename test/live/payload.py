# SPDX-License-Identifier: BSD-3-Clause
"""Live, too, payload decides: who guesses FTP passwords is a case within seconds of the twentieth refusal, and whose
passwords are guessed is none; the case's packets hold what the server said; and a signature that is written while the
monitor runs is in force after a reload."""

import json
import subprocess
import time

import stage
import traffic
from monitor import NO_LIMIT, Monitor, check_end, check_sum
from stage import harness

GUESSER, VICTIM, WORM = (f"198.51.100.{number}" for number in (20, 21, 22))
SERVER = traffic.external(0)
PER_SECOND = 500
REFUSALS = 20
IN_TIME_S = 5  # the epoch in which it comes, the next, and what a busy machine takes

OURS = """[[signature]]
id = "our-own"
category = "exploit"
words = "what our own file describes"
reference = "RFC 9110, section 9.3.1"
pattern = "^GET /only-here "
protocol = "tcp"
sender = "initiator"
matches = ["GET /only-here HTTP/1.1"]
differs = ["GET / HTTP/1.1"]
"""


def settings(options, ours):
    shipped = options.source / "lib/content/signatures"
    return f"[signatures]\nfolders = {json.dumps([str(shipped), str(ours)])}\n{NO_LIMIT}"


def guesses(client, server, count):
    return [frame for number in range(count)
            for frame in traffic.conversation(client, server, 30000 + number, 21, b"USER root\r\n",
                                              b"331 Please specify the password.\r\n", b"PASS secret\r\n",
                                              b"530 Login incorrect.\r\n")]


def asks(count):
    return [frame for number in range(count)
            for frame in traffic.conversation(WORM, traffic.external(number), 31000 + number, 80,
                                              b"GET /only-here HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n")]


def refusals_in(capture):
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", 'tcp.srcport == 21 and tcp.payload[0:4] == "530 "'],
                          capture_output=True, text=True, check=True)
    return len(done.stdout.splitlines())


def check_guesser(checks, monitor, sender):
    checks.scope = "guessed passwords"
    sender.send(guesses(SERVER, VICTIM, 2 * REFUSALS), PER_SECOND)
    sender.send(guesses(GUESSER, SERVER, REFUSALS - 1), PER_SECOND)
    monitor.wait_for_packets(sender.sent)
    time.sleep(2)  # the epoch that holds them has been judged
    checks.equal("cases before the twentieth", monitor.cases(), [])
    last = sender.send(guesses(GUESSER, SERVER, REFUSALS)[-10:], PER_SECOND)[-1]
    report, on_disk = monitor.wait_for_case([GUESSER, "brute_force"])
    checks.that(on_disk - last < IN_TIME_S * 10**9, f"the report came {(on_disk - last) / 10**9:.1f} s after the last refusal")
    checks.equal("value", report["trigger"]["value"], REFUSALS)
    checks.equal("facts", [(fact["name"], fact["count"]) for fact in report["fact"]["facts"]], [("brute-ftp-failed", REFUSALS)])
    checks.equal("confidence", report["fact"]["confidence"], "high")


def check_reload(checks, monitor, sender, options, ours):
    checks.scope = "a signature that is written meanwhile"
    sender.send(asks(10), PER_SECOND)
    monitor.wait_for_packets(sender.sent)
    (ours / "ours.toml").write_text(OURS)
    monitor.reload(settings(options, ours))
    checks.equal("cases that nothing describes yet", [case.parent.name for case in monitor.cases() if WORM in case.parent.name], [])
    with traffic.Stream(sender, asks(10), PER_SECOND):  # a worker takes the new ones between two epochs
        report, _ = monitor.wait_for_case([WORM, "exploit"])
    checks.equal("facts", [fact["name"] for fact in report["fact"]["facts"]], ["our-own"])


def main():
    options = harness.arguments()
    stage.require("ip", "tshark")
    checks = harness.Checks()
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        ours = place.folder / "ours"
        ours.mkdir()
        monitor = Monitor(place, options.flowlock, ["lv1"], settings(options, ours))
        sender = traffic.Sender(place, "lv0")
        check_guesser(checks, monitor, sender)
        check_reload(checks, monitor, sender, options, ours)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        checks.equal("loss", sum(summary["loss"].values()), 0)
        checks.equal("hosts with a case", sorted({lock["host"]["address"] for lock in monitor.locks.values()}), [GUESSER, WORM])
        # At the end, the case has the packets that came before its alarm, longer ago than its limits look back.
        case = next(path.parent for path in monitor.cases() if GUESSER in path.parent.name)
        checks.equal("refusals among its packets", refusals_in(case / "evidence.pcapng"), REFUSALS)
    checks.finish()


main()
