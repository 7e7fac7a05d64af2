# SPDX-License-Identifier: BSD-3-Clause
"""Packets of scans and of exceeded limits whose reports together have all that their texts can show. Internal are
198.51.100.0/24, 192.168.100.0/24 and 2001:db8:100::/48."""

import random
import struct

import link_frames as link

START = 1_700_000_000
SERVER, ROUTER = "00:25:90:00:00:0a", "00:1b:21:00:00:01"


def out(source, target, protocol, payload):
    return link.ip(SERVER, ROUTER, source, target, protocol, payload)


def syn(source, target, ports, options=0):
    header = struct.pack(">HHIIBBHHH", *ports, 1, 0, (5 + options // 4) << 4, link.SYN, 1024, 0, 0)
    return out(source, target, 6, header + b"\1" * options)


def echo(source, target, number):
    return out(source, target, 58 if ":" in source else 1,
               struct.pack(">BBHHH", 128 if ":" in source else 8, 0, 0, 7, number) + bytes(40))


def datagram(source, target, ports, size):
    return out(source, target, 17, struct.pack(">HHHH", *ports, 8 + size, 0) + bytes(size))


def scanned(frame_of, targets, first, every=0.017):
    """A probe to each, in an order that no sorting makes."""
    order = list(targets)
    random.Random(first).shuffle(order)
    return [(START + first + every * number, frame_of(target, number)) for number, target in enumerate(order)]


def scan_frames():
    """Each host scans in its own way. 192.168.100.200 has as many letters as an IPv4 address can have."""
    networks = [f"{network}.{host}" for network in ("192.0.2", "203.0.113", "9.8.7") for host in range(1, 80)]
    ipv6 = [f"2001:db8:ffff:{host:x}::{host}" for host in range(1, 100)]
    ipv6 += [f"2001:db8:ffff:ffff:ffff:ffff:ffff:{host:x}" for host in range(0xf000, 0xf064)]
    frames = scanned(lambda to, i: syn("198.51.100.65", to, (40_000 + i, 22), 4 * (i % 10)), networks, 1)
    frames += scanned(lambda to, i: syn("198.51.100.66", "203.0.113.99", (50_000, to)), range(1, 151), 2)
    frames += scanned(lambda to, i: echo("192.168.100.200", to, i), networks, 3)
    frames += scanned(lambda to, i: datagram("198.51.100.7", to, (1_024 + i, 161), 7 * i), networks, 4)
    frames += scanned(lambda to, i: out("198.51.100.70", "203.0.113.98", to, bytes(20)),
                      [number for number in range(2, 200) if number not in (4, 6, 17, 41, 47, 58)], 5)
    frames += scanned(lambda to, i: syn("2001:db8:100::beef", to, (1_024 + i, 443), 20), ipv6, 6)
    frames += scanned(lambda to, i: echo("2001:db8:100:1:2:3:4:5", to, i), ipv6, 7)
    # Long enough for every probe to have been in vain.
    return frames + [(START + 30, datagram("198.51.100.1", "203.0.113.1", (53, 53), 10))]


LIMITS = """
[[limit]]
name = "in"
direction = "in"
metric = "packets"
per_second = 100
window = "20s"
[[limit]]
name = "in-fast"
direction = "in"
metric = "packets"
per_second = 700
window = "2s"
[[limit]]
name = "out"
direction = "out"
metric = "bits"
per_second = 30_000_000
window = "20s"
[[limit]]
name = "flows"
direction = "out"
metric = "flows"
per_second = 90
window = "20s"
[[limit]]
name = "network"
direction = "in"
metric = "packets"
per_second = 2
window = "20s"
protocol = "icmp"
per = "network"
"""


def limit_frames():
    """Within less than the window: a victim in IPv4, one in IPv6, a sender of large datagrams in each, one of many flows,
    and a network in which everybody gets a little."""
    frames = []
    dice = random.Random(7)

    def at():
        return START + dice.uniform(1, 6)

    def into(source, target, ports, size):
        return link.udp(ROUTER, SERVER, source, target, ports, bytes(size))

    for number in range(40):
        sent = 1 + 3 * number
        four, six = f"203.0.113.{1 + number}", f"2001:db8:ffff:ffff:{number}:ffff:ffff:ffff"
        frames += [(at(), into(four, "198.51.100.65", (1_000 + i % 5, 9), 100)) for i in range(sent)]
        frames += [(at(), into(six, "2001:db8:100::65", (1_000 + i % 3, 9), 100)) for i in range(sent)]
    frames += [(at(), into("203.0.113.250", "198.51.100.65", (7, 9), 10)) for i in range(4_000)]
    frames += [(at(), into("2001:db8:ffff::1", "2001:db8:100::65", (7, 9), 10)) for i in range(4_000)]
    for source, targets in (("198.51.100.66", ["192.0.2.1", "192.0.2.2", "203.0.113.7"]),
                            ("2001:db8:100:1:2:3:4:5", ["2001:db8:ffff::7", "2001:db8:fffe::8"])):
        for number, target in enumerate(targets):
            frames += [(at(), datagram(source, target, (4_000, 443), 60_000 - number)) for i in range(3_000 >> 3 * number)]
    frames += [(at(), datagram("198.51.100.67", f"192.0.2.{1 + i % 9}", (1_000 + i, 53), 20)) for i in range(3_000)]
    frames += [(at(), link.ip(ROUTER, SERVER, f"203.0.113.{1 + i % 4}", f"198.51.100.{100 + i % 30}", 1,
                              bytes([8]) + bytes(30))) for i in range(300)]
    return frames


def write(path, frames):
    """As link.write, but the capture keeps 100 bytes of each frame."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 100, 1))
        for moment, frame in sorted(frames, key=lambda timed: timed[0]):
            ns = round(moment * 10**9)
            file.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(frame[:100]), len(frame)) + frame[:100])
