# SPDX-License-Identifier: BSD-3-Clause
"""Frames of a segment by hand: ARP, DHCP, router advertisements, and IP between stations whose hardware addresses
matter. Checksums are left out, as the capture of a sender's own frames does."""

import ipaddress
import struct

BROADCAST = "ff:ff:ff:ff:ff:ff"
SYN, ACK = 0x02, 0x10


def hardware(text):
    return bytes.fromhex(text.replace(":", ""))


def packed(address):
    return ipaddress.ip_address(address).packed


def ethernet(source, target, kind, payload, vlan=None):
    tag = b"" if vlan is None else struct.pack(">HH", 0x8100, vlan)
    return (hardware(target) + hardware(source) + tag + struct.pack(">H", kind) + payload).ljust(60, b"\0")


def arp(operation, station, sender, target, to=BROADCAST, vlan=None):
    body = struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation) + hardware(station) + packed(sender) + bytes(6)
    return ethernet(station, to, 0x0806, body + packed(target), vlan)


def arp_request(station, sender, target):
    return arp(1, station, sender, target)


def arp_reply(station, sender, target, to):
    return arp(2, station, sender, target, to)


def arp_announcement(station, address):
    return arp(1, station, address, address)


def ip(station, to, source, target, protocol, payload):
    if ":" in source:
        header = struct.pack(">IHBB", 0x60000000, len(payload), protocol, 255) + packed(source) + packed(target)
        return ethernet(station, to, 0x86dd, header + payload)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return ethernet(station, to, 0x0800, header + packed(source) + packed(target) + payload)


def udp(station, to, source, target, ports, payload=b"x" * 20):
    return ip(station, to, source, target, 17, struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload)


def tcp(station, to, source, target, ports, flags):
    return ip(station, to, source, target, 6, struct.pack(">HHIIBBHHH", *ports, 1, 1, 0x50, flags, 1024, 0, 0))


def conversation(station, router, host, peer, port):
    """A TCP handshake that the host begins with a peer outside."""
    back = (443, port)
    return [tcp(station, router, host, peer, (port, 443), SYN), tcp(router, station, peer, host, back, SYN | ACK),
            tcp(station, router, host, peer, (port, 443), ACK)]


def dhcp_answer(station, server, given, kind):
    """An offer (2) or an acknowledgement (5)."""
    fixed = struct.pack(">BBBBIHH4s4s4s4s", 2, 1, 6, 0, 7, 0, 0, bytes(4), packed(given), bytes(4), bytes(4))
    options = bytes([0x63, 0x82, 0x53, 0x63, 53, 1, kind, 54, 4]) + packed(server) + b"\xff"
    return udp(station, BROADCAST, server, "255.255.255.255", (67, 68), fixed + bytes(16 + 64 + 128) + options)


def router_advertisement(station, source):
    body = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + bytes([1, 1]) + hardware(station)
    return ip(station, "33:33:00:00:00:01", source, "ff02::1", 58, body)


def write(path, frames):
    """[(time in seconds, frame)] as a pcap with nanoseconds."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for time, frame in sorted(frames, key=lambda timed: timed[0]):
            nanoseconds = round(time * 10**9)
            file.write(struct.pack("<IIII", nanoseconds // 10**9, nanoseconds % 10**9, len(frame), len(frame)) + frame)
