# SPDX-License-Identifier: BSD-3-Clause
"""Packets of a capture as tshark reads them, and what they add up to: the second opinion that flowlock's figures are
compared with. Only the outermost IP header counts, and fragments are not put together."""

import collections
import ipaddress
import subprocess

# The headers that may stand between IPv6 and its payload: the name tshark gives the layer, and the field that names
# what comes next.
EXTENSIONS = {
    "ipv6.hopopts": "ipv6.hopopts.nxt",
    "ipv6.routing": "ipv6.routing.nxt",
    "ipv6.fraghdr": "ipv6.fraghdr.nxt",
    "ipv6.dstopts": "ipv6.dstopts.nxt",
}
FIELDS = [
    "frame.time_epoch", "frame.len", "frame.protocols",
    "ip.src", "ip.dst", "ip.proto", "ip.len", "ip.frag_offset", "ip.flags.mf",
    "ipv6.src", "ipv6.dst", "ipv6.nxt", "ipv6.plen", "ipv6.fraghdr.offset",
    "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
] + list(EXTENSIONS.values())

Packet = collections.namedtuple(
    "Packet", "time wire family protocol source source_port target target_port ip_bytes fragment")


def nanoseconds(text):
    whole, _, rest = text.partition(".")
    return int(whole) * 10**9 + int((rest + "000000000")[:9])


def read(path):
    """All IP packets, in the order of the file."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
               "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE"]
    for field in FIELDS:
        command += ["-e", field]
    # tshark complains on stderr about being root, and about files cut in the middle.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for line in process.stdout:
            values = dict(zip(FIELDS, (value.split(",") for value in line.rstrip("\n").split("\t"))))
            packet = packet_of(values)
            if packet:
                yield packet


def packet_of(values):
    layers = values["frame.protocols"][0].split(":")
    outermost = next((layer for layer in layers if layer in ("ip", "ipv6")), None)
    if outermost is None:
        return None
    head = ipv4_head(values) if outermost == "ip" else ipv6_head(values, layers)
    protocol, source, target, ip_bytes, fragment, later = head
    source_port = target_port = 0
    name = {6: "tcp", 17: "udp"}.get(protocol)
    # Ports of a tunnelled or quoted packet come after the outer ones, or the protocol is another one.
    if name and not later and values[name + ".srcport"][0]:
        source_port, target_port = int(values[name + ".srcport"][0]), int(values[name + ".dstport"][0])
    return Packet(nanoseconds(values["frame.time_epoch"][0]), int(values["frame.len"][0]), 4 if outermost == "ip" else 6,
                  protocol, str(ipaddress.ip_address(source)), source_port, str(ipaddress.ip_address(target)),
                  target_port, ip_bytes, fragment)


def ipv4_head(values):
    offset = int(values["ip.frag_offset"][0])
    return (int(values["ip.proto"][0]), values["ip.src"][0], values["ip.dst"][0], int(values["ip.len"][0]),
            offset > 0 or values["ip.flags.mf"][0] in ("1", "True"), offset > 0)


def ipv6_head(values, layers):
    protocol = int(values["ipv6.nxt"][0])
    seen = collections.Counter()
    for layer in layers[layers.index("ipv6") + 1:]:
        if layer not in EXTENSIONS:
            break
        protocol = int(values[EXTENSIONS[layer]][seen[layer]])
        seen[layer] += 1
    fragment = seen["ipv6.fraghdr"] > 0
    later = fragment and int(values["ipv6.fraghdr.offset"][0]) > 0
    return (protocol, values["ipv6.src"][0], values["ipv6.dst"][0], 40 + int(values["ipv6.plen"][0]), fragment, later)


class Flow:
    """Both directions of a 5-tuple; forward is the direction of its first packet."""

    def __init__(self, packet):
        self.initiator = (packet.source, packet.source_port)
        self.responder = (packet.target, packet.target_port)
        self.first = self.last = packet.time
        self.first_is_shared = False  # both sides spoke in the first instant
        self.packets = [0, 0]
        self.bytes = [0, 0]

    def add(self, packet):
        # The initiator sent the earliest packet, which need not be the first one in the file.
        back = (packet.source, packet.source_port) != self.initiator
        if packet.time == self.first and back:
            self.first_is_shared = True
        if packet.time < self.first:
            self.first = packet.time
            self.first_is_shared = False
            if back:
                self.turn_round()
                back = False
        self.last = max(self.last, packet.time)
        self.packets[back] += 1
        self.bytes[back] += packet.ip_bytes

    def turn_round(self):
        self.initiator, self.responder = self.responder, self.initiator
        self.packets.reverse()
        self.bytes.reverse()


def flow_key(family, protocol, one, two):
    return (family, protocol) + (min(one, two), max(one, two))


def flows_of(packets):
    flows = {}
    for packet in packets:
        key = flow_key(packet.family, packet.protocol, (packet.source, packet.source_port),
                       (packet.target, packet.target_port))
        if key not in flows:
            flows[key] = Flow(packet)
        flows[key].add(packet)
    return flows
