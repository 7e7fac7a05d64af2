# SPDX-License-Identifier: BSD-3-Clause
"""Segments on which somebody is configured wrongly, or forges addresses, and twins on which nobody is: who is locked, for
what, and by which evidence. One worker and four come to the same, byte by byte."""

import random
import re
import shutil
import subprocess

import harness
import link_frames as link

START = 1_700_000_000
ROUTER, SERVER, OTHER, ROGUE = ("00:1b:21:00:00:01", "00:25:90:00:00:0a", "00:25:90:11:22:0b", "00:25:90:33:44:66")
SHARED = "00:00:5e:00:01:07"
PEER = "198.51.100.7"
CONFIGURED = ["--set", 'misconfiguration.dhcp_servers=["192.0.2.1"]', "--set",
              f'misconfiguration.routers=["{ROUTER}"]']


# Kind: what each packet of its evidence looks like.
DUMPED = {
    "rogue_dhcp": r"IP 192\.0\.2\.(66|11)\.67 > ", "rogue_ra": r"IP6 fe80::66 > ff02::1: ICMP6, router advertisement",
    "address_conflict": "ARP, ", "spoofed_source": r"IP (?!192\.0\.2\.)", "martian_source": r"IP 127\.0\.0\.1\.",
    "bogon_destination": r"IP 192\.0\.2\.66\.40000 > 10\.1\.2\.", "broadcast_storm": "ARP, ",
    "foreign_address": r"IP 192\.0\.2\.10\.50",
}


def everyday(seconds=60):
    """A router, a DHCP server on it, and three servers who talk to the world and ask for each other."""
    frames = []
    hosts = ((SERVER, "192.0.2.10"), (OTHER, "192.0.2.11"), (ROGUE, "192.0.2.66"))
    for second in range(seconds):
        for number, (station, host) in enumerate(hosts):
            at = START + second + 0.1 * number
            frames += [(at + 0.001 * i, frame) for i, frame in enumerate(
                link.conversation(station, ROUTER, host, PEER, 20_000 + 3 * second + number))]
            if second % 10 == 0:
                frames.append((at + 0.02, link.arp_request(station, host, "192.0.2.1")))
                frames.append((at + 0.021, link.arp_reply(ROUTER, "192.0.2.1", host, station)))
                frames.append((at + 0.03, link.arp_request(ROUTER, "192.0.2.1", host)))
                frames.append((at + 0.031, link.arp_reply(station, host, "192.0.2.1", ROUTER)))
        # Somebody outside who is answered, so that it shows who passes traffic on.
        visit = (30_000 + second, 22)
        frames += [(START + second + 0.5, link.tcp(ROUTER, SERVER, PEER, "192.0.2.10", visit, link.SYN)),
                   (START + second + 0.501, link.tcp(SERVER, ROUTER, "192.0.2.10", PEER, visit[::-1],
                                                     link.SYN | link.ACK)),
                   (START + second + 0.502, link.tcp(ROUTER, SERVER, PEER, "192.0.2.10", visit, link.ACK))]
        if second % 20 == 0:
            frames.append((START + second + 0.6, link.dhcp_answer(ROUTER, "192.0.2.1", "192.0.2.99", 5)))
            frames.append((START + second + 0.61, link.router_advertisement(ROUTER, "fe80::1")))
    return frames


def each_second(frame_of, first=5, last=55, every=1.0):
    times = [first + every * i for i in range(int((last - first) / every))]
    return [(START + at + 0.7, frame_of(number)) for number, at in enumerate(times)]


def forged(count, sources):
    return each_second(lambda i: link.udp(ROGUE, ROUTER, sources(i), "203.0.113.99", (40_000 + i % 1000, 53)),
                       every=50 / count)


def random_sources():
    dice = random.Random(8)
    drawn = [f"{dice.randint(11, 99)}.{dice.randint(0, 255)}.{dice.randint(0, 255)}.{dice.randint(1, 254)}"
             for _ in range(1000)]
    return lambda i: drawn[i % 1000]


