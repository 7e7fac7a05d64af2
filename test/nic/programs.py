# SPDX-License-Identifier: BSD-3-Clause
"""The programs that can listen in the guest. Each says how it is started, how to hear that it listens, and whether what
it reports in the end is what was sent. dpdk-testpmd shows that guest, drivers and wires are well when flowlock is in
doubt."""

import json
import pathlib
import re

from traffic import CONVERSATION_FRAMES, INTERNAL

TESTPMD_BUFFERS = 8192
TESTPMD_FRAME_MAX = 9018
FOLDER = "/var/lib/flowlock"
FLOWS = 65_536  # of a worker's table: the shipped size, for 10 GbE, is half a gigabyte for each worker


def section(lines, name):
    """What the guest showed of a file; None: it did not."""
    begin, end = f"nic-test: begin {name}", f"nic-test: end {name}"
    if begin not in lines or end not in lines:
        return None
    return "\n".join(lines[lines.index(begin) + 1:lines.index(end)])


class Testpmd:
    binary = pathlib.Path("/usr/bin/dpdk-testpmd")
    ready = "Press enter to exit"
    results = ()

    def __init__(self, drivers):
        self.drivers = drivers

    def files(self, device, case):
        return {}

    def command(self, device, case):
        queues = case.queues
        return (f"{self.binary} -l 0-{queues} -n 1 --in-memory -a {device} -- --forward-mode=rxonly --auto-start "
                f"--nb-cores={queues} --rxq={queues} --txq={queues} --no-mlockall --total-num-mbufs={TESTPMD_BUFFERS} "
                f"--max-pkt-len={TESTPMD_FRAME_MAX} --enable-scatter")

    def judge(self, checks, truth, case, lines):
        text = "\n".join(lines)
        port = re.search(r"Forward statistics for port 0 .*\n\s*RX-packets: (\d+)\s+RX-dropped: (\d+)", text)
        if not checks.that(port, "testpmd shows no statistics"):
            return
        checks.equal("the NIC's counter", int(port[1]), truth.packets)
        checks.equal("the NIC's missed counter", int(port[2]), 0)
        queues = re.findall(r"Forward Stats for RX Port= 0/Queue= ?(\d+) .*\n\s*RX-packets: (\d+)", text)
        if case.queues > 1:
            checks.equal("the queues' sum", sum(int(packets) for _, packets in queues), truth.packets)
            checks.equal("the number of queues with packets", len(queues), case.queues)
            print("packets of each queue:", ", ".join(packets for _, packets in queues))


class Flowlock:
    ready = "listening"
    results = (f"{FOLDER}/summary.json",)

    def __init__(self, binary, drivers):
        self.binary = binary
        self.drivers = drivers

    def files(self, device, case):
        return {"test/flowlock.toml": f"""
[networks]
internal = {json.dumps(INTERNAL)}
[live]
ports = ["{device}"]
workers = {case.workers}
[engine]
flows_per_epoch = {FLOWS}
[output]
folder = "{FOLDER}"
"""}

    def command(self, device, case):
        return f"{self.binary} run --config /test/flowlock.toml"

    def judge(self, checks, truth, case, lines):
        text = section(lines, self.results[0])
        if not checks.that(text, "flowlock wrote no summary.json"):
            return
        summary = json.loads(text)
        checks.equal("packets", summary["packets"], truth.packets)
        checks.equal("bytes", summary["bytes"], truth.bytes)
        checks.equal("flows", summary["flows"], len(truth.flows))
        for kind in ("ipv4", "ipv6", "tcp", "udp", "icmp", "not_ip"):
            checks.equal(f"decode.{kind}", summary["decode"][kind], truth.decode[kind])
        checks.equal("loss", {cause: count for cause, count in summary["loss"].items() if count}, {})
        self.judge_live(checks, truth, case, summary["live"])

    def judge_live(self, checks, truth, case, live):
        checks.equal("the number of ports", len(live["ports"]), 1)
        for port in live["ports"]:
            checks.equal("the NIC's counter", port["received"], truth.packets)
            checks.equal("the NIC's queues", port["queues"], case.queues)
            for what in ("missed", "errors", "no_mbuf", "vanished"):
                checks.equal(f"the NIC's {what}", port[what], 0)
        counts = [worker["packets"] for worker in live["workers"]]
        print("packets of each worker:", ", ".join(map(str, counts)))
        checks.equal("the workers' sum", sum(counts), truth.packets)
        checks.equal("the number of workers with packets", sum(count > 0 for count in counts), case.workers)
        for number, count in enumerate(counts):
            checks.that(count % CONVERSATION_FRAMES == 0,
                        f"worker {number} has {count} packets: directions of a conversation met different workers")


def choose(name, flowlock, drivers):
    return Testpmd(drivers) if name == "testpmd" else Flowlock(flowlock.resolve(), drivers)
