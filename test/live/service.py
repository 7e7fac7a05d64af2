# SPDX-License-Identifier: BSD-3-Clause
"""What systemd and an operator see: the notifications of a service (ready, reloading, stopping, status, watchdog), and
the answers of DPDK's own telemetry client, which agree with summary.json."""

import json
import os
import re
import socket
import subprocess

import stage
import traffic
from monitor import NO_LIMIT, Monitor, check_end
from stage import harness

WATCHDOG_S = 3
PACKETS = 2_000
COMMANDS = ("status", "loss", "ports", "workers")


class Manager:
    """The service manager's end of NOTIFY_SOCKET."""

    def __init__(self, place):
        self.path = place.folder / "notify"
        self.socket = place.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.socket.bind(str(self.path))
        self.socket.setblocking(False)
        self.heard = []

    def environment(self):
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(WATCHDOG_S * 1_000_000)}

    def listen(self):
        while True:
            try:
                self.heard.append(self.socket.recv(1 << 16).decode())
            except BlockingIOError:
                return

    def wait_for(self, beginning, begin=0):
        """The place behind the first message since `begin` that begins so."""
        def find():
            self.listen()
            return next((number + 1 for number, message in enumerate(self.heard)
                         if number >= begin and message.startswith(beginning)), 0)
        return stage.wait_until(find, f"{beginning} among {self.heard[-20:]}")


def check_notifications(checks, monitor, manager):
    checks.scope = "notifications"
    manager.wait_for("READY=1")
    manager.wait_for("STATUS=")
    place = 0
    for _ in range(3):
        place = manager.wait_for("WATCHDOG=1", place)
    place = len(manager.heard)
    monitor.reload(NO_LIMIT)
    place = manager.wait_for("RELOADING=1", place)
    checks.that(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", manager.heard[place - 1]),
                f"{manager.heard[place - 1]!r} does not say when, as systemd wants it")
    manager.wait_for("READY=1", place)
    place = len(manager.heard)
    monitor.reload("[networks\n", "configuration refused")
    manager.wait_for("READY=1", manager.wait_for("RELOADING=1", place))
    monitor.configure(NO_LIMIT)


def ask_as_operator(monitor):
    """Through DPDK's client, as the documentation tells an operator to."""
    asked = "".join(f"/flowlock/{name}\n" for name in COMMANDS) + "quit\n"
    said = subprocess.run(["/usr/bin/python3", "/usr/bin/dpdk-telemetry.py", "-f", "flowlock"], input=asked, text=True,
                          capture_output=True, timeout=stage.PATIENCE_S,
                          env=dict(os.environ, RUNTIME_DIRECTORY=str(monitor.folder))).stdout
    answers, decoder = {}, json.JSONDecoder()
    for name in COMMANDS:
        found = re.search(rf'\{{\s*"/flowlock/{name}"', said)
        answers[name] = decoder.raw_decode(said, found.start())[0][f"/flowlock/{name}"] if found else {}
    return answers


def check_telemetry(checks, monitor, answers, summary):
    checks.scope = "telemetry"
    live = summary["live"]
    for name in ("packets", "bytes", "flows", "locks"):
        checks.equal(f"status: {name}", answers["status"].get(name), summary[name])
    for name in ("open_cases", "reports_waiting", "reports_lost", "reloads", "started"):
        checks.equal(f"status: {name}", answers["status"].get(name), live[name])
    checks.equal("loss", answers["loss"], summary["loss"])
    port, shown = live["ports"][0], answers["ports"].get("0", {})
    for name in ("name", "driver", "mbit_per_second", "queues", "received", "missed", "errors", "no_mbuf"):
        checks.equal(f"port: {name}", shown.get(name), port[name])
    checks.equal("port: state, loss_counter", (shown.get("state"), shown.get("loss_counter")), ("up", "available"))
    worker = answers["workers"].get("0", {})
    checks.equal("worker", (worker.get("packets"), worker.get("state"), worker.get("stalls")),
                 (live["workers"][0]["packets"], "polling", 0))


def main():
    options = harness.arguments()
    stage.require("ip", "dpdk-telemetry.py")
    checks = harness.Checks()
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        manager = Manager(place)
        monitor = Monitor(place, options.flowlock, ["lv1"], environment=manager.environment())
        sender = traffic.Sender(place, "lv0")
        sender.send([traffic.udp("198.51.100.7", "192.0.2.1", 1024 + flow) for flow in range(PACKETS)], 5_000)
        check_notifications(checks, monitor, manager)
        # All epochs with packets are merged and all reloads are shown then, and nothing changes any more.
        stage.wait_until(lambda: monitor.ask("/flowlock/status")["packets"] == PACKETS, "all packets are merged")
        stage.wait_until(lambda: monitor.ask("/flowlock/status")["reloads"] == 1, "the reload is shown")
        answers = ask_as_operator(monitor)
        checks.scope = "the end"
        summary = check_end(checks, monitor)
        manager.wait_for("STOPPING=1")
        check_telemetry(checks, monitor, answers, summary)
    checks.finish()


main()
