# SPDX-License-Identifier: BSD-3-Clause
"""Scenes of attacks and of innocents: what their truth says is counted once more from the bytes of the capture, by a
reader of its own, and each scene is what its name says. Tests of limits and vectors stand on this truth."""

import collections
import json
import pathlib
import re
import shutil
import subprocess

import harness
from scene_packets import (ACK, FIN, GRE, ICMP, PSH, RST, START, SYN, TCP, UDP, URG, flow_key, is_internal, read,
                           text)

MILLISECOND = 10**6


class Account:
    """What one host sends or gets: in all, by second, by external address, by both."""

    def __init__(self):
        self.total = [0, 0, 0]
        self.by_second = collections.defaultdict(lambda: [0, 0, 0])
        self.externals = collections.defaultdict(lambda: [0, 0, 0])
        self.by_both = collections.defaultdict(lambda: [0, 0, 0])

    def add(self, second, external, ip_bytes, new_flow):
        for sums in (self.total, self.by_second[second], self.externals[external], self.by_both[external, second]):
            sums[0] += 1
            sums[1] += ip_bytes
            sums[2] += new_flow

    def as_told(self, seconds):
        """As the truth has it, externals in any order."""
        columns = [[self.by_second[second][number] if second in self.by_second else 0 for second in range(seconds)]
                   for number in range(3)]
        told = {"packets": self.total[0], "bytes": self.total[1], "flows": self.total[2],
                "packets_per_second": columns[0], "bytes_per_second": columns[1], "flows_per_second": columns[2],
                "externals_total": len(self.externals)}
        if len(self.externals) <= 200_000:
            told["externals"] = sorted([text(address), *sums] for address, sums in self.externals.items())
        if len(self.externals) <= 50:
            told["externals_per_second"] = per_second = collections.defaultdict(list)
            for (address, second), sums in sorted(self.by_both.items()):
                per_second[text(address)].append([second, *sums])
        return told


