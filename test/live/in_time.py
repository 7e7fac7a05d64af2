# SPDX-License-Identifier: BSD-3-Clause
"""In seconds: a flood is a report on disk within 2 s of its first packet, a netscan within 2 s of its 100th target,
wherever within the clock's second they begin.

The shipped limits speak of 100,000 packets/s and more, which Python cannot send. What takes time does not know that
number: an epoch is over at the full second, its sums are compared with the limit, the report is written. So a limit of
1,000 packets/s over 1 s, and one of 2 s, exceeded three times over, take the same steps at the same moments as one of
100,000 that is exceeded three times over."""

import time

import stage
import traffic
from monitor import Monitor, check_end, check_sum, limit
from stage import harness

LATEST_S = 2.0
LIMIT = 1_000
FLOOD = 3 * LIMIT
SCAN_TARGETS = 120
TARGETS_MIN = 100
PHASES = (0.02, 0.35, 0.65, 0.95)
SETTINGS = (limit("flood-1s", LIMIT, "1s", protocol="udp") + limit("flood-2s", LIMIT, "2s", protocol="icmp")
            + f"[scan]\nmin_targets = {TARGETS_MIN}\n")  # and the shipped wait for an answer


def sleep_until_phase(phase):
    """The next moment that lies so far within a second of the system's clock, which is also the monitor's."""
    time.sleep((phase - time.time()) % 1)


def icmp(source, target):
    return traffic.ipv4(source, target, 1, bytes.fromhex("0800f7ff00000000"))


def measure(checks, what, host, phase, monitor, sender, frames, per_second, since):
    """Seconds from the frame `since` to the report on disk."""
    sleep_until_phase(phase)
    times = sender.send(frames, per_second)
    begun = time.time_ns()
    # Its traffic may be over before the report is there: what is measured are two times, not this waiting.
    report, written = monitor.wait_for_case([host, what])
    latency = (written - times[since]) / 1e9
    print(f"{what} {report['trigger']['rule']}, phase {times[since] / 1e9 % 1:.2f}, sent in "
          f"{(begun - times[0]) / 1e9:.2f} s: {latency:.2f} s", flush=True)
    checks.that(latency <= LATEST_S, f"{what} from phase {phase} was on disk after {latency:.2f} s")
    checks.equal("state at the first report", report["state"], "open")


def main():
    options = harness.arguments()
    stage.require("ip")
    checks = harness.Checks()
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        sender = traffic.Sender(place, "lv0")
        for number, phase in enumerate(PHASES):
            checks.scope = f"phase {phase}"
            host = f"198.51.100.{10 + number}-"
            measure(checks, "out-packet_limit", host, phase, monitor, sender,
                    [traffic.udp(host[:-1], "192.0.2.1")] * int(1.6 * FLOOD), FLOOD, 0)
            host = f"198.51.100.{20 + number}-"
            measure(checks, "out-packet_limit", host, phase, monitor, sender,
                    [icmp(host[:-1], "192.0.2.1")] * int(2.1 * FLOOD), FLOOD, 0)
            host = f"198.51.100.{30 + number}-"
            measure(checks, "netscan", host, phase, monitor, sender,
                    [traffic.tcp(host[:-1], traffic.external(target), 40000, 23, traffic.SYN)
                     for target in range(SCAN_TARGETS)], 1000, TARGETS_MIN - 1)
        monitor.wait_for_packets(sender.sent)
        check_sum(checks, check_end(checks, monitor), sender.sent)
    checks.finish()


main()
