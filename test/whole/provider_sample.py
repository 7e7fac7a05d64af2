# SPDX-License-Identifier: BSD-3-Clause
"""The flood of the provider's published report, all of its 40,674,000 packets, gives that report byte for byte, but for
the addresses. The capture goes through a pipe: it would have 3 GB."""

import os
import pathlib
import subprocess
import threading

import attack_runs
import harness
from attack_runs import limit

# As the provider prints it, with our addresses in the same columns.
WHOLE = """\
Direction OUT
Internal 198.51.100.65
Threshold Packets 100.000 packets/s
Sum                     40.674.000 packets/300s (135.580 packets/s),  40.673 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 192.0.2.114,   40.668.000 packets/300s (135.560 packets/s),  40.667 flows/300s (135 flows/s),  5,909 GByte/300s (161 MBit/s)
External 192.0.2.67,    5.000 packets/300s (16 packets/s),                 5 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
External 192.0.2.53,    1.000 packets/300s (3 packets/s),                  1 flows/300s (0 flows/s),    0,000 GByte/300s (0 MBit/s)
"""

# A hundredth of it in 3 s, at the same rates: 406 flows and one each, 0.059 GByte.
PART = """\
Direction OUT
Internal 198.51.100.65
Threshold Packets 100.000 packets/s
Sum                     406.740 packets/3s (135.580 packets/s),            408 flows/3s (136 flows/s),  0,059 GByte/3s (161 MBit/s)
External 192.0.2.114,   406.680 packets/3s (135.560 packets/s),            406 flows/3s (135 flows/s),  0,059 GByte/3s (161 MBit/s)
External 192.0.2.67,    50 packets/3s (16 packets/s),                        1 flows/3s (0 flows/s),    0,000 GByte/3s (0 MBit/s)
External 192.0.2.53,    10 packets/3s (3 packets/s),                         1 flows/3s (0 flows/s),    0,000 GByte/3s (0 MBit/s)
"""


def check_block(checks, run, block):
    """On stdout, and in the file of the case."""
    lock, = run.locks
    checks.equal("vector", (lock["kind"], lock["vector"]), ("packet_limit", "udp_flood"))
    report = (run.folder / "out/cases" / lock["id"] / "report.txt").read_text()
    for name, text in (("stdout", run.stdout.decode()), ("report.txt", report)):
        begin = text.find("Direction ")
        checks.equal(f"block in {name}", text[begin:].split("\n\nDetailed Traffic Dump\n")[0].rstrip("\n").splitlines() if begin >= 0 else text,
                     block.rstrip("\n").splitlines())


def part(stage):
    stage.checks.scope = "a hundredth"
    capture, _ = stage.scene("sample", "--part", "1/100")
    check_block(stage.checks, stage.replay(capture, config=limit(window=3, per_second=100_000)), PART)


def whole(stage):
    stage.checks.scope = "the whole"
    pipe = stage.folder / "sample.pcap"
    os.mkfifo(pipe)
    writer = subprocess.Popen([stage.options.scene, "sample", pipe])
    # If flowlock ends without opening the pipe, the writer would wait for a reader for ever.
    watch = threading.Timer(1800, writer.kill)
    watch.start()
    run = stage.replay(pipe, config=limit(window=300, per_second=100_000), seconds=1700)
    stage.checks.equal("exit status of the writer", writer.wait(60), 0)
    watch.cancel()
    check_block(stage.checks, run, WHOLE)
    stage.checks.equal("packets", run.summary["packets"], 40_674_000)


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        stage = attack_runs.Stage(options, checks, pathlib.Path(name))
        part(stage)
        if os.environ.get("FLOWLOCK_SANITIZED"):
            print("only a hundredth: with a sanitizer the whole would take too long")
        else:
            whole(stage)
    checks.finish()


main()
