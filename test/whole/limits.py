# SPDX-License-Identifier: BSD-3-Clause
"""Limits on real captures: each flood is found with the limit that its truth suggests, under the name that its truth
has; with a low limit every host above it gets a report whose figures are the truth's, and nobody else gets one; the
shipped limits accuse nobody of an attack in captures in which there is none."""

import pathlib

import harness

LIMIT = """
[[limit]]
name = "{name}"
direction = "{direction}"
metric = "packets"
per_second = {per_second}
window = "{window}s"
"""

# By the truth's type and vector.
VECTORS = {("syn_flood", None): "syn_flood", ("fragment_attack", None): "fragment_flood",
           ("amplification", "dns"): "amplification:dns", ("amplification", "snmp"): "amplification:snmp",
           ("amplification", "tcp_synack"): "amplification:tcp_synack"}

# A window slides over whole seconds; what lasts longer than this is not sure to be in one window of 300 s.
LASTS_AT_MOST = 298


def limits_file(folder, *limits):
    path = pathlib.Path(folder) / "limits.toml"
    path.write_text("".join(LIMIT.format(**limit) for limit in limits))
    return path


def check_suggested(options, checks, capture, truth, expected):
    evidence = expected["evidence"]
    host = expected["dst"] if expected["direction"] == "in" else expected["src"]
    with harness.temporary_folder() as folder:
        limits = limits_file(folder, dict(name="suggested", direction=expected["direction"], window=1,
                                          per_second=evidence["suggested_packet_limit_1s"]))
        run = harness.replay(options, folder, "--config", limits, *harness.internal_options(truth["internal"]), capture)
        checks.equal("exit status", run.status, 0)
        found = [lock for lock in run.locks if lock["kind"] == "packet_limit" and lock["host"]["address"] == host
                 and lock["direction"] == expected["direction"]]
        if not checks.that(len(found) == 1, f"{len(found)} locks of {host}, expected one"):
            return
        lock = found[0]
        checks.equal("rule", lock["trigger"]["rule"], "suggested")
        checks.equal("threshold", lock["trigger"]["threshold"], evidence["suggested_packet_limit_1s"])
        checks.that(evidence["suggested_packet_limit_1s"] < lock["trigger"]["value"], f"value is {lock['trigger']['value']}")
        checks.equal("reason", lock["reason"], "attack")
        vector = VECTORS[expected["type"], expected.get("vector")]
        checks.equal("vector", lock["vector"], vector)
        checks.equal("role", lock["limit"]["role"], "victim" if vector.startswith("amplification:") else None)


def check_shipped(options, checks, capture, truth):
    """Nobody is locked for an attack."""
    with harness.temporary_folder() as folder:
        run = harness.replay(options, folder, *harness.internal_options(truth["internal"]), capture)
        checks.equal("exit status", run.status, 0)
        checks.equal("attacks", [lock["id"] for lock in run.locks if lock["reason"] == "attack"], [])


def check_everyone(options, checks, capture, truth):
    """One packet a second over 300 s: every host with more than 300 packets in a short capture. The window then holds
    the whole capture, so the report must say what the truth says."""
    expected = {(fact["direction"].lower(), fact["internal"]): fact
                for fact in truth["per_internal_host"] if fact["packets"] > 300}
    with harness.temporary_folder() as folder:
        limits = limits_file(folder, *(dict(name="all-" + direction, direction=direction, per_second=1, window=300)
                                       for direction in ("out", "in")))
        run = harness.replay(options, folder, "--config", limits, "--set", "report.externals_max=100000",
                             *harness.internal_options(truth["internal"]), capture)
        checks.equal("exit status", run.status, 0)
        locks = {(lock["direction"], lock["host"]["address"]): lock
                 for lock in run.locks if lock["kind"] == "packet_limit"}
    checks.equal("who is locked", sorted(locks), sorted(expected))
    for key in locks.keys() & expected.keys():
        check_figures(checks, key, locks[key], expected[key], truth)


def check_figures(checks, key, lock, fact, truth):
    totals = lock["totals"]
    checks.equal(f"totals of {key}", (totals["packets"], totals["flows"]), (fact["packets"], fact["flows"]))
    checks.equal(f"externals_total of {key}", lock["externals_total"], fact["external_ips"])
    checks.equal(f"externals of {key}", len(lock["externals"]), fact["external_ips"])
    for name in ("packets", "bytes", "flows"):
        total = sum(external[name] for external in lock["externals"])
        checks.equal(f"sum of {name} over the externals of {key}", total, totals[name])
    order = [-external["packets"] for external in lock["externals"]]
    checks.equal(f"order of the externals of {key}", order, sorted(order))
    figures = {external["address"]: external for external in lock["externals"]}
    for top in truth["per_external_top"]:
        if (top["direction"].lower(), top["internal"]) == key:
            external = figures.get(top["external"], {"packets": None, "flows": None})
            checks.equal(f"{key} with {top['external']}", (external["packets"], external["flows"]),
                         (top["packets"], top["flows"]))
    checks.equal(f"value of {key}", lock["trigger"]["value"], totals["packets"] // 300)


def main():
    options = harness.arguments()
    checks = harness.Checks()
    floods = everyone = innocent = 0
    for capture, truth in harness.truth_of_captures(options):
        for expected in truth["expected"]:
            if "suggested_packet_limit_1s" in expected["evidence"]:
                checks.scope = f"{capture.name}, suggested limit"
                check_suggested(options, checks, capture, truth, expected)
                floods += 1
        if not truth["expected"]:
            checks.scope = f"{capture.name}, shipped limits"
            check_shipped(options, checks, capture, truth)
            innocent += 1
        if truth["duration_s"] < LASTS_AT_MOST:
            checks.scope = f"{capture.name}, 1 packet/s"
            check_everyone(options, checks, capture, truth)
            everyone += 1
    print(f"{floods} floods with their suggested limit, {everyone} captures with a low one, {innocent} without attacks")
    checks.finish()


main()
