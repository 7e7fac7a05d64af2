# SPDX-License-Identifier: BSD-3-Clause
"""Every capture with ground truth: the summary and the flow records say what is true, and every byte of the output is
the same for 1, 2 and 4 workers."""

import collections
import pathlib

import harness

PROTOCOLS_SHOWN = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp"}


def check_summary(checks, summary, truth):
    checks.equal("packets", summary["packets"], truth["packets"])
    checks.equal("bytes", summary["bytes"], truth["bytes"])
    checks.equal("flows", summary["flows"], truth["flows"])
    expected = collections.Counter(ipv4=truth["ipv4_packets"], ipv6=truth["ipv6_packets"],
                                   fragments=truth["fragments"], not_ip=truth["non_ip_packets"])
    for protocol, packets in truth["protocols"].items():
        expected[PROTOCOLS_SHOWN.get(protocol, "other_ip")] += packets
    for name in ("ipv4", "ipv6", "tcp", "udp", "icmp", "other_ip", "fragments", "not_ip"):
        checks.equal(f"decode.{name}", summary["decode"][name], expected[name])
    checks.equal("undecoded", summary["decode"]["undecoded"], {})
    checks.that(all(count == 0 for count in summary["loss"].values()), f"loss is {summary['loss']}")
    # The truth holds microseconds in a binary fraction; flowlock cuts to microseconds.
    for name in ("first", "last"):
        apart = abs(harness.time_of(summary[name]) - round(truth[name + "_ts"] * 10**9))
        checks.that(apart <= 1000, f"{name} is {summary[name]}, {apart} ns from {truth[name + '_ts']}")


def check_rows(checks, rows, truth):
    checks.equal("rows", len(rows), truth["flows"])
    checks.equal("packets in rows", sum(row["packets_fwd"] + row["packets_rev"] for row in rows), truth["ip_packets"])
    checks.equal("bytes in rows", sum(row["bytes_fwd"] + row["bytes_rev"] for row in rows), truth["bytes_ip"])
    by_protocol = collections.Counter(str(row["protocol"]) for row in rows)
    checks.equal("rows by protocol", dict(by_protocol), truth["flows_by_proto"])


def check_hosts(checks, rows, truth):
    """Packets and flows by host, and by host and external address. The truth's bytes are frame bytes, and not ours to
    compare; conversations.py compares IP bytes."""
    internal = harness.Networks(truth["internal"])
    hosts = collections.defaultdict(lambda: [0, 0, set()])
    pairs = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        for source, target, packets in ((row["src"], row["dst"], row["packets_fwd"]),
                                        (row["dst"], row["src"], row["packets_rev"])):
            if packets == 0 or (source in internal) == (target in internal):
                continue
            direction, host, external = ("OUT", source, target) if source in internal else ("IN", target, source)
            hosts[direction, host][0] += packets
            hosts[direction, host][1] += 1
            hosts[direction, host][2].add(external)
            pairs[direction, host, external][0] += packets
            pairs[direction, host, external][1] += 1
    for fact in truth["per_internal_host"]:
        packets, flows, externals = hosts[fact["direction"], fact["internal"]]
        checks.equal(f"{fact['direction']} of {fact['internal']}", (packets, flows, len(externals)),
                     (fact["packets"], fact["flows"], fact["external_ips"]))
    for fact in truth["per_external_top"]:
        checks.equal(f"{fact['direction']} {fact['internal']} with {fact['external']}",
                     pairs[fact["direction"], fact["internal"], fact["external"]], [fact["packets"], fact["flows"]])


def main():
    options = harness.arguments()
    checks = harness.Checks()
    for capture, truth in harness.truth_of_captures(options):
        print(capture.name, flush=True)
        with harness.temporary_folder() as folder:
            runs = {}
            for workers in (1, 2, 4):
                checks.scope = f"{capture.name}, {workers} workers"
                runs[workers] = harness.replay(options, pathlib.Path(folder) / str(workers), "--workers", workers,
                                               *harness.internal_options(truth["internal"]), capture)
                checks.equal("exit status", runs[workers].status, 0)
                harness.no_sanitizer_complaint(checks, runs[workers])
            files = {workers: run.files() for workers, run in runs.items()}
            for workers in (2, 4):
                checks.equal(f"files of {workers} workers", sorted(files[workers]), sorted(files[1]))
                for name in files[1]:
                    checks.that(files[workers].get(name) == files[1][name],
                                f"{name} is not the same with 1 and {workers} workers")
            checks.scope = capture.name
            rows = runs[1].flows
            check_summary(checks, runs[1].summary, truth)
            check_rows(checks, rows, truth)
            check_hosts(checks, rows, truth)
    checks.finish()


main()
