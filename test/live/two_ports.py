# SPDX-License-Identifier: BSD-3-Clause
"""The two fibres of a link, each with one direction, are one stream: what comes of two ports is what `flowlock replay`
makes of the whole capture. Who began a conversation is right, so the scanner is found, and the host that refuses what
others ask of it is not taken for one. Each packet of the evidence names the port that it came by."""

import subprocess
import time

import stage
import traffic
from monitor import Monitor, check_end, check_sum, limit
from stage import harness

SCANNER, REFUSING, FLOODER, SERVER = (f"198.51.100.{number}" for number in (10, 20, 30, 40))
SETTINGS = limit("flood", 400, "2s") + "[scan]\nanswer_wait = \"1s\"\n"
# Longer than a busy machine takes a CPU away from the monitor: who was first is seen by the time of arrival.
ROUND_TRIP = 0.25


def conversation():
    """(seconds, direction, frame): 1 out of the network, 0 into it."""
    packets = []
    for number in range(130):
        at = number * 0.01
        outside = traffic.external(number)
        # A scanner: most addresses do not answer, a few do.
        packets.append((at, 1, traffic.tcp(SCANNER, outside, 40000, 23, traffic.SYN)))
        if number % 13 == 0:
            packets.append((at + ROUND_TRIP, 0,
                            traffic.tcp(outside, SCANNER, 23, 40000, traffic.SYN | traffic.ACK)))
        # Others ask for what a host does not offer. Its refusals are no scan.
        packets.append((at, 0, traffic.tcp(outside, REFUSING, 50000, 445, traffic.SYN)))
        packets.append((at + ROUND_TRIP, 1, traffic.tcp(REFUSING, outside, 445, 50000, traffic.RST | traffic.ACK)))
        # An ordinary service.
        packets.append((at, 0, traffic.udp(outside, SERVER, 3000 + number, 53)))
        packets.append((at + ROUND_TRIP, 1, traffic.udp(SERVER, outside, 53, 3000 + number)))
    # 1,000 packets a second for three: above 400 over 2 s, wherever the seconds begin.
    packets += [(number * 0.001, 1, traffic.udp(FLOODER, "203.0.113.250", 1000 + number % 7, 9))
                for number in range(3000)]
    packets.sort(key=lambda packet: packet[0])
    return packets


def send(place, packets):
    """One after the other, each on the interface of its direction, at its time."""
    senders = [traffic.Sender(place, "in0"), traffic.Sender(place, "out0")]
    begin = time.monotonic()
    for at, direction, frame in packets:
        if (early := begin + at - time.monotonic()) > 0:
            time.sleep(early)
        senders[direction].send([frame], 1)


def essence(lock):
    """What does not depend on where the seconds of the clock begin."""
    return (lock["kind"], lock["direction"], lock["host"]["address"], lock["protocol"], lock["trigger"]["rule"],
            sorted((target["address"], target["port"], target["protocol"]) for target in lock["targets"]),
            {name: lock["scan"][name] for name in ("answered", "refused", "unanswered", "addresses")}
            if lock["scan"] else [(external["address"], external["flows"]) for external in lock["externals"]])


def interfaces_of(capture):
    """{(interface, whether the packet left the network)}, and {number: name}, by tshark."""
    done = subprocess.run(["tshark", "-n", "-r", capture, "-T", "fields", "-e", "frame.interface_id", "-e",
                           "frame.interface_name", "-e", "ip.src"], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return ({(name, source.startswith("198.51.100.")) for _, name, source in rows},
            {number: name for number, name, _ in rows})


def check_interfaces(checks, monitor):
    """The scan was seen on both ports, the flood on one."""
    for lock in monitor.locks.values():
        checks.scope = f"interfaces of {lock['id']}"
        seen, numbers = interfaces_of(monitor.out / "cases" / lock["id"] / "evidence.pcapng")
        expected = {("out1", True)} | ({("in1", False)} if lock["kind"] == "netscan" else set())
        checks.equal("interfaces and directions", seen, expected)
        checks.equal("interfaces of the report", sorted(lock["evidence"]["interfaces"]), sorted({name for name, _ in seen}))
        checks.equal("numbers", sorted(numbers), [str(number) for number in range(len(expected))])


def main():
    options = harness.arguments()
    stage.require("ip", "tshark")
    checks = harness.Checks()
    packets = conversation()
    with stage.Stage() as place:
        place.veth("in0", "in1")
        place.veth("out0", "out1")
        capture = place.folder / "whole.pcap"
        # The replay's seconds begin as the live run's might.
        traffic.write_capture(capture, ((10**18 + int(at * 1e9), frame) for at, _, frame in packets))
        checks.scope = "live"
        monitor = Monitor(place, options.flowlock, ["in1", "out1"], SETTINGS)
        send(place, packets)
        monitor.wait_for_packets(len(packets))
        monitor.wait_for_case(["netscan"])
        summary = check_end(checks, monitor)
        check_sum(checks, summary, len(packets))
        check_interfaces(checks, monitor)
        checks.scope = "two ports against one capture"
        replay = harness.replay(options, place.folder / "replay", "--config", monitor.config, capture)
        checks.equal("status of the replay", replay.status, 0)
        for name in ("packets", "bytes", "flows", "decode"):
            checks.equal(name, summary[name], replay.summary[name])
        expected = sorted(map(essence, replay.locks), key=str)
        checks.equal("kinds that replay finds", [lock[0] for lock in expected], ["netscan", "packet_limit"])
        checks.equal("locks", sorted(map(essence, monitor.locks.values()), key=str), expected)
    checks.finish()


main()
