# SPDX-License-Identifier: BSD-3-Clause
"""Live, too, the segment is listened to: a rogue DHCP server and a poisoner of ARP are cases within seconds, with the
frames that prove it; the server whose address is taken, and the listed one, are none; and a server that is listed by a
reload is none from then on."""

import time

import stage
import traffic
from monitor import NO_LIMIT, Monitor, check_end, check_sum
from stage import harness

import link_frames as link

ROUTER, SERVER, ROGUE, POISONER = ("00:1b:21:00:00:01", "00:25:90:00:00:0a", "00:25:90:33:44:66", "00:25:90:55:66:77")
HOSTS = {SERVER: "198.51.100.10", ROGUE: "198.51.100.66", POISONER: "198.51.100.77"}
GATEWAY, PEER = "198.51.100.1", "192.0.2.7"
PER_SECOND = 200
POISONED = 5


def settings(*servers):
    listed = ", ".join(f'"{server}"' for server in servers)
    return f'[misconfiguration]\ndhcp_servers = [{listed}]\nrouters = ["{ROUTER}"]\n{NO_LIMIT}'


def everyday(port):
    """Each host talks to the world, which the router passes on, and is asked for by it."""
    frames = []
    for number, (station, host) in enumerate(HOSTS.items()):
        frames += link.conversation(station, ROUTER, host, PEER, port + number)
        frames += [link.arp_request(ROUTER, GATEWAY, host), link.arp_reply(station, host, GATEWAY, ROUTER)]
    visit = (port, 22)
    return frames + [link.tcp(ROUTER, SERVER, PEER, HOSTS[SERVER], visit, link.SYN),
                     link.tcp(SERVER, ROUTER, HOSTS[SERVER], PEER, visit[::-1], link.SYN | link.ACK),
                     link.tcp(ROUTER, SERVER, PEER, HOSTS[SERVER], visit, link.ACK)]


def lines_of(monitor, word):
    """The packets that the case with this word in its name shows."""
    case = next(path.parent for path in monitor.cases() if word in path.parent.name)
    return [line for line in (case / "dump.txt").read_text().splitlines() if line and not line.startswith("#")]


def check_quiet(checks, monitor, sender):
    checks.scope = "an ordinary segment"
    for port in range(40000, 40200, 50):
        sender.send(everyday(port), PER_SECOND)
    sender.send([link.dhcp_answer(ROUTER, GATEWAY, "198.51.100.99", 5)] * 5, PER_SECOND)
    stage.wait_until(lambda: monitor.ask("/flowlock/status")["packets"] >= sender.sent, "all packets are merged")
    checks.equal("cases", monitor.cases(), [])


def check_rogues(checks, monitor, sender):
    checks.scope = "a rogue DHCP server"
    sender.send([link.dhcp_answer(ROGUE, HOSTS[ROGUE], "198.51.100.120", kind) for kind in (2, 5, 2, 5)], PER_SECOND)
    report, _ = monitor.wait_for_case([HOSTS[ROGUE], "rogue_dhcp"])
    checks.equal("messages", sum(fact["count"] for fact in report["fact"]["facts"]), report["trigger"]["value"])
    checks.scope = "a poisoner of ARP"
    poison = link.arp_reply(POISONER, HOSTS[SERVER], GATEWAY, ROUTER)
    for number in range(POISONED):
        time.sleep(2.2 if number in (0, 3, 4) else 0)  # behind a question, so that it is no answer to it
        sender.send([poison], PER_SECOND)
        if number >= 2:
            sender.send([link.arp_request(ROUTER, GATEWAY, HOSTS[SERVER]),
                         link.arp_reply(SERVER, HOSTS[SERVER], GATEWAY, ROUTER)], PER_SECOND)
    report, _ = monitor.wait_for_case(["address_conflict"])
    checks.equal("who is accused", (report["host"]["address"], report["fact"]["confidence"], report["fact"]["hardware_address"]),
                 (HOSTS[POISONER], "high", POISONER))


def check_listed(checks, monitor, sender):
    checks.scope = "a server that is listed meanwhile"
    monitor.reload(settings(ROUTER, GATEWAY, HOSTS[SERVER]))
    sender.send([link.dhcp_answer(SERVER, HOSTS[SERVER], "198.51.100.121", kind) for kind in (2, 5) * 10], PER_SECOND)


def main():
    options = harness.arguments()
    stage.require("ip")
    checks = harness.Checks()
    with stage.Stage() as place:
        place.veth("lv0", "lv1")
        monitor = Monitor(place, options.flowlock, ["lv1"], settings(GATEWAY))
        sender = traffic.Sender(place, "lv0")
        check_quiet(checks, monitor, sender)
        check_rogues(checks, monitor, sender)
        check_listed(checks, monitor, sender)
        summary = check_end(checks, monitor)
        checks.scope = "all"
        check_sum(checks, summary, sender.sent)
        checks.equal("loss", sum(summary["loss"].values()), 0)
        checks.equal("who has a case", sorted((lock["host"]["address"], lock["kind"]) for lock in monitor.locks.values()),
                     [(HOSTS[ROGUE], "rogue_dhcp"), (HOSTS[POISONER], "address_conflict")])
        checks.equal("DHCP messages shown", len(lines_of(monitor, "rogue_dhcp")), 4)
        claims = [line for line in lines_of(monitor, "address_conflict") if f"Reply {HOSTS[SERVER]} is-at {POISONER}" in line]
        checks.equal("claims shown", len(claims), POISONED)
    checks.finish()


main()
