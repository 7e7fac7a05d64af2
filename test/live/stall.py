# SPDX-License-Identifier: BSD-3-Clause
"""A thread that stands still, as when a hypervisor takes its CPU away. The control core: nothing is lost, epochs are
late, and the report comes afterwards. A worker: it is said, what the port then loses has a name, and what other workers
see is reported in time."""

import time

import stage
import traffic
from freeze import frozen
from monitor import Monitor, check_end, check_sum, limit
from stage import harness

STILL_S = 5
SETTINGS = limit("flood", 500) + "[scan]\nenabled = false\n"
PER_SECOND = 2_000


def flood(number):
    return [traffic.udp(f"198.51.100.{number}", "192.0.2.1", 1024 + flow) for flow in range(20)]


def check_control_core(checks, options):
    checks.scope = "the control core stands still"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        sender = traffic.Sender(place, "lv0")
        with frozen(monitor.pid):
            begin = time.monotonic()
            with traffic.Stream(sender, flood(10), PER_SECOND):
                time.sleep(STILL_S)
            checks.equal("reports meanwhile", monitor.cases(), [])
            still = time.monotonic() - begin
        monitor.wait_for_case(["198.51.100.10"])
        monitor.wait_for_packets(sender.sent)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        lost = {cause: count for cause, count in summary["loss"].items() if cause.startswith(("nic_", "ring_")) and count}
        checks.equal("lost", lost, {})
        late = summary["loss"]["late_epochs"]
        # Three epochs wait for a control core that is late; a longer one is counted as late once.
        checks.that(1 <= late <= still + 1, f"{late} late epochs in {still:.1f} s")
        print(f"control core still for {still:.1f} s: {sender.sent} packets, {late} late epochs", flush=True)


def worker_threads(monitor):
    """Thread ids of the lcores behind the control core's, in their order: the workers, and then the spreader."""
    named = {int(name.rpartition("-")[2]): thread for thread, name in monitor.threads().items()
             if name.startswith(("rte-worker-", "lcore-worker-"))}
    return [named[lcore] for lcore in sorted(named)]


def check_worker(checks, options):
    """The only worker: what its port cannot hold meanwhile has a name."""
    checks.scope = "a worker stands still"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10), PER_SECOND):
            monitor.wait_for_case(["198.51.100.10"])
            with frozen(worker_threads(monitor)[0]):
                time.sleep(STILL_S)
                log = monitor.wait_for_log("worker 0: stands still")
            monitor.wait_for_log("worker 0: goes on", log)
        monitor.wait_for_packets(sender.sent)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        checks.that(summary["loss"]["nic_missed"] > 0, f"the port lost nothing in {STILL_S} s: {summary['loss']}")
        checks.equal("stalls", summary["live"]["workers"][0]["stalls"], 1)
        print(f"worker still for {STILL_S} s: {sender.sent} packets, loss {summary['loss']}", flush=True)


def check_other_workers(checks, options):
    """One of two workers. The spreader deals a flood of 40 flows out to both, so the other one sees enough of it."""
    checks.scope = "one of two workers stands still"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS, workers=2)
        sender = traffic.Sender(place, "lv0")
        with frozen(worker_threads(monitor)[0]):
            monitor.wait_for_log("worker 0: stands still")
            begin = time.time_ns()
            frames = [traffic.udp("198.51.100.11", "192.0.2.1", 2000 + flow) for flow in range(40)]
            with traffic.Stream(sender, frames, PER_SECOND):
                _, written = monitor.wait_for_case(["198.51.100.11"], STILL_S)
        seconds = (written - begin) / 1e9
        print(f"beside a worker that stands still: {seconds:.2f} s to the report", flush=True)
        # An epoch is closed without the one that stands still when the other has filled the next: a second later.
        checks.that(seconds <= 3, f"the other worker's flood was reported after {seconds:.2f} s")
        monitor.wait_for_log("worker 0: goes on")
        monitor.wait_for_packets(sender.sent)
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        checks.equal("stalls", [worker["stalls"] for worker in summary["live"]["workers"]], [1, 0])


def main():
    options = harness.arguments()
    stage.require("ip")
    checks = harness.Checks()
    check_control_core(checks, options)
    check_worker(checks, options)
    check_other_workers(checks, options)
    checks.finish()


main()
