# SPDX-License-Identifier: BSD-3-Clause
"""Every end takes less than 2 s, and whatever hangs does not stop the counting: under load; with a file that takes
nothing; with a log that nobody reads; with a full disk; with a folder that is gone. What could not be written is said."""

import contextlib
import os
import shutil
import signal

import stage
import traffic
from monitor import Monitor, check_end, check_sum, limit
from stage import harness

SETTINGS = limit("flood", 500) + "[scan]\nenabled = false\n"
PER_SECOND = 1_500


def flood(number, flows=20):
    return [traffic.udp(f"198.51.100.{number}", "192.0.2.1", 1024 + port) for port in range(flows)]


def complete(path):
    """A report with its text, not half of one."""
    report = harness.json.loads(path.read_text())
    return report["id"] == path.parent.name and (path.parent / "report.txt").stat().st_size > 0


def check_under_load(checks, options):
    """As fast as testpmd can, until the monitor is gone: what it sent last was never taken."""
    checks.scope = "SIGTERM under load"
    with stage.Stage(network=False) as place:
        path = place.folder / "tap.sock"
        monitor = Monitor(place, options.flowlock, [traffic.memif(path)],
                          limit("flood", 1, direction="in") + limit("flood-out", 1))
        generator = traffic.Testpmd(place, path)
        generator.start()
        monitor.wait_for_packets(300_000)
        summary = check_end(checks, monitor)
        checks.that(summary["packets"] >= 300_000, f"{summary['packets']} packets")
        print(f"SIGTERM under load: {summary['packets']} counted, loss {summary['loss']}", flush=True)


def check_paced(checks, options):
    checks.scope = "SIGTERM in a flood"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10), PER_SECOND):
            monitor.wait_for_case(["198.51.100.10"])
        summary = check_end(checks, monitor)
        check_sum(checks, summary, sender.sent)
        checks.equal("locks", summary["locks"], 1)
        checks.that(all(map(complete, monitor.cases())), "a report is not whole")
        checks.equal("state of the last report", [lock["state"] for lock in monitor.locks.values()], ["closed"])


def check_hanging_sink(checks, options):
    """locks.jsonl is a FIFO that nobody reads: opening it never comes back."""
    checks.scope = "a file that hangs"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        (monitor.out / "locks.jsonl").unlink(missing_ok=True)
        os.mkfifo(monitor.out / "locks.jsonl")
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10) + flood(11), 2 * PER_SECOND):
            monitor.wait_for_case(["198.51.100."])
            stage.wait_until(lambda: monitor.ask("/flowlock/status")["reports_waiting"] == 2, "two reports wait")
            counted = monitor.counted()
            monitor.wait_for_packets(counted + 3 * PER_SECOND)
        monitor.wait_for_packets(sender.sent)
        packets = monitor.ask("/flowlock/status")["packets"]
        checks.that(packets > sender.sent - 3 * 2 * PER_SECOND, f"{packets} of {sender.sent} packets are merged")
        checks.equal("late epochs", monitor.ask("/flowlock/loss")["late_epochs"], 0)
        status, seconds = monitor.stop()
        checks.that(seconds < 2, f"it took {seconds:.2f} s to end")
        checks.that(status != 0, "the exit status hides that reports are missing")
        checks.that("2 reports could not be written" in monitor.log, f"the log does not say so: {monitor.log[-800:]}")


def fill(pipe):
    os.set_blocking(pipe, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(pipe, bytes(1)):
            pass
    os.set_blocking(pipe, True)


def check_unread_log(checks, options):
    """The log is a pipe, and it is full."""
    checks.scope = "a log that nobody reads"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        reading, writing = os.pipe()
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS, stderr=writing, ready=False)
        # Its log cannot say when it listens, its telemetry can.
        stage.wait_until(lambda: (monitor.folder / "dpdk/flowlock/dpdk_telemetry.v2").exists(), "telemetry is there")
        stage.wait_until(lambda: monitor.ask("/flowlock/ports"), "the monitor listens")
        fill(writing)
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10), PER_SECOND):
            monitor.wait_for_case(["198.51.100.10"])
        monitor.signal(signal.SIGHUP)
        monitor.wait_for_packets(sender.sent)
        status, seconds = monitor.stop()
        os.close(writing)
        os.close(reading)
        checks.that(seconds < 2, f"it took {seconds:.2f} s to end")
        check_sum(checks, monitor.summary, sender.sent)
        checks.equal("exit status, since all reports are written", status, 0)


def fill_up(ballast):
    """Writes until the disk says that it is full: what is free changes while the monitor writes, too."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass


def check_full_disk(checks, options):
    checks.scope = "a full disk"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        disk = place.folder / "disk"
        place.small_disk(disk, "512k")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS, options=["--out", disk / "out"])
        monitor.out = disk / "out"
        fill_up(disk / "ballast")
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10), PER_SECOND):
            place_in_log = monitor.wait_for_log("reports are kept and written when it works again")
            stage.wait_until(lambda: monitor.ask("/flowlock/status")["reports_waiting"] == 1, "the report waits")
            checks.equal("reports on the full disk", monitor.cases(), [])
            (disk / "ballast").unlink()
            monitor.wait_for_log("reports can be written again", place_in_log)
            monitor.wait_for_case(["198.51.100.10"])
        check_sum(checks, check_end(checks, monitor), sender.sent)
        checks.that(len(monitor.locks) == 1 and all(map(complete, monitor.cases())), "the lock is not whole")


def check_folder_gone(checks, options):
    checks.scope = "a folder that is gone"
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], SETTINGS)
        shutil.rmtree(monitor.out)
        sender = traffic.Sender(place, "lv0")
        with traffic.Stream(sender, flood(10), PER_SECOND):
            monitor.wait_for_case(["198.51.100.10"])
        check_sum(checks, check_end(checks, monitor), sender.sent)
        checks.that(len(monitor.locks) == 1 and all(map(complete, monitor.cases())), "the lock is not whole")


def main():
    options = harness.arguments()
    stage.require("ip", "mount", "dpdk-testpmd", "stdbuf")
    checks = harness.Checks()
    for check in (check_under_load, check_paced, check_hanging_sink, check_unread_log, check_full_disk,
                  check_folder_gone):
        check(checks, options)
    checks.finish()


main()
