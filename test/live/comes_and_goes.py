# SPDX-License-Identifier: BSD-3-Clause
"""Peers and devices come and go, the monitor stays: a memif peer that is killed in mid-burst again and again; an
interface that is deleted and made anew; a link that goes down and up. All of it is said, and counting goes on."""

import stage
import traffic
from monitor import Monitor, check_end, check_sum
from stage import harness

LEAVES = 20


def check_memif(checks, options):
    """What a killed peer has sent nobody knows; what came is counted once, also by the port, whose driver shows
    nothing while no peer is there."""
    checks.scope = "a memif peer killed in mid-burst"
    with stage.Stage(network=False) as place:
        path = place.folder / "tap.sock"
        monitor = Monitor(place, options.flowlock, [traffic.memif(path)])
        for number in range(LEAVES):
            before = monitor.counted()
            generator = traffic.Testpmd(place, path, prefix=f"gen{number}")
            generator.start()
            # Some are there long enough to be seen, most only for a moment.
            if number % 5 == 0:
                stage.wait_until(lambda: monitor.counted() > before, f"packets of visit {number}", pause=0.05)
            else:
                stage.wait_until(lambda: generator.sent() > 0, f"visit {number} sends")
            generator.kill()
        stage.wait_until(lambda: monitor.ask("/flowlock/ports")["0"]["state"] == "down", "the last one has gone")
        # One more, who leaves politely.
        generator = traffic.Testpmd(place, path, prefix="last")
        generator.start()
        stage.wait_until(lambda: generator.sent() > 0, "the last visit sends")
        sent = generator.stop()
        stage.wait_until(lambda: settled(monitor), "the port's counters are those of all visits", pause=1.1)
        summary = check_end(checks, monitor)
        generator.quit()
        checks.that(summary["packets"] > sent, f"{summary['packets']} packets of {LEAVES} visits, and {sent}")
        checks.that("its peer has gone" in monitor.log and "its peer has come" in monitor.log, "the log names no peer")
        print(f"{LEAVES} killed peers: {summary['packets']} packets", flush=True)


def settled(monitor):
    return monitor.counted() == sum(worker["packets"] for worker in monitor.ask("/flowlock/workers").values())


def check_device(checks, options):
    checks.scope = "a device that is deleted and made anew"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"])
        sent = 0
        for number in range(2):
            sender = traffic.Sender(place, "lv0")
            sender.send([traffic.udp("198.51.100.7", "192.0.2.1", 1024 + flow) for flow in range(1000)], 5_000)
            sent += sender.sent
            monitor.wait_for_packets(sent)
            if number == 1:
                break
            log = len(monitor.log)
            place.run("ip", "link", "delete", "lv0")
            monitor.wait_for_log("port lv1: the device has vanished", log)
            port = monitor.ask("/flowlock/ports")["0"]
            checks.equal("its state", port["state"], "vanished")
            place.veth("lv0", "lv1")
            monitor.wait_for_log("port lv1: the device is back", log)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sent)
        checks.equal("flows", summary["flows"], 1000)
        checks.equal("vanished", summary["live"]["ports"][0]["vanished"], 1)


def check_link(checks, options):
    checks.scope = "a link that goes down and up"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"])
        log = len(monitor.log)
        place.run("ip", "link", "set", "lv0", "down")
        log = monitor.wait_for_log("port lv1: link down", log)
        place.run("ip", "link", "set", "lv0", "up")
        monitor.wait_for_log("port lv1: link up", log)
        sender = traffic.Sender(place, "lv0")
        sender.send([traffic.udp("198.51.100.7", "192.0.2.1")] * 500, 5_000)
        monitor.wait_for_packets(500)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, 500)
        checks.equal("link changes", summary["live"]["ports"][0]["link_changes"], 2)


def main():
    options = harness.arguments()
    stage.require("ip", "dpdk-testpmd", "stdbuf")
    checks = harness.Checks()
    check_memif(checks, options)
    check_device(checks, options)
    check_link(checks, options)
    checks.finish()


main()
