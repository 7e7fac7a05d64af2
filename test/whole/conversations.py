# SPDX-License-Identifier: BSD-3-Clause
"""Every flow record of every capture against tshark: initiator, packets and IP bytes each way, first and last time; the
traffic of each host with each external address; and nfdump's totals where it can read the capture."""

import collections
import pathlib
import shutil
import subprocess

import harness
import packets

# Ordinary TCP, UDP and ICMP, no fragments, no tunnels: there nfdump counts what flowlock counts.
NFDUMP_CAPTURES = ("ndpi__synscan.pcap", "ndpi__bittorrent.pcap", "pcapplusplus__example.pcap", "ndpi__fax_t38_sip.pcap",
                   "zeek__ftp_bruteforce.pcap", "ndpi__reddit.pcap", "netlyzer__ddos_dns.pcap")


def check_flows(checks, rows, flows):
    ours = {}
    for row in rows:
        family = 6 if ":" in row["src"] else 4
        key = packets.flow_key(family, row["protocol"], (row["src"], row["sport"]), (row["dst"], row["dport"]))
        checks.that(key not in ours, f"two rows for {key}")
        ours[key] = row
    checks.equal("flows only in the CSV", sorted(ours.keys() - flows.keys())[:5], [])
    checks.equal("flows missing in the CSV", sorted(flows.keys() - ours.keys())[:5], [])
    for key in ours.keys() & flows.keys():
        row, flow = ours[key], flows[key]
        # flowlock writes microseconds.
        got = ((row["src"], row["sport"]), row["packets_fwd"], row["bytes_fwd"], row["packets_rev"], row["bytes_rev"],
               row["first"] // 1000, row["last"] // 1000)
        expected = (flow.initiator, flow.packets[0], flow.bytes[0], flow.packets[1], flow.bytes[1],
                    flow.first // 1000, flow.last // 1000)
        # Who spoke first cannot be known of two packets with one timestamp.
        if flow.first_is_shared and got[0] != expected[0]:
            got = ((row["dst"], row["dport"]),) + (got[3], got[4], got[1], got[2]) + got[5:]
        checks.equal(f"flow {key}", got, expected)


def traffic_by_pair(triples, networks):
    """{(direction, host, external): [packets, IP bytes]} of (source, target, packets, bytes)."""
    internal = harness.Networks(networks)
    pairs = collections.defaultdict(lambda: [0, 0])
    for source, target, count, size in triples:
        if count and (source in internal) != (target in internal):
            key = ("OUT", source, target) if source in internal else ("IN", target, source)
            pairs[key][0] += count
            pairs[key][1] += size
    return pairs


def check_pairs(checks, rows, read, networks):
    sides = [(row["src"], row["dst"], row["packets_fwd"], row["bytes_fwd"]) for row in rows]
    sides += [(row["dst"], row["src"], row["packets_rev"], row["bytes_rev"]) for row in rows]
    ours = traffic_by_pair(sides, networks)
    theirs = traffic_by_pair(((packet.source, packet.target, 1, packet.ip_bytes) for packet in read), networks)
    checks.equal("traffic by host and external address", ours, theirs)


def check_nfdump(checks, capture, rows, folder):
    folder.mkdir()
    subprocess.run(["nfpcapd", "-r", capture, "-w", folder, "-t", "86400"], check=True, capture_output=True)
    command = ["nfdump", "-R", folder, "-q", "-N", "-o", "fmt:%pkt %byt"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    records = [[int(number) for number in line.split()] for line in lines if line.strip()]
    theirs = [sum(record[0] for record in records), sum(record[1] for record in records)]
    ours = [sum(row["packets_fwd"] + row["packets_rev"] for row in rows),
            sum(row["bytes_fwd"] + row["bytes_rev"] for row in rows)]
    checks.equal("packets and IP bytes of nfdump", theirs, ours)


def main():
    options = harness.arguments()
    captures = harness.truth_of_captures(options)
    if not shutil.which("tshark"):
        harness.skip("tshark is not installed; scripts/install-packages installs it")
    checks = harness.Checks()
    for capture, truth in captures:
        print(capture.name, flush=True)
        checks.scope = capture.name
        read = list(packets.read(capture))
        checks.equal("IP packets that tshark reads", len(read), truth["ip_packets"])
        with harness.temporary_folder() as folder:
            run = harness.replay(options, folder, *harness.internal_options(truth["internal"]), capture)
            checks.equal("exit status", run.status, 0)
            rows = run.flows
            check_flows(checks, rows, packets.flows_of(read))
            check_pairs(checks, rows, read, truth["internal"])
            if capture.name in NFDUMP_CAPTURES and shutil.which("nfpcapd"):
                check_nfdump(checks, capture, rows, pathlib.Path(folder) / "nfdump")
    checks.finish()


main()
