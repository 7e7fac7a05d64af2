# SPDX-License-Identifier: BSD-3-Clause
"""SIGHUP: a good configuration is in force from then on; one with a mistake is refused with its place, and the old one
stays; and reloading under load loses no packet and no verdict."""

import stage
import traffic
from monitor import NO_LIMIT, Monitor, check_end, check_sum, limit
from stage import harness

PER_SECOND = 1_500
RELOADS = 20
HIGH, LOW = (limit("flood", per_second) + "[scan]\nenabled = false\n" for per_second in (100_000, 500))


def flood(number):
    return [traffic.udp(f"198.51.100.{number}", "192.0.2.1", 1024 + port) for port in range(20)]


def check_limits(checks, monitor, sender):
    """A flood between the two limits is found when the lower one is in force."""
    checks.scope = "a lower limit"
    with traffic.Stream(sender, flood(10), PER_SECOND):
        counted = monitor.counted()
        monitor.wait_for_packets(counted + 3 * PER_SECOND)
        checks.equal("cases below the limit", monitor.cases(), [])
        monitor.reload(LOW)
        report, _ = monitor.wait_for_case(["198.51.100.10-out-packet_limit"])
        checks.equal("threshold", report["trigger"]["threshold"], 500)


def check_refused(checks, monitor, sender):
    checks.scope = "a configuration with a mistake"
    broken = LOW.replace("per_second = 500", "per_second = 0")
    place = monitor.reload(broken, "configuration refused, the old one stays: ")
    line = 1 + monitor.config.read_text().splitlines().index("per_second = 0")
    said = monitor.log[place:].splitlines()[0]
    checks.that(f"flowlock.toml:{line}" in said, f"{said!r} does not name line {line}")
    with traffic.Stream(sender, flood(11), PER_SECOND):
        report, _ = monitor.wait_for_case(["198.51.100.11-out-packet_limit"])
    checks.equal("threshold in force", report["trigger"]["threshold"], 500)
    monitor.reload("this is no TOML", "configuration refused")


def check_many(checks, monitor, sender):
    """The open case of the first flood goes on while the configuration is exchanged again and again."""
    checks.scope = f"{RELOADS} reloads under load"
    before = monitor.ask("/flowlock/status")["reloads"]
    with traffic.Stream(sender, flood(12), PER_SECOND):
        monitor.wait_for_case(["198.51.100.12-out-packet_limit"])
        for number in range(RELOADS):
            monitor.reload(HIGH.replace("100_000", str(200_000 + number)) if number % 2 else LOW)
    monitor.wait_for_packets(sender.sent)
    stage.wait_until(lambda: monitor.ask("/flowlock/status")["reloads"] == before + RELOADS, "all reloads are counted")


def main():
    options = harness.arguments()
    stage.require("ip")
    checks = harness.Checks()
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], HIGH)
        sender = traffic.Sender(place, "lv0")
        check_limits(checks, monitor, sender)
        check_refused(checks, monitor, sender)
        check_many(checks, monitor, sender)
        monitor.configure(NO_LIMIT)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        checks.equal("loss", sum(summary["loss"].values()), 0)
        # A reload closes no case whose limit is still there, so each flood has one.
        checks.equal("hosts with a case", sorted({lock["host"]["address"] for lock in monitor.locks.values()}),
                     [f"198.51.100.{number}" for number in (10, 11, 12)])
    checks.finish()


main()
