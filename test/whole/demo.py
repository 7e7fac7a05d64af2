# SPDX-License-Identifier: BSD-3-Clause
"""The demo: what flowlock reports of its scene is what the generator says it put in, figure by figure; and the text on
the terminal is, byte for byte, the one that was read and found right (test/golden/demo.txt)."""

import json
import pathlib
import subprocess
import time

import harness


def check_summary(checks, summary, truth):
    decode = summary["decode"]
    protocols = truth["protocols"]
    checks.equal("packets, bytes, flows", (summary["packets"], summary["bytes"], summary["flows"]),
                 (truth["packets"], truth["wire_bytes"], truth["flows"]))
    checks.equal("decode", {name: decode[name] for name in decode},
                 dict(ipv4=truth["ipv4"], ipv6=truth["ipv6"], tcp=protocols["6"], udp=protocols["17"],
                      icmp=protocols["1"] + protocols["58"], other_ip=0, fragments=truth["fragments"],
                      not_ip=truth["not_ip"], undecoded={}))
    checks.equal("first, last", [harness.time_of(summary[name]) for name in ("first", "last")],
                 [truth["first"], truth["last"]])
    checks.that(all(count == 0 for count in summary["loss"].values()), f"loss is {summary['loss']}")


def check_common(checks, lock, attack):
    checks.equal("host", lock["host"]["address"], attack["host"])
    checks.equal("direction", lock["direction"], attack["direction"])
    totals = lock["totals"]
    checks.equal("totals", [totals["packets"], totals["bytes"], totals["flows"]],
                 [attack["packets"], attack["bytes"], attack["flows"]])
    checks.equal("first_seen", harness.time_of(lock["first_seen"]), attack["first"] // 1000 * 1000)


def check_netscan(checks, lock, attack):
    check_common(checks, lock, attack)
    checks.equal("reason, protocol", (lock["reason"], lock["protocol"]), ("scan", "tcp"))
    targets = [(harness.time_of(target["time"]), target["address"], target["port"]) for target in lock["targets"]]
    checks.equal("targets", targets, [(target["time"] // 1000 * 1000, target["address"], target["port"])
                                      for target in attack["targets"]])
    count = len(attack["targets"])
    checks.equal("targets_total", lock["targets_total"], count)
    scan = lock["scan"]
    checks.equal("scan", [scan[name] for name in ("addresses", "ports", "answered", "refused", "unanswered")],
                 [count, 1, attack["answered"], attack["refused"], count - attack["answered"] - attack["refused"]])


def check_flood(checks, lock, attack):
    check_common(checks, lock, attack)
    checks.equal("reason", lock["reason"], "attack")
    checks.equal("last_seen", harness.time_of(lock["last_seen"]), attack["last"] // 1000 * 1000)
    checks.equal("externals", lock["externals"],
                 sorted(attack["externals"], key=lambda external: -external["packets"]))
    trigger = lock["trigger"]
    checks.equal("trigger", (trigger["metric"], trigger["value"], trigger["threshold"], trigger["window_s"]),
                 ("packets", attack["packets"] // 6, 100000, 6))


def german(number):
    return f"{number:,}".replace(",", ".")


def limit_line(label, figures, seconds):
    """One line of a provider's summary, as formats of published reports have it; blanks are compared by the golden."""
    packets, flows, size = figures["packets"], figures["flows"], figures["bytes"]
    gbyte = f"{size / 2**30:.3f}".replace(".", ",")
    return (f"{label} {german(packets)} packets/{seconds}s ({german(packets // seconds)} packets/s), "
            f"{german(flows)} flows/{seconds}s ({german(flows // seconds)} flows/s), "
            f"{gbyte} GByte/{seconds}s ({german(size * 8 // seconds // 2**20)} MBit/s)")


def scan_rows(netscan):
    """The rows of a provider's netscan log, byte for byte: "%a %b %e %H:%M:%S %Y:   %s => %19s:%5u"."""
    return [f"{time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(target['time'] // 10**9))}:   {netscan['host']} => "
            f"{target['address']:>19}:{target['port']:5}" for target in netscan["targets"]]


def check_text(checks, text, netscan, flood):
    rows = [line for line in text.splitlines() if " => " in line]
    checks.equal("rows of the netscan log", rows, scan_rows(netscan))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    expected = ["Direction OUT", f"Internal {flood['host']}", "Threshold Packets 100.000 packets/s",
                limit_line("Sum", flood, 6)]
    expected += [limit_line(f"External {external['address']},", external, 6)
                 for external in sorted(flood["externals"], key=lambda external: -external["packets"])]
    for line in expected:
        checks.that(line in lines, f"the text lacks the line {line!r}")


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        folder = pathlib.Path(name)
        capture, truth_file = folder / "demo.pcap", folder / "demo.json"
        subprocess.run([options.scene, "demo", capture, "--truth", truth_file], check=True)
        truth = json.loads(truth_file.read_text())
        attacks = {attack["kind"]: attack for attack in truth["attacks"]}
        config = options.source / "scripts/demo.toml"
        runs = {}
        for workers in (1, 2):
            checks.scope = f"demo, {workers} workers"
            runs[workers] = harness.replay(options, folder / str(workers), "--config", config, "--workers", workers, capture)
            checks.equal("exit status", runs[workers].status, 0)
            harness.no_sanitizer_complaint(checks, runs[workers])
            locks = {lock["kind"]: lock for lock in runs[workers].locks}
            check_summary(checks, runs[workers].summary, truth)
            checks.equal("number of locks", len(runs[workers].locks), 2)
            if checks.equal("kinds of locks", sorted(locks), ["netscan", "packet_limit"]):
                check_netscan(checks, locks["netscan"], attacks["netscan"])
                check_flood(checks, locks["packet_limit"], attacks["packet_flood"])
        checks.that(runs[1].files() == runs[2].files(), "1 and 2 workers wrote different files")
        text = runs[1].stdout.decode()
        check_text(checks, text, attacks["netscan"], attacks["packet_flood"])
        golden = options.source / "test/golden/demo.txt"
        if not checks.that(golden.is_file() and golden.read_text() == text, f"the text is not that of {golden}"):
            print(text)
    checks.finish()


main()