def accounts_of(read_packets):
    first = read_packets[0].time // 10**9
    accounts = collections.defaultdict(Account)
    seen = set()
    for packet in read_packets:
        key = flow_key(packet), packet.source
        new_flow = key not in seen
        seen.add(key)
        if is_internal(packet.source):
            who, external = (text(packet.source), "out"), packet.target
        elif is_internal(packet.target):
            who, external = (text(packet.target), "in"), packet.source
        else:
            who, external = "transit", packet.source
        accounts[who].add(packet.time // 10**9 - first, external, packet.ip_bytes, new_flow)
    return accounts


def check_truth(checks, read_packets, truth):
    checks.equal("packets", truth["packets"], len(read_packets))
    checks.equal("IP bytes", truth["ip_bytes"], sum(packet.ip_bytes for packet in read_packets))
    checks.equal("bytes on the wire", truth["wire_bytes"], sum(packet.wire for packet in read_packets))
    checks.equal("fragments", truth["fragments"], sum(packet.more or packet.offset > 0 for packet in read_packets))
    flows = {flow_key(packet) for packet in read_packets}
    checks.equal("flows", truth["flows_by_protocol"], dict(collections.Counter(str(flow[0]) for flow in flows)))
    checks.equal("protocols", truth["protocols"], dict(collections.Counter(str(p.protocol) for p in read_packets)))
    times = [packet.time for packet in read_packets]
    checks.equal("first, last", (truth["first"], truth["last"]), (times[0], times[-1]))
    checks.that(times == sorted(times), "packets are not in the order of time")

    ledger = truth["ledger"]
    seconds = times[-1] // 10**9 - times[0] // 10**9 + 1
    checks.equal("seconds", (ledger["first_second"], ledger["seconds"]), (times[0] // 10**9, seconds))
    told = {(host.pop("address"), host.pop("direction")): host for host in ledger["hosts"]}
    if "transit" in ledger:
        told["transit"] = ledger["transit"]
    counted = accounts_of(read_packets)
    checks.equal("hosts", sorted(map(str, told)), sorted(map(str, counted)))
    for who in told.keys() & counted.keys():
        told[who].get("externals", []).sort()
        checks.equal(f"account of {who}", told[who], counted[who].as_told(seconds))


def check_attacks(checks, truth, alone=True):
    """Without anything beside it, an attack is all that its host has in that direction."""
    for attack in truth["attacks"]:
        who = attack["host"], attack["direction"]
        host = next((host for host in truth["ledger"]["hosts"] if (host["address"], host["direction"]) == who),
                    truth["ledger"].get("transit"))
        if alone:
            for name in ("packets", "bytes", "flows"):
                checks.equal(f"{name} of the attack on or by {who}", attack[name], host[name])
        checks.that(truth["first"] <= attack["first"] <= attack["last"] <= truth["last"], "times of the attack")


class Scenes:
    def __init__(self, options, checks, folder):
        self.options, self.checks, self.folder = options, checks, folder

    def make(self, *words):
        """Writes a scene twice, compares it with its truth, and gives both."""
        self.checks.scope = " ".join(words)
        captures = []
        for name in ("one", "two"):
            subprocess.run([self.options.scene, words[0], self.folder / f"{name}.pcap", *words[1:], "--truth",
                            self.folder / f"{name}.json"], check=True)
            captures.append((self.folder / f"{name}.pcap").read_bytes())
        self.checks.that(captures[0] == captures[1], "a second run made other bytes")
        content = json.loads((self.folder / "one.json").read_text())
        packets = list(read(self.folder / "one.pcap"))
        check_truth(self.checks, packets, json.loads((self.folder / "one.json").read_text()))
        self.check_checksums(*words)
        return packets, content

    def attack(self, vector, *words):
        packets, truth = self.make("attack", "--vector", vector, *words)
        self.checks.that(truth["attacks"], "no attack")
        for attack in truth["attacks"]:
            self.checks.equal("vector", attack["vector"], vector)
        check_attacks(self.checks, truth, "--background" not in words and "--beside" not in words)
        return packets, truth

    def innocent(self, kind, *words):
        packets, truth = self.make("innocent", "--kind", kind, *words)
        self.checks.equal("attacks", truth["attacks"], [])
        return packets, truth

    def check_checksums(self, *words):
        if not shutil.which("tcpdump"):
            return
        whole = self.folder / "whole.pcap"
        subprocess.run([self.options.scene, words[0], whole, *words[1:], "--snap", "65535"], check=True)
        done = subprocess.run(["tcpdump", "-c", "500", "-nvvr", whole], check=True, capture_output=True, text=True,
                              errors="replace")
        wrong = re.findall(r".*\(incorrect.*|.*bad (?:udp )?cksum.*|.*wrong icmp cksum.*", done.stdout)
        self.checks.equal("wrong checksums", wrong[:3], [])


def sides(packets):
    """What goes out, and what comes in."""
    return ([packet for packet in packets if is_internal(packet.source)],
            [packet for packet in packets if is_internal(packet.target)])


def floods(scenes):
    """Each flood has the packets that it is named after, from as many sources as asked for, at the rate asked for."""
    checks = scenes.checks
    shapes = {
        "syn_flood": lambda p: p.protocol == TCP and p.flags == SYN,
        "ack_flood": lambda p: p.protocol == TCP and p.flags == ACK,
        "rst_flood": lambda p: p.protocol == TCP and p.flags == RST,
        "tcp_flag_flood": lambda p: p.protocol == TCP and p.flags in (0, FIN, FIN | PSH | URG, SYN | FIN, 0x3f),
        "udp_flood": lambda p: p.protocol == UDP and not p.more and p.offset == 0,
        "icmp_flood": lambda p: p.protocol == ICMP,
        "fragment_flood": lambda p: p.protocol == UDP and p.offset > 0,
        "protocol_flood": lambda p: p.protocol == GRE,
    }
    for vector, holds in shapes.items():
        packets, truth = scenes.attack(vector, "--rate", "2000", "--seconds", "2", "--externals", "300",
                                       "--offset-ms", "350")
        checks.that(all(map(holds, packets)), "packets of another kind")
        checks.equal("packets", len(packets), 4000)
        checks.equal("sources", len({packet.source for packet in packets}), 300)
        checks.equal("targets", {text(packet.target) for packet in packets}, {"198.51.100.65"})
        checks.equal("first", truth["attacks"][0]["first"], START + 350 * MILLISECOND)
        checks.that(packets[-1].time < START + 2350 * MILLISECOND, "too long")
        packets, truth = scenes.attack(vector, "--rate", "2000", "--seconds", "1", "--externals", "3", "--direction",
                                       "out", "--seed", "9")
        checks.equal("targets", len({packet.target for packet in packets}), 3)
        checks.that(all(is_internal(packet.source) for packet in packets), "packets from outside")
    packets, _ = scenes.attack("syn_flood", "--rate", "250000", "--seconds", "1", "--externals", "10000000")
    checks.equal("sources", len({packet.source for packet in packets}), 250_000)
    checks.that(not any(is_internal(packet.source) for packet in packets), "an internal source")


def answered_floods(scenes):
    """The target answers each packet as its kind demands, and each answer follows its packet."""
    answers = {"syn_flood": {SYN | ACK}, "ack_flood": {RST}, "tcp_flag_flood": {RST, RST | ACK}, "icmp_flood": {0}}
    for vector, flags in answers.items():
        packets, _ = scenes.attack(vector, "--rate", "1000", "--seconds", "1", "--externals", "50", "--answered")
        out, into = sides(packets)
        asked = [packet for packet in into if not packet.flags & RST]
        scenes.checks.equal("answers", len(out), len(asked))
        scenes.checks.that({packet.flags for packet in out} <= flags, "other answers")


def big_datagrams(scenes):
    """As in the provider's sample: 9,216 bytes are a first fragment with ports and six without."""
    packets, truth = scenes.attack("udp_flood", "--direction", "out", "--payload", "9216", "--rate", "7000",
                                   "--seconds", "1")
    checks = scenes.checks
    checks.equal("packets", len(packets), 7000)
    datagrams = [packets[first:first + 7] for first in range(0, 7000, 7)]
    offsets = [[part.offset for part in parts] for parts in datagrams]
    checks.that(all(found == [1480 * number for number in range(7)] for found in offsets), "offsets")
    more = [[part.more for part in parts] for parts in datagrams]
    checks.that(all(found == [True] * 6 + [False] for found in more), "more fragments")
    lengths = {sum(part.ip_bytes - 20 for part in parts) for parts in datagrams}
    checks.equal("bytes of a datagram", lengths, {9216 + 8})
    checks.equal("fragments", truth["fragments"], 7000)


def amplification_victims(scenes):
    """Large answers from the reflectors' port; of three fragments only the first shows it."""
    checks = scenes.checks
    ports = {"dns": 53, "ntp": 123, "memcached": 11211, "ssdp": 1900, "cldap": 389, "chargen": 19, "snmp": 161}
    for name, port in ports.items():
        packets, truth = scenes.attack(f"amplification:{name}", "--rate", "3000", "--seconds", "1", "--externals",
                                       "400")
        firsts = [packet for packet in packets if packet.offset == 0]
        checks.equal("ports", {packet.source_port for packet in firsts}, {port})
        checks.equal("reflectors", len({packet.source for packet in packets}), 400)
        checks.equal("firsts", len(firsts), 1000 if name in ("dns", "cldap") else 3000)
        checks.equal("kind", {attack["kind"] for attack in truth["attacks"]}, {"amplification_victim"})
        if name == "dns":
            checks.equal("bytes", sum(packet.ip_bytes for packet in packets), 1000 * (3000 + 8 + 3 * 20))
            checks.that(all(packet.payload[2:4] == b"\x81\x80" for packet in firsts), "not an answer")
        if name == "ntp":
            checks.equal("lengths", {packet.ip_bytes for packet in packets}, {440 + 28})
            checks.that(all(packet.payload[:1] == b"\xd7" for packet in firsts), "not an answer of mode 7")
    packets, _ = scenes.attack("amplification:tcp_synack", "--rate", "2000", "--seconds", "1", "--externals", "300")
    out, into = sides(packets)
    checks.equal("flags in", {packet.flags for packet in into}, {SYN | ACK})
    checks.equal("flags out", {packet.flags for packet in out}, {RST})
    checks.equal("resets", len(out), len(into))


def amplification_by_us(scenes):
    """A reflector answers each small request; those who send requests get no answer; a spoofer's are nobody's."""
    checks = scenes.checks
    for name, parts in (("dns", 3), ("ntp", 1), ("memcached", 1)):
        words = f"amplification:{name}", "--rate", "3000", "--seconds", "1"
        packets, truth = scenes.attack(*words, "--role", "reflector", "--externals", "2")
        out, into = sides(packets)
        checks.equal("answers and requests", (len(out), len(into)), (3000, 3000 // parts))
        checks.that(all(packet.ip_bytes < 80 for packet in into), "a large request")
        checks.equal("direction", {attack["direction"] for attack in truth["attacks"]}, {"out"})
        asked = {(packet.source, packet.source_port): packet.time for packet in reversed(into)}
        checks.that(all(asked[packet.target, packet.target_port] < packet.time for packet in out if packet.offset == 0),
                    "an answer before its request")
        packets, truth = scenes.attack(*words, "--role", "requester", "--externals", "500")
        checks.that(all(is_internal(packet.source) and packet.ip_bytes < 80 for packet in packets), "other packets")
        checks.equal("reflectors", len({packet.target for packet in packets}), 500)
        packets, truth = scenes.attack(*words, "--role", "spoofer", "--externals", "500")
        checks.that(not any(is_internal(packet.source) or is_internal(packet.target) for packet in packets),
                    "an internal address")
        checks.equal("sources", len({packet.source for packet in packets}), 1)
        checks.equal("hosts", truth["ledger"]["hosts"], [])


def carpet(scenes):
    """Many victims, each of which gets its share only."""
    packets, truth = scenes.attack("udp_flood", "--hosts", "200", "--rate", "20000", "--seconds", "2", "--externals",
                                   "30")
    got = collections.Counter(packet.target for packet in packets)
    scenes.checks.equal("packets by victim", collections.Counter(got.values()), {200: 200})
    scenes.checks.equal("attacks", len(truth["attacks"]), 200)


def pulse(scenes):
    """Packets only while the pulse is on, and then at the rate."""
    packets, _ = scenes.attack("syn_flood", "--rate", "5000", "--seconds", "4", "--on-ms", "300", "--off-ms", "700",
                               "--offset-ms", "150")
    phases = [(packet.time - START - 150 * MILLISECOND) % 10**9 for packet in packets]
    scenes.checks.that(max(phases) < 300 * MILLISECOND, "a packet in a pause")
    scenes.checks.equal("packets", len(packets), 4 * 1500)


def sample(scenes):
    """A hundredth of the provider's report: its figures, divided by a hundred, and the text of its GByte."""
    packets, truth = scenes.make("sample", "--part", "1/100")
    checks = scenes.checks
    by_target = collections.Counter(packet.target for packet in packets)
    checks.equal("packets", sorted(by_target.values()), [10, 50, 406_680])
    flows = collections.Counter(flow[2][0] if is_internal(flow[1][0]) else flow[1][0]
                                for flow in {flow_key(packet) for packet in packets})
    checks.equal("flows", [flows[target] for target, _ in by_target.most_common()], [406, 1, 1])
    gbyte = [sum(packet.ip_bytes for packet in packets if packet.target == target) * 100 / 2**30
             for target, _ in by_target.most_common()]
    checks.equal("GByte", [f"{value:.3f}" for value in (sum(gbyte), *gbyte)], ["5.909", "5.909", "0.000", "0.000"])
    checks.that(packets[-1].time < START + 3 * 10**9, "longer than three seconds")
    check_attacks(checks, truth)


def transfers(scenes):
    """Data flows one way on connections that were made as connections are, acknowledged as often as asked for."""
    checks = scenes.checks
    for words, every, back in (((), 2, 0), (("--ack-every", "40"), 40, 0), (("--direction", "in"), 2, 1)):
        packets, _ = scenes.innocent("tcp_transfer", "--rate", "8000", "--seconds", "1", *words)
        data, acknowledged = sides(packets)[::-1] if back else sides(packets)
        full = [packet for packet in data if packet.ip_bytes == 1500]
        checks.equal("data segments", len(full), 8000)
        pure = [packet for packet in acknowledged if packet.flags == ACK]
        checks.equal("acknowledgements", len(pure), 8000 // every + 4)
        checks.equal("SYN", sum(packet.flags == SYN for packet in acknowledged), 4)
        checks.equal("SYN-ACK", sum(packet.flags == SYN | ACK for packet in data), 4)
        checks.that(packets.index(full[0]) > max(packets.index(p) for p in packets if p.flags & SYN), "data before SYN")
    packets, truth = scenes.innocent("tcp_transfer", "--rate", "2000", "--seconds", "1", "--one-way")
    checks.equal("packets in", sides(packets)[1], [])
    checks.equal("SYN-ACK", sum(packet.flags == SYN | ACK for packet in packets), 4)
    packets, _ = scenes.innocent("quic_transfer", "--rate", "5000", "--seconds", "1", "--ack-every", "10")
    out, into = sides(packets)
    checks.equal("data", sum(packet.ip_bytes == 1278 for packet in out), 5000)
    checks.equal("acknowledgements", sum(packet.ip_bytes == 63 for packet in into), 500)


def services(scenes):
    """Every question gets one answer, of the size that it should have; web connections are complete."""
    checks = scenes.checks
    for kind, port, (least, most) in (("dns_server", 53, (2, 4)), ("ntp_server", 123, (1, 1))):
        for direction in ("out", "in"):
            packets, _ = scenes.innocent(kind, "--rate", "2000", "--seconds", "1", "--externals", "500", "--direction",
                                         direction)
            asked = {(p.source, p.source_port): p for p in packets if p.target_port == port}
            answers = [packet for packet in packets if packet.source_port == port]
            checks.equal("questions, answers", (len(asked), len(answers)), (2000, 2000))
            checks.equal("servers inside", all(is_internal(packet.source) for packet in answers), direction == "out")
            pairs = [(asked[packet.target, packet.target_port], packet) for packet in answers]
            checks.that(all(question.time < answer.time for question, answer in pairs), "an answer before its question")
            ratios = [answer.ip_bytes / question.ip_bytes for question, answer in pairs]
            checks.that(least <= min(ratios) <= max(ratios) <= most, f"answers of {min(ratios)} to {max(ratios)} times")
    packets, _ = scenes.innocent("game_server", "--rate", "6000", "--seconds", "1", "--connections", "30",
                                 "--externals", "30")
    out, into = sides(packets)
    checks.equal("out, in, flows", (len(out), len(into), len(set(map(flow_key, packets)))), (6000, 3000, 30))
    packets, _ = scenes.innocent("web_server", "--rate", "5000", "--seconds", "2", "--externals", "100")
    out, into = sides(packets)
    checks.that(4500 < len(out) / 2 < 5500, f"{len(out)} packets in two seconds")
    flows = len(set(map(flow_key, packets)))
    checks.equal("SYN, SYN-ACK", (sum(p.flags == SYN for p in into), sum(p.flags == SYN | ACK for p in out)),
                 (flows, flows))
    checks.equal("FIN", (sum(p.flags & FIN for p in into), sum(p.flags & FIN for p in out)), (flows, flows))


def mixtures(scenes):
    """Everyday traffic and an innocent beside an attack change nothing in what the attack is."""
    words = "ntp", "--rate", "1000", "--seconds", "2", "--offset-ms", "1500", "--externals", "40"
    _, alone = scenes.attack("amplification:" + words[0], *words[1:])
    packets, mixed = scenes.attack("amplification:" + words[0], *words[1:], "--background", "--background-seconds",
                                   "5", "--beside", "tcp_transfer")
    scenes.checks.equal("attacks", mixed["attacks"], alone["attacks"])
    scenes.checks.that(packets[0].time < START + 10**9, "no background before the attack")
    scenes.checks.that(len(mixed["ledger"]["hosts"]) > 20, "few hosts")


def another_seed(scenes):
    """Another seed is another scene of the same kind."""
    words = "--rate", "1000", "--seconds", "1", "--externals", "20"
    one, _ = scenes.attack("udp_flood", *words)
    two, _ = scenes.attack("udp_flood", *words, "--seed", "2")
    scenes.checks.that(one != two, "the same packets")
    scenes.checks.equal("packets", len(two), len(one))


def refused(scenes):
    """What makes no sense is refused, not written."""
    for words in (["attack", "--vector", "smurf"], ["attack", "--vector", "syn_flood", "--role", "reflector"],
                  ["attack", "--vector", "udp_flood", "--answered"], ["attack", "--vector", "udp_flood", "--hosts", "255"],
                  ["attack", "--vector", "syn_flood", "--payload", "1461"], ["innocent", "--kind", "syn_flood"],
                  ["attack", "--vector", "amplification:tcp_synack", "--role", "spoofer"],
                  ["sample", "--part", "1/7"], ["sample", "--part", "100"]):
        scenes.checks.scope = " ".join(words)
        done = subprocess.run([scenes.options.scene, words[0], scenes.folder / "refused.pcap", *words[1:]],
                              capture_output=True, check=False)
        scenes.checks.that(done.returncode in (1, 2), f"exit status is {done.returncode}")
        scenes.checks.that(done.stderr + done.stdout, "nothing is said")


CASES = [floods, answered_floods, big_datagrams, amplification_victims, amplification_by_us, carpet, pulse, sample,
         transfers, services, mixtures,
         another_seed, refused]


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        scenes = Scenes(options, checks, pathlib.Path(name))
        for case in CASES:
            case(scenes)
    if not shutil.which("tcpdump") and checks.failed == 0:
        harness.skip("tcpdump is not installed, so no checksum was looked at; all else holds")
    checks.finish()


main()
