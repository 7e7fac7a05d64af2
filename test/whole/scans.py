# SPDX-License-Identifier: BSD-3-Clause
"""Scans on real captures with the shipped configuration: every scan that must be found is found, with the true figures
where the truth tells them, and no host is locked that did not scan."""

import harness

# The truth's types, and how flowlock calls them.
KINDS = {
    "portscan_vertical": "portscan",
    "netscan_horizontal": "netscan",
    "icmp_sweep": "icmp_sweep",
    "udp_scan": "portscan",
}
PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp"}


def check_scan(checks, locks, expected):
    kind, host = KINDS[expected["type"]], expected["src"]
    found = [lock for lock in locks if (lock["kind"], lock["host"]["address"]) == (kind, host)]
    if not checks.that(found, f"no {kind} of {host}; locks are {[(lock['kind'], lock['host']) for lock in locks]}"):
        return
    scan = expected["evidence"]["scan"]
    for lock in found:
        checks.equal("reason", lock["reason"], "scan")
        checks.equal("direction", lock["direction"], expected["direction"])
        checks.equal("protocol", lock["protocol"], PROTOCOLS[expected["filter"]["proto"]])
        # The rows are evidence: none may be invented, and together with the other kinds' rows none is missing.
        checks.that(lock["targets_total"] <= scan["distinct_targets"],
                    f"{lock['targets_total']} targets, but there are only {scan['distinct_targets']}")
    rows = {(target["address"], target["port"]) for lock in locks for target in lock["targets"]}
    enough = min(scan["distinct_targets"], 500)  # report.targets_max
    checks.that(len(rows) >= 0.95 * enough, f"{len(rows)} targets in the reports of {enough}")


def main():
    options = harness.arguments()
    checks = harness.Checks()
    scans = innocent = 0
    for capture, truth in harness.truth_of_captures(options):
        checks.scope = capture.name
        with harness.temporary_folder() as folder:
            run = harness.replay(options, folder, *harness.internal_options(truth["internal"]), capture)
            checks.equal("exit status", run.status, 0)
            locks = run.locks
        must = [expected for expected in truth["expected"] if expected["level"] == "must" and expected["type"] in KINDS]
        for expected in must:
            check_scan(checks, locks, expected)
            scans += 1
        # Those of level should or may are no error, and no error if they are missing.
        accused = {lock["host"]["address"] for lock in locks}
        guilty = {expected.get("src") or expected.get("dst") for expected in truth["expected"]}
        for expected in truth["expected"]:  # several hosts did the same
            if isinstance(several := expected["filter"].get("src"), list):
                guilty.update(several)
        checks.equal("hosts that are locked, but innocent", sorted(accused - guilty), [])
        # A victim of a flood is no scanner.
        scanners = {lock["host"]["address"] for lock in locks if lock["reason"] == "scan"}
        checks.equal("hosts that are called scanners", sorted(scanners), sorted(expected["src"] for expected in must))
        innocent += not truth["expected"]
    print(f"{scans} scans that must be found, {innocent} captures in which nobody may be accused")
    checks.finish()


main()
