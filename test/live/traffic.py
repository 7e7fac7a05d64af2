# SPDX-License-Identifier: BSD-3-Clause
"""Frames, captures of them, and three ways to send: one frame after the other from Python, with the time at the
source; a capture by tcpreplay; as many as it can by testpmd over memif."""

import os
import re
import socket
import struct
import subprocess
import threading
import time

from stage import PATIENCE_S, wait_until

UDP, TCP = 17, 6
FIN, SYN, RST, PUSH, ACK = 1, 2, 4, 8, 16
ETHERNET = bytes.fromhex("020000000002" "020000000001" "0800")


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def ipv4(source, target, protocol, payload):
    def header(check):
        return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, check,
                           socket.inet_aton(source), socket.inet_aton(target))
    return ETHERNET + header(checksum(header(0))) + payload


def udp(source, target, source_port=1024, target_port=9, bytes_of_payload=18):
    return ipv4(source, target, UDP, struct.pack(">HHHH", source_port, target_port, 8 + bytes_of_payload, 0)
                + bytes(bytes_of_payload))


def tcp(source, target, source_port, target_port, flags, payload=b""):
    header = struct.pack(">HHIIBBHHH", source_port, target_port, 1, 0, 5 << 4, flags, 8192, 0, 0)
    return ipv4(source, target, TCP, header + payload)


def conversation(client, server, client_port, server_port, *says):
    """A TCP connection from SYN to FIN; `says`: what the client says, what the server answers, and so on in turn."""
    ends = [(client, server, client_port, server_port), (server, client, server_port, client_port)]
    frames = [tcp(*ends[0], SYN), tcp(*ends[1], SYN | ACK), tcp(*ends[0], ACK)]
    frames += [tcp(*ends[number % 2], PUSH | ACK, payload) for number, payload in enumerate(says)]
    return frames + [tcp(*ends[0], FIN | ACK), tcp(*ends[1], FIN | ACK), tcp(*ends[0], ACK)]


def external(number):
    """Addresses that belong to nobody in a test: 192.0.2.1, 192.0.2.2 … 203.0.113.254."""
    first, last = divmod(number, 250)
    return f"{('192.0.2', '203.0.113', '233.252.0', '100.64.0')[first]}.{last + 1}"


def write_capture(path, packets):
    """`packets`: (nanoseconds since 1970, frame), as pcap with nanoseconds."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 1 << 18, 1))
        for at, frame in packets:
            file.write(struct.pack("<IIII", at // 10**9, at % 10**9, len(frame), len(frame)) + frame)


class Sender:
    """Sends frames on an interface of the stage, no faster than asked."""

    def __init__(self, stage, interface):
        with stage.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.socket.bind((interface, 0))
        # A sender that waits is slow; one whose packets are dropped in its own kernel lies about what it sent.
        self.socket.settimeout(PATIENCE_S)
        stage.callback(self.socket.close)
        self.sent = 0
        self.rounds = 0

    def send(self, frames, per_second, stop=None):
        """Sends all frames, each at its time. (nanoseconds since 1970 right before the first, …each frame's)."""
        times = []
        begin = time.monotonic()
        for number, frame in enumerate(frames):
            due = begin + number / per_second
            while (early := due - time.monotonic()) > 0:
                time.sleep(min(early, 0.01) if early > 0.0005 else 0)
            if stop is not None and stop.is_set():
                break
            times.append(time.time_ns())
            self.socket.send(frame)
            self.sent += 1
        return times


class Stream(threading.Thread):
    """A sender in a thread of its own: the frames again and again, until the context ends."""

    def __init__(self, sender, frames, per_second):
        super().__init__(daemon=True)
        self.sender, self.frames, self.per_second = sender, frames, per_second
        self.over, self.error = threading.Event(), None

    def endless(self):
        while True:
            yield from self.frames

    def run(self):
        try:
            self.sender.send(self.endless(), self.per_second, self.over)
        except OSError as error:
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def tcpreplay(stage, interface, capture, *speed):
    """How many packets tcpreplay says it has sent; and what the interface has sent or dropped meanwhile."""
    before = stage.counter(interface, "tx_packets"), stage.counter(interface, "tx_dropped")
    said = stage.run("tcpreplay", "-q", *speed, "-i", interface, capture).stdout
    after = stage.counter(interface, "tx_packets"), stage.counter(interface, "tx_dropped")
    return int(re.search(r"Successful packets:\s*(\d+)", said)[1]), after[0] - before[0], after[1] - before[1]


class Testpmd:
    """A generator that is a client of a memif port. It sends from start() to stop(), as fast as the other side takes:
    what does not fit the ring was not sent."""

    PROMPT = "testpmd> "

    def __init__(self, stage, socket_path, prefix="gen", mode=("--forward-mode=txonly", "--txonly-multi-flow")):
        # Its prompt is written at once, its answers when their buffer is full: without stdbuf, they come too late.
        self.process = stage.start(
            ["stdbuf", "-oL", "dpdk-testpmd", "--no-huge", "--no-shconf", "-m", "64", "--no-telemetry", "--file-prefix",
             prefix, "--lcores", f"(0,1)@({','.join(map(str, sorted(os.sched_getaffinity(0))))})", "--main-lcore", "0",
             "--no-pci", f"--vdev=net_memif0,role=client,socket={socket_path},socket-abstract=no,rsize=12",
             "--", "-i", "--total-num-mbufs=8192", *mode],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)
        self.said = ""
        self.place = 0
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()
        self.hear()

    def listen(self):
        while text := os.read(self.process.stdout.fileno(), 1 << 16):
            self.said += text.decode(errors="replace")

    def hear(self):
        """What it says until it asks for the next command."""
        def find():
            if self.process.poll() is not None:
                raise RuntimeError(f"testpmd ended with {self.process.returncode}: {self.said[-600:]}")
            return self.said.find(self.PROMPT, self.place) + 1
        begin, self.place = self.place, wait_until(find, "testpmd's prompt") - 1 + len(self.PROMPT)
        return self.said[begin:self.place]

    def ask(self, command):
        self.process.stdin.write(f"{command}\n".encode())
        return self.hear()

    def start(self):
        wait_until(lambda: "Link status: up" in self.ask("show port info 0"), "testpmd's link is up", pause=0.1)
        self.ask("start")

    def stop(self):
        """How many packets it has sent since it started."""
        self.ask("stop")
        return self.sent()

    def sent(self):
        return int(re.search(r"TX-packets:\s*(\d+)", self.ask("show port stats all"))[1])

    def quit(self):
        self.process.stdin.write(b"quit\n")
        self.process.wait(PATIENCE_S)

    def kill(self):
        self.process.kill()
        self.process.wait()


def memif(path):
    """The monitor's side of a memif port."""
    return f"net_memif0,role=server,socket={path},socket-abstract=no,rsize=12"
