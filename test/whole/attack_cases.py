# SPDX-License-Identifier: BSD-3-Clause
"""What else a limit may be about: a network, a group, traffic in pulses, what is allowed, a sampled mirror, new external
addresses, networks of attackers; each on a scene whose truth says what must come out."""

import collections
import ipaddress
import math
import pathlib

import attack_runs
import harness
import scene_packets
from attack_runs import SECOND, VICTIM, Ledger, Slide, limit, of_limits, table


def figures_of(each):
    return [each["packets"], each["bytes"], each["flows"]]


def add(figures):
    return [sum(column) for column in zip(*figures)]


def carpet(stage):
    """Many hosts of a network get little each: one case of the network, none of a host."""
    checks = stage.checks
    checks.scope = "carpet"
    capture, truth = stage.attack("udp_flood", "--hosts", "200", "--rate", "105000", "--seconds", "3", "--externals", "300")
    lock = stage.only(of_limits(stage.locks(capture, "--set", "report.externals_max=1000")))
    if lock is None:
        return
    checks.equal("rule", lock["trigger"]["rule"], "in-carpet")
    checks.equal("host", {name: lock["host"][name] for name in ("scope", "address")},
                 {"scope": "network", "address": "198.51.100.0/24"})
    checks.equal("vector", lock["vector"], "udp_flood")
    ledgers = [Ledger(truth, "in", attack["host"]) for attack in truth["attacks"]]
    by_second = collections.Counter()
    for ledger in ledgers:
        by_second.update(ledger.by_second("packets"))
    slide = Slide(by_second, 2)
    checks.equal("totals", lock["totals"]["packets"], slide.peak)
    checks.equal("first exceeded", attack_runs.end_of(lock["trigger"]["first_exceeded"]), slide.first_above(200_000))
    of_host = {ledger.told["address"]: sum(ledger.by_second("packets").get(slide.peak_end - i, 0) for i in range(2))
               for ledger in ledgers}
    checks.equal("internals", {each["address"]: each["packets"] for each in lock["limit"]["internals"]}, of_host)
    checks.equal("number of internals", lock["limit"]["internals_total"], 200)
    checks.equal("sum of externals", add(map(figures_of, lock["externals"])), figures_of(lock["totals"]))


def carpet_with_one_victim(stage):
    """Where one host of the network is over its own limit, it is that host who is attacked."""
    checks = stage.checks
    checks.scope = "a victim in a network over its limit"
    capture, _ = stage.attack("udp_flood", "--rate", "105000", "--seconds", "3")
    lock = stage.only(of_limits(stage.locks(capture)))
    if lock is not None:
        checks.equal("host", (lock["host"]["scope"], lock["host"]["address"]), ("host", VICTIM))


def pulses(stage):
    """One case for a whole pulse train, which says how often the limit was exceeded anew."""
    checks = stage.checks
    for vector, window, on, off in (("syn_flood", 1, 2000, 3000), ("udp_flood", 2, 1000, 5000)):
        checks.scope = f"pulses of {vector}, {on} of {on + off} ms"
        capture, truth = stage.attack(vector, "--rate", "3000", "--seconds", "24", "--on-ms", on, "--off-ms", off,
                                      "--offset-ms", "400")
        slide = Slide(Ledger(truth, "in").by_second("packets"), window)
        # A limit that each pulse passes.
        per_second = 1_000
        config = limit(direction="in", window=window, per_second=per_second, quiet_time="20s")
        lock = stage.only(stage.locks(capture, config=config))
        if lock is not None:
            pulse_count = math.ceil(24_000 / (on + off))
            checks.equal("excesses by the ledger", slide.times_above(per_second * window), pulse_count)
            checks.equal("excesses", lock["limit"]["excesses"], pulse_count)
            checks.equal("vector", lock["vector"], vector)
        config = limit(direction="in", window=window, per_second=per_second, quiet_time="1s")
        locks = stage.locks(capture, config=config)
        checks.equal("cases when a pause ends one", len(locks), pulse_count)


