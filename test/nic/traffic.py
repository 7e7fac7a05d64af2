# SPDX-License-Identifier: BSD-3-Clause
"""Frames for the NIC tests, and what they add up to. The same number of frames gives the same frames: TCP, UDP and ICMP
conversations in both directions, over IPv4 and IPv6, some of them in a VLAN, and some ARP between. The truth is counted
from the plan of each frame while it is built; nothing that flowlock has computed or decoded enters it.

All conversations have the same number of frames, but not in each direction. So a worker that gets both directions of
each of its conversations gets a multiple of that number, whatever the NIC's hash, and one that does not hardly will."""

import collections
import dataclasses
import ipaddress
import random
import struct

INTERNAL = ["198.51.100.0/24", "2001:db8:100::/48"]
EXTERNAL = ["203.0.113.0/24", "2001:db8:200::/48"]
# Of a router and of the servers' side, and not of the NIC that listens: as behind a tap, it must be promiscuous.
ROUTER, SERVERS = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1}
# (protocol, IP version) and how many of a hundred conversations are such.
MIX = {("tcp", 4): 38, ("udp", 4): 30, ("icmp", 4): 4, ("tcp", 6): 14, ("udp", 6): 12, ("arp", 0): 2}
CONVERSATION_FRAMES = 20
VLAN_SHARE = 0.2
# Ethernet's least without checksum: shorter ones would be padded on the way, and no longer be as long as was planned.
FRAME_MIN = 60
PAYLOAD_MAX, JUMBO_PAYLOAD = 1300, 8000

Conversation = collections.namedtuple("Conversation", "protocol version inside outside inside_port outside_port vlan")


@dataclasses.dataclass
class Truth:
    """What a monitor must have counted when all frames have passed it."""
    packets: int = 0
    bytes: int = 0
    decode: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    flows: set = dataclasses.field(default_factory=set)


def checksum(data):
    """RFC 1071; data of an odd length is padded with a zero."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def with_checksum(message, offset, pseudo_header=b""):
    value = checksum(pseudo_header + message)
    return message[:offset] + struct.pack("!H", value or 0xffff) + message[offset + 2:]


def transport(protocol, pseudo_header, source_port, target_port, payload):
    if protocol == "icmp":
        return with_checksum(struct.pack("!BBHHH", 8, 0, 0, 1, 1) + payload, 2)
    if protocol == "udp":
        length = 8 + len(payload)
        header = struct.pack("!HHHH", source_port, target_port, length, 0)
        return with_checksum(header + payload, 6, pseudo_header + struct.pack("!HH", 17, length))
    # An acknowledgement in the middle of a stream.
    header = struct.pack("!HHIIBBHHH", source_port, target_port, 1, 1, 5 << 4, 0x10, 1024, 0, 0)
    return with_checksum(header + payload, 16, pseudo_header + struct.pack("!HH", 6, 20 + len(payload)))


def ip_packet(version, protocol, source, target, body):
    if version == 6:
        return struct.pack("!IHBB", 6 << 28, len(body), NUMBERS[protocol], 64) + source + target + body
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, NUMBERS[protocol], 0) + source + target
    return with_checksum(header, 10) + body


def ethernet(source, target, ether_type, body, vlan=None):
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return (target + source + tag + struct.pack("!H", ether_type) + body).ljust(FRAME_MIN, b"\0")


def arp_request(vlan):
    asks, asked = (ipaddress.ip_network(INTERNAL[0])[host].packed for host in (1, 2))
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + ROUTER + asks + bytes(6) + asked
    return ethernet(ROUTER, b"\xff" * 6, 0x0806, body, vlan)


def frame_of(conversation, outward, payload):
    if conversation.protocol == "arp":
        return arp_request(conversation.vlan)
    inside = (ipaddress.ip_address(conversation.inside).packed, conversation.inside_port, SERVERS)
    outside = (ipaddress.ip_address(conversation.outside).packed, conversation.outside_port, ROUTER)
    (source, source_port, source_mac), (target, target_port, target_mac) = (
        (inside, outside) if outward else (outside, inside))
    body = transport(conversation.protocol, source + target, source_port, target_port, payload)
    packet = ip_packet(conversation.version, conversation.protocol, source, target, body)
    ether_type = 0x0800 if conversation.version == 4 else 0x86dd
    return ethernet(source_mac, target_mac, ether_type, packet, conversation.vlan)


def converse(chance, number):
    """The number makes the flow a new one: by its port, or for ICMP, which has none, by its hosts."""
    protocol, version = chance.choices(list(MIX), MIX.values())[0]
    inside, outside = (ipaddress.ip_network(networks[version == 6]) for networks in (INTERNAL, EXTERNAL))
    ports = (10_000 + number, chance.choice((53, 80, 443))) if protocol in ("tcp", "udp") else (0, 0)
    vlan = chance.randrange(1, 4095) if chance.random() < VLAN_SHARE else None
    return Conversation(protocol, version, str(inside[1 + number % 250]), str(outside[1 + chance.randrange(250)]),
                        *ports, vlan)


class Traffic:
    """`frames` to send, in this order, and their `truth`. The count is a multiple of CONVERSATION_FRAMES."""

    def __init__(self, count, seed=1):
        chance = random.Random(seed)
        self.frames = []
        self.truth = Truth()
        for number in range(count // CONVERSATION_FRAMES):
            self.add(chance, converse(chance, number))
        chance.shuffle(self.frames)

    def add(self, chance, conversation):
        outward = chance.randrange(1, CONVERSATION_FRAMES)
        for index in range(CONVERSATION_FRAMES):
            lengths = (20, 100, chance.randrange(20, PAYLOAD_MAX), JUMBO_PAYLOAD)
            payload = bytes(chance.choices(lengths, (32, 32, 32, 4))[0])
            self.count(conversation, frame_of(conversation, index < outward, payload))

    def count(self, conversation, frame):
        self.frames.append(frame)
        self.truth.packets += 1
        self.truth.bytes += len(frame)
        if conversation.protocol == "arp":
            self.truth.decode["not_ip"] += 1
            return
        self.truth.decode.update([f"ipv{conversation.version}", conversation.protocol])
        # The tag is no part of a flow.
        self.truth.flows.add(conversation._replace(vlan=None))
