# SPDX-License-Identifier: BSD-3-Clause
"""Reads captures of flowlock-scene: Ethernet and IPv4 by hand. What is short and has no tags needs no library, and
shares nothing with anybody. Joins them, too."""

import collections
import ipaddress
import struct

INTERNAL = int(ipaddress.ip_address("198.51.100.0"))
START = 1_384_366_460 * 10**9
TCP, UDP, ICMP, GRE = 6, 17, 1, 47
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32

Packet = collections.namedtuple(
    "Packet", "time wire protocol source source_port target target_port ip_bytes offset more flags payload")


def records(content):
    """(time in ns, where the record begins, where it ends) of each."""
    magic, = struct.unpack_from("<I", content)
    unit = {0xa1b23c4d: 1, 0xa1b2c3d4: 1000}[magic]
    at = 24
    while at < len(content):
        seconds, rest, captured = struct.unpack_from("<III", content, at)
        yield seconds * 10**9 + rest * unit, at, at + 16 + captured
        at += 16 + captured


def read(path):
    content = path.read_bytes()
    for time, begin, end in records(content):
        wire, = struct.unpack_from("<I", content, begin + 12)
        frame = content[begin + 16:end]
        kind, version, length, offset, protocol, source, target = struct.unpack_from(">HBxH2xHxB2xII", frame, 12)
        assert (kind, version) == (0x0800, 0x45), (kind, version)
        more, offset = bool(offset & 0x2000), (offset & 0x1fff) * 8
        source_port = target_port = flags = 0
        payload = b""
        if offset == 0 and protocol in (TCP, UDP):
            source_port, target_port = struct.unpack_from(">HH", frame, 34)
            flags = frame[47] if protocol == TCP else 0
            payload = frame[54 if protocol == TCP else 42:14 + length]
        yield Packet(time, wire, protocol, source, source_port, target, target_port, length, offset, more, flags, payload)


def join(paths, joined):
    """All their packets in the order of time."""
    contents = [path.read_bytes() for path in paths]
    order = sorted((time, number, begin, end) for number, content in enumerate(contents)
                   for time, begin, end in records(content))
    joined.write_bytes(contents[0][:24] + b"".join(contents[number][begin:end] for _, number, begin, end in order))


def is_internal(address):
    return address & 0xffffff00 == INTERNAL


def text(address):
    return str(ipaddress.ip_address(address))


def flow_key(packet):
    ends = sorted([(packet.source, packet.source_port), (packet.target, packet.target_port)])
    return packet.protocol, *ends