def groups(stage):
    """Hosts of a group have the group's limit in place of everybody's; a group may be summed up; what is in no group has
    everybody's."""
    checks = stage.checks
    checks.scope = "groups"
    # Ten hosts, 198.51.100.65 to .74, of 300 packets/s each: 3 of them in 64/30, 6 in 68/30 and 72/31, one in none.
    capture, truth = stage.attack("udp_flood", "--direction", "out", "--hosts", "10", "--rate", "3000", "--seconds", "4",
                                  "--externals", "20")
    ledgers = {attack["host"]: Ledger(truth, "out", attack["host"]) for attack in truth["attacks"]}
    peaks = {host: Slide(ledger.by_second("packets"), 2).peak for host, ledger in ledgers.items()}
    video, backup = (sorted(host for host in ledgers if any(
        ipaddress.ip_address(host) in ipaddress.ip_network(prefix) for prefix in prefixes))
        for prefixes in (["198.51.100.64/30"], ["198.51.100.68/30", "198.51.100.72/31"]))
    neither = sorted(set(ledgers) - set(video) - set(backup))
    checks.equal("hosts", (len(video), len(backup), len(neither)), (3, 6, 1))
    config = (table("group", name="video", prefixes=["198.51.100.64/30"])
              + table("group", name="backup", prefixes=["198.51.100.68/30", "198.51.100.72/31"])
              + limit(name="everybody", window=2, per_second=250)
              + limit(name="of-video", window=2, per_second=1_000, group="video")
              + limit(name="of-backup", window=2, per_second=200, group="backup"))
    locks = of_limits(stage.locks(capture, config=config))
    told = sorted((lock["host"]["address"], lock["host"]["group"], lock["trigger"]["rule"], lock["totals"]["packets"])
                  for lock in locks)
    expected = [(host, "backup", "of-backup", peaks[host]) for host in backup]
    expected += [(host, "*", "everybody", peaks[host]) for host in neither]
    checks.equal("locks", told, sorted(expected))

    checks.scope = "sum of a group"
    config = (table("group", name="video", prefixes=["198.51.100.64/30"])
              + limit(name="video-sum", window=2, per_second=800, group="video", per="group")
              + limit(name="all-sum", direction="out", metric="bits", window=2, per_second=1_000_000, per="group"))
    locks = {lock["kind"]: lock for lock in of_limits(stage.locks(capture, config=config))}
    checks.equal("kinds", sorted(locks), ["bandwidth_limit", "packet_limit"])
    for kind, group, hosts in (("packet_limit", "video", video), ("bandwidth_limit", "*", sorted(ledgers))):
        lock = locks.get(kind)
        if lock is None:
            continue
        checks.equal("host", (lock["host"]["scope"], lock["host"]["group"]), ("group", group))
        by_second = collections.Counter()
        for host in hosts:
            by_second.update(ledgers[host].by_second("packets"))
        checks.equal(f"totals of {group}", lock["totals"]["packets"], Slide(by_second, 2).peak)
        checks.equal(f"internals of {group}", sorted(each["address"] for each in lock["limit"]["internals"]), hosts)
        checks.equal("sum of internals", add(map(figures_of, lock["limit"]["internals"])), figures_of(lock["totals"]))


def allowed(stage):
    """What is allowed is counted apart: alone it makes a finding that exonerates; beside a flood it is not in the figures."""
    checks = stage.checks
    checks.scope = "allowed"
    capture, truth = stage.attack("udp_flood", "--direction", "out", "--rate", "3000", "--seconds", "3", "--externals", "3")
    ledger = Ledger(truth, "out")
    reason = "logs go to the collector"
    for allowance in (dict(ports=[27015]), dict(prefixes=["192.0.2.0/24"], directions=["out"])):
        config = table("allow", reason=reason, **allowance) + limit(window=1, per_second=1000)
        run = stage.replay(capture, config=config)
        checks.equal("locks", of_limits(run.locks), [])
        finding = stage.only(of_limits(run.findings))
        if finding is not None:
            checks.equal("verdict", finding["verdict"], "exonerated")
            peak = Slide(ledger.by_second("packets"), 1).peak
            checks.equal("allowed", [(each["reason"], each["packets"]) for each in finding["limit"]["allowed"]],
                         [(reason, peak)])
            checks.equal("totals", finding["totals"]["packets"], peak)
    # One of the three addresses is allowed: the figures are those of the other two.
    first = ledger.told["externals"][0][0]
    config = table("allow", reason=reason, prefixes=[first]) + limit(window=300, per_second=10)
    run = stage.replay(capture, config=config)
    checks.equal("findings", of_limits(run.findings), [])
    lock = stage.only(of_limits(run.locks))
    if lock is not None:
        others = [external[1:] for external in ledger.told["externals"] if external[0] != first]
        checks.equal("totals without it", figures_of(lock["totals"]), add(others))
        checks.equal("allowed", [[each["packets"], each["bytes"]] for each in lock["limit"]["allowed"]],
                     [ledger.told["externals"][0][1:3]])
        checks.equal("externals", lock["externals_total"], 2)
    # The other direction, and another port, are not what is allowed.
    for allowance in (dict(prefixes=["192.0.2.0/24"], directions=["in"]), dict(ports=[53])):
        config = table("allow", reason=reason, **allowance) + limit(window=1, per_second=1000)
        checks.equal(f"locks despite {allowance}", len(of_limits(stage.locks(capture, config=config))), 1)