# Name: frames beside the everyday ones, options, and who is locked for what.
def scenes(folder):
    inventory = folder / "hosts.csv"
    inventory.write_text(f"mac,address,name\n{SERVER},192.0.2.10,web\n{ROGUE},192.0.2.66,other\n")
    with_inventory = CONFIGURED + ["--set", f"misconfiguration.inventory={inventory}"]
    poisoning = (each_second(lambda _: link.arp_reply(ROGUE, "192.0.2.1", "192.0.2.10", SERVER)) +
                 each_second(lambda _: link.arp_reply(ROGUE, "192.0.2.10", "192.0.2.1", ROUTER)))
    contest = (each_second(lambda _: link.arp_announcement(OTHER, "192.0.2.50"), every=20) +
               each_second(lambda _: link.arp_announcement(ROGUE, "192.0.2.50"), first=10, every=20))
    yield "rogue_dhcp", each_second(lambda _: link.dhcp_answer(ROGUE, "192.0.2.66", "192.0.2.120", 2), every=10), \
        CONFIGURED, {("rogue_dhcp", "192.0.2.66")}
    yield "rogue_dhcp_unconfigured", each_second(
        lambda _: link.dhcp_answer(ROGUE, "192.0.2.66", "192.0.2.120", 2), every=10), [], set()
    yield "rogue_ra", each_second(lambda _: link.router_advertisement(ROGUE, "fe80::66"), every=10), CONFIGURED, \
        {("rogue_ra", "192.0.2.66")}
    yield "arp_spoofing", poisoning, CONFIGURED, {("address_conflict", "192.0.2.66")}
    yield "arp_spoofing_unconfigured", poisoning, [], {("address_conflict", "192.0.2.66")}
    yield "contested_address", contest, CONFIGURED, set()  # twice each: a failover and back
    yield "contested_address_often", contest + each_second(
        lambda _: link.arp_announcement(OTHER, "192.0.2.50"), first=15, every=10), CONFIGURED, \
        {("address_conflict", "192.0.2.50")}
    yield "moved_address", each_second(lambda i: link.arp_announcement(OTHER if i < 25 else SERVER, "192.0.2.50")), \
        CONFIGURED, set()
    yield "failover_pair", each_second(lambda i: link.arp_announcement(SHARED if i % 2 else OTHER, "192.0.2.50")), \
        CONFIGURED, set()
    yield "spoofed_source", forged(1000, random_sources()), CONFIGURED, {("spoofed_source", "192.0.2.66")}
    yield "one_foreign_network", forged(1000, lambda i: f"51.52.53.{1 + i % 254}"), CONFIGURED, set()
    yield "martian_source", forged(1000, lambda i: "127.0.0.1"), CONFIGURED, {("martian_source", "192.0.2.66")}
    yield "bogon_destination", each_second(
        lambda i: link.udp(ROGUE, ROUTER, "192.0.2.66", f"10.1.2.{1 + i % 200}", (40_000, 514)),
        every=0.0008), CONFIGURED, {("bogon_destination", "192.0.2.66")}
    yield "private_dialling", each_second(
        lambda i: link.udp(ROGUE, ROUTER, "192.0.2.66", f"10.1.2.{1 + i % 200}", (40_000, 514)), every=0.01), \
        CONFIGURED, set()
    yield "foreign_address", [timed for second in range(10) for timed in each_second(
        lambda i: link.conversation(ROGUE, ROUTER, "192.0.2.10", PEER, 50_000 + i)[0], every=10)], with_inventory, \
        {("foreign_address", "192.0.2.66")}
    yield "broadcast_storm", each_second(lambda _: link.arp_request(ROGUE, "192.0.2.66", "192.0.2.1"), last=25,
                                         every=0.0008), CONFIGURED, {("broadcast_storm", "192.0.2.66")}
    # More in a second than a worker's list holds.
    yield "loud_storm", each_second(lambda _: link.arp_request(ROGUE, "192.0.2.66", "192.0.2.1"), last=9,
                                    every=0.0001) + each_second(
        lambda _: link.dhcp_answer(OTHER, "192.0.2.11", "192.0.2.120", 2), last=9), CONFIGURED, \
        {("broadcast_storm", "192.0.2.66"), ("rogue_dhcp", "192.0.2.11")}
    yield "nothing", [], with_inventory, set()


