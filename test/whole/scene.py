# SPDX-License-Identifier: BSD-3-Clause
"""The scene generator: the same seed makes the same bytes, tshark counts what the generator's truth says, and tcpdump
finds no wrong checksum. The other tests stand on this truth."""

import collections
import json
import pathlib
import re
import shutil
import subprocess

import harness
import packets

SCENES = {
    "mix": ["--packets", "30000", "--flows", "3000", "--seconds", "5"],
    "min64": ["--packets", "10000", "--flows", "3000", "--seconds", "1"],
    "synflood": ["--packets", "10000", "--seconds", "1"],
}


def make(options, folder, scene, *words):
    capture, truth = folder / f"{scene}.pcap", folder / f"{scene}.json"
    subprocess.run([options.scene, scene, capture, "--truth", truth, *words], check=True)
    return capture, json.loads(truth.read_text())


def check_counts(checks, capture, truth):
    read = list(packets.read(capture))
    flows = packets.flows_of(read)
    checks.equal("packets", len(read), truth["packets"] - truth["not_ip"])
    checks.equal("IP bytes", sum(packet.ip_bytes for packet in read), truth["ip_bytes"])
    checks.equal("IPv6", sum(packet.family == 6 for packet in read), truth["ipv6"])
    checks.equal("protocols", dict(collections.Counter(str(packet.protocol) for packet in read)), truth["protocols"])
    checks.equal("flows", dict(collections.Counter(str(key[1]) for key in flows)), truth["flows_by_protocol"])
    checks.equal("first, last", (read[0].time, read[-1].time), (truth["first"], truth["last"]))
    if truth["not_ip"] == 0:
        checks.equal("bytes on the wire", sum(packet.wire for packet in read), truth["wire_bytes"])


def check_checksums(checks, capture):
    done = subprocess.run(["tcpdump", "-nvvr", capture], check=True, capture_output=True, text=True, errors="replace")
    wrong = re.findall(r".*\(incorrect.*|.*bad (?:udp )?cksum.*|.*wrong icmp6? cksum.*", done.stdout)
    checks.equal("wrong checksums", wrong[:3], [])
    checks.that(re.search(r"cksum|sum ok", done.stdout), "tcpdump checked nothing")


def main():
    options = harness.arguments()
    if not shutil.which("tshark") or not shutil.which("tcpdump"):
        harness.skip("tshark or tcpdump is not installed; scripts/install-packages installs them")
    checks = harness.Checks()
    with harness.temporary_folder() as name:
        folder = pathlib.Path(name)
        for scene, words in SCENES.items():
            checks.scope = scene
            capture, truth = make(options, folder, scene, *words)
            content = capture.read_bytes()
            check_counts(checks, capture, truth)
            make(options, folder, scene, *words)
            checks.that(capture.read_bytes() == content, "a second run made other bytes")
            whole, whole_truth = make(options, folder, scene, *words, "--snap", "65535")
            checks.equal("truth without a snap length", whole_truth, truth)
            check_checksums(checks, whole)
        checks.scope = "mix"
        mix, _ = make(options, folder, "mix", *SCENES["mix"])
        content = mix.read_bytes()
        make(options, folder, "mix", *SCENES["mix"], "--seed", "2")
        checks.that(mix.read_bytes() != content, "another seed made the same bytes")
    checks.finish()


main()