def sampled(stage):
    """A mirror of one packet in a thousand: packets and bytes times a thousand, and how far they may be wrong."""
    checks = stage.checks
    rate = 1000
    checks.scope = f"sampling = {rate}"
    capture, truth = stage.attack("syn_flood", "--rate", "150", "--seconds", "4", "--externals", "5")
    ledger = Ledger(truth, "in")
    lock = stage.only(of_limits(stage.locks(capture, "--set", f"sampling={rate}")))
    if lock is None:
        return
    slide = Slide(ledger.by_second("packets"), 2)
    packets = slide.peak * rate
    checks.equal("rule, value", (lock["trigger"]["rule"], lock["trigger"]["value"]), ("in-flood", packets // 2))
    checks.equal("packets", lock["totals"]["packets"], packets)
    checks.equal("bytes", lock["totals"]["bytes"], Slide(ledger.by_second("bytes"), 2).peak * rate)
    checks.that(lock["totals"]["flows"] <= slide.peak, f"{lock['totals']['flows']} flows of {slide.peak} packets")
    checks.equal("externals", add(map(figures_of, lock["externals"])), figures_of(lock["totals"]))
    error = math.ceil(1.96 * math.sqrt(packets * (rate - 1)))
    told = lock["limit"]["sampling"]
    checks.equal("rate, error", (told["rate"], told["packets_error"]), (rate, error))
    checks.that(abs(told["share"] - error / packets) < 0.0001, f"share {told['share']}, of {error / packets}")


def new_externals(stage):
    """External addresses that a host meets for the first time, however many packets they send."""
    checks = stage.checks
    checks.scope = "new externals"
    capture, _ = stage.attack("udp_flood", "--rate", "2000", "--seconds", "6", "--externals", "7000")
    known, by_second = set(), collections.Counter()
    for packet in scene_packets.read(capture):
        if packet.source not in known:
            known.add(packet.source)
            by_second[packet.time // SECOND] += 1
    slide = Slide(by_second, 2)
    per_second = slide.peak // 2 - 1
    lock = stage.only(stage.locks(capture, config=limit(direction="in", metric="new_externals", window=2,
                                                        per_second=per_second)))
    if lock is not None:
        checks.equal("value", (lock["trigger"]["metric"], lock["trigger"]["value"]), ("new_externals", slide.peak // 2))
        checks.equal("first exceeded", attack_runs.end_of(lock["trigger"]["first_exceeded"]),
                     slide.first_above(per_second * 2))
    config = limit(direction="in", metric="new_externals", window=300, per_second=7000 // 300 + 1)
    checks.equal("locks when 7,000 are allowed", stage.locks(capture, config=config), [])


def networks(stage):
    """External addresses by /24 and by autonomous system, of the longest prefix of a table."""
    checks = stage.checks
    checks.scope = "networks"
    capture, truth = stage.attack("syn_flood", "--rate", "9000", "--seconds", "3", "--externals", "2000")
    externals = Ledger(truth, "in").told["externals"]
    table_of_as = stage.folder / "as.csv"
    table_of_as.write_text('prefix,asn,name\n198.18.0.0/15,64496,"Example, Inc."\n198.18.0.0/16,AS64497,South\n'
                           "198.18.64.0/18,64496,\n")
    south, hole = ipaddress.ip_network("198.18.0.0/16"), ipaddress.ip_network("198.18.64.0/18")

    def system(address):
        return "AS64497 South" if address in south and address not in hole else "AS64496 Example, Inc."

    by = {"network": lambda address: str(ipaddress.ip_network(f"{address}/24", strict=False)), "as": system}
    for kind, name_of in by.items():
        checks.scope = f"externals by {kind}"
        words = ["--set", f"report.externals_by={kind}", "--set", "report.externals_max=5000"]
        words += ["--set", f"report.as_file={table_of_as}"] if kind == "as" else []
        lock = stage.only(stage.locks(capture, *words, config=limit(direction="in", window=300, per_second=1)))
        if lock is None:
            continue
        expected = collections.defaultdict(lambda: [0, 0, 0, 0])
        for address, *figures in externals:
            sums = expected[name_of(ipaddress.ip_address(address))]
            sums[0] += 1
            for i, figure in enumerate(figures):
                sums[i + 1] += figure
        told = {each["name"]: [each["addresses"], *figures_of(each)] for each in lock["limit"]["networks"]}
        checks.equal("networks", told, dict(expected))
        checks.equal("number", lock["limit"]["networks_total"], len(expected))
        order = [-each["packets"] for each in lock["limit"]["networks"]]
        checks.equal("order", order, sorted(order))


CASES = carpet, carpet_with_one_victim, pulses, groups, allowed, sampled, new_externals, networks


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        stage = attack_runs.Stage(options, checks, pathlib.Path(name))
        for case in CASES:
            case(stage)
    checks.finish()


main()