def check_report(checks, lock, folder):
    checks.equal("reason", lock["reason"], "misconfiguration")
    checks.equal("direction", lock["direction"], "out")
    facts = lock["fact"]["facts"]
    checks.that(facts and all(fact["count"] > 0 and fact["words"] for fact in facts), f"facts are {facts}")
    if lock["kind"] not in ("bogon_destination", "rogue_dhcp") and lock["fact"]["confidence"] == "high":
        checks.equal("hardware address", lock["fact"]["hardware_address"], ROGUE)
    checks.that(lock["trigger"]["value"] >= lock["trigger"]["threshold"], f"trigger is {lock['trigger']}")
    text = (folder / "out/cases" / lock["id"] / "report.txt").read_text()
    dump = (folder / "out/cases" / lock["id"] / "dump.txt").read_text().splitlines()
    packets = [line for line in dump if line and not line.startswith("#")]
    checks.that(packets, "no packets are shown")
    wrong = [line for line in packets if not re.match(r"[0-9:.]+ " + DUMPED[lock["kind"]], line)]
    checks.equal("packets that the report is not about", wrong, [])
    checks.that("Wrong configuration" in text and "Observations" in text, f"the text is {text[:2000]}")


def check_scene(checks, options, folder, scene):
    name, frames, words, expected = scene
    checks.scope = name
    capture = folder / f"{name}.pcap"
    link.write(capture, everyday() + frames)
    runs = [harness.replay(options, folder / f"{name}-{workers}", "--workers", workers, "--internal", "192.0.2.0/24",
                           *words, capture) for workers in (1, 4)]
    for run in runs:
        checks.equal("exit status", run.status, 0)
        harness.no_sanitizer_complaint(checks, run)
    locks = runs[0].locks
    checks.equal("locks", {(lock["kind"], lock["host"]["address"]) for lock in locks}, expected)
    checks.equal("number of locks", len(locks), len(expected))
    for lock in locks:
        check_report(checks, lock, runs[0].folder)
    first, second = (run.files() for run in runs)
    checks.equal("files that depend on the number of workers",
                 sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path)), [])
    loss = {cause: count for cause, count in runs[0].summary["loss"].items() if count}
    checks.equal("loss", loss, {})


def second_opinion(checks, folder):
    """tshark finds in the frames what they were meant to say."""
    if shutil.which("tshark") is None:
        return print("without tshark nobody else reads the frames")
    path = folder / "frames.pcap"
    link.write(path, [(START, link.dhcp_answer(ROGUE, "192.0.2.66", "192.0.2.120", 2)),
                      (START + 1, link.router_advertisement(ROGUE, "fe80::66")),
                      (START + 2, link.arp_announcement(ROGUE, "192.0.2.66"))])
    fields = ["dhcp.option.dhcp_server_id", "icmpv6.type", "arp.isgratuitous"]
    command = ["tshark", "-n", "-r", str(path), "-T", "fields"] + [word for field in fields for word in ("-e", field)]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    checks.scope = "tshark"
    checks.equal("server", lines[0].split("\t")[0], "192.0.2.66")
    checks.equal("type", lines[1].split("\t")[1], "134")
    checks.that(lines[2].split("\t")[2] in ("1", "True"), f"ARP is {lines[2]}")


def check_captures(checks, options, folder):
    """Real networks, with nobody wrong, even when every list is empty."""
    if not (options.captures / "truth.json").is_file():
        return print("without real captures nothing is said of them")
    for number, (capture, truth) in enumerate(harness.truth_of_captures(options)):
        checks.scope = capture.name
        run = harness.replay(options, folder / f"capture-{number}", *harness.internal_options(truth["internal"]),
                             capture)
        checks.equal("exit status", run.status, 0)
        checks.equal("locks for wrong configuration",
                     [lock["kind"] for lock in run.locks if lock["reason"] == "misconfiguration"], [])


def main():
    options = harness.arguments()
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        folder = harness.pathlib.Path(name)
        for scene in scenes(folder):
            check_scene(checks, options, folder, scene)
        second_opinion(checks, folder)
        check_captures(checks, options, folder)
    checks.finish()


if __name__ == "__main__":
    main()
