# SPDX-License-Identifier: BSD-3-Clause
"""Abuse through the whole program: on real captures the shipped signatures find who mines and who guesses passwords, and
nobody else; the figures equal what tshark finds; the number of workers changes nothing; and a signature folder with
mistakes is used as far as it goes, and said."""

import collections
import datetime
import decimal
import json
import pathlib
import subprocess

import harness

# Who, and by what: figures by tshark, of the host's own part.
FOUND = {
    "zeek__ftp_bruteforce.pcap": {"brute_force": {"192.168.56.1"}},
    "ndpi__mining.pcapng": {"mining": {"192.168.2.148", "192.168.2.92", "147.229.13.222"}},
}

LOCAL = """
[[signature]]
id = "local-refused-login"
category = "brute_force"
words = "a server says no"
reference = "RFC 959"
pattern = '''^530 '''
protocol = "tcp"
ports = [21]
sender = "responder"
matches = ["530 no"]
differs = ["230 yes"]

[[signature]]
id = "local-looks-back"
category = "brute_force"
words = "a pattern that cannot be compiled"
reference = "none"
pattern = '''(a)\\1'''
matches = ["aa"]
differs = ["ab"]

[[signature]]
id = "local-mistake"
category = "crime"
words = "a category that is not known"
reference = "none"
pattern = '''x'''
matches = ["x"]
differs = ["y"]
"""


def refused_logins(capture):
    """How often an FTP server says 530, and in how many connections, by tshark."""
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", "ftp.response.code == 530", "-T", "fields", "-e", "tcp.stream"],
                          capture_output=True, text=True, check=True)
    streams = done.stdout.split()
    return len(streams), len(set(streams))


def refusals_between(capture, begin, end):
    """The times of the packets that say 530, by tshark, as far as a capture holds what they say."""
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", 'tcp.srcport == 21 and tcp.payload[0:4] == "530 "', "-T", "fields",
                           "-e", "frame.time_epoch"], capture_output=True, text=True, check=True)
    return [time for time in done.stdout.split() if begin <= decimal.Decimal(time) < end]


def early_refusals(capture, packets):
    """How many refusals are among the server's first packets of a connection and second, by tshark."""
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", "tcp.srcport == 21", "-T", "fields", "-e", "tcp.stream", "-e", "frame.time_epoch",
                           "-e", "ftp.response.code"], capture_output=True, text=True, check=True)
    seen, early = collections.Counter(), 0
    for line in done.stdout.splitlines():
        stream, time, code = line.split("\t")
        seen[stream, time.split(".")[0]] += 1
        early += code == "530" and seen[stream, time.split(".")[0]] <= packets
    return early


def abuse_of(run):
    found = {}
    for lock in run.locks:
        if lock["reason"] == "abuse":
            found.setdefault(lock["kind"], set()).add(lock["host"]["address"])
    return found


def main():
    options = harness.arguments()
    checks = harness.Checks()
    for capture, truth in harness.truth_of_captures(options):
        checks.scope = capture.name
        lines = []
        for workers in ("1", "4"):
            with harness.temporary_folder() as folder:
                run = harness.replay(options, folder, "--workers", workers, *harness.internal_options(truth["internal"]), capture)
                checks.equal("exit status", run.status, 0)
                checks.equal("abuse", abuse_of(run), FOUND.get(capture.name, {}))
                lines.append([lock for lock in run.locks if lock["reason"] == "abuse"])
        checks.that(lines[0] == lines[1], "four workers say other things than one")
        if capture.name != "zeek__ftp_bruteforce.pcap":
            continue
        refusals, connections = refused_logins(capture)
        lock = lines[0][0]
        facts = {fact["name"]: fact["count"] for fact in lock["fact"]["facts"]}
        checks.equal("refused logins, by tshark", facts["brute-ftp-failed"], refusals)
        checks.equal("connections, by tshark", lock["totals"]["flows"], connections)

        checks.scope = "evidence"
        with harness.temporary_folder() as folder:
            harness.replay(options, folder, *harness.internal_options(truth["internal"]), capture)
            (evidence,) = pathlib.Path(folder).glob("out/cases/*/evidence.pcapng")
            begin, end = (decimal.Decimal(int(datetime.datetime.fromisoformat(lock["evidence"][name]).timestamp())) for name in ("from", "until"))
            said = refusals_between(capture, begin, end)
            checks.that(len(said) > 5, f"only {len(said)} refusals are in the time of the evidence")
            checks.equal("refusals in the evidence", refusals_between(evidence, begin, end), said)
        with harness.temporary_folder() as folder:
            harness.replay(options, folder, "--set", "evidence.matched_payload_max=0", *harness.internal_options(truth["internal"]), capture)
            (evidence,) = pathlib.Path(folder).glob("out/cases/*/evidence.pcapng")
            checks.equal("refusals in the evidence, without payload", refusals_between(evidence, begin, end), [])

        checks.scope = "local signatures"
        with harness.temporary_folder() as folder:
            folder = pathlib.Path(folder)
            signatures = folder / "signatures"
            signatures.mkdir()
            (signatures / "local.toml").write_text(LOCAL)
            chosen = ["--set", f"signatures.folders={json.dumps([str(signatures)])}"]
            run = harness.replay(options, folder / "out", *chosen, *harness.internal_options(truth["internal"]), capture)
            checks.equal("exit status", run.status, 0)
            checks.equal("abuse", abuse_of(run), FOUND[capture.name])
            said = run.stderr.decode()
            checks.that(f"{signatures}/local.toml:14: local-looks-back: pattern: " in said, f"the pattern is not named: {said}")
            checks.that(f"{signatures}/local.toml:25: signature[3].category: is \"crime\"; write one of" in said,
                        f"the category is not named: {said}")
            for packets in (1, 3):
                some = harness.replay(options, folder / f"first{packets}", "--set", f"signatures.packets={packets}", "--set",
                                      "abuse.brute_force_matches=1", *harness.internal_options(truth["internal"]), capture)
                checks.equal(f"refusals in the first {packets} packets", [lock["fact"]["facts"][0]["count"] for lock in some.locks],
                             [early_refusals(capture, packets)])
            more = harness.replay(options, folder / "more", "--set", "signatures.packets=100", *harness.internal_options(truth["internal"]), capture)
            checks.equal("abuse, in more packets", abuse_of(more), FOUND[capture.name])
            off = harness.replay(options, folder / "off", "--set", "abuse.enabled=false", *harness.internal_options(truth["internal"]), capture)
            checks.equal("abuse, switched off", abuse_of(off), {})
            test = subprocess.run([options.flowlock, "signatures", "test", signatures], capture_output=True, text=True)
            checks.equal("flowlock signatures test", (test.returncode, test.stdout.split(";")[0]),
                         (2, "1 signature, 2 test payloads: 0 failed, 2 mistakes"))
    checks.finish()


main()
